"""Progress on stderr: a live display on a terminal, plain lines elsewhere, nothing when quiet.

Nothing of it goes to stdout. Colours follow NO_COLOR; a terminal that cannot move its cursor
(`TERM=dumb`) gets the plain lines.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from camfinder.flow.progress import Progress
from camfinder.model import Device
from camfinder.reports.inert import shorten, visible

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.progress import Progress as Bars

PLAIN_EVERY_S = 5.0
LONGEST_LINE = 120
MOST_SHOWN = 12
"""Devices in the live display: the last ones found."""
_AROUND = 6
"""Lines of the terminal that the devices leave to the rest."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Callbacks for a run; the display ends with the block."""
    if quiet or sys.stderr is None:
        yield Progress()
    elif sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb", "unknown"}:
        yield from _live()
    else:
        yield from _plain(time.monotonic)


class Found:
    """The devices told of so far, each with the line that says the most of it."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}

    def take(self, device: Device) -> str | None:
        """Note a device; its line where that is new or says something new."""
        name = str(device.address or device.mac or device.id)
        told = _line(device)
        if self._lines.get(name) == told:
            return None
        self._lines[name] = told
        return told

    def __len__(self) -> int:
        return len(self._lines)

    def last(self, most: int) -> list[str]:
        """The lines of the devices found last."""
        return list(self._lines.values())[-most:] if most > 0 else []

    def sum(self) -> str:
        """How many there are."""
        return f"{len(self)} surveillance device{'s' * (len(self) != 1)} found"


def _live() -> Iterator[Progress]:
    """Bars with count, rate and time left, and below them the devices found last."""
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, highlight=False)
    bars, found = _bars(console), Found()
    tasks: dict[str, int] = {}

    def stage(name: str, total: int) -> None:
        tasks[name] = bars.add_task(visible(name), total=total or None)

    def advance(name: str, steps: int) -> None:
        if name in tasks:
            bars.advance(tasks[name], steps)  # type: ignore[arg-type]  # rich's NewType of int

    def device(told: Device) -> None:
        found.take(told)

    def display() -> "Group":
        return _display(console, bars, found)

    with Live(
        console=console,
        get_renderable=display,
        refresh_per_second=5,
        transient=True,
        redirect_stdout=False,
    ):
        yield Progress(stage=stage, advance=advance, device=device)
    if found:
        print(found.sum(), file=sys.stderr)


def _bars(console: "Console") -> "Bars":
    from rich.progress import (
        BarColumn,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Counted(ProgressColumn):
        """Steps done, of how many, at what rate, and how long it will take."""

        def render(self, task: Task) -> Text:
            total = None if task.total is None else int(task.total)
            return Text(counted(int(task.completed), total, None if task.finished else task.speed))

    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        Counted(),
        TimeElapsedColumn(),
        console=console,
    )


def _display(console: "Console", bars: "Bars", found: Found) -> "Group":
    from rich.console import Group
    from rich.text import Text

    room = min(MOST_SHOWN, console.height - _AROUND)
    lines = [Text(line, no_wrap=True, overflow="ellipsis") for line in found.last(room)]
    more = len(found) - len(lines)
    head = [Text(found.sum() + (f", the last {len(lines)}:" if more else ":"))] if found else []
    return Group(bars, *head, *lines)


def _plain(clock: Callable[[], float]) -> Iterator[Progress]:
    """A line when a stage begins, every few seconds while it lasts, and for each device."""
    done: dict[str, int] = {}
    totals: dict[str, int] = {}
    began: dict[str, float] = {}
    said: dict[str, float] = {}
    found = Found()

    def say(name: str, now: float) -> None:
        took = now - began[name]
        rate = done[name] / took if took > 0 else None
        told = counted(done[name], totals[name] or None, rate)
        print(f"{visible(name)}: {told}", file=sys.stderr, flush=True)

    def stage(name: str, total: int) -> None:
        done[name], totals[name] = 0, total
        began[name] = said[name] = clock()
        of = f" of {total}" if total else ""
        print(f"{visible(name)}{of} ...", file=sys.stderr, flush=True)

    def advance(name: str, steps: int) -> None:
        if name not in done:
            return
        done[name] += steps
        now = clock()
        if now - said[name] >= PLAIN_EVERY_S:
            said[name] = now
            say(name, now)

    def device(told: Device) -> None:
        before = len(found)
        if (line := found.take(told)) is not None:
            word = "found" if len(found) > before else "learnt"
            print(f"{word} {line}", file=sys.stderr, flush=True)

    yield Progress(stage=stage, advance=advance, device=device)
    now = clock()
    for name in done:
        say(name, now)
    if found:
        print(found.sum(), file=sys.stderr, flush=True)


def counted(done: int, total: int | None, rate: float | None) -> str:
    """`120 of 256, 35/s, 4 s left`, as far as it is known.

    Args:
        done: Steps done; more than `total` counts as all of it.
        total: None where it is not known.
        rate: Steps a second; None where it is not known yet.
    """
    parts = [f"{min(done, total)} of {total}" if total else str(done)]
    if rate:
        parts.append(f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        if total and done < total:
            parts.append(f"{lasting((total - done) / rate)} left")
    return ", ".join(parts)


def lasting(seconds: float) -> str:
    """`4 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _line(device: Device) -> str:
    names = [device.brand or device.maker, device.model, device.firmware]
    kind = device.kind if device.kind != "unknown" else "surveillance device"
    text = " ".join(visible(name) for name in names if name)
    return shorten(f"{device.address or device.mac} {kind} {text}".rstrip(), LONGEST_LINE)
