"""NICE encoder discovery."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.nice import PROBE

REQUEST = bytes.fromhex("4e494345 0001 01080000 0000 07d7")
SAMPLE = bytes.fromhex("4e494345 0001 01090000 000ee4000001 c0000214 ffffff00 c0000201").ljust(
    0x4A, b"\x00"
) + b"NVE99".ljust(16, b"\x00")


def test_answer() -> None:
    """MAC, address, name."""
    assert facts(PROBE, frame(SAMPLE, 2007)) == {
        "nice.answer": "NICE",
        "nice.mac": "00:0e:e4:00:00:01",
        "nice.address": "192.0.2.20",
        "nice.name": "NVE99",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """Fourteen bytes that name the port for the answer; hearing them gives nothing."""
    query = check_broadcast(PROBE, 2007, REQUEST)
    assert query.reply_ports == (int.from_bytes(REQUEST[12:], "big"),) == (query.source_port,)
    assert silent(PROBE, frame(REQUEST, 2007))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 2007))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 2007))
