"""SSH identification lines."""

from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, only, silent

from camfinder.model import Frame, Target, Transport
from camfinder.probes.ssh import PROBE

SAMPLE = b"Welcome\r\nSSH-2.0-dropbear_2019.78\r\n\x00\x00\x01\x04binary"


def tcp(payload: bytes, port: int = 22) -> Frame:
    """What a server said."""
    return frame(payload, port, Transport.TCP)


def test_line_alone() -> None:
    """Lines before it and the key exchange behind it are left out."""
    seen = one(PROBE, tcp(SAMPLE))
    assert seen.first("ssh.banner") == "SSH-2.0-dropbear_2019.78"
    assert seen.raw == b"SSH-2.0-dropbear_2019.78"


def test_bytes_that_are_no_text() -> None:
    """Latin-1 letters in the comment do not end the line."""
    assert facts(PROBE, tcp(b"SSH-2.0-caf\xe9 x\r\n"))["ssh.banner"] == "SSH-2.0-caf\xe9 x"


def test_any_port_but_only_at_the_start() -> None:
    """On other ports the line must come first."""
    assert not silent(PROBE, tcp(b"SSH-2.0-x\r\n", 2222))
    assert silent(PROBE, tcp(SAMPLE, 2222))
    assert silent(PROBE, frame(SAMPLE, 22))


def test_query_is_silent() -> None:
    """Connect, read, close; nothing where the port is not known to be open."""
    assert not list(PROBE.queries(TARGET))
    query = only(PROBE.queries(Target(TARGET.address, open_ports=(22,))))
    assert (query.port, query.payload, query.max_bytes) == (22, b"", 256)


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, tcp(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, tcp(SAMPLE))
