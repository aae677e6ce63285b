"""Which device of this run is which device of earlier runs.

Identities count in this order: MAC, serial number, endpoint UUID, certificate, address. A weaker
one joins only where no stronger one disagrees, and where maker and model do not: a camera that was
replaced keeps its address and is a new device all the same. A value that several boxes of one run
share (cloned serial numbers, a vendor's default certificate) identifies nothing, nor do example
serial numbers and locally administered MACs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from camfinder.document import DeviceDoc
from camfinder.match.names import bare, vendor_key
from camfinder.match.organisation import organisation
from camfinder.match.values import mac_identifies, mac_text, serial_identifies

SURE = frozenset({"declared", "distinct", "family"})
"""Strengths from which on a claim may identify: `boxes.mark` uses the same."""

TIERS = ("macs", "serials", "uuids", "certificates")
"""Sorts of identity that a box takes along, the strongest first."""

LONG_SERIAL = 8
"""Shorter serial numbers are counted anew for every model by some makers."""

_STRONGER: Mapping[str, tuple[str, ...]] = {
    "macs": (),
    "serials": (),
    "uuids": ("macs", "serials"),
    "certificates": ("macs", "serials", "uuids"),
    "addresses": ("macs", "serials", "uuids"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """What one box is known by.

    Attributes:
        key: The store's number of a known device; the place in the document of a seen one.
        macs: Of its own interfaces.
        serials: Letters and digits, lower case.
        uuids: Endpoint UUIDs.
        certificates: SHA-256 of the certificates it showed.
        addresses: Those of its last sighting only.
        vendors: Brand and maker, as `vendor_key` writes them.
        model: Letters and digits of the model; empty where unknown.
        last: Number of the run that saw it last.
    """

    key: int
    macs: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    uuids: frozenset[str] = frozenset()
    certificates: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    vendors: frozenset[str] = frozenset()
    model: str = ""
    last: int = 0

    def values(self, tier: str) -> frozenset[str]:
        """The identities of one sort."""
        found: frozenset[str] = getattr(self, tier)
        return found


@dataclass(slots=True)
class Pairing:
    """Who is who.

    Attributes:
        known: Key of a seen device to the key of the known one that it is; others are new.
        merged: Keys of known devices that turned out to be another known one.
    """

    known: dict[int, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)


def face(device: DeviceDoc, key: int, last: int = 0) -> Face:
    """The face of a device of a document."""
    serials = {value for value in _claimed(device, "serial") if serial_identifies(value)}
    macs = {mac_text(value) for value in (*_claimed(device, "mac"), device.mac or "")}
    # Some makers use the MAC as the serial number.
    macs |= {mac for mac in map(mac_text, serials) if mac and organisation(mac)}
    vendors = {vendor_key(name) for name in (device.brand, device.maker) if name}
    return Face(
        key=key,
        macs=frozenset(mac for mac in macs if mac and mac_identifies(mac)),
        serials=frozenset(bare(serial) for serial in serials),
        uuids=frozenset(_claimed(device, "endpoint_uuid")),
        certificates=frozenset({device.certificate.sha256} if device.certificate else ()),
        addresses=frozenset(device.addresses),
        vendors=frozenset(vendors - {""}),
        model=bare(device.model or ""),
        last=last,
    )


def _claimed(device: DeviceDoc, slot: str) -> list[str]:
    return [claim.value for claim in device.claims.get(slot, []) if claim.strength in SURE]


def pair(known: Sequence[Face], seen: Sequence[Face]) -> Pairing:
    """Find each seen device among the known ones of the same site.

    Every known device is found at most once, every seen one is at most one known device.
    """
    found = Pairing()
    shared = {tier: _shared(tier, seen) for tier in TIERS}
    for tier in TIERS:
        _by_identity(tier, known, seen, shared[tier], found)
    _by_address(known, seen, found)
    _merge(known, seen, shared, found)
    return found


def _shared(tier: str, seen: Iterable[Face]) -> frozenset[str]:
    """Values that more than one box of the run has."""
    count: dict[str, int] = defaultdict(int)
    for one in seen:
        for value in one.values(tier):
            count[value] += 1
    return frozenset(value for value, number in count.items() if number > 1)


def _by_identity(
    tier: str,
    known: Sequence[Face],
    seen: Sequence[Face],
    shared: frozenset[str],
    found: Pairing,
) -> None:
    taken = set(found.known.values())
    holders: dict[str, list[Face]] = defaultdict(list)
    for one in known:
        for value in one.values(tier):
            holders[value].append(one)
    for one in seen:
        if one.key in found.known:
            continue
        fits = [
            each
            for value in sorted(one.values(tier) - shared)
            for each in _candidates(tier, holders[value])
            if each.key not in taken and agree(tier, each, one)
        ]
        if fits:
            best = max(fits, key=lambda each: (each.last, -each.key))
            found.known[one.key] = best.key
            taken.add(best.key)


def _candidates(tier: str, holders: list[Face]) -> list[Face]:
    """Known holders of a value; what several known boxes have had identifies none of them.

    A MAC is given once: of several entries with it the latest counts.
    """
    return holders if tier == "macs" or len(holders) == 1 else []


def agree(tier: str, one: Face, other: Face) -> bool:
    """Nothing stronger than this sort of identity speaks against these being the same box."""
    if tier == "macs":
        return True
    for stronger in _STRONGER[tier]:
        mine, theirs = one.values(stronger), other.values(stronger)
        if mine and theirs and not mine & theirs:
            return False
    rivals = bool(one.vendors and other.vendors) and not one.vendors & other.vendors
    other_model = bool(one.model and other.model) and one.model != other.model
    if tier != "serials":
        return not rivals and not other_model
    same_model = one.model == other.model != ""
    if one.macs and other.macs and not one.macs & other.macs:
        # A second interface of the same box, or a number that was never unique.
        return not rivals and same_model
    if not rivals and not other_model:
        return True
    # Relabelled, or called otherwise by a new firmware: a long number is counted by one maker.
    long = any(len(serial) >= LONG_SERIAL for serial in one.serials & other.serials)
    return long and rivals != other_model and (same_model or bool(one.vendors & other.vendors))


def _by_address(known: Sequence[Face], seen: Sequence[Face], found: Pairing) -> None:
    """What is left goes by address, where exactly one is left on both sides of it."""
    taken = set(found.known.values())
    held = _last_holders(known)
    asking: dict[str, list[Face]] = defaultdict(list)
    for one in seen:
        if one.key not in found.known:
            for address in one.addresses:
                asking[address].append(one)
    for address, askers in sorted(asking.items()):
        fits = [
            (each, one)
            for one in askers
            for each in held[address]
            if one.key not in found.known and each.key not in taken
        ]
        if len(fits) == 1 and agree("addresses", *fits[0]):
            each, one = fits[0]
            found.known[one.key] = each.key
            taken.add(each.key)


def _last_holders(known: Iterable[Face]) -> dict[str, list[Face]]:
    """Whoever had an address before its last holders has it no more."""
    held: dict[str, list[Face]] = defaultdict(list)
    for one in sorted(known, key=lambda each: each.last):
        for address in one.addresses:
            if held[address] and held[address][-1].last < one.last:
                held[address].clear()
            held[address].append(one)
    return held


def _merge(
    known: Sequence[Face],
    seen: Sequence[Face],
    shared: Mapping[str, frozenset[str]],
    found: Pairing,
) -> None:
    """Known devices that the run shows to be one: it sees their identities on the same box."""
    taken = set(found.known.values())
    holders: dict[tuple[str, str], list[Face]] = defaultdict(list)
    for one in known:
        for tier in TIERS[:3]:
            for value in one.values(tier):
                holders[tier, value].append(one)
    for one in seen:
        home = found.known.get(one.key)
        if home is None:
            continue
        for tier in TIERS[:3]:
            for value in one.values(tier) - shared[tier]:
                for each in _candidates(tier, holders[tier, value]):
                    if each.key not in taken and agree(tier, each, one):
                        found.merged[each.key] = home
                        taken.add(each.key)
