"""TCP connections put together, each within bounds.

A connection may be picked up in its middle, its segments may come twice or out of order, some may
be missing: what follows a gap becomes a new `Run`. Each side is kept up to `SIDE_BYTES`; then what
is there is given out and the connection either goes on afresh (HTTP, at most `ROLLS` times) or is
ignored from there on (video).

Source: RFC 9293 section 3.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple

from camfinder.capture.ip import Segment
from camfinder.capture.seen import Seen
from camfinder.model import Frame

SIDE_BYTES = 256 << 10
"""Bytes kept of one direction at one time."""
ROLLS = 16
"""How often a long HTTP connection is started afresh."""
MAX_STREAMS = 16_384
"""Open connections at one time; beyond, the one that was silent longest is given out."""
MAX_HELD = 64 << 20
"""Bytes kept at one time, over all connections."""
MAX_PENDING = 32
"""Segments of one direction that wait for an earlier one."""
MAX_AHEAD = 4 << 20
"""Sequence numbers further ahead than this belong to no receive window we would meet."""
MAX_RUNS = 16
MAX_MARKS = 4096
IDLE_NS = 120_000_000_000
"""A connection silent for so long, by the capture's clock, is given out."""
SWEEP_EVERY = 1024
MAX_CLOSED = 65_536

_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_head = Struct(">HHIIBB").unpack_from

Key = bytes
"""Both ends, the smaller first."""


class Mark(NamedTuple):
    """Where in a run a segment began."""

    offset: int
    seen: Seen


@dataclass(slots=True)
class Run:
    """Bytes of one direction without a gap."""

    data: bytearray = field(default_factory=bytearray)
    marks: list[Mark] = field(default_factory=list)

    def seen(self, offset: int) -> Seen:
        """The packet that the byte at `offset` came in."""
        low, high = 0, len(self.marks)
        while high - low > 1:
            middle = (low + high) // 2
            if self.marks[middle].offset <= offset:
                low = middle
            else:
                high = middle
        return self.marks[low].seen


@dataclass(slots=True)
class Side:
    """What one end said."""

    address: bytes
    port: int
    runs: list[Run] = field(default_factory=list)
    pending: dict[int, tuple[bytes, int, Seen]] = field(default_factory=dict)
    expected: int | None = None
    held: int = 0
    full: bool = False
    ended: bool = False

    @property
    def first(self) -> Run | None:
        """The first run, if the side said anything."""
        return self.runs[0] if self.runs else None

    def put(self, sequence: int, data: bytes, missing: int, seen: Seen) -> None:
        """Takes in one segment of which the snap length took `missing` bytes."""
        if self.expected is None:
            self.expected = sequence
        ahead = _distance(self.expected, sequence)
        if ahead > MAX_AHEAD or ahead < -MAX_AHEAD:
            return
        if ahead <= 0:
            self._append(data[-ahead:], missing, seen)
            self._drain()
        elif len(self.pending) < MAX_PENDING or self.jump():
            self.pending.setdefault(sequence, (data, missing, seen))
            self._drain()

    def jump(self) -> bool:
        """Gives up on a missing segment and goes on behind the gap; false if none waits."""
        if not self.pending or self.expected is None:
            return False
        expected = self.expected
        self.expected = min(self.pending, key=lambda number: _distance(expected, number))
        self._gap()
        self._drain()
        return True

    def _drain(self) -> None:
        while self.pending and self.expected is not None:
            expected = self.expected
            nearest = min(self.pending, key=lambda number: _distance(expected, number))
            behind = -_distance(expected, nearest)
            if behind < 0:
                return
            data, missing, seen = self.pending.pop(nearest)
            self._append(data[behind:], missing, seen)

    def _append(self, data: bytes, missing: int, seen: Seen) -> None:
        if self.expected is None or not data:
            return
        self.expected = (self.expected + len(data) + missing) & 0xFFFFFFFF
        data = data[: SIDE_BYTES - self.held]
        if not self.runs:
            self.runs.append(Run())
        run = self.runs[-1]
        if len(run.marks) < MAX_MARKS:
            run.marks.append(Mark(len(run.data), seen))
        run.data += data
        self.held += len(data)
        self.full = self.held >= SIDE_BYTES
        if missing:
            self._gap()

    def _gap(self) -> None:
        if self.runs and self.runs[-1].data and len(self.runs) < MAX_RUNS:
            self.runs.append(Run())
        elif len(self.runs) >= MAX_RUNS:
            self.full = True


@dataclass(slots=True)
class Stream:
    """One connection.

    Attributes:
        sides: In the order of `Key`.
        client: Index of the side that opened it, where the handshake was seen.
        spoke_first: Index of the side that sent the first byte seen.
        whole: No gap and no fresh start so far: questions and answers pair in order.
    """

    sides: tuple[Side, Side]
    client: int | None = None
    spoke_first: int | None = None
    last_ns: int = 0
    rolls: int = 0

    @property
    def held(self) -> int:
        """Bytes kept, waiting segments included as an estimate."""
        return sum(side.held + 1460 * len(side.pending) for side in self.sides)

    @property
    def whole(self) -> bool:
        """No gap and no fresh start so far: questions and answers pair in order."""
        return self.rolls == 0 and all(len(side.runs) <= 1 for side in self.sides)


