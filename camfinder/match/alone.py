"""A case by itself as one device: only what `camfinder identify` prints, at a great rate.

The same evidence and the same conclusion as `identify.describe`, without what reports need besides:
sources, addresses, services, CPE names.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from camfinder.match.boxes import macs_of
from camfinder.match.engine import Engine
from camfinder.match.identify import MAX_EVIDENCE, mac_of
from camfinder.match.merge import Conclusion, conclude
from camfinder.match.nouns import Fingerprints
from camfinder.model import Fact, Observation, Slot, Strength

NOTHING = conclude((), Fingerprints({}, (), (), ""))
"""What no evidence comes to."""


class Told(NamedTuple):
    """Evidence without its source; attributes as in `Evidence`."""

    fingerprint: str
    fact: Fact
    claims: Mapping[Slot, str]
    strengths: Mapping[Slot, Strength]
    probe: str


class Alone(NamedTuple):
    """A case: what it comes to, its MAC, and why."""

    conclusion: Conclusion
    mac: str | None
    evidence: Sequence[Told]


def describe_alone(observations: Sequence[Observation], engine: Engine) -> Alone:
    """All observations as one device, whatever identities they carry."""
    heard: list[tuple[Observation, list[Told]]] = []
    for one in observations:
        found = engine.told(one)
        if found or one.mac:
            probe = one.probe
            told = [
                Told(finding.fingerprint, fact, finding.claims, finding.strengths, probe)
                for fact, finding in found
            ]
            heard.append((one, told))
    if not heard:
        return Alone(NOTHING, None, ())
    evidence = _each_once(heard)
    conclusion = conclude(evidence, engine.fingerprints)
    mac = None
    if Slot.MAC in conclusion.values or any(one.mac for one, _told in heard):
        mac = mac_of(macs_of(heard), conclusion.values, frozenset())
    return Alone(conclusion, mac, evidence)


def _each_once(heard: Sequence[tuple[Observation, list[Told]]]) -> Sequence[Told]:
    """The evidence; what is said twice from one place counts once."""
    if len(heard) == 1 and len(heard[0][1]) == 1:
        return heard[0][1]
    found: dict[object, Told] = {}
    places: dict[object, int] = {}
    for one, told in heard:
        # A number for the place: addresses are slow to hash.
        place = places.setdefault((one.address, one.port), len(places))
        for item in told:
            key = (item.fingerprint, item.fact, tuple(item.claims.items()), place)
            if key not in found and len(found) < MAX_EVIDENCE:
                found[key] = item
    return tuple(found.values())
