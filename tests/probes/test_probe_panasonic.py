"""Panasonic and i-PRO easy IP setup."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, only, silent

from camfinder.probes.panasonic import PROBE


def record(tag: int, value: bytes) -> bytes:
    """One record."""
    return tag.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value


RECORDS = (
    record(0x20, bytes([192, 0, 2, 20]))
    + record(0x25, b"\x00\x50")
    + record(0xA6, b"\x91")
    + record(0xA7, b"hall\x00")
    + record(0xA8, b"WV-X9999L")
    + record(0xA9, b"1.99")
    + record(0xD1, b"ABC00001")
)


def answer(filler: bytes = b"") -> bytes:
    """An answer, with bytes between head and records as one tool has seen them."""
    head = b"\x00\x01" + len(filler + RECORDS).to_bytes(2, "big") + b"\x00\x0e"
    head += bytes.fromhex("0080f0000001") + b"\xff" * 6 + bytes([192, 0, 2, 5])
    return head.ljust(0x30, b"\x00") + filler + RECORDS + b"\xff\xff\x12\x34"


@pytest.mark.parametrize("filler", [b"", b"\x00\x00\x00\x01\x00", b"\xff\xf0\x00\x00", b"\x01" * 5])
def test_answer_at_each_start(filler: bytes) -> None:
    """Model, firmware, serial, kind, wherever the records begin."""
    assert facts(
        PROBE,
        frame(
            answer(filler),
            10_670,
        ),
    ) == {
        "panasonic.answer": "000e",
        "panasonic.mac": "00:80:f0:00:00:01",
        "panasonic.address": "192.0.2.20",
        "panasonic.name": "hall",
        "panasonic.model": "WV-X9999L",
        "panasonic.firmware": "1.99",
        "panasonic.serial": "ABC00001",
        "panasonic.kind": "camera",
        "panasonic.http_port": "80",
    }


def test_recorder() -> None:
    """Type 92 is a recorder; other types are left open."""
    recorder = answer().replace(record(0xA6, b"\x91"), record(0xA6, b"\x92"))
    assert facts(PROBE, frame(recorder, 10_670))["panasonic.kind"] == "recorder"
    other = answer().replace(record(0xA6, b"\x91"), record(0xA6, b"\x93"))
    assert "panasonic.kind" not in facts(PROBE, frame(other, 10_670))


def test_question() -> None:
    """94 bytes with own address, from the port that answers are broadcast to."""
    query = only(PROBE.discover(TARGET))
    assert query.payload.hex() == (
        "0001002a000d000000000000ffffffffffffc0000205"
        "000020111e11231f1e1913000002010000000000000000000000"
        "fff00026002000210022002300250028004000410042004400a500a600a700a800ad00b300b400b700b8"
        "ffff1170"
    )
    assert (query.port, query.source_port, query.reply_ports) == (10_670, 10_669, (10_669,))
    assert silent(PROBE, frame(query.payload, 10_669))
    v6 = replace(TARGET, address=ip_address("fe80::1"))
    assert not list(PROBE.discover(v6))


def test_order_to_set_an_address_and_others_are_silent() -> None:
    """Message 0021, other ports, short datagrams."""
    assert silent(PROBE, frame(b"\x00\x21" + answer()[2:], 10_670))
    assert silent(PROBE, frame(answer(), 5000))
    assert silent(PROBE, frame(answer()[:40], 10_670))


def test_no_records_is_broken() -> None:
    """An answer that no start leads through."""
    rejects(PROBE, frame(answer()[:0x30] + b"\x00\x20\xff\xff" * 4, 10_670))


@FUZZ
@given(payload=damaged([answer()]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 10_670))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(answer(), 10_670))
