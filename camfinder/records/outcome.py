"""What lists and devices say of each other, written into the document."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from camfinder.document import DeviceDoc, DeviceRecordDoc, Document, RecordDoc
from camfinder.records.differing import differences
from camfinder.records.matching import MAX_HOLDERS, Pairing, match
from camfinder.records.pair import Side, device_side, record_side
from camfinder.records.record import Known, Record
from camfinder.records.tables import NameVendor, nobody

InScope = Callable[[str], bool | None]
"""Whether an address was asked in the run; None where the run asked nobody (a replay)."""

MAX_SHOWN = 16
"""Candidates of an ambiguous pairing that are listed."""
MAX_TEXT = 4_096


def unknown_scope(_address: str) -> bool | None:
    """The scope of a run that asked nobody."""
    return None


@dataclass(slots=True)
class _Told:
    """What all lists together say of one device."""

    of: list[tuple[RecordDoc, Record, Side]] = field(default_factory=list)
    again: list[tuple[RecordDoc, Record, Side]] = field(default_factory=list)
    maybe: list[str] = field(default_factory=list)


def reconcile(
    document: Document,
    lists: Sequence[Known],
    vendor: NameVendor = nobody,
    in_scope: InScope = unknown_scope,
) -> None:
    """Compare the devices with the lists; replaces what the document held of records.

    Every device gets a `record`, every record becomes one of `document.records`. Each list is
    paired by itself: two lists that name the same device do not rival each other.

    Args:
        document: Changed in place.
        lists: What was read from the user's files; none leaves the document as it is.
        vendor: Knows vendors by their names.
        in_scope: Whether an address was asked.
    """
    if not lists:
        return
    devices = document.devices
    sides = [device_side(device, vendor) for device in devices]
    told = [_Told() for _ in devices]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, side in enumerate(sides):
        for address in side.addresses:
            holders[address].append(number)
    document.records = []
    for known in lists:
        here = [_of_site(record, document.run.site) for record in known.records]
        mine = [record_side(record, vendor) for record in here]
        made = _Made(document, known.records, here, mine, match(mine, sides), holders, in_scope)
        for number, record in enumerate(known.records):
            doc = made.record(number, record)
            document.records.append(doc)
            _tell(told, number, (doc, record, mine[number]), made.pairing)
    for device, side, one in zip(devices, sides, told, strict=True):
        device.record = _device_record(device, side, one)


def _of_site(record: Record, site: str | None) -> Record:
    """At another site the same address is somebody else's: it finds nothing here."""
    if not _elsewhere(record, site):
        return record
    return replace(record, addresses=(), name=None, hostname=None)


def _elsewhere(record: Record, site: str | None) -> bool:
    return bool(site and record.site and site.casefold() != record.site.casefold())


def _tell(
    told: Sequence[_Told], number: int, row: tuple[RecordDoc, Record, Side], pairing: Pairing
) -> None:
    if number in pairing.paired:
        told[pairing.paired[number]].of.append(row)
    elif number in pairing.duplicates:
        told[pairing.paired[pairing.duplicates[number]]].again.append(row)
    for device in pairing.open.get(number, ()):
        told[device].maybe.append(row[0].id)


@dataclass(slots=True)
class _Made:
    """The documents of one list's records."""

    document: Document
    known: Sequence[Record]
    here: Sequence[Record]
    sides: Sequence[Side]
    pairing: Pairing
    holders: dict[str, list[int]]
    in_scope: InScope
    first: int = -1

    def record(self, number: int, record: Record) -> RecordDoc:
        """What became of a record."""
        if self.first < 0:
            self.first = len(self.document.records)
        status, numbers, note = self._status(number)
        notes = [*record.notes, *([note] if note else [])]
        return RecordDoc(
            id=f"r{self.first + number + 1}",
            source=_cut(record.source) or "",
            row=record.row,
            status=status,
            in_scope=self._asked(record),
            name=_cut(record.name or record.hostname),
            address=record.addresses[0] if record.addresses else None,
            mac=record.macs[0] if record.macs else None,
            serial=_cut(record.serial),
            brand=_cut(record.brand),
            model=_cut(record.model),
            firmware=_cut(record.firmware),
            location=_cut(record.location),
            devices=[self.document.devices[each].id for each in numbers[:MAX_SHOWN]],
            note=_cut("; ".join(notes)) or None,
        )

    def _status(self, number: int) -> tuple[str, list[int], str]:
        """Status, devices, and why."""
        pairing = self.pairing
        if number in pairing.paired:
            return "seen", [pairing.paired[number]], ""
        if number in pairing.duplicates:
            owner = pairing.duplicates[number]
            note = f"the same device as r{self.first + owner + 1}"
            return "seen", [pairing.paired[owner]], note
        record = self.here[number]
        if number in pairing.open:
            return "ambiguous", pairing.open[number], self._why(number)
        answering = sorted({d for a in record.addresses for d in self.holders.get(a, ())})
        if answering:
            crowd = len(answering) > MAX_HOLDERS
            who = f"{len(answering)} devices answer" if crowd else "another device answers"
            status = "ambiguous" if crowd else "answered-otherwise"
            return status, answering, f"{who} at its address"
        usable = record.addresses or record.macs or record.serial or record.uuid or record.hostname
        if not usable and record is self.known[number]:
            return "ambiguous", [], "nothing in it that could find a device"
        return "not-seen", [], ""

    def _why(self, number: int) -> str:
        count = len(self.pairing.open[number])
        if count == 1:
            return "too little agrees to be sure, or other records fit the device as well"
        return f"{count} devices fit about equally well"

    def _asked(self, record: Record) -> bool | None:
        if _elsewhere(record, self.document.run.site):
            return False
        asked = [self.in_scope(address) for address in record.addresses]
        if not asked or None in asked:
            return None
        return any(asked)


def _device_record(device: DeviceDoc, side: Side, told: _Told) -> DeviceRecordDoc:
    """What the lists say of a device."""
    if not told.of:
        status = "ambiguous" if told.maybe else "unrecorded"
        return DeviceRecordDoc(status=status, records=told.maybe[:MAX_SHOWN])
    rows = [*told.of, *told.again]
    differs = {
        (one.field, one.recorded): one
        for _doc, record, mine in rows
        for one in differences(record, mine, device, side)
    }
    return DeviceRecordDoc(
        status="recorded-differently" if differs else "recorded",
        differs=list(differs.values()),
        source=", ".join(dict.fromkeys(doc.source for doc, _record, _side in rows)),
        records=[doc.id for doc, _record, _side in rows][:MAX_SHOWN],
    )


def _cut(text: str | None) -> str | None:
    """At most so much, without lone surrogates, which JSON does not have."""
    if text is None:
        return None
    return text[:MAX_TEXT].encode("utf-8", "replace").decode()
