"""What was said of a device by records, for a device that is described anew."""

from collections.abc import Iterable, Mapping

from camfinder.document import DeviceDoc, DeviceRecordDoc, RecordDoc
from camfinder.records.differing import differences
from camfinder.records.pair import device_side, record_side
from camfinder.records.record import Record
from camfinder.records.tables import NameVendor

DESCRIBED = frozenset({"serial", "brand", "model", "firmware"})
"""Fields that better fingerprints can change; the others stay as they were compared."""


def renewed(
    then: DeviceRecordDoc, records: Mapping[str, RecordDoc], now: DeviceDoc, vendor: NameVendor
) -> DeviceRecordDoc:
    """The same records of the same device; where they disagree is looked at anew.

    Args:
        then: What they said of the device as it was.
        records: Those of the document, by id.
        now: The device as it is described now.
        vendor: Knows vendors by their names.
    """
    if then.status not in {"recorded", "recorded-differently"}:
        return then
    its = device_side(now, vendor)
    of = [_record(records[each]) for each in then.records if each in records]
    fresh = (
        one
        for record in of
        for one in differences(record, record_side(record, vendor), now, its)
        if one.field in DESCRIBED
    )
    kept = (one for one in then.differs if one.field not in DESCRIBED)
    differs = list({(one.field, one.recorded): one for one in (*kept, *fresh)}.values())
    return DeviceRecordDoc(
        status="recorded-differently" if differs else "recorded",
        differs=differs,
        source=then.source,
        records=list(then.records),
    )


def by_id(records: Iterable[RecordDoc]) -> dict[str, RecordDoc]:
    """Records by their id."""
    return {record.id: record for record in records}


def _record(told: RecordDoc) -> Record:
    return Record(
        source=told.source,
        row=told.row,
        macs=(told.mac,) if told.mac else (),
        serial=told.serial,
        brand=told.brand,
        model=told.model,
        firmware=told.firmware,
    )
