"""Progress on stderr: a live line on a terminal, plain lines elsewhere, nothing when quiet."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from camfinder.flow.progress import Progress
from camfinder.model import Device
from camfinder.reports.inert import shorten, visible

PLAIN_EVERY_S = 5.0


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Callbacks for a run; the display ends with the block."""
    if quiet:
        yield Progress()
    elif sys.stderr.isatty():
        yield from _live()
    else:
        yield from _plain()


def _live() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    console = Console(stderr=True, highlight=False)
    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, int] = {}

    def stage(name: str, total: int) -> None:
        tasks[name] = bars.add_task(visible(name), total=total or None)

    def advance(name: str, steps: int) -> None:
        if name in tasks:
            bars.advance(tasks[name], steps)  # type: ignore[arg-type]

    with bars:
        yield Progress(
            stage=stage,
            advance=advance,
            device=lambda device: console.print(_line(device), markup=False),
        )


def _plain() -> Iterator[Progress]:
    done: dict[str, int] = {}
    totals: dict[str, int] = {}
    said: dict[str, float] = {}

    def stage(name: str, total: int) -> None:
        done[name], totals[name], said[name] = 0, total, time.monotonic()
        print(f"{visible(name)} ...", file=sys.stderr)

    def advance(name: str, steps: int) -> None:
        done[name] = done.get(name, 0) + steps
        if time.monotonic() - said.get(name, 0.0) >= PLAIN_EVERY_S:
            said[name] = time.monotonic()
            total = f" of {totals[name]}" if totals.get(name) else ""
            print(f"{visible(name)}: {done[name]}{total}", file=sys.stderr)

    yield Progress(
        stage=stage,
        advance=advance,
        device=lambda device: print(_line(device), file=sys.stderr),
    )


def _line(device: Device) -> str:
    names = [device.brand or device.maker, device.model, device.firmware]
    text = " ".join(visible(name) for name in names if name)
    return shorten(f"found {device.address or device.mac} {device.kind} {text}".rstrip(), 120)
