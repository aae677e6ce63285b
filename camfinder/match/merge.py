"""Claims of one box weighed against each other: which value wins, what stays disputed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from camfinder.match.names import bare, vendor_key
from camfinder.match.nouns import Fingerprints
from camfinder.match.values import firmware_key
from camfinder.model import SURVEILLANCE_KINDS, Claim, Fact, Kind, Slot, Strength

_KEYS: Mapping[Slot, Callable[[str], str]] = {
    Slot.BRAND: lru_cache(1_024)(vendor_key),
    Slot.MAKER: lru_cache(1_024)(vendor_key),
    Slot.MODEL: bare,
    Slot.FIRMWARE: firmware_key,
    Slot.SERIAL: bare,
    Slot.HOSTNAME: str.casefold,
}
NEEDS_FAMILY = frozenset({Slot.KIND, Slot.BRAND, Slot.MAKER, Slot.MODEL})
"""Slots that a hint never fills: it is listed among the claims only."""

SPELLED_OUT = frozenset({Slot.MODEL, Slot.FIRMWARE})
"""Slots in which a longer value may be the same, told more exactly."""

NO_DISPUTE = frozenset({Slot.MAC, Slot.HOSTNAME, Slot.CLAIMED_ADDRESS, Slot.ENDPOINT_UUID})
"""A device may have several of these."""


class Says(Protocol):
    """What is read of a piece of evidence here and in `boxes`."""

    @property
    def fact(self) -> Fact:
        """As in `Evidence`."""

    @property
    def claims(self) -> Mapping[Slot, str]:
        """As in `Evidence`."""

    @property
    def strengths(self) -> Mapping[Slot, Strength]:
        """As in `Evidence`."""

    @property
    def probe(self) -> str:
        """As in `Evidence`."""


@dataclass(slots=True)
class Rival:
    """One value of a slot, with all that speaks for it."""

    value: str
    strength: Strength
    evidence: list[int] = field(default_factory=list)
    probes: set[str] = field(default_factory=set)

    @property
    def weight(self) -> tuple[Strength, int, int]:
        """Strength first, then how many protocols and facts say so."""
        return self.strength, len(self.probes), len(self.evidence)

    def add(self, value: str, strength: Strength, index: int, probe: str) -> None:
        """Count one more claim for the value; the strongest one spells it."""
        if strength > self.strength:
            self.strength, self.value = strength, value
        self.evidence.append(index)
        self.probes.add(probe)


class Merged(NamedTuple):
    """The claims of a box.

    Attributes:
        values: Slot to the value that wins (vendor ids for brand and maker).
        rivals: Slot to all values, strongest first.
        disputed: Slots where equal evidence disagrees, with the rivals' values.
    """

    values: Mapping[Slot, str]
    rivals: Mapping[Slot, tuple[Rival, ...]]
    disputed: Mapping[Slot, tuple[str, ...]]


def merge(evidence: Sequence[Says]) -> Merged:
    """Weigh all claims except `kind`, which `kind_of` weighs."""
    slots: dict[Slot, dict[str, Rival]] = {}
    for index, item in enumerate(evidence):
        strengths, probe = item.strengths, item.probe
        for slot, value in item.claims.items():
            found = slots.get(slot)
            if found is None:
                found = slots[slot] = {}
            key_of = _KEYS.get(slot)
            key = (key_of(value) if key_of else value) or value
            rival = found.get(key)
            if rival is None:
                found[key] = Rival(value, strengths[slot], [index], {probe})
            else:
                rival.add(value, strengths[slot], index, probe)
    values: dict[Slot, str] = {}
    rivals: dict[Slot, tuple[Rival, ...]] = {}
    disputed: dict[Slot, tuple[str, ...]] = {}
    for slot, found in slots.items():
        ordered = tuple(found.values())
        if len(ordered) > 1:
            listed = _spelled_out(ordered) if slot in SPELLED_OUT else ordered
            ordered = tuple(sorted(listed, key=lambda rival: rival.weight, reverse=True))
        rivals[slot] = ordered
        if slot is not Slot.KIND:
            _decide(slot, ordered, values, disputed)
    return Merged(values, rivals, disputed)


def _decide(
    slot: Slot,
    ordered: Sequence[Rival],
    values: dict[Slot, str],
    disputed: dict[Slot, tuple[str, ...]],
) -> None:
    """The winner of a slot; of brand and maker none where equals disagree evenly."""
    best = ordered[0]
    if slot in NEEDS_FAMILY and best.strength < Strength.FAMILY:
        return
    values[slot] = best.value
    if len(ordered) < 2 or slot in NO_DISPUTE or best.strength < Strength.FAMILY:
        return
    equals = [rival for rival in ordered if rival.strength == best.strength]
    if len(equals) < 2:
        return
    disputed[slot] = tuple(rival.value for rival in equals)
    if slot in {Slot.BRAND, Slot.MAKER} and equals[1].weight == best.weight:
        del values[slot]


def _spelled_out(rivals: Iterable[Rival]) -> list[Rival]:
    """Values that go on where another, no stronger one ends: the same value, told more exactly."""
    kept: list[Rival] = []
    for rival in sorted(rivals, key=lambda one: len(bare(one.value)), reverse=True):
        longer = next((one for one in kept if _goes_on(rival.value, one.value)), None)
        if longer is None or rival.strength > longer.strength:
            kept.append(rival)
            continue
        longer.evidence = sorted({*longer.evidence, *rival.evidence})
        longer.probes |= rival.probes
    return kept


def _goes_on(short: str, long: str) -> bool:
    """`long` begins with `short`, and the number does not go on in the middle of its digits."""
    head, whole = short.casefold().lstrip("v"), long.casefold().lstrip("v")
    if not head or len(head) >= len(whole) or not whole.startswith(head):
        return False
    return not (head[-1].isdigit() and whole[len(head)].isdigit())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What kind of device it is, and how sure that is."""

    kind: Kind
    surveillance: bool | None
    strength: Strength
    disputed: tuple[str, ...] = ()