class Streams:
    """All connections of a capture.

    Attributes:
        closed: Connections that are done with, newest last; only a SYN opens them again.
    """

    def __init__(
        self, give: Callable[[Stream], list[Frame]], rolls: Callable[[Stream], bool]
    ) -> None:
        self._give = give
        self._rolls = rolls
        self._open: OrderedDict[Key, Stream] = OrderedDict()
        self._held = 0
        self._count = 0
        self.closed: OrderedDict[Key, None] = OrderedDict()
        self.malformed = 0

    def put(self, segment: Segment) -> list[Frame]:
        """Takes in one segment; the frames of every connection that it completes."""
        data = segment.data
        if len(data) < 20:
            self.malformed += 1
            return []
        source, destination, sequence, _ack, offset, flags = _head(data)
        start = (offset >> 4) * 4
        if start < 20 or start > len(data):
            self.malformed += 1
            return []
        here = segment.source + data[0:2]
        there = segment.destination + data[2:4]
        key = here + there if here <= there else there + here
        frames: list[Frame] = []
        if flags & _SYN:
            frames += self._reopen(key, here, there, flags)
        elif key in self.closed:
            return []
        stream = self._open.get(key)
        if stream is None:
            if not (len(data) > start or flags & _SYN):
                return frames
            ends = (Side(segment.source, source), Side(segment.destination, destination))
            stream = Stream(ends if here <= there else (ends[1], ends[0]))
            self._open[key] = stream
        who = 0 if key.startswith(here) and (here != there) else 1
        before = stream.held
        self._take(stream, who, sequence, flags, segment, start)
        self._held += stream.held - before
        self._open.move_to_end(key)
        frames += self._after(key, stream, flags)
        frames += self._tidy(segment.seen.at_ns)
        return frames

    def finish(self) -> list[Frame]:
        """The frames of everything still open."""
        frames: list[Frame] = []
        while self._open:
            frames += self._close(next(iter(self._open)))
        return frames

    def _reopen(self, key: Key, here: bytes, there: bytes, flags: int) -> list[Frame]:
        """A SYN on ports that were in use begins another connection; a repeated one does not."""
        self.closed.pop(key, None)
        stream = self._open.get(key)
        if stream is None or flags & _ACK:
            return []
        client = 0 if here <= there else 1
        if stream.client == client and not any(side.runs for side in stream.sides):
            return []
        return self._close(key)

    def _take(
        self, stream: Stream, who: int, sequence: int, flags: int, segment: Segment, start: int
    ) -> None:
        side = stream.sides[who]
        stream.last_ns = segment.seen.at_ns
        if flags & _SYN:
            sequence += 1
            if side.expected is None:
                side.expected = sequence & 0xFFFFFFFF
            stream.client = who if not flags & _ACK else 1 - who
        data = segment.data[start:]
        if data and not side.full:
            if stream.spoke_first is None:
                stream.spoke_first = who
            side.put(sequence & 0xFFFFFFFF, data, segment.missing, segment.seen)
        if flags & _FIN:
            side.ended = True

    def _after(self, key: Key, stream: Stream, flags: int) -> list[Frame]:
        if flags & _RST or all(side.ended for side in stream.sides):
            frames = self._close(key)
            self._shut(key)
            return frames
        if not any(side.full for side in stream.sides):
            return []
        if stream.rolls >= ROLLS or not self._rolls(stream):
            frames = self._close(key)
            self._shut(key)
            return frames
        frames = self._give(stream)
        self._held -= stream.held
        stream.rolls += 1
        for side in stream.sides:
            side.runs.clear()
            side.held, side.full = 0, False
        self._held += stream.held
        return frames

    def _shut(self, key: Key) -> None:
        self.closed[key] = None
        if len(self.closed) > MAX_CLOSED:
            self.closed.popitem(last=False)

    def _tidy(self, now_ns: int) -> list[Frame]:
        """Gives out the connections that are silent or one too many."""
        frames: list[Frame] = []
        while len(self._open) > MAX_STREAMS or self._held > MAX_HELD:
            frames += self._close(next(iter(self._open)))
        self._count += 1
        if self._count % SWEEP_EVERY:
            return frames
        while self._open:
            oldest = next(iter(self._open))
            if now_ns - self._open[oldest].last_ns <= IDLE_NS:
                break
            frames += self._close(oldest)
        return frames

    def _close(self, key: Key) -> list[Frame]:
        stream = self._open.pop(key)
        self._held -= stream.held
        for side in stream.sides:
            while side.jump():
                pass
        return self._give(stream)


def _distance(from_number: int, to_number: int) -> int:
    """Signed steps from one sequence number to another (modulo 2^32)."""
    return (to_number - from_number + 0x80000000 & 0xFFFFFFFF) - 0x80000000
