"""All records of one list against all devices: who is surely whom, and what stays open.

Each round pairs those that are each other's best by a margin; what that takes away makes the next
round clearer. A device is given to one record; further ones are of it only as its duplicates.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from camfinder.records.pair import (
    ACCEPT,
    MARGIN,
    STRONG,
    WIDE_MARGIN,
    Fit,
    Side,
    fit,
    same_box,
)

MAX_HOLDERS = 32
"""A value that more devices share finds none of them."""
MAX_MEANINGS = 2
"""A serial number in records of more different MACs and addresses is a placeholder."""
DOUBT = 3
"""What a near MAC is worth less where the exact one is another device's."""
MAX_ROUNDS = 50
CLEAR = 15
"""A record with a fit as good as this is not searched for typing errors."""

Fits = dict[int, Fit]
"""Number of a device to how well it fits."""


@dataclass(slots=True)
class Pairing:
    """Who is who, by numbers of records and devices.

    Attributes:
        paired: Record to device.
        duplicates: Record to the record whose device it describes, too.
        open: Record to the devices that it may be of.
    """

    paired: dict[int, int] = field(default_factory=dict)
    duplicates: dict[int, int] = field(default_factory=dict)
    open: dict[int, list[int]] = field(default_factory=dict)


def match(records: Sequence[Side], devices: Sequence[Side]) -> Pairing:
    """Pair the records of one list with devices."""
    records, devices = _without_placeholders(records), _without_shared(devices)
    index = Index(devices)
    fits = [index.fits(record) for record in records]
    found = Pairing()
    free = _free(fits)
    for _ in range(MAX_ROUNDS):
        new = _round(records, free) or _crossed(free)
        if not new:
            break
        found.paired.update(new)
        taken = set(new.values())
        for number in new:
            del free[number]
        for each in free.values():
            for device in taken & each.keys():
                del each[device]
    _leftovers(records, fits, free, found)
    return found


def _free(fits: Sequence[Fits]) -> dict[int, Fits]:
    return {
        number: {device: one for device, one in each.items() if one.firm}
        for number, each in enumerate(fits)
    }


def _round(records: Sequence[Side], free: dict[int, Fits]) -> dict[int, int]:
    """The pairs of which both sides prefer nobody else, by a margin."""
    wooers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, each in free.items():
        for device, one in each.items():
            wooers[device].append((-one.score, number))
    for listed in wooers.values():
        listed.sort()
    new: dict[int, int] = {}
    for number, each in free.items():
        choice = _choice(each)
        if choice is not None and _prefers(records, number, each[choice], wooers[choice]):
            new[number] = choice
    return new


def _crossed(free: dict[int, Fits]) -> dict[int, int]:
    """Records that only one another make unsure: siblings at each other's addresses.

    Each has a device by something that is given once, and its next best device is in the same way
    that of another one: only if all of them were wrong would it be otherwise.
    """
    best: dict[int, tuple[int, int | None]] = {}
    owner: dict[int, int] = {}
    for number, each in free.items():
        ranked = sorted(each.items(), key=lambda item: (-item[1].score, item[0]))[:3]
        sure = [one.once for _device, one in ranked[:2]] == [True, False]
        clear = len(ranked) > 1 and ranked[0][1].score > ranked[1][1].score
        third = len(ranked) < 3 or ranked[0][1].score - ranked[2][1].score >= MARGIN
        if sure and clear and third:
            best[number] = (ranked[0][0], ranked[1][0])
            if owner.setdefault(ranked[0][0], number) != number:
                owner[ranked[0][0]] = -1
    return {
        number: device
        for number, (device, next_) in best.items()
        if owner[device] == number and next_ is not None and owner.get(next_, -1) >= 0
    }


def _choice(fits: Fits) -> int | None:
    """The device that fits best, where it does so by a margin."""
    ranked = sorted(fits.items(), key=lambda item: (-item[1].score, item[0]))[:2]
    if not ranked:
        return None
    if len(ranked) == 2:
        best, next_ = ranked[0][1], ranked[1][1]
        margin = WIDE_MARGIN if best.once and next_.once else MARGIN
        if best.score - next_.score < margin:
            return None
    return ranked[0][0]


def _prefers(
    records: Sequence[Side], number: int, mine: Fit, wooers: list[tuple[int, int]]
) -> bool:
    """No other record fits the device about as well, except duplicates that come later."""
    for score, other in wooers:
        if other == number:
            continue
        if -score <= mine.score - MARGIN:
            return True
        first = -score > mine.score or (-score == mine.score and other < number)
        if first or not same_box(records[number], records[other]):
            return False
    return True


