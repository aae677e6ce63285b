"""How well a record fits a device: what agrees speaks for, what differs speaks against.

The weights are logarithms of odds, roughly: a MAC that agrees by chance is rarer than a serial
number, an address is given to somebody else sooner or later, names are copied. A near MAC (one
digit wrong, or two neighbours swapped) is a typing error or a sibling of the same delivery: it
needs more to agree.

| agrees | for | differs | against |
|---|---|---|---|
| MAC | 12 | MAC | 14; 6 where serial number or UUID agree |
| serial number, UUID | 11 | serial number | 14; 6 where the MAC agrees |
| address | 6 | address | 1 |
| name or host name | 6 | | |
| near MAC | 5 | | |
| near serial number | 3 | | |
| near model | 0 | | |
| model (contained in the other) | 2 (1) | model | 2 |
| brand or maker | 1 | brand | 6 |
"""

from collections.abc import Iterable
from dataclasses import dataclass

from camfinder.document import DeviceDoc
from camfinder.records import values
from camfinder.records.record import Record
from camfinder.records.tables import NameVendor

ACCEPT = 4
"""From this sum on a record may be of the device."""
STRONG = 10
"""From this sum on it is, whatever else there is."""
MARGIN = 4
"""By so much the best device must be better than the next."""
WIDE_MARGIN = 8
"""The same, where both are found by something that is given only once."""

_SURE = frozenset({"declared", "distinct", "family"})
_SIBLING_DIGITS = 9
"""Of twelve digits; MACs of one delivery differ in the last three."""
_TAIL = 9
"""Some makers write the last nine characters of the serial number on the label."""

MAC_CHARS = 12


