"""Inputs that grow, and what reading them costs: counted in lines of Python, or in CPU time."""

import gc
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any

FILLERS = (
    b"\x00", b"\xff", b"A", b" ", b"\n", b"\r\n\r\n", b"<", b"<a>", b"<!--", b"&lt;", b"(", b"[",
    b'"', b"'", b"%25", b"=", b"a=b&", b", realm=", b"0", b".", b"-", b":", b"/", b"\xc3\xa9",
)  # fmt: skip
"""What is put into messages: the marks at which parsers stop, turn, or go down one level."""
NESTS = ((b"<a>", b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<!-- ", b" -->"))
CUTS = 6
UNITS = 8


@dataclass(frozen=True)
class Growth:
    """A message of any size: `before`, some `unit`s, as many `closing`s, and `after`.

    `build` makes the message of the number of units where lengths or checks have to fit.
    """

    name: str
    before: bytes = b""
    unit: bytes = b""
    after: bytes = b""
    closing: bytes = b""
    build: Callable[[int], bytes] | None = None

    def sized(self, count: int) -> bytes:
        """The message with so many units."""
        if self.build is not None:
            return self.build(count)
        return self.before + self.unit * count + self.closing * count + self.after

    def counts(self, size: int) -> tuple[int, int]:
        """How many units are about `size` bytes, and twice as many."""
        one, two = len(self.sized(8)), len(self.sized(16))
        count = max(8, 8 * size // max(1, two - one))
        return count, 2 * count


def growths(message: bytes, *, every: int = 1) -> Iterator[Growth]:
    """Ways in which a message grows: its own parts repeated, marks put in, levels nested.

    Args:
        message: A real one.
        every: Only each so many-th.
    """
    found = [*_repeated(message), *_filled(message)]
    yield from found[::every]


def _repeated(message: bytes) -> Iterator[Growth]:
    """The whole, and its lines, elements and words, at their place."""
    yield Growth("whole", b"", message)
    for what, pattern in (
        ("line", rb"[^\n]*\n"),
        ("element", rb"<([\w:.-]+)[^<>]*>[^<>]*</\1>"),
        ("word", rb"[\w.%:-]+[\s,;=&<>\"'/|]+"),
        ("member", rb'"[^"]{1,40}":[^,{}\[\]]{1,80},'),
    ):
        spans = [match.span() for match in re.finditer(pattern, message)]
        for begin, end in spans[:: max(1, len(spans) // UNITS)]:
            unit = message[begin:end]
            yield Growth(f"{what} {unit[:20]!r}", message[:begin], unit, message[end:])
    for at in range(0, len(message) - 4, max(4, len(message) // UNITS)):  # records of bytes
        yield Growth(f"4 bytes at {at}", message[:at], message[at : at + 4], message[at + 4 :])


def _filled(message: bytes) -> Iterator[Growth]:
    """Marks and levels, at some places from the front to the end."""
    places = [len(message) * part // CUTS for part in range(CUTS + 1)]
    places += [match.end() for match in list(re.finditer(rb"[>:=]\"?", message))[:: UNITS * 4]][
        :CUTS
    ]
    for at in sorted(set(places)):
        for filler in FILLERS:
            yield Growth(f"{filler!r} at {at}", message[:at], filler, message[at:])
        for opening, closing in NESTS:
            name = f"{opening!r} nested at {at}"
            yield Growth(name, message[:at], opening, message[at:], closing)


def forget() -> None:
    """Nothing is remembered of earlier calls: caches would make a second look free."""
    for cached in _caches():
        cached.cache_clear()


@cache
def _caches() -> list[Any]:
    """Of the modules that read."""
    return [
        value
        for name, module in sys.modules.items()
        if name.startswith(("camfinder.wire.", "camfinder.match.", "camfinder.capture."))
        for value in vars(module).values()
        if hasattr(value, "cache_clear")
    ]


def lines(call: Callable[[], object]) -> int:
    """How many lines of Python a call runs, in this and every module: the same each time."""
    count = 0

    def step(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal count
        count += 1
        return step

    forget()
    before = sys.gettrace()
    sys.settrace(step)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def cpu_s(call: Callable[[], object], times: int = 3) -> float:
    """The least CPU time of some calls, in seconds."""
    found = []
    gc.disable()
    try:
        for _ in range(times):
            forget()
            started = time.process_time()
            call()
            found.append(time.process_time() - started)
    finally:
        gc.enable()
    return min(found)
