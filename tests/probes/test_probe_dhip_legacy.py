"""The binary search protocol before DHIP."""

from ipaddress import ip_address
from pathlib import Path

from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Target
from camfinder.probes.dhip_legacy import PROBE


def answer() -> bytes:
    """An answer laid out as the table says."""
    section = b"4c:11:bf:00:00:01NDH-4\x00\x00"
    fixed = bytearray(0x78)
    fixed[0] = 0xB3
    fixed[2] = len(section)
    fixed[4] = 0x58
    fixed[0x10] = 2
    fixed[0x28:0x2C] = b"NDVR"
    fixed[0x38:0x3C] = ip_address("192.0.2.10").packed
    fixed[0x62:0x64] = (37777).to_bytes(2, "little")
    text = (
        b"Name:Hall\r\nDevice:NDH-4X\r\nIPv6Addr:2001:db8::1/64;gateway:::\r\nSerialNo:S1\r\n\r\n"
    )
    return bytes(fixed) + section + text


def test_answer() -> None:
    """Model, MAC, address, port and the lines of text."""
    found = one(PROBE, frame(answer(), 5050))
    assert found.first("dhip.mac") == "4c:11:bf:00:00:01"
    assert found.all("dhip.model") == ("NDH-4",)
    assert found.first("dhip.class") == "NDVR"
    assert found.all("dhip.address") == ("192.0.2.10", "2001:db8::1")
    assert found.first("dhip.port") == "37777"
    assert found.first("dhip.name") == "Hall"
    assert found.first("dhip.serial") == "S1"


def test_what_gives_nothing() -> None:
    """The search, other ports, other bytes; a cut answer is broken."""
    (query,) = PROBE.discover(Target(ip_address("192.0.2.1"), "eth0"))
    assert query.payload == bytes.fromhex("a3010001" + "00" * 12 + "02" + "00" * 15)
    assert not read(PROBE, frame(query.payload, 5050))
    assert not read(PROBE, frame(answer(), 5051))
    assert not read(PROBE, frame(b"", 5050))
    assert not list(PROBE.discover(Target(ip_address("fe80::1"), "eth0")))
    rejects(PROBE, frame(answer()[:0x80], 5050))


def test_cuts() -> None:
    """An answer cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(answer(), 5050))


@settings(max_examples=100)
@given(data=damaged([answer()]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 5050))


def test_real_message(shared: Path) -> None:
    """The collected answer gives what its truth states."""
    data = (shared / "messages" / "dhip" / "dahua-v1-binary-udp5050.bin").read_bytes()
    found = one(PROBE, frame(data, 5050, source=None))
    assert found.first("dhip.model") == "Virtual"
    assert found.first("dhip.mac") == "00:11:22:33:44:55"
    assert found.first("dhip.address") == "240.0.3.0"
    assert found.first("dhip.serial") == "123456789"
