"""What is spoken in a connection: HTTP, RTSP, TLS, and everything else."""

import gzip
import zlib

import pytest
from capture_files import Dialogue, classic, frames
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.capture import http, rtsp, synth, tls
from camfinder.capture.seen import Seen
from camfinder.capture.streams import Mark, Run
from camfinder.model import Direction, Frame, Transport

BODY = b"<html><title>Live view</title>" + b" " * 3000 + b"</html>"
ASK = b"GET / HTTP/1.1\r\nHost: cam\r\n\r\n"


def exchange(answer: bytes, ask: bytes = ASK, port: int = 80) -> list[Frame]:
    """The answers of a connection with one question and these bytes back."""
    talk = Dialogue(port).ask(ask).tell(answer[:700], answer[700:])
    return [
        one for one in frames(classic(talk.end().packets)) if one.direction != Direction.REQUEST
    ]


def chunked(body: bytes) -> bytes:
    """The body in chunks with an extension and a trailer."""
    out = b"".join(
        b"%x;note=1\r\n%s\r\n" % (len(body[at : at + 999]), body[at : at + 999])
        for at in range(0, len(body), 999)
    )
    return out + b"0\r\nX-Trailer: 1\r\n\r\n"


RAW = zlib.compressobj(wbits=-15)
CODINGS = {
    "length": (b"Content-Length: %d\r\n" % len(BODY), BODY),
    "close": (b"", BODY),
    "chunked": (b"Transfer-Encoding: chunked\r\n", chunked(BODY)),
    "gzip": (
        b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(gzip.compress(BODY)),
        gzip.compress(BODY),
    ),
    "gzip chunked": (
        b"content-encoding:GZIP\r\nTRANSFER-ENCODING : Chunked\r\n",
        chunked(gzip.compress(BODY)),
    ),
    "deflate": (b"Content-Encoding: deflate\r\n", zlib.compress(BODY)),
    "raw deflate": (b"Content-Encoding: deflate\r\n", RAW.compress(BODY) + RAW.flush()),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_answers_have_the_canonical_form(coding: str) -> None:
    """Status line, header lines as sent, blank line, body without codings."""
    headers, body = CODINGS[coding]
    (answer,) = exchange(b"HTTP/1.1 200 OK\r\nServer:  Cam \r\n" + headers + b"\r\n" + body)
    head, _, rest = answer.payload.partition(b"\r\n\r\n")
    assert head == b"HTTP/1.1 200 OK\r\nServer:  Cam " + (b"\r\n" + headers).rstrip(b"\r\n")
    assert rest == BODY
    assert (answer.transport, answer.request) == (Transport.HTTP, "GET /")
    assert (answer.source_port, answer.destination_port) == (80, 40_000)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200\nServer: Cam\n\nbody",
        b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Length: -5\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Length: 99999999999999999999\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nServer: Cam\r\nTransfer-Encoding: chunked\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Encoding: gzip\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\n: no name\r\nno colon\r\nServer: Cam\r\n\r\nbody",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nServer: Cam\r\n\r\nbody",
    ],
)
def test_broken_answers_are_read_leniently(answer: bytes) -> None:
    """Whatever is wrong with lengths and lines, the head and the body are kept."""
    (frame,) = exchange(answer)
    assert b"\r\nServer: Cam\r\n" in frame.payload
    assert frame.payload.endswith(b"\r\n\r\nbody")
    assert frame.request == "GET /"


