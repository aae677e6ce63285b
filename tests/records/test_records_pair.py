"""How well one record fits one device."""

from typing import Any

import pytest
from books import device

from camfinder.records.pair import ACCEPT, device_side, fit, record_side, same_box
from camfinder.records.record import Record
from camfinder.records.tables import nobody

MAC, SIBLING, OTHER = "00:40:8c:00:00:01", "00:40:8c:00:00:02", "44:19:b6:aa:bb:cc"
SEEN: dict[str, Any] = {
    "address": "10.0.0.5", "mac": MAC, "brand": "Axis", "model": "P3245-V",
    "serial": "B8A44F123457", "hostname": "tor-1",
}  # fmt: skip


def score(seen: dict[str, Any], **recorded: Any) -> tuple[int, bool]:
    """The score of a record, and whether it is firm."""
    record = Record(source="x", **recorded)
    found = fit(record_side(record, nobody), device_side(device(**seen), nobody))
    return found.score, found.firm and found.score >= ACCEPT


@pytest.mark.parametrize(
    "recorded",
    [
        {"macs": (MAC,)},
        {"macs": (MAC,), "addresses": ("10.9.9.9",)},
        {"macs": (MAC,), "addresses": ("10.9.9.9",), "serial": "WRONG12345"},
        {"serial": "B8A44F123457", "addresses": ("10.9.9.9",)},
        {"serial": "XXAWRRB8A44F123457"},
        {"serial": "B8A44FI23457", "brand": "Axis"},
        {"addresses": ("10.0.0.5",)},
        {"addresses": ("10.0.0.5",), "macs": (SIBLING,), "model": "P3245"},
        {"addresses": ("10.0.0.5",), "macs": ("00:04:8c:00:00:01",)},
        {"macs": ("01:40:8c:00:00:01",), "model": "AXIS P3245-V"},
        {"name": "Tor 1"},
        {"hostname": "tor-1.example.org", "addresses": ("10.9.9.9",)},
        {"addresses": ("10.0.0.5", "10.1.0.5"), "model": "P3254-V"},
    ],
)
def test_the_same(recorded: dict[str, Any]) -> None:
    """One key that agrees is enough, as long as nothing given once differs."""
    assert score(SEEN, **recorded)[1]


@pytest.mark.parametrize(
    "recorded",
    [
        {"addresses": ("10.0.0.5",), "macs": (OTHER,)},
        {"addresses": ("10.0.0.5",), "macs": (OTHER,), "model": "P3245-V", "name": "Tor 1"},
        {"addresses": ("10.0.0.5",), "serial": "ZZZZ99999999"},
        {"addresses": ("10.0.0.5",), "brand": "Hikvision"},
        {"addresses": ("10.0.0.5",), "model": "Q6135-LE"},
        {"addresses": ("10.0.0.5",), "macs": (SIBLING,), "serial": "ZZZZ99999999"},
        {"macs": (SIBLING,), "model": "P3245-V", "addresses": ("10.9.9.9",)},
        {"macs": ("00:40:8c:00:01:11",), "addresses": ("10.9.9.9",)},
        {"model": "P3245-V", "brand": "Axis"},
    ],
)
def test_not_surely_the_same(recorded: dict[str, Any]) -> None:
    """Another MAC, serial number, brand or model at the address; a sibling of the delivery."""
    assert not score(SEEN, **recorded)[1]


def test_serial_numbers_that_are_macs() -> None:
    """Some makers' serial number is the MAC: either side may know only one of the two."""
    serial_only = {**SEEN, "mac": None, "serial": "00408C00000A", "hostname": None}
    assert score(serial_only, macs=("00:40:8c:00:00:0a",), addresses=("10.9.9.9",))[1]
    assert score(SEEN, serial="00408C000001", addresses=("10.9.9.9",))[1]


def test_placeholders_identify_nothing() -> None:
    """A serial number that firmware ships neither joins nor parts."""
    placeholder = {**SEEN, "serial": "0123456789"}
    assert score(placeholder, addresses=("10.0.0.5",), serial="REAL123456")[1]
    assert not score(placeholder, serial="0123456789")[1]


def test_two_rows_of_one_device() -> None:
    """They share what is given once, or the address where no name says otherwise."""

    def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
        sides = (record_side(Record(source="x", **each), nobody) for each in (one, other))
        return same_box(*sides)

    here: dict[str, Any] = {"addresses": ("10.0.0.5",)}
    assert same({"macs": (MAC,)}, {"macs": (MAC,), **here})
    assert same(here, {**here, "name": "Tor"})
    assert not same({**here, "name": "Hof"}, {**here, "name": "Tor"})
    assert not same({**here, "macs": (MAC,)}, {**here, "macs": (OTHER,)})
