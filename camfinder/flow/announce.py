"""Devices told of while a run goes on: when they are found, and when they are better known."""

from camfinder.flow.progress import Progress
from camfinder.flow.sightings import Sightings
from camfinder.model import Address, Known, Slot


class Announcer:
    """Tells `progress.device` of each surveillance device, again when a further slot is settled.

    What is told is the device by the sightings of one address alone: cheap, and in the end the
    inventory may know it better (or know that two addresses are one device).
    """

    def __init__(self, sightings: Sightings, progress: Progress) -> None:
        self._sightings = sightings
        self._progress = progress
        self._told: dict[Address, frozenset[Slot]] = {}

    def heard(self, address: Address, known: Known) -> bool:
        """Call after something new was heard from an address; True the first time it is told.

        Args:
            address: Where it was heard.
            known: What the evidence of that address says now.
        """
        if not known.surveillance or self._told.get(address) == known.settled:
            return False
        first = address not in self._told
        self._told[address] = known.settled
        device = self._sightings.device_at(address)
        if device is not None:
            self._progress.device(device)
        return first