def test_keep_alive_connections() -> None:
    """Several exchanges on one connection, one to HEAD among them, pair in order."""
    talk = (
        Dialogue()
        .ask(b"HEAD /1 HTTP/1.1\r\n\r\n")
        .tell(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    )
    talk.ask(b"GET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n")
    talk.tell(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")
    talk.tell(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    found = frames(classic(talk.end().packets))
    assert [(one.direction.value, one.request) for one in found] == [
        ("request", "HEAD /1"),
        ("request", "GET /2"),
        ("request", "GET /3"),
        ("answer", "HEAD /1"),
        ("answer", "GET /2"),
        ("answer", "GET /3"),
    ]
    assert found[-1].payload.endswith(b"\r\n\r\nok")
    assert found[-1].origin == "made.pcap#8"


@pytest.mark.parametrize(
    ("body", "request_text"),
    [
        (
            b'<s:Envelope xmlns:s="x"><s:Body xmlns:y="z"><tds:GetDeviceInformation/></s:Body>',
            "POST /onvif/device_service#GetDeviceInformation",
        ),
        (b"<Envelope><Body> <!-- a --> <GetScopes>", "POST /onvif/device_service#GetScopes"),
        (b"<a/>", "POST /onvif/device_service"),
    ],
)
def test_soap_operations_are_named(body: bytes, request_text: str) -> None:
    """The operation stands behind the path, for the request and for its answer."""
    ask = b"POST http://cam/onvif/device_service HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s"
    talk = Dialogue().ask(ask % (len(body), body)).tell(b"HTTP/1.1 200 OK\r\n\r\n")
    assert {one.request for one in frames(classic(talk.end().packets))} == {request_text}


def test_moving_pictures_are_cut() -> None:
    """Of an MJPEG stream only the beginning is kept."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: Multipart/X-Mixed-Replace; boundary=x\r\n\r\n"
    (answer,) = exchange(head + bytes(60_000))
    assert len(answer.payload) == len(head) + http.MEDIA_BYTES


def test_small_bodies_that_unpack_to_much_are_bounded() -> None:
    """A compressed body is unpacked to a megabyte, no further."""
    packed = gzip.compress(bytes(64 << 20))
    assert len(http.unpack(packed, b"gzip")) == http.MAX_BODY
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    talk = (
        Dialogue()
        .ask(ASK)
        .tell(head, *[packed[at : at + 9000] for at in range(0, len(packed), 9000)])
    )
    assert len(frames(classic(talk.end().packets))[-1].payload) == len(head) + http.MAX_BODY


def test_rtsp_answers_are_paired_by_number() -> None:
    """Each answer names its method, media between them is passed over."""
    talk = Dialogue(554)
    talk.ask(b"OPTIONS rtsp://cam/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    talk.tell(b"RTSP/1.0 200 OK\r\ncseq: 1\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n")
    talk.ask(b"DESCRIBE rtsp://cam/ RTSP/1.0\r\nCSeq: 2\r\n\r\n")
    talk.tell(b"$\0\0\x08RTSP/1.0" + b"$\1\0\2xx")
    talk.tell(b"RTSP/1.0 200 OK\r\nCSeq: 2 DESCRIBE\r\nContent-Length: 5\r\n\r\ns=CamRTSP")
    talk.tell(b"/1.0 401 Unauthorized\r\nCSeq: 9\r\n\r\n")
    found = frames(classic(talk.end().packets))
    assert [one.request for one in found] == ["OPTIONS", "DESCRIBE", ""]
    assert (
        found[1].payload == b"RTSP/1.0 200 OK\r\nCSeq: 2 DESCRIBE\r\nContent-Length: 5\r\n\r\ns=Cam"
    )
    assert {(one.transport, one.source_port) for one in found} == {(Transport.TCP, 554)}


def test_rtsp_said_unasked() -> None:
    """Some servers complain as soon as they are connected to."""
    talk = Dialogue(8554).tell(b"RTSP/1.0 400 Bad Request\r\nAllow: OPTIONS\r\n\r\n")
    (frame,) = frames(classic(talk.end().packets))
    assert (frame.payload[:12], frame.request) == (b"RTSP/1.0 400", "")


def test_tls_shows_name_and_certificate() -> None:
    """The name asked for and the leaf certificate, however the records cut them."""
    leaf = b"0\x82\x40\x00" + bytes(16_384)
    shown = synth.certificate_handshake(leaf)
    talk = Dialogue(443).ask(synth.client_hello(b"cam.example"))
    talk.tell(*[shown[at : at + 1460] for at in range(0, len(shown), 1460)])
    asked, answer = frames(classic(talk.end().packets))
    assert (asked.payload, asked.request) == (b"cam.example", "ClientHello")
    assert (asked.direction, str(asked.source)) == (Direction.REQUEST, "10.1.2.9")
    assert (answer.transport, answer.payload, answer.source_port) == (Transport.TLS, leaf, 443)


def test_tls_without_a_certificate_in_clear() -> None:
    """TLS 1.3 shows none, an alert neither: no frame, no banner of ciphertext."""
    hello = synth.certificate_handshake(b"")[:50]
    talk = Dialogue(443).ask(synth.client_hello(b"")).tell(hello + b"\x17\x03\x03\0\5crypt")
    assert frames(classic(talk.end().packets)) == []


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 399), max_size=6))
def test_message_readers_never_raise(data: bytes, cuts: list[int]) -> None:
    """Arbitrary bytes give messages or none, in every reader."""
    run = Run(
        bytearray(data), [Mark(at, Seen(1, 0)) for at in sorted({0, *cuts}) if at < len(data)]
    )
    _read_all(run)


TEXTS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
    + gzip.compress(b"hello"),
    (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nabc"
        b"$\0\0\4dataOPTIONS * RTSP/1.0\r\n\r\n"
    ),
    b"POST /a HTTP/1.1\r\nContent-Length: 30\r\n\r\n<Body><GetScopes/></Body>" + ASK,
    synth.certificate_handshake(bytes(40)),
    synth.client_hello(b"cam.example"),
)


@settings(max_examples=200, deadline=None)
@given(
    text=st.sampled_from(TEXTS),
    flips=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), max_size=8),
    size=st.integers(0, 255),
)
def test_broken_messages_never_raise(text: bytes, flips: list[tuple[int, int]], size: int) -> None:
    """Real messages with flipped bytes and cut ends are survived."""
    data = bytearray(text)
    for at, value in flips:
        data[at % len(data)] = value
    run = Run(data[: size or None], [Mark(0, Seen(1, 0))])
    _read_all(run)


def _read_all(run: Run) -> None:
    for answers in (True, False):
        for message in http.messages(run, answers=answers):
            assert message.at < len(run.data)
            assert isinstance(message.request, str)
            assert isinstance(message.canonical, bytes)
    assert all(message.raw for message in rtsp.messages(run))
    data = bytes(run.data)
    assert len(tls.server_name(data)) <= tls.MAX_NAME
    assert len(tls.leaf(data)) <= len(data)


@pytest.mark.parametrize(
    "text", [b"HTTP/1.1 1\r\n\r\n", b"RTSP/1.0\n\n", b"$\0\0\0", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_very_many_messages_are_bounded(text: bytes) -> None:
    """A connection full of tiny messages gives a bounded number of them."""
    data = bytearray(text * 20_000)
    run = Run(data, [Mark(0, Seen(1, 0))])
    assert len(http.messages(run, answers=True)) <= http.MAX_MESSAGES
    assert len(http.messages(run, answers=False)) <= http.MAX_MESSAGES
    assert len(rtsp.messages(run)) <= rtsp.MAX_MESSAGES
