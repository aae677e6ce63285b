"""Bosch RCP+ detection, both forms."""

from pathlib import Path

from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    attack,
    cases,
    check_broadcast,
    check_lazy,
    facts,
    named,
    silent,
)

from camfinder.probes.bosch_rcp import PROBE, REQUEST

BINARY = bytes.fromhex("9939a427 00000001 00075f000001 03ff c0000214 ffffff00 c0000201 00030071")
XML = (
    b'<?xml version="1.0"?><root xmlns="OEMExt00:device-1-0"><device>'
    b"<friendlyName>FLEXIDOME 9999</friendlyName><unitName>hall</unitName>"
    b"<serialNumber>044999999999990001</serialNumber><physAddress>00-07-5f-00-00-01</physAddress>"
    b"<unitIPAddress>192.0.2.20</unitIPAddress><HTTPPort>80</HTTPPort></device></root>"
)


def test_binary_answer() -> None:
    """MAC and address in network order."""
    assert facts(PROBE, frame(BINARY, 1757)) == {
        "bosch_rcp.answer": "binary",
        "bosch_rcp.mac": "00:07:5f:00:00:01",
        "bosch_rcp.address": "192.0.2.20",
    }


def test_xml_answer() -> None:
    """Product, serial, MAC, name."""
    found = facts(PROBE, frame(XML, 1757))
    assert found["bosch_rcp.model"] == "FLEXIDOME 9999"
    assert found["bosch_rcp.serial"] == "044999999999990001"
    assert found["bosch_rcp.mac"] == "00:07:5f:00:00:01"
    assert found["bosch_rcp.name"] == "hall"


def test_question() -> None:
    """Twelve bytes that name the port for the answer; hearing it gives nothing."""
    query = check_broadcast(PROBE, 1757, REQUEST)
    assert REQUEST[:4].hex() == "9939a427"
    assert REQUEST[8:].hex() == "ff0006de"
    assert len(REQUEST) == 12
    assert query.reply_ports == (1758,) == (int.from_bytes(REQUEST[10:], "big"),)
    assert silent(PROBE, frame(REQUEST, 1757))
    check_lazy(PROBE, named("bosch"))


def test_broken_and_other_messages() -> None:
    """Short answers are broken; other XML is not Bosch's."""
    rejects(PROBE, frame(BINARY[:20], 1757))
    rejects(PROBE, frame(b'<root xmlns="OEMExt00:device-1-0"><x/></root>', 1757))
    assert silent(PROBE, frame(b"<root><device/></root>", 1757))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says."""
    (payload,) = [data for line, data in cases(shared, "vendor-udp") if "bosch" in line["file"]]
    found = facts(PROBE, frame(payload, 1757))
    assert found["bosch_rcp.model"] == "Virtual (XML)"
    assert found["bosch_rcp.mac"] == "00:11:22:33:44:55"
    assert found["bosch_rcp.address"] == "240.0.7.1"


@FUZZ
@given(payload=damaged([BINARY, XML]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 1757))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(BINARY, 1757))
    attack(PROBE, frame(XML, 1757))
