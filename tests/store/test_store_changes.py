"""What counts as a change between two runs, and what does not."""

import pytest
from store_help import CUT_SHORT, onvif, run, seen

from camfinder.document import ChangeDoc
from camfinder.store import changes, reading, runs, saying
from camfinder.store.content import Plan
from camfinder.store.database import Database, StoreError

AXIS = {"manufacturer": "AXIS", "model": "P3245-LV", "mac": "ac:cc:8e:10:20:30"}
SERIAL = {"manufacturer": "Vivotek", "model": "FD9369", "serial": "0002D1A9876"}
NARROW = Plan(targets=["10.0.0.0/25"], covers=[(4, "10.0.0.1", "10.0.0.126")])


def latest(store: Database) -> list[ChangeDoc]:
    """The changes of the last run."""
    with store.reading() as connection:
        return reading.changes_of(connection, runs.find(connection)) or []


def kinds(found: list[ChangeDoc]) -> list[tuple[str, str | None]]:
    """What happened, and to which field."""
    return [(change.kind, change.field) for change in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"firmware": "1.2"}, {"firmware": "1.25"}, [("changed", "firmware")]),
        ({"firmware": "V5.7.15"}, {"firmware": "V5.7.15 build 240201"}, []),
        ({"firmware": "1.2"}, {}, []),
        ({}, {"firmware": "1.2"}, []),
        ({"hostname": "Gate"}, {"hostname": "gate"}, []),
        ({"hostname": "gate"}, {"hostname": "yard"}, [("changed", "hostname")]),
        ({"model": "P3245-LV"}, {"model": "p3245 lv"}, []),
        ({"model": "P3245-LV"}, {"model": "P3245-LVE"}, [("changed", "model")]),
        ({"serial": "12345678"}, {"serial": "87654321"}, [("changed", "serial")]),
    ],
)
def test_values(
    store: Database,
    before: dict[str, str],
    after: dict[str, str],
    expected: list[tuple[str, str | None]],
) -> None:
    """Only what both runs learned is compared, and the same told otherwise is the same."""
    run(store, [onvif("10.0.0.1", **{**AXIS, **before})])
    run(store, [onvif("10.0.0.1", **{**AXIS, **after})], month=2)
    assert kinds(latest(store)) == expected


def test_ports_only_where_both_tried(store: Database) -> None:
    """A port that one run did not try has neither opened nor closed."""
    camera = [onvif("10.0.0.1", **AXIS)]
    run(store, camera, tried={"10.0.0.1": {80: "open", 554: "open", 23: "silent"}})
    run(store, camera, month=2, tried={"10.0.0.1": {80: "open", 23: "silent", 8080: "open"}})
    assert kinds(latest(store)) == []
    run(store, camera, month=3, tried={"10.0.0.1": {80: "open", 23: "open", 8080: "closed"}})
    (change,) = latest(store)
    assert (change.field, change.before, change.after) == ("ports", "8080/tcp", "23/tcp")


def test_more_addresses_are_no_move(store: Database) -> None:
    """A second interface, an IPv6 address that is or is not seen: the box did not move."""
    run(store, [onvif("10.0.0.1", **AXIS), onvif("fe80::1", **AXIS)])
    run(store, [onvif("10.0.0.1", **AXIS), onvif("10.0.0.77", **AXIS)], month=2)
    assert latest(store) == []
    run(store, [onvif("fe80::2", **AXIS)], month=3)
    assert latest(store) == []


def test_scope_decides_who_is_gone(store: Database) -> None:
    """Outside the scope of a run nobody is gone, and nobody appears who was met before."""
    both = [onvif("10.0.0.1", **AXIS), onvif("10.0.0.200", **SERIAL)]
    run(store, both)
    run(store, both[:1], month=2, plan=NARROW)
    assert latest(store) == []
    run(store, both, month=3)
    assert latest(store) == []
    run(store, both[:1], month=4)
    assert kinds(latest(store)) == [("gone", None)]
    run(store, both, month=5)
    assert kinds(latest(store)) == [("appeared", None)]


def test_a_run_cut_short_misses_nobody(store: Database) -> None:
    """Who was not seen in half a scan is not gone."""
    both = [onvif("10.0.0.1", **AXIS), onvif("10.0.0.2", **SERIAL)]
    run(store, both)
    run(store, both[:1], month=2, problems=(CUT_SHORT,))
    assert latest(store) == []


