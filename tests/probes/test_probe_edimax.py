"""Edimax discovery."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, check_lazy, facts, named, silent

from camfinder.probes.edimax import PROBE

REQUEST = bytes.fromhex("ffffffffffff 4544494d4158 000000000000 00a1ff5e")
HEAD = bytes.fromhex("74da38000001 4544494d4158 000000000000 01a1fe5e")
SAMPLE = (
    HEAD + b"IC9999W".ljust(14, b"\x00") + b"1.99".ljust(8, b"\x00") + b"hall".ljust(128, b"\x00")
)


def test_answer() -> None:
    """MAC, model, version, name."""
    assert facts(PROBE, frame(SAMPLE, 20_560)) == {
        "edimax.answer": "EDIMAX",
        "edimax.mac": "74:da:38:00:00:01",
        "edimax.model": "IC9999W",
        "edimax.firmware": "1.99",
        "edimax.name": "hall",
    }


def test_other_layout_gives_the_mac_alone() -> None:
    """Fields that do not look like what should stand there are left out."""
    found = facts(PROBE, frame(HEAD + b"\x05\x06 odd bytes" * 8, 20_560))
    assert set(found) == {"edimax.answer", "edimax.mac", "edimax.name"}


def test_question_is_these_bytes_and_no_device() -> None:
    """The question, and hearing it."""
    check_broadcast(PROBE, 20_560, REQUEST)
    check_lazy(PROBE, named("edimax"))
    assert silent(PROBE, frame(REQUEST, 20_560))
    assert silent(PROBE, frame(REQUEST + bytes(40), 20_560))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 20_560))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 20_560))
