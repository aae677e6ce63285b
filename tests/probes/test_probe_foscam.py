"""Foscam and Netwave search."""

from pathlib import Path

import pytest
from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, cases, check_broadcast, facts, silent

from camfinder.probes.foscam import PROBE

REQUEST = bytes.fromhex("4d4f5f49 0000 00 0000000000000000 04 00000000000000 00000001")
KEY = bytes(range(1, 9))


def answer(flag: int = 0) -> bytes:
    """An answer, under the key or not."""
    body = b"00606E000001\x00" + b"Nursery".ljust(21, b"\x00") + bytes([192, 0, 2, 20])
    body += bytes([255, 255, 255, 0, 192, 0, 2, 1, 192, 0, 2, 1]) + bytes(4)
    body += bytes([11, 99, 2, 1, 2, 4, 99, 1]) + (80).to_bytes(2, "big")
    if flag:
        body = bytes(byte ^ KEY[at % 8] for at, byte in enumerate(body))
    head = b"MO_I\x01\x00" + bytes([flag]) + (KEY if flag else bytes(8)) + b"\x40" + bytes(7)
    return head + body


@pytest.mark.parametrize("flag", [0, 1])
def test_answer_plain_and_under_the_key(flag: int) -> None:
    """The same facts either way."""
    assert len(answer(flag)) == 87
    assert facts(PROBE, frame(answer(flag), 10_000)) == {
        "foscam.answer": "MO_I",
        "foscam.serial": "00606E000001",
        "foscam.mac": "00:60:6e:00:00:01",
        "foscam.name": "Nursery",
        "foscam.address": "192.0.2.20",
        "foscam.firmware": "11.99.2.1",
        "foscam.web": "2.4.99.1",
        "foscam.http_port": "80",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """27 bytes from and to port 10000; hearing it gives nothing."""
    query = check_broadcast(PROBE, 10_000, REQUEST)
    assert (query.source_port, query.reply_ports) == (10_000, (10_000,))
    assert silent(PROBE, frame(REQUEST, 10_000))


def test_short_answer_is_broken() -> None:
    """An answer has 87 bytes."""
    rejects(PROBE, frame(answer()[:-1], 10_000))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says, and no firmware of filler."""
    (payload,) = [data for line, data in cases(shared, "vendor-udp") if "foscam" in line["file"]]
    found = facts(PROBE, frame(payload, 10_000))
    assert found["foscam.serial"] == "0123456789"
    assert found["foscam.address"] == "240.0.20.0"
    assert "foscam.firmware" not in found


@FUZZ
@given(payload=damaged([answer(), answer(1)]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 10_000))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(answer(1), 10_000))
