"""HTTP messages in a run of bytes, leniently: a broken head must not lose the rest.

Source: RFC 9112; RFC 9110 section 8.4 (content codings).
"""

import zlib
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

import re2

from camfinder.capture.streams import Run

MAX_HEAD = 64 << 10
MAX_BODY = 1 << 20
"""Unpacked bytes of one body."""
MAX_MESSAGES = 512
"""Messages taken from one run."""
MEDIA_BYTES = 4096
"""Bodies of streams are cut here: nobody needs the pictures."""

METHODS = frozenset(
    b"GET POST HEAD PUT OPTIONS DELETE PATCH TRACE CONNECT PROPFIND NOTIFY SUBSCRIBE "
    b"UNSUBSCRIBE M-SEARCH REPORT".split()
)
_MEDIA = (b"multipart/x-mixed-replace", b"video/", b"audio/")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_BODILESS = frozenset({b"204", b"304"})
_OPERATION = re2.compile(
    rb"<(?:[\w.-]+:)?Body[^>]*>(?:\s|<!--[^>]*-->)*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer.

    Attributes:
        at: Offset of its first byte in the run.
        start: First line, without its end.
        head: First line and header lines, CRLF after each, no blank line.
        body: Without transfer and content coding.
    """

    at: int
    start: bytes
    head: bytes
    body: bytes

    @property
    def canonical(self) -> bytes:
        """First line, header lines as sent, blank line, decoded body."""
        return self.head + b"\r\n" + self.body

    @property
    def method(self) -> bytes:
        """Of a request."""
        return self.start.split(b" ", 1)[0]

    @property
    def status(self) -> bytes:
        """Three digits of an answer, as far as it has them."""
        return _status(self.start)

    @property
    def interim(self) -> bool:
        """An answer such as 100 Continue, after which the real one comes."""
        return self.status[:1] == b"1"

    @property
    def request(self) -> str:
        """`"GET /path"`; for SOAP `"POST /path#Operation"`."""
        parts = self.start.split(b" ")
        path = parts[1] if len(parts) > 1 else b""
        if path.startswith((b"http://", b"https://")):
            path = b"/" + b"/".join(path.split(b"/")[3:])
        text = b" ".join((parts[0], path)).decode("latin-1")
        operation = soap_operation(self.body) if parts[0] == b"POST" else ""
        return f"{text}#{operation}" if operation else text


def soap_operation(body: bytes) -> str:
    """Local name of the first element in a SOAP Body; empty when there is none."""
    if b"Body" not in body[:16_384]:
        return ""
    found = _OPERATION.search(body[:16_384])
    return found.group(1)[:100].decode("ascii", "replace") if found else ""


def is_request(data: bytes | bytearray, at: int = 0) -> bool:
    """Whether a request line begins here."""
    end = data.find(b"\n", at, at + 8192)
    line = bytes(data[at : end if end >= 0 else at + 8192])
    method, _, rest = line.partition(b" ")
    return method in METHODS and bool(rest) and (end < 0 or b"HTTP/" in rest)


def is_answer(data: bytes | bytearray, at: int = 0) -> bool:
    """Whether a status line begins here."""
    return data[at : at + 5] == b"HTTP/" and data[at + 5 : at + 6].isdigit()


def messages(run: Run, *, answers: bool, heads_only: frozenset[int] = frozenset()) -> list[Message]:
    """Every message of a run.

    Args:
        run: What one side said.
        answers: Answers are looked for, else requests.
        heads_only: Index of the final answers that have no body whatever they say (to HEAD).
    """
    begins = is_answer if answers else is_request
    data, at, finals = bytes(run.data), 0, 0
    found: list[Message] = []
    while at < len(data) and len(found) < MAX_MESSAGES:
        if not begins(data, at):
            at = _next(run, data, at, begins_answers=answers)
            continue
        message, at = _message(run, data, at, answers, finals in heads_only)
        finals += not message.interim
        found.append(message)
    return found


def split_head(data: bytes, at: int) -> tuple[list[bytes], int]:
    """The lines of a head, folded ones joined, and where its body begins."""
    lines: list[bytes] = []
    stop = min(len(data), at + MAX_HEAD)
    while at < stop:
        end = data.find(b"\n", at, stop)
        line = data[at : end if end >= 0 else stop].rstrip(b"\r")
        at = end + 1 if end >= 0 else stop
        if not line:
            break
        if lines and line[:1] in {b" ", b"\t"} and len(lines) > 1:
            lines[-1] += b" " + line.strip()
        else:
            lines.append(line)
    return lines, at


def header(lines: list[bytes], name: bytes) -> bytes:
    """The first value of a header, in lower case; empty when there is none."""
    for line in lines[1:]:
        key, colon, value = line.partition(b":")
        if colon and key.strip().lower() == name:
            return value.strip().lower()
    return b""


def _next(run: Run, data: bytes, at: int, *, begins_answers: bool) -> int:
    """The next segment behind `at` that begins with a message; the end if none does."""
    begins = is_answer if begins_answers else is_request
    for index in range(bisect(run.marks, at, key=lambda mark: mark.offset), len(run.marks)):
        if begins(data, run.marks[index].offset):
            return run.marks[index].offset
    return len(data)


def _message(run: Run, data: bytes, at: int, answers: bool, head_only: bool) -> tuple[Message, int]:
    lines, start = split_head(data, at)
    raw_head = b"".join(line + b"\r\n" for line in lines)
    body, end = b"", start
    if not head_only and not (answers and _no_body(lines[0])):
        body, end = _body(run, data, start, lines, answers)
    return Message(at, lines[0], raw_head, body), end


def _status(start: bytes) -> bytes:
    return start.partition(b" ")[2].strip()[:3]


def _no_body(start: bytes) -> bool:
    status = _status(start)
    return status in _BODILESS or status[:1] == b"1"


def _body(run: Run, data: bytes, at: int, lines: list[bytes], answers: bool) -> tuple[bytes, int]:
    length = header(lines, b"content-length")
    if b"chunked" in header(lines, b"transfer-encoding"):
        body, end = _chunked(data, at)
        if end is None:
            end = _next(run, data, at, begins_answers=answers)
    elif length.isdigit() and len(length) < 16:
        end = min(len(data), at + int(length))
        body = data[at:end]
    elif answers:
        end = _next(run, data, at - 1, begins_answers=True)
        body = data[at:end]
    else:
        return b"", at
    body = unpack(body, header(lines, b"content-encoding"))
    if header(lines, b"content-type").startswith(_MEDIA):
        body = body[:MEDIA_BYTES]
    return body[:MAX_BODY], end


def _chunked(data: bytes, at: int) -> tuple[bytes, int | None]:
    """The body, and where it ends: None when the chunks are broken."""
    body = bytearray()
    for size, start in _chunks(data, at):
        if size < 0:
            return bytes(body) or data[at:], None
        if size == 0:
            _trailer, end = split_head(data, start)
            return bytes(body), end
        body += data[start : start + size]
    return bytes(body), len(data)


def _chunks(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Size and start of every chunk; size -1 for what is no chunk."""
    while at < len(data):
        end = data.find(b"\n", at, at + 1024)
        digits = data[at:end].split(b";")[0].strip() if end >= 0 else b"?"
        if not digits or len(digits) > 15 or not _HEX.issuperset(digits):
            yield -1, at
            return
        size = int(digits, 16)
        yield size, end + 1
        at = end + 1 + size
        at += 2 if data[at : at + 2] == b"\r\n" else 1


def unpack(body: bytes, coding: bytes) -> bytes:
    """Without gzip or deflate, at most `MAX_BODY` bytes; as it came when that fails."""
    if coding not in {b"gzip", b"x-gzip", b"deflate"} or not body:
        return body
    # zlib or gzip by its header; where `deflate` is announced, some servers send it bare.
    for bits in (47, -15) if coding == b"deflate" else (47,):
        engine = zlib.decompressobj(wbits=bits)
        out = bytearray()
        try:
            # Small steps, so that what came before damage is kept.
            for at in range(0, len(body), 4096):
                out += engine.decompress(body[at : at + 4096], MAX_BODY - len(out) + 1)
                if len(out) > MAX_BODY or engine.eof:
                    break
        except zlib.error:
            pass
        if out:
            return bytes(out[:MAX_BODY])
    return body
