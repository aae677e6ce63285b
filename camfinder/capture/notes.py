"""The notes that recordings carry, as packet comments, so that a replay gives equal frames.

A recording holds what was read above TLS and above HTTP's codings, which the wire formats cannot
say. So the packet in which a message begins has a comment: `camfinder:` and a JSON object of the
fields of `Note`. Without the comments (converted to classic pcap, say) the packets still decode
like any others.
"""

from typing import NamedTuple

import msgspec

from camfinder.capture import tls
from camfinder.capture.ip import Segment
from camfinder.capture.seen import Seen
from camfinder.model import Direction, Transport

PREFIX = "camfinder:"
MAX_MESSAGE = 1 << 20
"""Bytes of one message; a recorder cuts longer ones."""
MAX_OPEN = 16
"""Messages whose end has not come: a recording has one at a time."""


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the packets of a message cannot say.

    Attributes:
        transport: Of the frame.
        direction: Of the frame.
        request: Of the frame.
        length: Bytes of the TCP stream that the message takes.
        destination: Whether the destination was known; the packet has a made-up one if not.
        destination_port: The frame's, where the packet has another.
    """

    transport: Transport
    direction: Direction = Direction.ANSWER
    request: str = ""
    length: int = 0
    destination: bool = True
    destination_port: int | None = None


def write(note: Note) -> str:
    """The comment."""
    return PREFIX + msgspec.json.encode(note).decode()


def read(comment: str) -> Note | None:
    """The note in a comment; None when there is none, or it is broken."""
    if not comment.startswith(PREFIX):
        return None
    try:
        return msgspec.json.decode(comment[len(PREFIX) :].encode(), type=Note)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None


class Recorded(NamedTuple):
    """A recorded message, whole."""

    note: Note
    segment: Segment
    source_port: int
    destination_port: int
    payload: bytes
    seen: Seen


class _Open:
    def __init__(self, note: Note, seen: Seen) -> None:
        self.note = note
        self.seen = seen
        self.data = bytearray()


class Notebook:
    """Collects the TCP messages of a recording."""

    def __init__(self) -> None:
        self._open: dict[bytes, _Open] = {}

    @property
    def waiting(self) -> bool:
        """Whether a message is under way."""
        return bool(self._open)

    def put(self, segment: Segment) -> Recorded | bool:
        """A message that is whole now; true: the segment is part of one; false: of none."""
        data = segment.data
        if len(data) < 20 or not (self._open or segment.seen.comment):
            return False
        flow = segment.source + data[:2] + segment.destination + data[2:4]
        note = read(segment.seen.comment)
        if note is not None and 0 < note.length <= MAX_MESSAGE:
            if len(self._open) >= MAX_OPEN:
                del self._open[next(iter(self._open))]
            self._open[flow] = _Open(note, segment.seen)
        waiting = self._open.get(flow)
        body = data[(data[12] >> 4) * 4 :]
        if waiting is None or not body:
            return False
        waiting.data += body
        if len(waiting.data) < waiting.note.length:
            return True
        del self._open[flow]
        ports = (int.from_bytes(data[0:2], "big"), int.from_bytes(data[2:4], "big"))
        payload = _payload(waiting.note, bytes(waiting.data[: waiting.note.length]))
        return Recorded(waiting.note, segment, *ports, payload, waiting.seen)


def _payload(note: Note, data: bytes) -> bytes:
    if note.transport != Transport.TLS:
        return data
    return tls.server_name(data) if note.direction == Direction.REQUEST else tls.leaf(data)