def _leftovers(
    records: Sequence[Side], fits: Sequence[Fits], free: dict[int, Fits], found: Pairing
) -> None:
    """Duplicates of paired records, and what stays open."""
    owner = {device: number for number, device in found.paired.items()}
    for number in free:
        ranked = sorted(fits[number].items(), key=lambda item: (-item[1].score, item[0]))
        for device, one in ranked:
            if device in owner and one.firm and _repeats(records, number, owner[device], one):
                found.duplicates[number] = owner[device]
                break
        else:
            candidates = [device for device, _one in ranked if device not in owner]
            if candidates:
                found.open[number] = candidates
    found.paired = dict(sorted(found.paired.items()))


def _repeats(records: Sequence[Side], number: int, owner: int, one: Fit) -> bool:
    return one.once or one.score >= STRONG or same_box(records[number], records[owner])


def _without_placeholders(records: Sequence[Side]) -> list[Side]:
    """Serial numbers, MACs and names that stand in records of several things are taken out."""
    kept = list(records)
    for name in ("serials", "macs", "names"):
        meanings: dict[str, set[object]] = defaultdict(set)
        for side in records:
            for value in getattr(side, name):
                other = side.addresses if name == "macs" else side.macs or side.addresses
                meanings[value].add(other)
        many = frozenset(value for value, held in meanings.items() if len(held) > MAX_MEANINGS)
        if many:
            kept = [replace(side, **{name: getattr(side, name) - many}) for side in kept]
    return kept


def _without_shared(devices: Sequence[Side]) -> list[Side]:
    """What several devices tell identifies none of them; their addresses stay (NAT)."""
    kept = list(devices)
    for name in ("serials", "uuids", "names", "macs"):
        count: dict[str, int] = defaultdict(int)
        for side in devices:
            for value in getattr(side, name):
                count[value] += 1
        many = frozenset(value for value, number in count.items() if number > 1)
        if many:
            kept = [replace(side, **{name: getattr(side, name) - many}) for side in kept]
    return kept


class Index:
    """Devices by everything that can find them."""

    def __init__(self, devices: Sequence[Side]) -> None:
        self._devices = devices
        self._by: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._near: dict[str, list[int]] = defaultdict(list)
        for number, side in enumerate(devices):
            for key in _keys(side):
                self._by[key].append(number)
            for mac in side.macs:
                for blurred in _blurred(mac):
                    self._near[blurred].append(number)

    def fits(self, record: Side) -> Fits:
        """The devices that the record may be of."""
        found = self._compared(record, self._holders(record))
        if any(record.macs & self._devices[number].macs for number in found):
            found = {number: _doubted(one) for number, one in found.items()}
        elif record.macs and max((one.score for one in found.values()), default=0) < CLEAR:
            near = {
                number
                for mac in record.macs
                for blurred in _blurred(mac)
                for number in self._near.get(blurred, ())
            }
            found.update(self._compared(record, near - found.keys()))
        return {number: one for number, one in found.items() if one.score >= ACCEPT}

    def _holders(self, record: Side) -> set[int]:
        found: set[int] = set()
        for key in _keys(record):
            holders = self._by.get(key, ())
            if len(holders) <= MAX_HOLDERS:
                found.update(holders)
        return found

    def _compared(self, record: Side, numbers: Iterable[int]) -> Fits:
        compared = ((number, fit(record, self._devices[number])) for number in sorted(numbers))
        return {number: one for number, one in compared if one.score >= ACCEPT}


def _doubted(one: Fit) -> Fit:
    """A near MAC where the exact one is somebody's: hardly a typing error."""
    return replace(one, score=one.score - DOUBT) if one.near else one


def _keys(side: Side) -> Iterator[tuple[str, str]]:
    """What finds a side: the sort of value, and the value."""
    for address in side.addresses:
        yield "address", address
    for mac in side.macs:
        yield "mac", mac
    for serial in side.serials:
        yield "serial", serial
        yield "mac", serial  # some makers' serial number is the MAC
        if len(serial) > 8:
            yield "tail", serial[-8:]
        elif len(serial) == 8:
            yield "tail", serial
    for uuid in side.uuids:
        yield "uuid", uuid
    for name in side.names:
        yield "name", name


def _blurred(mac: str) -> Iterator[str]:
    """Forms that MACs share which differ in one digit, or in the order of two neighbours."""
    for at in range(len(mac)):
        yield f"{mac[:at]}.{mac[at + 1 :]}"
    for at in range(len(mac) - 1):
        if mac[at] != mac[at + 1]:
            first, second = sorted(mac[at : at + 2])
            yield f"{mac[:at]}({first}{second}){mac[at + 2 :]}"
