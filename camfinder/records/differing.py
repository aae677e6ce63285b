"""In which fields a record and the device it is of disagree.

Less precise is no disagreement: `P3245` says the same as `P3245-LVE`, `5.7` the same as `5.7.15`.
Names that people give are not compared; host names are.
"""

from camfinder.document import DeviceDoc, DifferenceDoc
from camfinder.records import values
from camfinder.records.pair import Side, model_agrees, serials_agree, vendors_agree
from camfinder.records.record import Record


def differences(record: Record, mine: Side, device: DeviceDoc, its: Side) -> list[DifferenceDoc]:
    """The fields that differ, in the order in which reports show them."""
    found = [
        _address(record, its),
        _set("mac", record.macs[:1], device.mac, mine.macs, its.macs),
        _serial(record, mine, device, its),
        _brand(record, mine, device, its),
        _text("model", record.model, device.model, model_agrees(mine.model, its.model)),
        _text("firmware", record.firmware, device.firmware, _firmware_agrees(record, device)),
        _text("hostname", record.hostname, device.hostname, _hosts_agree(record, device)),
    ]
    return [one for one in found if one is not None]


def _address(record: Record, its: Side) -> DifferenceDoc | None:
    """It is at none of its recorded addresses of a family that it has an address of."""
    for colon in (False, True):
        recorded = [each for each in record.addresses if (":" in each) is colon]
        seen = sorted(each for each in its.addresses if (":" in each) is colon)
        if recorded and seen:
            if set(recorded) & its.addresses:
                return None
            return DifferenceDoc(field="address", recorded=recorded[0], seen=seen[0])
    return None


def _set(
    field: str,
    recorded: tuple[str, ...],
    seen: str | None,
    mine: frozenset[str],
    its: frozenset[str],
) -> DifferenceDoc | None:
    if not (recorded and mine and its) or mine & its:
        return None
    return DifferenceDoc(field=field, recorded=recorded[0], seen=seen)


def _serial(record: Record, mine: Side, device: DeviceDoc, its: Side) -> DifferenceDoc | None:
    if not (record.serial and device.serial and its.serials):
        return None
    if serials_agree(mine.serials, its.serials | its.macs):
        return None
    return DifferenceDoc(field="serial", recorded=record.serial, seen=device.serial)


def _brand(record: Record, mine: Side, device: DeviceDoc, its: Side) -> DifferenceDoc | None:
    if not (device.brand and record.brand) or vendors_agree(mine.brands, its.brands):
        return None
    return DifferenceDoc(field="brand", recorded=record.brand, seen=device.brand)


def _text(field: str, recorded: str | None, seen: str | None, agrees: bool) -> DifferenceDoc | None:
    if not recorded or not seen or agrees:
        return None
    return DifferenceDoc(field=field, recorded=recorded, seen=seen)


def _firmware_agrees(record: Record, device: DeviceDoc) -> bool:
    """The same parts, as far as the less precise of the two goes."""
    mine = _parts(record.firmware or "")
    for written in (device.firmware, device.firmware_raw):
        theirs = _parts(written or "")
        shared = min(len(mine), len(theirs))
        if shared and mine[:shared] == theirs[:shared] and (shared > 1 or len(mine) == len(theirs)):
            return True
        if mine and "".join(mine) == "".join(theirs):
            return True
    return False


def _parts(version: str) -> list[str]:
    """`V5.7.15 build 240201` is `5`, `7`, `15`, `build`, `240201`; zeros in front do not count."""
    text = values.unescaped(version).casefold()
    words = "".join(char if char.isalnum() else " " for char in text).split()
    if words and words[0] in {"v", "version", "firmware", "fw", "ver"}:
        words = words[1:]
    if words and words[0][:1] == "v" and words[0][1:2].isdigit():
        words[0] = words[0][1:]
    return [word.lstrip("0") or "0" for word in words]


def _hosts_agree(record: Record, device: DeviceDoc) -> bool:
    mine, theirs = record.hostname or "", device.hostname or ""
    return values.hostname_key(mine) == values.hostname_key(theirs)
