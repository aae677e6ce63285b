"""FTP greetings: one reply, never what was said later."""

from pathlib import Path

from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, banners, facts, only, silent

from camfinder.model import Direction, Frame, Target, Transport
from camfinder.probes.ftp import PROBE

SAMPLE = b"220 NORDCAM N1-D Dome 5.1.2 (2024) ready.\r\n331 User admin ok, need password\r\n"
LONG = b"220-Welcome\r\n220-to the camera\r\n220 FTP ready\r\n230 admin in\r\n"


def tcp(payload: bytes, port: int = 21) -> Frame:
    """What a server said."""
    return frame(payload, port, Transport.TCP)


def test_greeting_alone() -> None:
    """Later replies, which repeat user names, are in neither fact nor evidence."""
    seen = one(PROBE, tcp(SAMPLE))
    assert seen.first("ftp.banner") == "220 NORDCAM N1-D Dome 5.1.2 (2024) ready."
    assert b"admin" not in seen.raw


def test_several_lines() -> None:
    """A reply of several lines ends at the code with a blank."""
    assert facts(PROBE, tcp(LONG))["ftp.banner"].endswith("220 FTP ready")


def test_cut_in_the_middle() -> None:
    """A greeting longer than what was read is kept as far as it goes."""
    assert facts(PROBE, tcp(b"220-Welcome\r\n220-to the"))["ftp.banner"].endswith("to the")


def test_line_before_the_code() -> None:
    """Some servers print a line first; on port 21 it belongs to the greeting."""
    banner = facts(PROBE, tcp(b"ftpd - hello\n220 eDVR FTP\r\n"))["ftp.banner"]
    assert banner == "ftpd - hello\n220 eDVR FTP"


def test_mail_and_others_are_silent() -> None:
    """SMTP greets with 220 too; a client says nothing of itself."""
    assert silent(PROBE, tcp(b"220 mail.example ESMTP\r\n", 25))
    assert silent(PROBE, tcp(b"220 mail.example ready\r\n", 2525))
    assert silent(PROBE, tcp(b"SSH-2.0-x\r\n"))
    assert silent(PROBE, frame(SAMPLE, 21, Transport.TCP, direction=Direction.REQUEST))


def test_other_port_needs_the_word() -> None:
    """On another port only a greeting that names FTP counts."""
    assert not silent(PROBE, tcp(b"220 Camera FTP server\r\n", 2121))


def test_query_is_silent_and_needs_the_open_port() -> None:
    """Connect, read, close; nothing where the port is not known to be open."""
    assert not list(PROBE.queries(TARGET))
    query = only(PROBE.queries(Target(TARGET.address, open_ports=(21, 80))))
    assert (query.transport, query.port, query.payload) == (Transport.TCP, 21, b"")
    assert (query.listen_s, query.max_bytes) == (2, 256)


def test_recorded_greetings(shared: Path) -> None:
    """Every recorded greeting with its code is read whole."""
    read = 0
    for _, value in banners(shared, "ftp.banner"):
        if value.startswith("220 ") and "\n" not in value.strip():
            assert facts(PROBE, tcp(value.encode()))["ftp.banner"] == value.strip(" \r\n\x00")
            read += 1
    assert read > 100


@FUZZ
@given(payload=damaged([SAMPLE, LONG]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, tcp(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, tcp(LONG))
