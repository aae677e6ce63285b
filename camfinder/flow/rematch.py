"""Stored observations identified anew: those of the run itself, and the lists that came with it."""

from collections.abc import Iterable, Iterator

from camfinder.document import Document
from camfinder.flow import imported
from camfinder.flow.sightings import devices_of
from camfinder.match.engine import Engine
from camfinder.model import Device, Observation
from camfinder.store.entries import IMPORTED


class Rematch:
    """One run after the other: first its devices, then what its lists add to their document.

    Args:
        engine: The fingerprints of today.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lists: list[Observation] = []

    def devices(self, observations: Iterable[Observation]) -> tuple[Device, ...]:
        """The boxes that the run saw itself; entries of lists wait for `complete`."""
        self._lists = []
        return devices_of(self._engine, self._own(observations))

    def complete(self, document: Document) -> None:
        """Add what the lists of the same run have seen."""
        if self._lists:
            imported.add(document, [imported.sightings_in(self._lists)], self._engine)

    def _own(self, observations: Iterable[Observation]) -> Iterator[Observation]:
        for observation in observations:
            if observation.probe in IMPORTED:
                self._lists.append(observation)
            else:
                yield observation