def test_captures_are_compared_with_captures(store: Database) -> None:
    """A replay says nothing about what a scan saw; two captures can be compared."""
    run(store, [onvif("10.0.0.1", **AXIS)])
    run(store, [onvif("10.0.0.2", **SERIAL)], month=2, mode="replay")
    with store.reading() as connection:
        assert reading.changes_of(connection, runs.find(connection)) is None
        device = reading.find_device(connection, "10.0.0.1")
        assert kinds([c for _, c in reading.history(connection, device)]) == [("appeared", None)]
    run(store, [onvif("10.0.0.1", **AXIS)], month=3, mode="replay")
    assert kinds(latest(store)) == [("appeared", None), ("gone", None)]


def test_one_range_at_two_sites(store: Database) -> None:
    """The same address, even the same box carried over, is another device at another site."""
    north = run(store, [onvif("10.0.0.1", **AXIS)], site="north")
    south = run(store, [onvif("10.0.0.1", **SERIAL)], site="south")
    assert (north.changes, south.changes) == (None, None)
    run(store, [onvif("10.0.0.1", **AXIS)], site="south", month=2)
    with store.reading() as connection:
        found = [reading.find_device(connection, "10.0.0.1", site) for site in ("north", "south")]
        assert found[0].id != found[1].id
        with pytest.raises(StoreError, match="--site"):
            reading.find_device(connection, AXIS["mac"])


def test_other_devices_are_told_on_request(store: Database) -> None:
    """What is no camera as far as anybody knows only counts where everything is asked for."""
    camera = onvif("10.0.0.1", **AXIS)
    run(store, [camera])
    run(store, [camera, seen("http", "10.0.0.2", title="Intranet")], month=2)
    with store.reading() as connection:
        before, after = runs.listing(connection)
        assert reading.compare(connection, before, after) == []
        found = reading.compare(connection, before, after, everything=True)
    assert kinds(found) == [("appeared", None)]


def test_a_better_name_keeps_the_earlier_one(store: Database) -> None:
    """A box known by its address first is the same when its MAC is seen, under both names."""
    first = run(store, [onvif("10.0.0.1", manufacturer="AXIS", model="P3245-LV")])
    assert first.devices[0].id == "ip-10.0.0.1"
    second = run(store, [onvif("10.0.0.1", **AXIS)], month=2)
    assert second.devices[0].id == "mac-accc8e102030"
    assert second.changes == []
    third = run(store, [onvif("10.0.0.1", manufacturer="AXIS", model="P3245-LV")], month=3)
    assert third.devices[0].id == "mac-accc8e102030"
    with store.reading() as connection:
        assert reading.find_device(connection, "ip-10.0.0.1").name == "mac-accc8e102030"
        again = reading.document(connection, runs.listing(connection)[0])
    assert again.devices[0].id == "mac-accc8e102030"


def test_several_boxes_behind_one_address(store: Database) -> None:
    """A recorder that answers for its cameras, forwarded ports: nobody is mixed up."""
    other = {"manufacturer": "AXIS", "model": "M3106-L", "mac": "ac:cc:8e:77:00:01"}
    both = [onvif("10.0.0.1", **AXIS), onvif("10.0.0.1", **other)]
    first = run(store, both)
    assert len(first.devices) == 2
    second = run(store, list(reversed(both)), month=2)
    assert {d.id for d in second.devices} == {d.id for d in first.devices}
    assert second.changes == []
    third = run(store, both[1:], month=3)
    assert kinds(third.changes or []) == [("gone", None)]


def test_two_boxes_that_are_one(store: Database) -> None:
    """A box met twice under weak names keeps one history, and what was said of it."""
    mac_only = {"manufacturer": "AXIS", "model": "P3245-LV", "mac": AXIS["mac"]}
    serial_only = {"manufacturer": "AXIS", "model": "P3245-LV", "serial": "B8A44F123456"}
    first = run(store, [onvif("10.0.0.1", **mac_only), onvif("10.0.0.2", **serial_only)])
    assert len(first.devices) == 2
    saying.say(store, "10.0.0.2", None, label="gate")
    run(store, [onvif("10.0.0.1", **{**mac_only, "serial": "B8A44F123456"})], month=2)
    assert [c for c in latest(store) if c.kind == "gone"] == []


def test_covers() -> None:
    """Spans are looked up by family and number."""
    spans = changes.spans_of(
        Plan(
            covers=[
                (4, "10.0.0.1", "10.0.0.9"),
                (4, "10.0.1.0", "10.0.1.0"),
                (6, "fd00::", "fd00::f"),
            ]
        )
    )
    inside = ("10.0.0.1", "10.0.0.9", "10.0.1.0", "fd00::f", "fd00::")
    outside = ("10.0.0.0", "10.0.0.10", "10.0.1.1", "fd00::10", "::a00:1", "x")
    assert all(changes.covers(spans, address) for address in inside)
    assert not any(changes.covers(spans, address) for address in outside)
