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
    run = _Replay(engine, probes, progress or Progress(), journal, stopped, strict=strict)
    for path in paths:
        run.read(path)
        if stopped():
            break
    if run.unreadable and not run.sources:
        raise run.unreadable[0]
    return run.inventory(site)


class _Replay:
    """The captures of one run, read one after the other."""

    def __init__(
        self,
        engine: Engine,
        probes: Sequence[Probe],
        progress: Progress,
        journal: Journal | None,
        stopped: Callable[[], bool],
        *,
        strict: bool,
    ) -> None:
        self.engine, self.progress, self.stopped, self.strict = engine, progress, stopped, strict
        self.problems: list[Problem] = []
        self.sightings = Sightings(engine, self.problems.append, journal)
        self.reader = Reader(probes, self.problems.append, strict=strict)
        self.times: list[datetime] = []
        self.sources: list[Source] = []
        self.unreadable: list[CamfinderError] = []

    def read(self, path: Path) -> None:
        """One capture; what cannot be read is noted and does not keep the others from it."""
        try:
            self._read(path)
        except CamfinderError as error:
            self.unreadable.append(error)
            self.problems.append(Problem(ProblemKind.UNREADABLE, None, None, str(error)))

    def _read(self, path: Path) -> None:
        name = "stdin" if str(path) == "-" else path.name
        capture = Capture(sys.stdin.buffer if name == "stdin" else path, name, strict=self.strict)
        self.progress.stage(name, 0)
        for item in capture.frames():
            if isinstance(item, Problem):
                self.problems.append(item)
                continue
            _note_time(self.times, item)
            for observation in self.reader.read(item):
                self.sightings.add(observation)
            self.progress.advance(name, 1)
            if self.stopped():
                detail = f"stopped in {name}"
                self.problems.append(Problem(ProblemKind.INTERRUPTED, None, None, detail))
                break
        self.sources.append(capture.source)

    def inventory(self, site: str | None) -> Inventory:
        """What all of them show together."""
        now = datetime.now(UTC)
        return Inventory(
            run=Run(
                mode="replay",
                site=site,
                scope=tuple(source.name for source in self.sources),
                started_at=min(self.times, default=now),
                ended_at=max(self.times, default=now),
                sources=tuple(self.sources),
            ),
            devices=self.sightings.devices(),
            problems=tuple(self.problems),
            fingerprints_digest=self.engine.fingerprints.digest,
        )


def _note_time(times: list[datetime], frame: Frame) -> None:
    """Keeps the first and the last moment of the traffic in a list of at most two."""
    if len(times) < 2:
        times.append(frame.seen_at)
    elif frame.seen_at < times[0]:
        times[0] = frame.seen_at
    elif frame.seen_at > times[1]:
        times[1] = frame.seen_at
