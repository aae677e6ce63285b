"""Vivotek installation wizard."""

from pathlib import Path

from framing import damaged, frame, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    attack,
    cases,
    check_broadcast,
    check_lazy,
    facts,
    named,
    silent,
)

from camfinder.probes import foscam
from camfinder.probes.vivotek import PROBE

REQUEST = bytes.fromhex("024a5d8f1c")
SAMPLE = b"".join(
    (
        bytes.fromhex("074a5d8f1c 0108"),
        b"FD9-hall",
        bytes.fromhex("02060002d1000001 0304c0000214 041b 06025000 0802656e 0906"),
        b"FD9999",
        bytes.fromhex("100403008200 0a0100"),
    )
)


def test_answer() -> None:
    """Records, one of them without a length."""
    assert facts(PROBE, frame(SAMPLE, 10_000)) == {
        "vivotek.name": "FD9-hall",
        "vivotek.mac": "00:02:d1:00:00:01",
        "vivotek.address": "192.0.2.20",
        "vivotek.http_port": "80",
        "vivotek.model": "FD9999",
    }


def test_question_is_these_bytes_and_no_device() -> None:
    """Session and magic; hearing it gives nothing."""
    check_broadcast(PROBE, 10_000, REQUEST)
    check_lazy(PROBE, named("vivotek"))
    assert silent(PROBE, frame(REQUEST, 10_000))


def test_port_is_shared() -> None:
    """A Netwave message on the same port is not Vivotek's, nor the other way round."""
    assert silent(PROBE, frame(foscam.REQUEST, 10_000))
    assert silent(foscam.PROBE, frame(SAMPLE, 10_000))


def test_cut_record_is_broken() -> None:
    """A record longer than the message."""
    rejects(PROBE, frame(SAMPLE[:10], 10_000))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says."""
    (payload,) = [data for line, data in cases(shared, "vendor-udp") if "vivotek" in line["file"]]
    found = facts(PROBE, frame(payload, 10_000))
    assert found["vivotek.model"] == "Virtual"
    assert found["vivotek.mac"] == "00:11:22:33:44:55"
    assert found["vivotek.address"] == "240.0.10.0"


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 10_000))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 10_000))
