"""Heads as embedded servers write them."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import ParseError
from camfinder.wire import head

PLAIN = (
    b'HTTP/1.1 401 Unauthorized\r\nServer: Nord/1\r\nWWW-Authenticate: Basic realm="Cam"\r\n\r\nno'
)


def test_well_formed() -> None:
    """Status, headers in order, body."""
    message = head.parse(PLAIN)
    assert (message.protocol, message.version, message.code) == ("HTTP", "1.1", 401)
    assert message.reason == "Unauthorized"
    assert message.headers == (("Server", "Nord/1"), ("WWW-Authenticate", 'Basic realm="Cam"'))
    assert message.get("server") == "Nord/1"
    assert message.body == b"no"
    assert PLAIN[: message.size].endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("data", "server", "body"),
    [
        (b"HTTP/1.0 200 OK\nServer : Nord\n\n<p>", "Nord", b"<p>"),
        (b"HTTP/1.0 200 OK\r\nServer: Nord\r\n<html>x", "Nord", b"<html>x"),
        (b"HTTP/1.0 200 OK\r\nnonsense\r\nServer: Nord\r\n\r\n", "Nord", b""),
        (b"HTTP/1.0 200\r\nServer: Nord\r\n  Cam\r\n\r\n", "Nord Cam", b""),
        (b"\r\nHTTP/1.0 200 OK\rServer: Nord\r\r", "Nord", b""),
        (b"ICY 200 OK\r\nServer:Nord\r\n\r\n", "Nord", b""),
        (b"HTTP/1.0 200 OK\r\nServer: Nord/1.0Content-type: text/html\r\n\r\n", "Nord/1.0", b""),
        (b"HTTP/1.0 200 OK\r\nServer: Nord", "Nord", b""),
        (b"UNKNOWN 501 Not Implemented\r\nServer: Nord\r\n\r\n", "Nord", b""),
    ],
)
def test_lenient(data: bytes, server: str, body: bytes) -> None:
    """What servers get wrong costs neither the header nor the body."""
    message = head.parse(data)
    assert message.get("server") == server
    assert message.body == body


def test_glued_headers_are_two() -> None:
    """A missing line break does not swallow the next header."""
    message = head.parse(b"HTTP/1.0 200 OK\r\nServer: Nord/1.0Content-type: text/html\r\n\r\n")
    assert message.get("content-type") == "text/html"


def test_two_lengths_are_both_kept() -> None:
    """Doubled headers come twice and do not cut the body."""
    message = head.parse(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 3\r\n\r\nabc")
    assert message.all("content-length") == ("1", "3")
    assert message.body == b"abc"


def test_request_line() -> None:
    """A request has a method and no code."""
    message = head.parse(b"M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n")
    assert (message.method, message.target, message.code) == ("M-SEARCH", "*", None)


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"hello world", b"<html></html>", b"{}"])
def test_no_message(data: bytes) -> None:
    """Anything else is a ParseError, and `is_message` says so beforehand."""
    assert not head.is_message(data, "HTTP")
    with pytest.raises(ParseError):
        head.parse(data)


def test_is_message_tells_protocols_apart() -> None:
    """An RTSP answer is no HTTP message, an HTTP request is one."""
    assert head.is_message(b"RTSP/1.0 200 OK\r\n", "RTSP")
    assert not head.is_message(b"RTSP/1.0 200 OK\r\n", "HTTP")
    assert head.is_message(b"GET / HTTP/1.1\r\n", "HTTP")


def test_chunked_and_packed_bodies_are_opened() -> None:
    """Chunks are put together, gzip is unpacked, a body already decoded is left alone."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert head.parse(chunked + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").body == b"abc"
    assert head.parse(chunked + b"2\r\nab\r\n5\r\ncd").body == b"abcd"
    assert head.parse(chunked + b"<html>").body == b"<html>"
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    assert head.parse(packed + gzip.compress(b"page")).body == b"page"
    assert head.parse(packed + b"\x1f\x8bxx").body == b"\x1f\x8bxx"


def test_a_bomb_stays_bounded() -> None:
    """A compressed body is unpacked no further than the bound."""
    bomb = gzip.compress(bytes(20_000_000))
    body = head.parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb).body
    assert len(body) == head.MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['Basic realm="IP Camera(C1)"'], ("IP Camera(C1)",)),
        (["Basic realm= StarVoice"], ("StarVoice",)),
        (['Digest qop="auth", realm="a", nonce="n", Basic realm="b"'], ("a", "b")),
        (['Basic realm="open ended'], ("open ended",)),
        (['Digest realm="say \\"x\\""'], ('say "x"',)),
        (['Basic realm=""', "Negotiate"], ()),
        (['Basic REALM="x"', 'Digest realm="x"'], ("x",)),
    ],
)
def test_realms(values: list[str], expected: tuple[str, ...]) -> None:
    """Realms are read quoted, unquoted, left open, and from several schemes."""
    assert head.realms(values) == expected


def test_charset() -> None:
    """The character set of the content type, unquoted."""
    data = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="GB2312"; x=1\r\n\r\n'
    assert head.parse(data).charset == "gb2312"


@given(st.binary(max_size=400))
def test_anything_after_a_status_line(data: bytes) -> None:
    """Arbitrary heads and bodies never raise anything but ParseError."""
    for start in (
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        try:
            message = head.parse(start + data)
        except ParseError:
            continue
        head.realms(message.all("www-authenticate"))
        assert len(message.body) <= len(data) or message.body
