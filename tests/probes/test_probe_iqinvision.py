"""IQinVision discovery."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, silent

from camfinder.probes.iqinvision import PROBE

SAMPLE = (
    (bytes.fromhex("010400000000 0050 1a000001").ljust(0x20, b"\x00") + bytes([192, 0, 2, 20]))
    + b"\xe9\x00IQeye999N\x00"
).ljust(200, b"\x00")


def test_answer() -> None:
    """MAC, address, model."""
    assert facts(PROBE, frame(SAMPLE, 43_282)) == {
        "iqinvision.answer": "0104",
        "iqinvision.mac": "00:50:1a:00:00:01",
        "iqinvision.address": "192.0.2.20",
        "iqinvision.model": "IQeye999N",
    }


def test_questions_are_these_bytes_and_no_device() -> None:
    """Four questions from port 43282, answers to 43283."""
    queries = list(PROBE.discover(TARGET))
    assert [query.payload.hex() for query in queries] == [
        "0101000000" + "3f0000",
        "01010000407f0000",
        "0101000080bf0000",
        "01010000c0ff0000",
    ]
    for query in queries:
        assert (query.port, query.source_port, query.reply_ports) == (43_282, 43_282, (43_283,))
        assert silent(PROBE, frame(query.payload, 43_282))


def test_short_and_other_messages_are_silent() -> None:
    """128 bytes or fewer, and other ports."""
    assert silent(PROBE, frame(SAMPLE[:128], 43_282))
    assert silent(PROBE, frame(SAMPLE, 5000))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 43_282))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 43_282))
