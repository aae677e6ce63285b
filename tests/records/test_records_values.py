"""Values of lists: what people and spreadsheets make of addresses, MACs and serial numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.records import values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10.0.0.5", ("10.0.0.5",)),
        (" 010.000.000.005 ", ("10.0.0.5",)),
        ("10.0.0.5/24", ("10.0.0.5",)),
        ("http://10.0.0.5:8080/doc/page", ("10.0.0.5",)),
        ("rtsp://user:pw@10.0.0.5:554/x", ("10.0.0.5",)),
        ("10.0.0.5, 10.0.0.6", ("10.0.0.5", "10.0.0.6")),
        ("10.0.0.5:80", ("10.0.0.5",)),
        ("fe80::1%eth0", ("fe80::1",)),
        ("[2001:DB8::1]:443", ("2001:db8::1",)),
        ("2001:db8:0:0::1/64", ("2001:db8::1",)),
        ("10.0.0.256", ()),
        ("0.0.0.0", ()),
        ("239.255.255.250", ()),
        ("5.7.15", ()),
        ("DHCP", ()),
    ],
)
def test_addresses(written: str, read: tuple[str, ...]) -> None:
    """Links, masks, ports, padding are taken off; versions and words are no addresses."""
    assert values.addresses(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("00:40:8C:00:00:01", "00:40:8c:00:00:01"),
        ("00-40-8c-00-00-01", "00:40:8c:00:00:01"),
        ("0040.8c00.0001", "00:40:8c:00:00:01"),
        ("00408C-000001", "00:40:8c:00:00:01"),
        ("00408C000001", "00:40:8c:00:00:01"),
        ("00 40 8C 00 00 01", "00:40:8c:00:00:01"),
        ("0:40:8c:0:0:1", "00:40:8c:00:00:01"),
        ("4005123456", "00:40:05:12:34:56"),
        ("OO:40:8C:00:00:0l", "00:40:8c:00:00:01"),
        ("MAC: 00:40:8c:00:00:01", "00:40:8c:00:00:01"),
        ("0100408c000001", "00:40:8c:00:00:01"),
        ("01-00-40-8c-00-00-01", "00:40:8c:00:00:01"),
        ("00:00:00:00:00:00", ""),
        ("ff:ff:ff:ff:ff:ff", ""),
        ("ACCC8E", ""),
        ("4.00512E+11", ""),
    ],
)
def test_macs(written: str, read: str) -> None:
    """Every usual spelling, zeros that a spreadsheet took, letters typed for digits, client ids."""
    assert "".join(values.macs(written)) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("B8A44F123456", "B8A44F123456"),
        ("0123456789", ""),
        ("00000000", ""),
        ("N/A", ""),
        ("unbekannt", ""),
        ("4.44E+14", ""),
        ("12", ""),
        ("'=A1", ""),
        ("To be filled by O.E.M.", ""),
    ],
)
def test_serials(written: str, read: str) -> None:
    """Placeholders, rounded numbers and words are no serial numbers."""
    assert values.serial(written) == read


def test_exports_come_back() -> None:
    """An apostrophe against formulas and escapes of control characters do not count."""
    assert values.cell("'=cmd") == "=cmd"
    assert values.cell("'Tor") == "'Tor"
    assert values.key("a\\x1b[31mb") == values.key("a\x1b[31mb")
    assert values.key("line\\nbreak") == values.key("line\nbreak")


@given(st.text(max_size=200))
def test_nothing_breaks_them(text: str) -> None:
    """Any text gives canonical values or none."""
    for mac in values.macs(text):
        assert len(mac) == 17
    for address in values.addresses(text):
        assert values.addresses(address) == (address,)
    assert values.serial(text) in {"", values.cell(text)}
