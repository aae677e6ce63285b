"""SIP: who answers, and who registers; never with what account."""

from pathlib import Path

from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, attack, banners, facts, silent

from camfinder.model import Transport
from camfinder.probes.sip import PROBE

ANSWER = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9\r\nServer: Nordcam Door/2.1\r\n"
    b'User-Agent: ND-7\r\nContact: "Front" <sip:door@192.0.2.20>\r\n\r\n'
)
REGISTER = (
    b"REGISTER sip:pbx.example SIP/2.0\r\nFrom: <sip:1001@pbx.example>\r\nUser-Agent: ND-7 2.1\r\n"
    b'Authorization: Digest username="1001", response="deadbeef"\r\n\r\n'
)


def test_answer() -> None:
    """Server and User-Agent of an answer."""
    assert facts(PROBE, frame(ANSWER, 5060)) == {
        "sip.status": "200",
        "sip.server": "Nordcam Door/2.1",
        "sip.user_agent": "ND-7",
    }


def test_register_names_its_sender_without_the_account() -> None:
    """User names and digests are in neither fact nor evidence."""
    seen = one(PROBE, frame(REGISTER, 5060))
    assert seen.first("sip.user_agent") == "ND-7 2.1"
    assert seen.raw == b"REGISTER SIP/2.0\r\nUser-Agent: ND-7 2.1\r\n\r\n"


def test_contact_is_not_kept() -> None:
    """The evidence of an answer holds its first line and the naming headers."""
    assert b"door" not in one(PROBE, frame(ANSWER, 5060)).raw.lower().replace(b"door/2.1", b"")


def test_request_without_a_name_and_http_are_silent() -> None:
    """Nothing to read."""
    assert silent(PROBE, frame(b"OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n\r\n", 5060))
    assert silent(PROBE, frame(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", 80, Transport.TCP))


def test_recorded_answers(shared: Path) -> None:
    """Recorded answers give the header that they have."""
    read = 0
    for _, value in banners(shared, "sip.response"):
        found = facts(PROBE, frame(value.encode(), 5060))
        for name, key in (("Server: ", "sip.server"), ("User-Agent: ", "sip.user_agent")):
            if f"\n{name}" in value:
                assert found[key] in value
                read += 1
    assert read >= 4


@FUZZ
@given(payload=damaged([ANSWER, REGISTER]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 5060))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(REGISTER, 5060))
