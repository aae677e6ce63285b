"""Telnet greetings without negotiation, and never behind a prompt."""

from pathlib import Path

from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, banners, facts, only, silent

from camfinder.model import Frame, Target, Transport
from camfinder.probes.telnet import PROBE

NEGOTIATION = bytes.fromhex("fffb01 fffb03 fffd18")
SAMPLE = NEGOTIATION + b"\r\nWelcome to Nordcam N1\r\n\r\nlogin: admin\r\nPassword: hunter2"


def tcp(payload: bytes, port: int = 23) -> Frame:
    """What a server said."""
    return frame(payload, port, Transport.TCP)


def test_text_up_to_the_prompt() -> None:
    """What was typed and echoed is in neither fact nor evidence."""
    seen = one(PROBE, tcp(SAMPLE))
    assert seen.first("telnet.banner") == "Welcome to Nordcam N1\r\n\r\nlogin:"
    assert b"admin" not in seen.raw
    assert b"hunter2" not in seen.raw


def test_sub_negotiation_and_cut_command() -> None:
    """Sub-negotiation, two-byte commands and a command cut at the end go out too."""
    payload = b"\xff\xfa\x18\x01\xff\xf0\xff\xf1Camera 7\xff\xfb"
    assert facts(PROBE, tcp(payload))["telnet.banner"] == "Camera 7"


def test_negotiation_alone_is_silent() -> None:
    """No text, no fact."""
    assert silent(PROBE, tcp(NEGOTIATION))


def test_other_ports_need_negotiation() -> None:
    """On other ports text alone is not Telnet."""
    assert not silent(PROBE, tcp(SAMPLE, 8023))
    assert silent(PROBE, tcp(b"Welcome\r\nlogin: ", 8023))
    assert silent(PROBE, tcp(b"SSH-2.0-x\r\n"))


def test_binary_is_silent() -> None:
    """A protocol of its own on port 23 is no text."""
    assert silent(PROBE, tcp(bytes(range(1, 32)) * 4))


def test_query_is_silent() -> None:
    """Connect, read, close; nothing where the port is not known to be open."""
    assert not list(PROBE.queries(TARGET))
    query = only(PROBE.queries(Target(TARGET.address, open_ports=(23,))))
    assert (query.port, query.payload, query.max_bytes) == (23, b"", 256)


def test_recorded_greetings(shared: Path) -> None:
    """Every recorded camera greeting is read, and none keeps its negotiation."""
    cameras = [value for case, value in banners(shared, "telnet.banner") if case["camera"]]
    assert len(cameras) >= 10
    for value in cameras:
        assert "\xff" not in facts(PROBE, tcp(value.encode("latin-1")))["telnet.banner"]


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, tcp(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, tcp(SAMPLE))
