"""A short conversation over a stream: write, read one answer, write the next, read again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from camfinder.model import Query
from camfinder.net.dial import Stream

BANNER_WAIT_S = 2.0
BANNER_BYTES = 256
TOTAL_FACTOR = 3.0
"""A peer that dribbles is given this many times the waiting time of its query, in all."""
MAX_HEAD_BYTES = 16_384


@dataclass(slots=True)
class Answer:
    """What one question got.

    Attributes:
        request: The first word of what was written; empty for a banner.
        payload: The bytes, possibly none.
        cut: It was still speaking when a bound was reached.
    """

    request: str
    payload: bytes
    cut: bool = False


@dataclass(slots=True)
class Conversation:
    """All answers of one connection, and why it ended early if it did."""

    answers: list[Answer] = field(default_factory=list)
    trouble: str | None = None


def is_request(payload: bytes) -> bool:
    """Whether these bytes are an HTTP or RTSP request, which the ledger counts."""
    line = payload[:2048].partition(b"\n")[0]
    return b" RTSP/1." in line or b" HTTP/1." in line


def first_word(payload: bytes, otherwise: str) -> str:
    """The name of the operation: the request's first word where it is text."""
    word = payload[:64].partition(b" ")[0]
    if 0 < len(word) < 32 and word.isalpha():
        return word.decode("ascii")
    return otherwise


def message_length(data: bytes) -> int | None:
    """Length of the RTSP or HTTP message that `data` begins with; None while unknown.

    RTSP without Content-Length has no body (RFC 2326, 4.4); HTTP without it ends with the
    connection. Bare LF is taken for a line end, as some cameras send it.
    """
    if not data.startswith((b"RTSP/", b"HTTP/")):
        return None
    end, blank = data.find(b"\r\n\r\n"), 4
    if end < 0:
        end, blank = data.find(b"\n\n"), 2
    if end < 0:
        return None
    for line in data[: min(end, MAX_HEAD_BYTES)].split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() == b"content-length":
            digits = value.strip()
            if digits.isdigit() and len(digits) < 10:
                return end + blank + int(digits)
    return end + blank if data.startswith(b"RTSP/") else None


def _complete(data: bytes, ends_with: bytes) -> int | None:
    """Where the answer at the start of `data` ends, if it does."""
    length = message_length(data)
    if length is not None:
        return length if len(data) >= length else None
    return len(data) if ends_with and data.endswith(ends_with) else None


class Reader:
    """Takes answers off a stream, one after the other."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._rest = b""

    async def answer(
        self, *, ends_with: bytes, max_bytes: int, idle_s: float, total_s: float
    ) -> tuple[bytes, bool]:
        """One answer and whether a bound cut it.

        Raises:
            OSError: The peer broke off before saying anything.
        """
        data = bytearray(self._rest)
        self._rest = b""
        try:
            async with asyncio.timeout(total_s):
                while (end := _complete(bytes(data), ends_with)) is None:
                    if len(data) >= max_bytes:
                        return bytes(data[:max_bytes]), True
                    async with asyncio.timeout(idle_s):
                        chunk = await self._stream.read(min(16_384, max_bytes - len(data)))
                    if not chunk:
                        return bytes(data), False
                    data += chunk
        except TimeoutError:
            return bytes(data), bool(data)
        except OSError:
            if not data:
                raise
            return bytes(data), True
        self._rest = bytes(data[end:])
        return bytes(data[: min(end, max_bytes)]), False


async def converse(
    stream: Stream, query: Query, *, max_bytes: int, wrote: Callable[[bytes], None]
) -> Conversation:
    """Asks what the query says and what follows it; without payload, waits for a banner.

    Never raises for the peer's doings: they end in `Conversation.trouble`.
    """
    talk = Conversation()
    reader = Reader(stream)
    try:
        if not query.payload:
            idle_s = min(query.listen_s, BANNER_WAIT_S)
            payload, cut = await reader.answer(
                ends_with=query.ends_with,
                max_bytes=min(max_bytes, BANNER_BYTES),
                idle_s=idle_s,
                total_s=idle_s + BANNER_WAIT_S,
            )
            talk.answers.append(Answer(query.request, payload, cut))
            return talk
        for question in (query.payload, *query.then):
            async with asyncio.timeout(query.listen_s):
                await stream.write(question)
            wrote(question)
            payload, cut = await reader.answer(
                ends_with=query.ends_with,
                max_bytes=max_bytes,
                idle_s=query.listen_s,
                total_s=query.listen_s * TOTAL_FACTOR,
            )
            word = first_word(question, query.request)
            talk.answers.append(Answer(word, payload, cut))
            if not payload:
                talk.trouble = f"no answer to {word or 'the question'}"
                break
    except TimeoutError:
        talk.trouble = "the peer took nothing"
    except OSError as error:
        talk.trouble = f"the peer broke off: {error.strerror or error}"
    return talk
