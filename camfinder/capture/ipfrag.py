"""IP fragments put together again, within bounds.

Overlapping fragments drop their datagram (RFC 5722, and the same for IPv4: an overlap is either
an attack or damage). Exact copies are no overlap: captures on mirror ports hold them twice.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from camfinder.capture.seen import Seen

MAX_DATAGRAMS = 1024
"""Datagrams waiting for fragments at one time; beyond, the oldest goes."""
MAX_BYTES = 16 << 20
"""Bytes waiting at one time, over all datagrams."""
MAX_PARTS = 512
"""Fragments of one datagram: 64 KiB at an MTU of 576 bytes are 119."""
MAX_DATAGRAM = 65_535
WAIT_NS = 30_000_000_000
"""How long a datagram waits, by the clock of the capture."""


class Part(NamedTuple):
    """One fragment.

    Attributes:
        key: Source, destination, protocol, identification: whatever names the datagram.
        start: Offset of its first byte in the datagram.
        last: No more fragments follow behind it.
        cut: The snap length took its end.
        seen: Its packet.
    """

    key: tuple[bytes, bytes, int, int]
    start: int
    data: bytes
    last: bool
    cut: bool
    seen: Seen


@dataclass(slots=True)
class _Waiting:
    since_ns: int
    first: Part | None = None
    parts: dict[int, bytes] = field(default_factory=dict)
    total: int | None = None
    held: int = 0
    dead: bool = False


class Reassembler:
    """Collects fragments.

    Attributes:
        given_up: Datagrams that were dropped: a fragment never came, or two overlapped.
        heads: Of those that only lacked a later fragment, the first one and the bytes up to the
            gap: a device's name often stands there. The caller takes them out.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[bytes, bytes, int, int], _Waiting] = OrderedDict()
        self._held = 0
        self.given_up = 0
        self.heads: list[tuple[Part, bytes]] = []

    def add(self, part: Part) -> bytes | None:
        """The whole payload when `part` was the missing piece, else None."""
        at_ns = part.seen.at_ns
        waiting = self._waiting.get(part.key)
        if waiting is not None and not 0 <= at_ns - waiting.since_ns <= WAIT_NS:
            self._forget(part.key)
            waiting = None
        if waiting is None:
            waiting = self._waiting[part.key] = _Waiting(at_ns)
            self._make_room(part.key)
        if waiting.dead or not part.data:
            return None
        if not self._fits(waiting, part):
            self._held -= waiting.held
            waiting.parts.clear()
            waiting.held, waiting.dead = 0, True
            self.given_up += 1
            return None
        if waiting.total != waiting.held:
            return None
        whole = b"".join(waiting.parts[start] for start in sorted(waiting.parts))
        del self._waiting[part.key]
        self._held -= waiting.held
        return whole

    def finish(self) -> None:
        """Counts what never became whole, and forgets it."""
        for key in list(self._waiting):
            self._forget(key)

    def _fits(self, waiting: _Waiting, part: Part) -> bool:
        """Takes the part in; false when the datagram is to be dropped."""
        start, stop = part.start, part.start + len(part.data)
        if waiting.parts.get(start) == part.data:
            return True
        if part.cut or stop > MAX_DATAGRAM or len(waiting.parts) >= MAX_PARTS:
            return False
        total = stop if part.last else waiting.total
        if waiting.total not in {None, total} or _clash(waiting.parts, start, stop, total):
            return False
        if start == 0:
            waiting.first = part
        waiting.total = total
        waiting.parts[start] = part.data
        waiting.held += len(part.data)
        self._held += len(part.data)
        return True

    def _make_room(self, newest: tuple[bytes, bytes, int, int]) -> None:
        while len(self._waiting) > MAX_DATAGRAMS or self._held > MAX_BYTES:
            oldest = next(iter(self._waiting))
            if oldest == newest:
                return
            self._forget(oldest)

    def _forget(self, key: tuple[bytes, bytes, int, int]) -> None:
        waiting = self._waiting.pop(key)
        self._held -= waiting.held
        self.given_up += not waiting.dead
        if waiting.first is None or waiting.dead:
            return
        head = bytearray()
        while len(head) in waiting.parts:
            head += waiting.parts[len(head)]
        self.heads.append((waiting.first, bytes(head)))


def _clash(parts: dict[int, bytes], start: int, stop: int, total: int | None) -> bool:
    """Whether a new part overlaps another, or anything stands behind the end."""
    if total is None:
        total = MAX_DATAGRAM
    return stop > total or any(
        other + len(data) > total or (start < other + len(data) and other < stop)
        for other, data in parts.items()
    )
