"""Which observations are of the same box: identities, strongest first.

Payload MAC, serial number, endpoint UUID, address, and last the link-layer source, which may be a
router's. What many devices share (example serials, cloned UUIDs, locally administered MACs)
identifies nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from camfinder.match.merge import Says
from camfinder.match.names import bare
from camfinder.match.organisation import organisation
from camfinder.match.values import mac_identifies, mac_text, serial_identifies
from camfinder.model import Address, Evidence, Observation, Slot, Strength

Sighting = tuple[Observation, tuple[Evidence, ...]]
Heard = tuple[Observation, Sequence[Says]]
"""A sighting whose evidence may lack its source."""

LINK_FACTS = frozenset({"arp.mac", "ndp.mac"})
"""MACs that say who answers for an address on the wire: a router may do so for others."""

_TELL_MACS = frozenset({Slot.MAC, Slot.SERIAL})
"""Slots whose values hold the box's MAC: some makers use it as the serial number."""

MAX_OWN_ADDRESSES = 3
"""More IPv4 addresses behind one link-layer address belong to a router or proxy."""

MAX_MACS_PER_SERIAL = 2
"""One device may have a wired and a wireless interface; more share a cloned serial number."""


@dataclass(slots=True)
class Mark:
    """The identities that one sighting carries."""

    macs: set[str] = field(default_factory=set)
    serials: set[str] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    vendors: set[str] = field(default_factory=set)
    address: Address | None = None
    link: str | None = None


def mark(sighting: Heard) -> Mark:
    """Read the identities out of a sighting."""
    observation, evidence = sighting
    found = Mark(address=_usable(observation.address), link=_link(observation.mac))
    for item in evidence:
        if item.fact.key in LINK_FACTS:
            continue
        for slot, value in item.claims.items():
            if item.strengths[slot] >= Strength.FAMILY:
                _note(found, slot, value)
    return found


def _note(found: Mark, slot: Slot, value: str) -> None:
    """Keep a claim that identifies the box or its vendor."""
    if slot is Slot.MAC and mac_identifies(value):
        found.macs.add(value)
    elif slot is Slot.SERIAL and serial_identifies(value):
        found.serials.add(bare(value))
        mac = mac_text(value)
        if mac and mac_identifies(mac) and organisation(mac):
            found.macs.add(mac)
    elif slot is Slot.ENDPOINT_UUID:
        found.uuids.add(value)
    elif slot is Slot.MODEL:
        found.models.add(bare(value))
    elif slot is Slot.BRAND or slot is Slot.MAKER:
        found.vendors.add(value)


def _usable(address: Address | None) -> Address | None:
    """The address, unless no box can own it alone."""
    if address is None or address.is_unspecified or address.is_multicast:
        return None
    return address


def _link(mac: str | None) -> str | None:
    """The link-layer source, where it is of one interface."""
    return mac if mac and mac_identifies(mac) else None


@dataclass(slots=True)
class Box:
    """The sightings of one device."""

    sightings: list[int] = field(default_factory=list)
    macs: set[str] = field(default_factory=set)
    serials: set[str] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    vendors: set[str] = field(default_factory=set)
    addresses: set[Address] = field(default_factory=set)
    links: set[str] = field(default_factory=set)

    def take(self, other: "Box") -> None:
        """Everything of the other box is of this one."""
        self.sightings += other.sightings
        for name in ("macs", "serials", "uuids", "models", "vendors", "addresses", "links"):
            getattr(self, name).update(getattr(other, name))


def box_of(index: int, one: Mark) -> Box:
    """A box of one sighting."""
    return Box(
        [index],
        set(one.macs),
        set(one.serials),
        set(one.uuids),
        set(one.models),
        set(one.vendors),
        {one.address} if one.address else set(),
        {one.link} if one.link else set(),
    )


def macs_of(sightings: Iterable[Heard]) -> Box:
    """One box of all sightings as `whole`, of which only MACs and link-layer sources are told."""
    box = Box()
    for observation, evidence in sightings:
        found = Mark()
        for item in evidence:
            if item.fact.key not in LINK_FACTS:
                for slot in _TELL_MACS & item.claims.keys():
                    if item.strengths[slot] >= Strength.FAMILY:
                        _note(found, slot, item.claims[slot])
        box.macs |= found.macs
        if link := _link(observation.mac):
            box.links.add(link)
    return box


