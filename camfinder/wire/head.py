"""Heads and bodies of HTTP-like messages (HTTP, RTSP, SSDP, SIP), as embedded servers write them.

The canonical form of a message is: status line, header lines in order as sent, blank line, decoded
body. Captures and banners hold worse, so much is tolerated: bare LF, no blank line before the body,
lines without a colon, blanks before the colon, folded lines, two headers glued into one line,
doubled `Content-Length`, `ICY 200 OK`. Source: RFC 9112, RFC 7826, RFC 3261, and what servers send.
"""

import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import re2

from camfinder.model import ParseError
from camfinder.wire.text import byte_pattern, clean, decode

MAX_HEAD_BYTES = 65_536
MAX_HEADERS = 256
MAX_BODY_BYTES = 1_048_576
"""A compressed body is unpacked up to here."""

_REQUEST = re2.compile(r"^([A-Z][A-Z_-]{2,23}) +(\S+)(?: +([A-Z]{3,8}/\d\.\d))?\s*$")
_TOKEN = dict.fromkeys(
    map(ord, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+.^_|~-")
)
"""Deletes what a header's name may be made of (RFC 9110, 5.6.2)."""
_GLUE = (
    "content-type", "content-length", "date", "connection", "www-authenticate", "server",
    "last-modified", "cache-control", "pragma", "expires", "set-cookie", "location",
    "accept-ranges", "mime-version",
)  # fmt: skip
"""Headers that were seen glued to the value before them."""
_GLUED = re2.compile(
    r"^(.*?[0-9A-Za-z)\]])"
    r"((?:Content-[Tt]ype|Content-[Ll]ength|Date|Connection|WWW-Authenticate|Server|Last-[Mm]odified"
    r"|Cache-[Cc]ontrol|Pragma|Expires|Set-[Cc]ookie|Location|Accept-[Rr]anges|MIME-[Vv]ersion)\s?:.*)$"
)
_REALM = re2.compile(
    r'(?is)(?:^|[\s,])realm\s*=\s*(?:"((?:[^"\\]|\\.)*)"|"([^"]*)$|([^",][^,]*))',
)
_CHUNK = byte_pattern(rb"^[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,256})?\r?\n")
_BODY_STARTS = (
    "<!",
    "<html",
    "<?xml",
    "<head",
    "<title",
    "<body",
    "<meta",
    "<script",
    "<frame",
    "<link",
)


class Head(NamedTuple):
    """An HTTP-like message taken apart.

    Attributes:
        start: The first line as sent.
        protocol: `HTTP`, `RTSP`, `SIP`, `ICY`, ... in upper case; empty for a request without one.
        version: `1.1`; empty where none is given.
        code: Status code of an answer, None for a request.
        reason: What follows the code.
        method: Of a request, empty for an answer.
        target: Path or URL of a request.
        headers: Name (as sent) and value, in order.
        body: Unchunked and unpacked where it was not yet.
        text: The head, start line included, as text.
        size: Bytes of the head, blank line included: the body began there.
    """

    start: str
    protocol: str
    version: str
    code: int | None
    reason: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    text: str
    size: int

    def get(self, name: str) -> str | None:
        """The first value of the header with this lower-case name, or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of it."""
        return tuple(value for key, value in self.headers if key.lower() == name)

    @property
    def charset(self) -> str:
        """The character set of `Content-Type`, empty where none is named."""
        _, _, rest = (self.get("content-type") or "").lower().partition("charset=")
        return rest.split(";")[0].strip(" \"'")[:32]


def parse(data: bytes, *, decode_body: bool = True) -> Head:
    """Takes an HTTP-like message apart.

    Args:
        data: The message; what follows the head is its body.
        decode_body: Unchunk and unpack a body that its headers call chunked or gzip and that
            still is.

    Raises:
        ParseError: The first line is neither a status line nor a request line.
    """
    return _parse(data, decode_body)


@lru_cache(maxsize=16)
def _parse(data: bytes, decode_body: bool) -> Head:
    """The same: several parsers look at one message, one after the other."""
    lines, size = _head_lines(data)
    start = lines[0] if lines else ""
    body = data[size:]
    code, reason, protocol, version, method, target = None, "", "", "", "", ""
    if status := _status(start[:4096]):
        protocol, version, code, reason = status
    elif found := _REQUEST.match(start[:8192]):
        method, target = found.group(1), found.group(2)
        protocol, _, version = (found.group(3) or "").partition("/")
    else:
        raise ParseError(f"neither a status line nor a request line: {start[:60]!r}")
    headers = _headers(lines[1:])
    if decode_body:
        body = _decoded(body, headers)
    return Head(
        start.strip(), protocol, version, code, reason, method, target,
        headers, body, "\r\n".join(lines), size,
    )  # fmt: skip


def is_message(data: bytes, *protocols: str) -> bool:
    """The bytes begin like a status or request line of one of these protocols (`HTTP`, `RTSP`)."""
    return _protocol(data) in protocols


@lru_cache(maxsize=16)
def _protocol(data: bytes) -> str | None:
    """The protocol of the first line, None where it is no such line: asked by parser after parser.

    A request without a protocol gives an empty text.
    """
    line = decode(data[:4200].lstrip(b"\r\n\x00 ").split(b"\n", 1)[0]).rstrip("\r")
    if (status := _status(line)) is not None:
        return status[0]
    found = _REQUEST.match(line)
    return None if found is None else (found.group(3) or "").partition("/")[0]


@lru_cache(maxsize=16)
def _status(line: str) -> tuple[str, str, int, str] | None:
    """Protocol in upper case, version, code and reason of a status line; None for another line."""
    parts = line.split(None, 2)
    if len(parts) < 2 or len(line) - len(line.lstrip()) > 4:
        return None
    protocol, slash, version = parts[0].partition("/")
    code = parts[1]
    whole = (
        2 <= len(protocol) <= 16
        and protocol.isascii()
        and protocol.isalnum()
        and protocol[0].isalpha()
        and len(code) == 3
        and code.isascii()
        and code.isdecimal()
        and code[0] != "0"
    )
    if not whole or (slash and not _is_version(version)):
        return None
    return protocol.upper(), version, int(code), parts[2].strip() if len(parts) > 2 else ""


def _is_version(text: str) -> bool:
    """`1.1`, `2`."""
    major, dot, minor = text.partition(".")
    return text.isascii() and major.isdecimal() and (minor.isdecimal() if dot else True)


def _is_name(text: str) -> bool:
    """A header's name; one blank inside is borne (`Server name : x`)."""
    first, blank, second = text.partition(" ")
    named = bool(first) and not first.translate(_TOKEN)
    return named and (not blank or (bool(second) and not second.translate(_TOKEN)))


def _head_lines(data: bytes) -> tuple[list[str], int]:
    """The lines of the head and the offset at which the body begins."""
    lines: list[str] = []
    at = len(data) - len(data.lstrip(b"\r\n\x00"))
    end = min(len(data), at + MAX_HEAD_BYTES)
    newline = b"\n" if b"\n" in data[at:end] else b"\r"
    # Most heads are ASCII: decoded as a whole then, else line by line as each line can be.
    text = data[at:end].decode("ascii") if data[at:end].isascii() else ""
    begin = at
    while at < end and len(lines) <= MAX_HEADERS:
        stop = data.find(newline, at, end)
        following = end if stop < 0 else stop + 1
        stop = end if stop < 0 else stop
        line = text[at - begin : stop - begin] if text else decode(data[at:stop])
        line = line.rstrip("\r")
        if not line.strip():
            return lines, following
        if lines and "<" in line and line.lstrip().lower().startswith(_BODY_STARTS):
            return lines, at
        lines.append(line)
        at = following
    return lines, at


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """Name and value of each header line; what has no colon is passed over."""
    found: list[tuple[str, str]] = []
    for line in lines:
        if line[0] in " \t" and found:
            name, value = found[-1]
            found[-1] = (name, clean(f"{value} {line.strip()}"))
            continue
        _split_glued(line, found)
    return tuple(found)


def _split_glued(line: str, found: list[tuple[str, str]]) -> None:
    """Adds a header line; `Server: X/1.0Content-type: text/html` is two."""
    for _ in range(8):
        name, colon, value = line.partition(":")
        if not colon or not _is_name(name.strip()[:128]):
            return
        glued = _GLUED.match(value[:4096]) if _may_be_glued(value) else None
        found.append((name.strip(), clean(glued.group(1) if glued else value)))
        if not glued:
            return
        line = glued.group(2)


def _may_be_glued(value: str) -> bool:
    """Cheap: most values have no colon, and those of most dates and URLs no header's name."""
    if ":" not in value:
        return False
    lower = value.lower()
    return any(name in lower for name in _GLUE)


def _decoded(body: bytes, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The body without chunk marks and compression, as far as they are there."""
    values = {name.lower(): value.lower() for name, value in headers}
    if "chunked" in values.get("transfer-encoding", ""):
        body = _unchunked(body)
    if body[:2] == b"\x1f\x8b" and "gzip" in values.get("content-encoding", "gzip"):
        try:
            return zlib.decompressobj(wbits=31).decompress(body, MAX_BODY_BYTES)
        except zlib.error:
            return body
    return body


def _unchunked(body: bytes) -> bytes:
    """The chunks put together; the body itself where it does not begin with a chunk."""
    parts: list[bytes] = []
    at = 0
    while (found := _CHUNK.match(body[at : at + 300])) is not None:
        size = int(found.group(1), 16)
        at += len(found.group(0))
        if size == 0:
            return b"".join(parts)
        parts.append(body[at : at + size])
        at += size
        if at >= len(body):
            break
        if body[at : at + 2] == b"\r\n":
            at += 2
        elif body[at : at + 1] == b"\n":
            at += 1
        else:
            return body
    return b"".join(parts) if parts else body


def realms(values: Iterable[str]) -> tuple[str, ...]:
    """The realms of `WWW-Authenticate` values, in order, each once.

    Several schemes may share one value; quotes may be missing or left open.
    """
    found: dict[str, None] = {}
    for value in values:
        if "realm" not in value.lower():
            continue
        for match in _REALM.finditer(value[:4096]):
            quoted, open_ended, bare = match.groups()
            realm = quoted if quoted is not None else open_ended or bare or ""
            realm = clean(realm.replace('\\"', '"').replace("\\\\", "\\"))
            if realm:
                found[realm] = None
    return tuple(found)