UNDECIDED = Verdict(Kind.UNKNOWN, None, Strength.HINT)


def kind_of(claims: Iterable[tuple[str, Strength, int]], default: Kind | None = None) -> Verdict:
    """Weigh claims of kind.

    Args:
        claims: Word, strength and number of supporters of each claim.
        default: Kind of the brand's devices, for when no claim says which kind.
    """
    return _weighed(tuple(claims), default)


@lru_cache(4_096)
def _weighed(claims: tuple[tuple[str, Strength, int], ...], default: Kind | None) -> Verdict:
    """The same: few claims of kind differ from device to device."""
    camera: dict[Kind, tuple[Strength, int]] = {}
    other: Strength | None = None
    for word, strength, count in claims:
        kind = Kind(word)
        if kind in SURVEILLANCE_KINDS:
            before = camera.get(kind, (strength, 0))
            camera[kind] = max(before, (strength, count))
        elif kind is Kind.OTHER:
            other = max(other or strength, strength)
    sure = max((strength for strength, _count in camera.values()), default=None)
    for_it, against = sure or 0, other or 0
    if max(for_it, against) < Strength.FAMILY:
        return UNDECIDED
    if for_it == against:
        rivals = (*(kind.value for kind in camera), Kind.OTHER.value)
        return Verdict(Kind.UNKNOWN, None, Strength.HINT, rivals)
    if against > for_it:
        return Verdict(Kind.OTHER, False, Strength(against))
    kind, disputed = _which(camera, default)
    return Verdict(kind, True, Strength(for_it), disputed)


def _which(
    camera: Mapping[Kind, tuple[Strength, int]], default: Kind | None
) -> tuple[Kind, tuple[str, ...]]:
    """Which of the five kinds, and the rivals where equals disagree."""
    named = sorted(
        ((weight, kind) for kind, weight in camera.items() if kind is not Kind.SURVEILLANCE),
        reverse=True,
    )
    sure = [(weight, kind) for weight, kind in named if weight[0] >= Strength.FAMILY]
    if not sure:  # that it is one of the five is settled: here a hint may say which
        hinted = {kind for _weight, kind in named}
        return (hinted.pop() if len(hinted) == 1 else default or Kind.UNKNOWN), ()
    named = sure
    best = named[0][0][0]
    equals = tuple(kind.value for weight, kind in named if weight[0] == best)
    return named[0][1], equals if len(equals) > 1 else ()


def claims_of(merged: Merged, fingerprints: Fingerprints) -> dict[Slot, tuple[Claim, ...]]:
    """All claims as reports show them."""
    shown: dict[Slot, tuple[Claim, ...]] = {}
    for slot, rivals in merged.rivals.items():
        named = slot in {Slot.BRAND, Slot.MAKER}
        shown[slot] = tuple(
            Claim(
                fingerprints.display(rival.value) if named else rival.value,
                rival.strength,
                tuple(rival.evidence),
            )
            for rival in rivals
        )
    return shown


class Conclusion(NamedTuple):
    """What all evidence of a box comes to.

    Attributes:
        merged: The claims.
        verdict: What kind of device it is.
        brand: Display name.
        maker: Display name.
        disputed: As in `Device`.
    """

    merged: Merged
    verdict: Verdict
    brand: str | None
    maker: str | None
    disputed: Mapping[Slot, tuple[str, ...]]

    @property
    def values(self) -> Mapping[Slot, str]:
        """Slot to the value that wins."""
        return self.merged.values


def conclude(evidence: Sequence[Says], fingerprints: Fingerprints) -> Conclusion:
    """Weigh everything that is said of one box."""
    merged = merge(evidence)
    brand, maker = merged.values.get(Slot.BRAND), merged.values.get(Slot.MAKER)
    known = fingerprints.vendors.get(brand) if brand else None
    kinds = merged.rivals.get(Slot.KIND)
    verdict = UNDECIDED
    if kinds:
        claims = [(rival.value, rival.strength, len(rival.evidence)) for rival in kinds]
        verdict = kind_of(claims, known.kind if known else None)
    disputed: dict[Slot, tuple[str, ...]] = {}
    for slot, rivals in merged.disputed.items():
        named = slot is Slot.BRAND or slot is Slot.MAKER
        disputed[slot] = tuple(map(fingerprints.display, rivals)) if named else rivals
    if verdict.disputed:
        disputed[Slot.KIND] = verdict.disputed
    return Conclusion(
        merged,
        verdict,
        fingerprints.display(brand) if brand else None,
        fingerprints.display(maker) if maker else None,
        disputed,
    )
