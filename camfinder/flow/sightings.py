"""What a run has seen so far: observations with their evidence, and the devices they make."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from camfinder.match.engine import Engine
from camfinder.match.identify import describe, identify, known
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
from camfinder.store.entries import Journal

MAX_PER_ADDRESS = 1_000
"""Different observations kept of one address: a flood from one box must not fill the memory."""

_Key = tuple[str, Address | None, int, Transport, tuple[Fact, ...]]


class Sightings:
    """Collects observations; the same one seen again only moves its last sighting."""

    def __init__(
        self,
        engine: Engine,
        problem: Callable[[Problem], None],
        journal: Journal | None = None,
    ) -> None:
        self._engine = engine
        self._problem = problem
        self._journal = journal
        self._numbers: dict[_Key, int] = {}
        self._seen: dict[_Key, tuple[Observation, tuple[Evidence, ...]]] = {}
        self._last: dict[_Key, datetime] = {}
        self._by_address: dict[Address | None, list[Evidence]] = defaultdict(list)
        self._keys: dict[Address | None, list[_Key]] = defaultdict(list)
        self._count: dict[Address | None, int] = defaultdict(int)

    def add(self, observation: Observation) -> bool:
        """Keep an observation; True when it says something new."""
        key = _key(observation)
        if key in self._seen:
            self._last[key] = max(observation.seen_at, self._last.get(key, observation.seen_at))
            if self._journal is not None:
                self._journal.again(self._numbers[key], self._last[key])
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
        if self._journal is not None:
            self._numbers[key] = len(self._seen)
            self._journal.observed(len(self._seen), observation)
        self._keep(key, observation)
        return True

    def restore(self, observation: Observation) -> None:
        """Keep an observation that the journal holds already, in its order."""
        key = _key(observation)
        self._numbers[key] = len(self._seen)
        self._keep(key, observation)
        if observation.last_seen is not None:
            self._last[key] = observation.last_seen

    def _keep(self, key: _Key, observation: Observation) -> None:
        evidence = self._engine.evidence(observation)
        self._seen[key] = (observation, evidence)
        self._count[observation.address] += 1
        self._keys[observation.address].append(key)
        self._by_address[observation.address].extend(evidence)

    def known(self, address: Address) -> Known:
        """What the evidence from this address says so far."""
        return known(self._by_address.get(address, ()))

    def heard(self, address: Address) -> bool:
        """Whether anything was observed at this address."""
        return self._count.get(address, 0) > 0

    def device_at(self, address: Address) -> Device | None:
        """What the sightings of one address alone describe: to be told while a run goes on."""
        sightings = [self._seen[key] for key in self._keys.get(address, ())]
        return describe(sightings, self._engine.fingerprints)

    def devices(self) -> tuple[Device, ...]:
        """The boxes that all sightings together describe."""
        sightings = [
            (replace(observation, last_seen=self._last.get(key)), evidence)
            for key, (observation, evidence) in self._seen.items()
        ]
        return tuple(sorted(identify(sightings, self._engine.fingerprints), key=_place))


def devices_of(engine: Engine, observations: Iterable[Observation]) -> tuple[Device, ...]:
    """The boxes that stored observations describe, by the fingerprints of today."""
    sightings = Sightings(engine, lambda _problem: None)
    for observation in observations:
        sightings.restore(observation)
    return sightings.devices()


def _key(observation: Observation) -> _Key:
    return (
        observation.probe,
        observation.address,
        observation.port,
        observation.transport,
        observation.facts,
    )


def _place(device: Device) -> tuple[int, int, str]:
    """IPv4 before IPv6, by number; devices without an address at the end."""
    if device.address is None:
        return (9, 0, device.id)
    return (device.address.version, int(device.address), device.id)
