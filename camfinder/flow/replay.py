"""Recorded traffic through the same parsers as a live scan."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from camfinder.capture.pcap import Capture
from camfinder.flow.progress import Progress
from camfinder.flow.reader import Reader
from camfinder.flow.sightings import Sightings
from camfinder.match.engine import Engine
from camfinder.model import CamfinderError, Frame, Inventory, Problem, ProblemKind, Run, Source
from camfinder.probes import Probe
from camfinder.store.entries import Journal


def replay(
    paths: Sequence[Path],
    *,
    engine: Engine,
    probes: Sequence[Probe],
    site: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    journal: Journal | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Inventory:
    """The inventory that the captures together show; all files are one network.

    Args:
        paths: Capture files; `-` is standard input.
        engine: The loaded fingerprints.
        probes: Whose parsers are used.
        site: Name of the network, for the document.
        strict: Raise bugs of parsers instead of noting them.
        progress: Told of each file.
        journal: Takes what is seen as it goes.
        stopped: Asked now and then; True ends the run with what was found.

    Raises:
        CamfinderError: No file could be read. One that is missing, or no capture, is a problem
            where others were read.
    """
    progress = progress or Progress()
    problems: list[Problem] = []
    sightings = Sightings(engine, problems.append, journal)
    reader = Reader(probes, problems.append, strict=strict)
    times: list[datetime] = []
    sources: list[Source] = []
    unreadable: list[CamfinderError] = []

    def read(path: Path) -> None:
        name = "stdin" if str(path) == "-" else path.name
        capture = Capture(sys.stdin.buffer if name == "stdin" else path, name, strict=strict)
        progress.stage(name, 0)
        for item in capture.frames():
            if isinstance(item, Problem):
                problems.append(item)
                continue
            _note_time(times, item)
            for observation in reader.read(item):
                sightings.add(observation)
            progress.advance(name, 1)
            if stopped():
                problems.append(Problem(ProblemKind.INTERRUPTED, None, None, f"stopped in {name}"))
                break
        sources.append(capture.source)

    for path in paths:
        try:
            read(path)
        except CamfinderError as error:
            unreadable.append(error)
            problems.append(Problem(ProblemKind.UNREADABLE, None, None, str(error)))
        if stopped():
            break
    if unreadable and not sources:
        raise unreadable[0]
    now = datetime.now(UTC)
    return Inventory(
        run=Run(
            mode="replay",
            site=site,
            scope=tuple(source.name for source in sources),
            started_at=min(times, default=now),
            ended_at=max(times, default=now),
            sources=tuple(sources),
        ),
        devices=sightings.devices(),
        problems=tuple(problems),
        fingerprints_digest=engine.fingerprints.digest,
    )


def _note_time(times: list[datetime], frame: Frame) -> None:
    """Keeps the first and the last moment of the traffic in a list of at most two."""
    if len(times) < 2:
        times.append(frame.seen_at)
    elif frame.seen_at < times[0]:
        times[0] = frame.seen_at
    elif frame.seen_at > times[1]:
        times[1] = frame.seen_at
