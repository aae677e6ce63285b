"""What a run has seen so far: observations with their evidence, and the devices they make."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from camfinder.match.engine import Engine
from camfinder.match.identify import identify, known
from camfinder.model import (
    Address,
    Device,
    Evidence,
    Fact,
    Known,
    Observation,
    Problem,
    ProblemKind,
    Transport,
)

MAX_PER_ADDRESS = 1_000
"""Different observations kept of one address: a flood from one box must not fill the memory."""

_Key = tuple[str, Address | None, int, Transport, tuple[Fact, ...]]


class Sightings:
    """Collects observations; the same one seen again only moves its last sighting."""

    def __init__(self, engine: Engine, problem: Callable[[Problem], None]) -> None:
        self._engine = engine
        self._problem = problem
        self._seen: dict[_Key, tuple[Observation, tuple[Evidence, ...]]] = {}
        self._last: dict[_Key, datetime] = {}
        self._by_address: dict[Address | None, list[Evidence]] = defaultdict(list)
        self._count: dict[Address | None, int] = defaultdict(int)

    def add(self, observation: Observation) -> bool:
        """Keep an observation; True when it says something new."""
        key = (
            observation.probe,
            observation.address,
            observation.port,
            observation.transport,
            observation.facts,
        )
        if key in self._seen:
            self._last[key] = max(observation.seen_at, self._last.get(key, observation.seen_at))
            return False
        address = observation.address
        if self._count[address] >= MAX_PER_ADDRESS:
            if self._count[address] == MAX_PER_ADDRESS:
                self._count[address] += 1
                self._problem(
                    Problem(
                        ProblemKind.SKIPPED,
                        observation.probe,
                        None if address is None else str(address),
                        f"more than {MAX_PER_ADDRESS} different messages; the rest is left out",
                    )
                )
            return False
        self._count[address] += 1
        evidence = self._engine.evidence(observation)
        self._seen[key] = (observation, evidence)
        self._by_address[address].extend(evidence)
        return True

    def known(self, address: Address) -> Known:
        """What the evidence from this address says so far."""
        return known(self._by_address.get(address, ()))

    def heard(self, address: Address) -> bool:
        """Whether anything was observed at this address."""
        return self._count.get(address, 0) > 0

    def devices(self) -> tuple[Device, ...]:
        """The boxes that all sightings together describe."""
        sightings = [
            (replace(observation, last_seen=self._last.get(key)), evidence)
            for key, (observation, evidence) in self._seen.items()
        ]
        return tuple(sorted(identify(sightings, self._engine.fingerprints), key=_place))


def _place(device: Device) -> tuple[int, int, str]:
    """IPv4 before IPv6, by number; devices without an address at the end."""
    if device.address is None:
        return (9, 0, device.id)
    return (device.address.version, int(device.address), device.id)
