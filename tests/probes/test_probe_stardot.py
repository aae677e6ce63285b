"""StarDot discovery."""

import pytest
from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_broadcast, facts, silent

from camfinder.probes.stardot import PROBE

SAMPLE = b"StarDot NetCam SC9 Version 1.99.2 id=00301f000001\x00"


@pytest.mark.parametrize(
    "payload",
    [SAMPLE, b"StarDot NetCam SC9\nVersion 1.99.2\nid=00:30:1f:00:00:01\n"],
)
def test_answer(payload: bytes) -> None:
    """Model, version, MAC, on one line or several."""
    found = facts(PROBE, frame(payload, 7364))
    assert found["stardot.model"] == "NetCam SC9"
    assert found["stardot.firmware"] == "1.99.2"
    assert found["stardot.mac"] == "00:30:1f:00:00:01"
    assert found["stardot.banner"].startswith("StarDot NetCam SC9")


def test_question_is_this_byte_and_no_device() -> None:
    """A zero byte; hearing it gives nothing."""
    check_broadcast(PROBE, 7364, b"\x00")
    assert silent(PROBE, frame(b"\x00", 7364))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 7364))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 7364))
