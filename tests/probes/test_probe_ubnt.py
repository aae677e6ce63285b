"""Ubiquiti discovery, both versions."""

from pathlib import Path

from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    TARGET,
    asked,
    attack,
    banners,
    cases,
    check_lazy,
    facts,
    named,
    seen,
    silent,
)

from camfinder.model import Transport
from camfinder.probes.ubnt import PROBE


def record(kind: int, value: bytes) -> bytes:
    """One record."""
    return bytes([kind]) + len(value).to_bytes(2, "big") + value


MAC = bytes.fromhex("e063da000001")
BODY = (
    record(0x02, MAC + bytes([192, 0, 2, 20]))
    + record(0x0B, b"porch")
    + record(0x03, b"UVC.S9.v4.99.1.0")
    + record(0x0A, (3600).to_bytes(4, "big"))
)
V1 = b"\x01\x00" + len(BODY + record(0x14, b"UVC G9")).to_bytes(2, "big") + BODY
V1 += record(0x14, b"UVC G9")
V2 = b"\x02\x06" + len(BODY + record(0x15, b"UVC-G9")).to_bytes(2, "big") + BODY
V2 += record(0x15, b"UVC-G9")


def test_version_1() -> None:
    """MAC, address, firmware, name, model."""
    assert facts(PROBE, frame(V1, 10_001)) == {
        "ubnt.answer": "v1",
        "ubnt.mac": "e0:63:da:00:00:01",
        "ubnt.address": "192.0.2.20",
        "ubnt.name": "porch",
        "ubnt.firmware": "UVC.S9.v4.99.1.0",
        "ubnt.uptime": "3600",
        "ubnt.model": "UVC G9",
    }


def test_version_2() -> None:
    """The model is in another record."""
    found = facts(PROBE, frame(V2, 10_001))
    assert (found["ubnt.answer"], found["ubnt.model"]) == ("v2", "UVC-G9")


def test_bytes_behind_the_length_are_ignored() -> None:
    """The head says how much belongs to the answer."""
    assert facts(PROBE, frame(V1 + b"\x0b\x00\x01x", 10_001))["ubnt.name"] == "porch"


def test_questions_are_silent() -> None:
    """Both questions, and other datagrams on that port."""
    for payload in (b"\x01\x00\x00\x00", b"\x02\x08\x00\x00", b"hello there", b""):
        assert silent(PROBE, frame(payload, 10_001))


def test_cut_answer_is_broken() -> None:
    """An answer shorter than its head says."""
    rejects(PROBE, frame(V1[:-3], 10_001))


def test_questions_are_these_bytes() -> None:
    """Group and broadcast, both versions; unicast where a vendor is named."""
    sent = [(str(t), a, p, d.hex()) for t, a, p, d in asked(PROBE.discover(TARGET))]
    assert sent == [
        ("multicast", "233.89.188.1", 10_001, "01000000"),
        ("broadcast", "255.255.255.255", 10_001, "01000000"),
        ("multicast", "233.89.188.1", 10_001, "02080000"),
        ("broadcast", "255.255.255.255", 10_001, "02080000"),
    ]
    check_lazy(PROBE, named("ubiquiti"))
    follow = asked(PROBE.follow_ups(seen(), named("ubiquiti")))
    assert [(t, d.hex()) for t, _, _, d in follow] == [
        (Transport.UDP, "01000000"),
        (Transport.UDP, "02080000"),
    ]


def test_recorded_answers(shared: Path) -> None:
    """The recorded answer, its form in hexadecimal, and a version text alone."""
    ((line, payload),) = cases(shared, "ubnt")
    (truth,) = line["expect"]["devices"]
    found = facts(PROBE, frame(payload, 10_001))
    assert found["ubnt.product"] == truth["model"]
    assert found["ubnt.firmware"] == truth["firmware"]
    assert (found["ubnt.mac"], found["ubnt.address"]) == (truth["mac"], truth["ip"])
    for case, value in banners(shared, "ubnt.discovery.hex"):
        found = facts(PROBE, frame(bytes.fromhex(value), 10_001))
        assert found["ubnt.product"] == case["truth"]["model"]
    for _, value in banners(shared, "ubnt.discovery"):
        assert facts(PROBE, frame(value.encode(), 10_001)) == {"ubnt.firmware": value}


@FUZZ
@given(payload=damaged([V1, V2]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 10_001))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(V1, 10_001))
