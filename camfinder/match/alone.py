"""A case by itself as one device: only what `camfinder identify` prints, at a great rate.

The same evidence and the same conclusion as `identify.describe`, without what reports need besides:
sources, addresses, services, CPE names.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from camfinder.match.boxes import macs_of
from camfinder.match.engine import Engine
from camfinder.match.finding import Finding
from camfinder.match.identify import MAX_EVIDENCE, mac_of
from camfinder.match.memo import Memo
from camfinder.match.merge import Conclusion, conclude
from camfinder.match.nouns import Fingerprints
from camfinder.model import Fact, Observation, Slot, Strength

NOTHING = conclude((), Fingerprints({}, (), (), ""))
"""What no evidence comes to."""


REMEMBERED = 2_048
"""Conclusions of each generation that are remembered, of up to `FEW` pieces of evidence each: a few
MB."""

FEW = 12


class Told(NamedTuple):
    """Evidence without its source; attributes as in `Evidence`."""

    finding: Finding
    fact: Fact
    probe: str

    @property
    def fingerprint(self) -> str:
        """As in `Evidence`."""
        return self.finding.fingerprint

    @property
    def claims(self) -> Mapping[Slot, str]:
        """As in `Evidence`."""
        return self.finding.claims

    @property
    def strengths(self) -> Mapping[Slot, Strength]:
        """As in `Evidence`."""
        return self.finding.strengths


class Alone(NamedTuple):
    """A case: what it comes to, its MAC, and why."""

    conclusion: Conclusion
    mac: str | None
    evidence: Sequence[Told]


NOBODY = Alone(NOTHING, None, ())
"""What no evidence at all comes to."""


class Describer:
    """Describes cases, one after the other; what equal evidence comes to is remembered."""

    def __init__(self, engine: Engine) -> None:
        self._told = engine.told
        self._fingerprints = engine.fingerprints
        self._known: Memo[tuple[Finding | str, ...], Conclusion] = Memo(REMEMBERED)

    def __call__(self, observations: Sequence[Observation]) -> Alone:
        """All observations as one device, whatever identities they carry."""
        heard: list[tuple[Observation, list[Told]]] = []
        for one in observations:
            found = self._told(one)
            if found or one.mac:
                probe = one.probe
                heard.append((one, [Told(finding, fact, probe) for fact, finding in found]))
        if not heard:
            return NOBODY
        evidence = _each_once(heard)
        conclusion = self._concluded(evidence)
        mac = None
        if Slot.MAC in conclusion.values or any(one.mac for one, _told in heard):
            mac = mac_of(macs_of(heard), conclusion.values, frozenset())
        return Alone(conclusion, mac, evidence)

    def _concluded(self, evidence: Sequence[Told]) -> Conclusion:
        """What the evidence comes to: it depends on the findings and who read their facts."""
        if len(evidence) > FEW:
            return conclude(evidence, self._fingerprints)
        key: list[Finding | str] = []
        for finding, _fact, probe in evidence:
            if not finding.lasting:
                return conclude(evidence, self._fingerprints)
            key += (finding, probe)
        name = tuple(key)
        found = self._known.get(name)
        if found is None:
            found = conclude(evidence, self._fingerprints)
            self._known.keep(name, found)
        return found


def _each_once(heard: Sequence[tuple[Observation, list[Told]]]) -> Sequence[Told]:
    """The evidence; what is said twice from one place counts once."""
    if len(heard) == 1 and len(heard[0][1]) <= MAX_EVIDENCE:
        return heard[0][1]  # the engine looks at each fact once
    found: dict[object, Told] = {}
    places: dict[object, int] = {}
    for one, told in heard:
        # A number for the place: addresses are slow to hash.
        place = places.setdefault((one.address, one.port), len(places))
        for item in told:
            finding = item.finding
            key = (finding.fingerprint, item.fact, tuple(finding.claims.items()), place)
            if key not in found and len(found) < MAX_EVIDENCE:
                found[key] = item
    return tuple(found.values())
