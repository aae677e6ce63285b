"""What records said of a device, after better fingerprints described it otherwise."""

from books import device

from camfinder.document import DeviceRecordDoc, DifferenceDoc, RecordDoc
from camfinder.records.renewing import by_id, renewed
from camfinder.records.tables import nobody

RECORDS = by_id([RecordDoc(id="r1", source="l.csv", status="seen", model="P3245", firmware="10.1")])
HOST = DifferenceDoc(field="hostname", recorded="gate", seen="door")
THEN = DeviceRecordDoc(
    status="recorded-differently",
    differs=[DifferenceDoc(field="model", recorded="P3245", seen="Q1615"), HOST],
    source="l.csv",
    records=["r1"],
)


def test_what_is_described_anew_is_compared_anew() -> None:
    """The model agrees now, the firmware does not; the host name stays as it was compared."""
    now = device(address="10.0.0.1", brand="Axis", model="P3245-LVE", firmware="9.8")
    told = renewed(THEN, RECORDS, now, nobody)
    assert told.status == "recorded-differently"
    assert [one.field for one in told.differs] == ["hostname", "firmware"]
    assert (told.records, told.source) == (["r1"], "l.csv")


def test_nothing_differs_any_more() -> None:
    """Then it is recorded as it is."""
    then = DeviceRecordDoc(status=THEN.status, differs=THEN.differs[:1], records=["r1"])
    told = renewed(then, RECORDS, device(address="10.0.0.1", model="P3245-LVE"), nobody)
    assert (told.status, told.differs) == ("recorded", [])


def test_what_has_no_record_stays_so() -> None:
    """Unrecorded and ambiguous are no matter of what it is called."""
    for status in ("unrecorded", "ambiguous"):
        then = DeviceRecordDoc(status=status)
        assert renewed(then, RECORDS, device(address="10.0.0.1"), nobody) is then
