"""RTSP answers in a run of bytes, interleaved media passed over.

Source: RFC 2326 sections 6, 7, 10.12; RFC 7826 section 14.
"""

from dataclasses import dataclass

from camfinder.capture.http import header, split_head
from camfinder.capture.streams import Run

MAX_MESSAGES = 256
MAX_BODY = 64 << 10
MAX_MEDIA = 65_536
"""Interleaved packets passed over in one run."""
_METHODS = frozenset(
    b"OPTIONS DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT "
    b"RECORD PLAY_NOTIFY".split()
)


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer.

    Attributes:
        at: Offset of its first byte in the run.
        method: Of a request; empty for an answer.
        cseq: Its CSeq, as text; some servers echo the method behind the number.
        raw: Head and body as sent.
    """

    at: int
    method: bytes
    cseq: bytes
    raw: bytes


def begins(data: bytes | bytearray, at: int = 0) -> bool:
    """Whether an RTSP message begins here."""
    if data[at : at + 5] == b"RTSP/":
        return True
    end = data.find(b"\n", at, at + 2048)
    line = bytes(data[at : end if end >= 0 else at + 2048])
    method, _, rest = line.partition(b" ")
    return method in _METHODS and b"RTSP/" in rest


def messages(run: Run) -> list[Message]:
    """Every message of a run, of either kind, in order."""
    data, at, media = bytes(run.data), 0, 0
    found: list[Message] = []
    while at < len(data) and len(found) < MAX_MESSAGES and media < MAX_MEDIA:
        if data[at : at + 1] == b"$" and at + 4 <= len(data):
            at += 4 + int.from_bytes(data[at + 2 : at + 4], "big")
            media += 1
        elif begins(data, at):
            message, at = _message(data, at)
            found.append(message)
        else:
            at = _next(data, at)
    return found


def _message(data: bytes, at: int) -> tuple[Message, int]:
    lines, start = split_head(data, at)
    length = header(lines, b"content-length")
    end = start
    if length.isdigit() and len(length) < 10:
        end = min(len(data), start + int(length))
    raw = data[at : min(end, start + MAX_BODY)]
    word = lines[0].split(b" ", 1)[0]
    cseq = header(lines, b"cseq").split(b" ")[0]
    return Message(at, b"" if word.startswith(b"RTSP/") else word, cseq, raw), end


def _next(data: bytes, at: int) -> int:
    """The next answer, or line, behind bytes that make no sense."""
    found = data.find(b"RTSP/1.", at + 1)
    if found < 0:
        return len(data)
    line = data.rfind(b"\n", at, found) + 1
    return line if line > at and begins(data, line) else found