def whole(sightings: Iterable[Heard]) -> Box:
    """One box of all sightings, whatever identities they carry."""
    box = Box()
    for index, sighting in enumerate(sightings):
        box.take(box_of(index, mark(sighting)))
    return box


class Grouping:
    """Boxes being put together."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._parent = list(range(len(marks)))
        self._boxes = {index: box_of(index, one) for index, one in enumerate(marks)}

    def root(self, index: int) -> int:
        """The box that a sighting is in now."""
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, indices: Iterable[int]) -> None:
        """The boxes of these sightings are one."""
        roots = sorted({self.root(index) for index in indices})
        for other in roots[1:]:
            self._parent[other] = roots[0]
            self._boxes[roots[0]].take(self._boxes.pop(other))

    def boxes(self) -> list[Box]:
        """The boxes in order of their first sighting."""
        found = [self._boxes[root] for root in sorted(self._boxes)]
        for box in found:
            box.sightings.sort()
        return found

    def holders(self, name: str) -> dict[object, list[int]]:
        """Boxes by each of their identities of one sort; joining makes the answer stale."""
        found: dict[object, list[int]] = defaultdict(list)
        for root in sorted(self._boxes):
            for value in getattr(self._boxes[root], name):
                found[value].append(root)
        return found

    def shared(self, name: str) -> Iterator[tuple[object, list[int]]]:
        """Identities of one sort that several boxes hold, with those boxes as they are then."""
        for value, roots in self.holders(name).items():
            now = sorted({self.root(root) for root in roots})
            if len(now) > 1:
                yield value, now

    def box(self, root: int) -> Box:
        """The box of a root."""
        return self._boxes[root]


def routers(marks: Iterable[Mark]) -> frozenset[str]:
    """Link-layer addresses that stand for others: many addresses behind them, or public ones."""
    behind: dict[str, set[Address]] = defaultdict(set)
    for one in marks:
        if one.link and one.address:
            behind[one.link].add(one.address)
    return frozenset(mac for mac, addresses in behind.items() if _is_router(addresses))


def _is_router(addresses: set[Address]) -> bool:
    old = [address for address in addresses if address.version == 4]
    public = any(address.is_global for address in old)
    return public or len(old) > MAX_OWN_ADDRESSES


def group(marks: Sequence[Mark]) -> list[Box]:
    """The boxes that the sightings describe."""
    found = Grouping(marks)
    for _mac, roots in found.shared("macs"):
        found.join(roots)
    for _serial, roots in found.shared("serials"):
        _join_serial(found, roots)
    for _uuid, roots in found.shared("uuids"):
        # Some firmware ships one UUID in every unit: what else differs speaks against it.
        if all(len(_all(found, roots, name)) <= 1 for name in ("macs", "serials", "models")):
            found.join(roots)
    for _address, roots in found.shared("addresses"):
        _join_address(found, roots)
    foreign = routers(marks)
    owners = {str(mac): roots[0] for mac, roots in found.holders("macs").items()}
    for link, roots in found.holders("links").items():
        if link not in foreign:
            owner = [owners[str(link)]] if str(link) in owners else []
            _join_link(found, sorted({found.root(root) for root in roots + owner}))
    return found.boxes()


def _all(found: Grouping, roots: Iterable[int], name: str) -> set[object]:
    """The union of one sort of identity over boxes."""
    return {value for root in roots for value in getattr(found.box(root), name)}


def _join_serial(found: Grouping, roots: list[int]) -> None:
    """Boxes of one serial number are one where no vendor speaks against it."""
    if len(_all(found, roots, "macs")) > MAX_MACS_PER_SERIAL:
        return
    first = found.box(roots[0]).vendors
    same = [
        root
        for root in roots
        if not first or not found.box(root).vendors or first & found.box(root).vendors
    ]
    found.join(same)


def _join_address(found: Grouping, roots: list[int]) -> None:
    """What answers at one address is one box, unless different payload MACs say otherwise."""
    named = [root for root in roots if found.box(root).macs]
    rest = [root for root in roots if not found.box(root).macs]
    if len(named) <= 1:
        found.join(roots)
    elif rest:
        most = max(named, key=lambda root: (len(found.box(root).sightings), -root))
        found.join([most, *rest])


def _join_link(found: Grouping, roots: list[int]) -> None:
    """Boxes behind one interface are one, unless they differ in anything that identifies."""
    differ = any(len(_all(found, roots, name)) > 1 for name in ("macs", "serials", "uuids"))
    if len(roots) > 1 and not differ:
        found.join(roots)
