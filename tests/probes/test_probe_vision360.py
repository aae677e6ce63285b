"""360 Vision discovery."""

from pathlib import Path

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, cases, check_broadcast, facts, silent

from camfinder.probes.vision360 import PROBE

SAMPLE = b"DISCOVER TYPE=IPDOME KEY='00:50:c2:00:00:01' ID=9000000001\r\n"


def test_answer() -> None:
    """Type, MAC, serial."""
    assert facts(PROBE, frame(SAMPLE, 3600)) == {
        "vision360.type": "IPDOME",
        "vision360.mac": "00:50:c2:00:00:01",
        "vision360.serial": "9000000001",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """The word and a line feed; hearing it gives nothing."""
    query = check_broadcast(PROBE, 3600, b"DISCOVER\n")
    assert query.reply_ports == (3600,)
    assert silent(PROBE, frame(b"DISCOVER\n", 3600))
    assert silent(PROBE, frame(b"DISCOVER TYPE=", 3600))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives its MAC."""
    (payload,) = [data for line, data in cases(shared, "vendor-udp") if "360" in line["file"]]
    assert facts(PROBE, frame(payload, 3600))["vision360.mac"] == "00:11:22:33:44:55"


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 3600))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 3600))
