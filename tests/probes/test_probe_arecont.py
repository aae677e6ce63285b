"""Arecont Vision discovery."""

from dataclasses import replace

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.arecont import PROBE

REQUEST = bytes.fromhex("417265636f6e745f566973696f6e2d41563230303001")
SAMPLE = (REQUEST + bytes.fromhex("001a07000001")).ljust(0x22, b"\x00") + (5999).to_bytes(2, "big")


def test_answer() -> None:
    """MAC and model number."""
    assert facts(PROBE, frame(SAMPLE, 69)) == {
        "arecont.answer": "Arecont_Vision-AV2000",
        "arecont.mac": "00:1a:07:00:00:01",
        "arecont.model_number": "5999",
        "arecont.model": "AV5999",
    }


def test_shortest_answer() -> None:
    """32 bytes have no model number."""
    assert set(facts(PROBE, frame(SAMPLE[:32], 69))) == {"arecont.answer", "arecont.mac"}


def test_question_is_these_bytes_and_no_device() -> None:
    """The text and 01; hearing it, or an order to set the address, gives nothing."""
    check_broadcast(PROBE, 69, REQUEST)
    assert silent(PROBE, frame(REQUEST, 50_000))
    order = SAMPLE.replace(b"2000\x01", b"2000\x02")
    assert silent(PROBE, replace(frame(order, 50_000), destination_port=69))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 69))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 69))
