"""RTSP answers and session descriptions."""

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import damaged, frame, one, read, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Target, Transport
from camfinder.probes.rtsp import PROBE

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=Nord Live\r\ni=main\r\nt=0 0\r\na=tool:NordMedia v2\r\n"
    b"a=control:*\r\nm=video 0 RTP/AVP 96\r\ni=inner\r\na=control:rtsp://192.0.2.10/ch1/trackID=1\r\n"
)
OPTIONS = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Nord RTSP/2\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"
DESCRIBE = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: %d\r\n\r\n" % len(SDP) + SDP
REFUSED = (
    b'RTSP/1.0 401 Unauthorized\r\ncseq: 2\r\nWWW-Authenticate: Digest realm="ND-1", x=1\r\n\r\n'
)


def test_answers_of_one_conversation() -> None:
    """Each answer in the payload is an observation of its own."""
    options, describe = read(PROBE, frame(OPTIONS + DESCRIBE, 554, Transport.TCP))
    assert options.first("rtsp.server") == "Nord RTSP/2"
    assert options.first("rtsp.public") == "OPTIONS, DESCRIBE"
    assert options.first("rtsp.answered") == "200 OPTIONS"
    assert options.first("rtsp.sdp") is None
    assert describe.first("rtsp.answered") == "200 DESCRIBE"
    assert describe.first("rtsp.sdp.session") == "Nord Live"
    assert describe.all("rtsp.sdp.info") == ("main",)
    assert describe.first("rtsp.sdp.tool") == "NordMedia v2"
    assert describe.all("rtsp.sdp.control") == ("rtsp://192.0.2.10/ch1/trackID=1",)
    assert describe.first("rtsp.sdp.origin") == "- 1 1 IN IP4 192.0.2.10"


def test_refusal() -> None:
    """A 401 gives its realm, and what was refused where the carrier knows."""
    heard = frame(REFUSED, 554, Transport.TCP, request="DESCRIBE")
    found = one(PROBE, heard)
    assert found.first("rtsp.status") == "401"
    assert found.first("rtsp.realm") == "ND-1"
    assert found.first("rtsp.answered") == "401 DESCRIBE"
    assert (found.first("rtsp.head") or "").startswith("RTSP/1.0 401")


def test_bare_description() -> None:
    """A session description alone is read."""
    found = one(PROBE, frame(SDP.replace(b"\r\n", b"\n"), 554, Transport.TCP))
    assert found.first("rtsp.sdp.session") == "Nord Live"
    assert found.first("rtsp.status") is None


def test_media_between_answers_is_not_kept() -> None:
    """Interleaved packets are neither read nor kept as evidence."""
    play = b"RTSP/1.0 200 OK\r\nCSeq: 4\r\nSession: 1\r\n\r\n$\x00\x00\x08PICTURE!"
    found = read(PROBE, frame(OPTIONS + play, 554, Transport.TCP))
    assert len(found) == 2
    assert not any(b"PICTURE" in each.raw for each in found)


@pytest.mark.parametrize("name", ["-", "No Name", " "])
def test_name_that_says_nothing(name: str) -> None:
    """The placeholders of RFC 4566 are no session name."""
    data = SDP.replace(b"Nord Live", name.encode())
    assert one(PROBE, frame(data, 554, Transport.TCP)).first("rtsp.sdp.session") is None


def test_what_gives_nothing() -> None:
    """Requests, HTTP, datagrams."""
    for data in (
        b"DESCRIBE rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"v=0x",
        b"",
    ):
        assert not read(PROBE, frame(data, 554, Transport.TCP))
    assert not read(PROBE, frame(OPTIONS, 554, Transport.TCP, direction=Direction.REQUEST))
    assert not read(PROBE, frame(OPTIONS, 554, Transport.UDP))


def test_conversation() -> None:
    """OPTIONS, then DESCRIBE, both without credentials; never SETUP or PLAY."""
    (query,) = PROBE.queries(Target(ip_address("192.0.2.9"), open_ports=(80, 554)))
    (describe,) = query.then
    assert query.payload.startswith(b"OPTIONS rtsp://192.0.2.9/ RTSP/1.0\r\nCSeq: 1\r\n")
    assert describe.startswith(b"DESCRIBE rtsp://192.0.2.9/ RTSP/1.0\r\nCSeq: 2\r\n")
    for text in (query.payload, describe):
        assert text.endswith(b"\r\n\r\n")
        assert b"Authorization" not in text
        assert b"User-Agent: camfinder" in text
    (other,) = PROBE.queries(Target(ip_address("2001:db8::9"), open_ports=(8554,)))
    assert b" rtsp://[2001:db8::9]:8554/ " in other.payload


def test_cuts() -> None:
    """A conversation cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(OPTIONS + DESCRIBE, 554, Transport.TCP))


@settings(max_examples=150)
@given(data=damaged([OPTIONS + DESCRIBE, REFUSED, SDP]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 554, Transport.TCP))


def test_real_answers(shared: Path) -> None:
    """Every collected answer parses."""
    for path in sorted((shared / "messages" / "rtsp").glob("*.txt")):
        assert read(PROBE, frame(path.read_bytes(), 554, Transport.TCP)), path.name
    for line in (shared / "corpus" / "banners-dev.jsonl").read_text().splitlines():
        for heard in json.loads(line)["observations"]:
            if heard["kind"] in {"rtsp.response", "rtsp.sdp"}:
                data = heard["value"].encode()
                assert read(PROBE, frame(data, 554, Transport.TCP)), data[:80]
