"""PPPP camera search."""

import pytest
from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.pppp import PROBE

REQUEST = bytes.fromhex("f1300000")
SAMPLE = (
    bytes.fromhex("f1410014") + b"VSTC\x00\x00\x00\x00" + (1234).to_bytes(4, "big")
    + b"ABCDE\x00\x00\x00"
)  # fmt: skip


@pytest.mark.parametrize("port", [32_108, 50_000])
def test_answer(port: int) -> None:
    """The device id; an answer may come from another port."""
    assert facts(PROBE, frame(SAMPLE, port)) == {
        "pppp.uid": "VSTC-001234-ABCDE",
        "pppp.prefix": "VSTC",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """Four bytes; hearing them, or what is no id, gives nothing."""
    check_broadcast(PROBE, 32_108, REQUEST)
    assert silent(PROBE, frame(REQUEST, 32_108))
    assert silent(PROBE, frame(SAMPLE.replace(b"VSTC", b"v!tc"), 32_108))
    assert silent(PROBE, frame(SAMPLE + b"more", 50_000))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 32_108))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 32_108))