@dataclass(frozen=True, slots=True)
class Side:
    """What a record or a device can be recognised by, in the form that is compared.

    Attributes:
        macs: Twelve digits each.
        serials: Letters and digits; of a device also its MACs, which some makers use for it.
        names: Names and host names.
        brands: Vendor ids, or names where nobody knows them.
        labelled: The brand itself is known, not only the maker.
    """

    addresses: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    uuids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    model: str = ""
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one record fits one device.

    Attributes:
        score: The sum of the weights.
        once: A MAC, serial number or UUID agrees.
        firm: Enough agrees to be neither a sibling of the same delivery nor a successor at the
            same address.
        near: A near MAC counts in it.
    """

    score: int
    once: bool
    firm: bool
    near: bool = False


def record_side(record: Record, vendor: NameVendor) -> Side:
    """What a record can be recognised by."""
    serials = {values.key(record.serial)} if record.serial else set()
    names = {values.hostname_key(n) for n in (record.name, record.hostname) if n}
    names |= {values.key(n) for n in (record.name,) if n}
    return Side(
        addresses=frozenset(record.addresses),
        macs=frozenset(mac.replace(":", "") for mac in record.macs),
        serials=frozenset(serials - {""}),
        uuids=frozenset(filter(None, (values.uuid_key(record.uuid or ""),))),
        names=frozenset(name for name in names if len(name) >= 3),
        brands=_vendors((record.brand,), vendor),
        model=values.key(record.model or ""),
        labelled=bool(record.brand),
    )


def device_side(device: DeviceDoc, vendor: NameVendor) -> Side:
    """What a device can be recognised by; hints do not count."""
    macs = {values.bare(mac) for mac in (device.mac, *_claimed(device, "mac")) if mac}
    written = (device.serial, *_claimed(device, "serial"))
    serials = {values.key(s) for s in written if s and values.serial_identifies(s)}
    model = values.key(device.model or "")
    hosts = [host for host in (device.hostname, *_claimed(device, "hostname")) if host]
    names = {values.hostname_key(host) for host in hosts}
    if not macs:
        # Host names as they leave the factory end in the MAC; a successor may have been given
        # the name of the one before, so that a MAC of its own counts for more.
        macs = {name[-MAC_CHARS:] for name in names if _is_mac(name[-MAC_CHARS:])}
    return Side(
        addresses=frozenset(filter(None, (device.address, *device.addresses))),
        macs=frozenset(macs | {each for each in serials if _is_mac(each)}),
        serials=frozenset(serials),
        uuids=frozenset(filter(None, (values.uuid_key(device.endpoint_uuid or ""),))),
        names=frozenset(name for name in names if len(name) >= 3 and name != model),
        brands=_vendors((device.brand, device.maker), vendor),
        model=model,
        labelled=bool(device.brand),
    )


def _claimed(device: DeviceDoc, slot: str) -> list[str]:
    return [claim.value for claim in device.claims.get(slot, []) if claim.strength in _SURE]


def _is_mac(text: str) -> bool:
    """Twelve hexadecimal digits with a letter: decimal ones are serial numbers."""
    return (
        len(text) == MAC_CHARS
        and not text.isdecimal()
        and not text.strip("0123456789abcdef")
        and not int(text[:2], 16) & 1
    )


def _vendors(names: Iterable[str | None], vendor: NameVendor) -> frozenset[str]:
    return frozenset(vendor(name) or values.key(name) for name in names if name) - {""}


def fit(record: Side, device: Side) -> Fit:
    """How well they fit."""
    same_mac = bool(record.macs & device.macs or record.serials & device.macs)
    same_serial = serials_agree(record.serials, device.serials) or bool(record.uuids & device.uuids)
    same_address = bool(record.addresses & device.addresses)
    same_name = bool(record.names & device.names)
    model = _model(record.model, device.model)
    score = _texts(record, device, model)
    score += 6 * same_address - (not same_address and _families_meet(record, device))
    score += 6 * same_name
    # A serial number that is the MAC is no second witness.
    own = record.serials - record.macs
    serial_differs = bool(own and device.serials) and not same_serial and not same_mac
    near, typed = 0, False
    if same_mac:
        score += 12
    elif record.macs and device.macs:
        near, typed = (0, False) if serial_differs else _near_mac(record.macs, device.macs)
        score += near or (-6 if same_serial else -14)
    if same_serial:
        score += 11
    elif serial_differs or (same_mac and _serials_differ(record, device)):
        close = not record.macs or not device.macs
        near_serial = close and _near_any(record.serials, device.serials)
        score += 3 if near_serial else -6 if same_mac else -14
    once = same_mac or same_serial
    firm = once or same_name or (same_address and model >= 0) or (typed and model > 0)
    return Fit(score, once, firm, near > 0)


def _serials_differ(record: Side, device: Side) -> bool:
    """Both have serial numbers besides MACs, and no common one."""
    mine, theirs = record.serials - device.macs, device.serials - device.macs
    return bool(mine and theirs) and not serials_agree(mine, theirs)


def _texts(record: Side, device: Side, model: int) -> int:
    """Model and brand."""
    score = model
    if record.brands and device.brands:
        if vendors_agree(record.brands, device.brands):
            score += 1
        elif device.labelled:
            score -= 6
    return score


def vendors_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """A name is the other, or its beginning: `hikvision`, `hikvisiondigital`."""
    return bool(one & other) or any(
        min(len(a), len(b)) >= 4 and (a.startswith(b) or b.startswith(a))
        for a in one
        for b in other
    )


def _model(recorded: str, seen: str) -> int:
    if not recorded or not seen:
        return 0
    if recorded == seen:
        return 2
    short, long = sorted((recorded, seen), key=len)
    if len(short) >= 3 and short in long:
        return 1
    return 0 if len(short) >= 5 and _near_text(recorded, seen) else -2


def model_agrees(recorded: str, seen: str) -> bool:
    """One model is the other, or a part of it."""
    return _model(recorded, seen) > 0


def _families_meet(record: Side, device: Side) -> bool:
    """Both have an address of the same family: only then do they differ in it."""
    mine = {":" in address for address in record.addresses}
    return any((":" in address) in mine for address in device.addresses)


def serials_agree(recorded: frozenset[str], seen: frozenset[str]) -> bool:
    """One is the other, its end, or the same with letters read as digits."""
    if recorded & seen:
        return True
    return any(
        (min(len(a), len(b)) >= 8 and (a.endswith(b) or b.endswith(a))) or _alike(a) == _alike(b)
        for a in recorded
        for b in seen
    )


def _alike(serial: str) -> str:
    """Letters that are read as digits, as those digits."""
    return serial.replace("o", "0").replace("i", "1").replace("l", "1")


def _near_mac(recorded: frozenset[str], seen: frozenset[str]) -> tuple[int, bool]:
    """The weight of a near MAC, and whether the wrong digit is one that siblings share."""
    best = (0, False)
    for one in recorded:
        for other in seen:
            places = [at for at in range(min(len(one), len(other))) if one[at] != other[at]]
            if len(one) == len(other) and _one_slip(one, other, places):
                best = max(best, (5, places[0] < _SIBLING_DIGITS))
    return best


def _one_slip(one: str, other: str, places: list[int]) -> bool:
    """One character is wrong, or two neighbours are swapped."""
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


def _near_any(recorded: frozenset[str], seen: frozenset[str]) -> bool:
    return any(_near_text(one, other) for one in recorded for other in seen if len(one) >= 6)


def _near_text(one: str, other: str) -> bool:
    """One slip, or one character left out."""
    if len(one) == len(other):
        places = [at for at in range(len(one)) if one[at] != other[at]]
        return _one_slip(one, other, places)
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) != 1:
        return False
    at = next((at for at in range(len(short)) if short[at] != long[at]), len(short))
    return short[at:] == long[at + 1 :]


def same_box(one: Side, other: Side) -> bool:
    """Two records are of one device: nothing differs, and something that is given once agrees.

    An address is enough where no name says otherwise.
    """
    differ = any(
        mine and theirs and not mine & theirs
        for mine, theirs in ((one.macs, other.macs), (one.serials, other.serials))
    )
    if differ:
        return False
    if one.macs & other.macs or one.serials & other.serials or one.uuids & other.uuids:
        return True
    named_otherwise = one.names and other.names and not one.names & other.names
    same_place = one.addresses & other.addresses or one.names & other.names
    return bool(same_place) and not named_otherwise
