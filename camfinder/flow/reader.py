"""Frames to observations: offers each frame to the parsers that may know it."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from camfinder.model import Frame, Observation, ParseError, Problem, ProblemKind, Transport
from camfinder.probes import Probe


class Reader:
    """Puts frames, live or replayed, through the same parsers.

    A parser that finds its own protocol broken gives a problem, and so does a bug in a parser:
    neither ends a run. With `strict` a bug is raised instead.
    """

    def __init__(
        self,
        probes: Sequence[Probe],
        problem: Callable[[Problem], None],
        *,
        strict: bool = False,
    ) -> None:
        self._probes = tuple(probes)
        self._problem = problem
        self._strict = strict
        self._magics = tuple(
            (magic, probe) for probe in self._probes for magic in probe.magics if magic
        )
        self._by_ports = lru_cache(maxsize=4096)(self._probes_by_ports)

    def read(self, frame: Frame) -> list[Observation]:
        """The observations of one frame; never raises for what the frame holds."""
        if not frame.payload:
            return []
        found: list[Observation] = []
        for probe in self._candidates(frame):
            try:
                found.extend(probe.parse(frame))
            except ParseError as error:
                self._note(ProblemKind.MALFORMED, probe, frame, str(error))
            except Exception as error:
                if self._strict:
                    raise
                self._note(ProblemKind.BUG, probe, frame, f"{type(error).__name__}: {error}")
        return found

    def _candidates(self, frame: Frame) -> Sequence[Probe]:
        if frame.transport is not Transport.UDP:
            return self._probes
        ports = self._by_ports(frame.source_port, frame.destination_port)
        magic = [
            probe
            for start, probe in self._magics
            if probe not in ports and frame.payload.startswith(start)
        ]
        return (*ports, *_unique(magic)) if magic else ports

    def _probes_by_ports(self, source: int, destination: int) -> tuple[Probe, ...]:
        return tuple(p for p in self._probes if source in p.ports or destination in p.ports)

    def _note(self, kind: ProblemKind, probe: Probe, frame: Frame, detail: str) -> None:
        address = None if frame.source is None else str(frame.source)
        self._problem(Problem(kind, probe.name, address, f"{frame.origin}: {detail}"))


def _unique(probes: list[Probe]) -> list[Probe]:
    return list({probe.name: probe for probe in probes}.values())
