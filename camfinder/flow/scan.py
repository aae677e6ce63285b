"""A live scan: discovery and sweep side by side, each answer asking the next question.

Every frame heard goes through the parsers; what they observe is matched at once, and the probes
say what to ask next of that host. A host is left alone as soon as maker, model and firmware are
settled, or it is plainly something else.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from camfinder.flow import blind
from camfinder.flow.announce import Announcer
from camfinder.flow.attached import Attached
from camfinder.flow.communities import Managers
from camfinder.flow.login import Logins
from camfinder.flow.plan import HEAD_START_S, Plan, rank
from camfinder.flow.progress import Progress
from camfinder.flow.reader import Reader
from camfinder.flow.resuming import Problems, ResumableNet, frame_of
from camfinder.flow.sightings import Sightings
from camfinder.match.engine import Engine
from camfinder.model import (
    Address,
    Device,
    Fact,
    Frame,
    Inventory,
    Observation,
    Problem,
    ProblemKind,
    Query,
    Run,
    Source,
    Target,
    Transport,
)
from camfinder.net.interfaces import Interface, neighbours
from camfinder.net.net import Net, Recorder
from camfinder.net.pace import Pace
from camfinder.net.sweep import Host, sweep
from camfinder.probes import Probe
from camfinder.store.entries import Journal


@dataclass(slots=True)
class _Host:
    """What is still to be asked of one address."""

    pending: deque[Query] = field(default_factory=deque)
    asked: set[Query] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    started: bool = False
    greeted: bool = False

    def want(self, queries: Iterable[Query]) -> bool:
        """Queue what was not asked before."""
        new = [query for query in queries if query not in self.asked]
        self.asked.update(new)
        self.pending.extend(new)
        return bool(new)


class _Stopped(Exception):  # noqa: N818 - it is no error
    """The user or the deadline ends the run; what was found is reported."""


async def scan(
    plan: Plan,
    *,
    engine: Engine,
    probes: Sequence[Probe],
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
    recorder: Recorder | None = None,
    recording: Callable[[], Source] | None = None,
    journal: Journal | None = None,
    strict: bool = False,
) -> Inventory:
    """The inventory of the scope; ends early, with what was found, when `stop` is set.

    Args:
        plan: Scope, ports and pace.
        engine: The loaded fingerprints.
        probes: The protocols to speak.
        progress: Told of stages and devices.
        stop: Set it to end the run.
        recorder: Keeps what is sent and heard.
        recording: Closes the recording and describes it, when all is done.
        journal: Takes what is done and seen as it goes, and knows what there is to go on from.
        strict: Raise bugs of parsers instead of noting them.
    """
    run = _Scan(plan, engine, probes, progress or Progress(), recorder, journal, strict=strict)
    await run.all(stop or asyncio.Event())
    return run.inventory(recording)


class _Scan:
    def __init__(
        self,
        plan: Plan,
        engine: Engine,
        probes: Sequence[Probe],
        progress: Progress,
        recorder: Recorder | None,
        journal: Journal | None,
        *,
        strict: bool,
    ) -> None:
        self.plan, self.engine, self.probes, self.progress = plan, engine, probes, progress
        self.problems = Problems(journal)
        self.sightings = Sightings(engine, self.problems.append, journal)
        self.reader = Reader(probes, self.problems.append, strict=strict)
        self.hosts: dict[Address, _Host] = {}
        self.heard: asyncio.Queue[Address | None] = asyncio.Queue()
        self.listening = 2  # discovery and the attached subnets; each puts None when it is over
        self.announcer = Announcer(self.sightings, self.progress)
        self.past = journal.past if journal else None
        self.started_at = self.past.started_at if self.past else datetime.now(UTC)
        self.first_device_s: float | None = None
        self.net = (Net if journal is None else partial(ResumableNet, journal))(
            plan.scope,
            pace=Pace(plan.rate, gentle=plan.gentle),
            timeout_s=plan.timeout_s,
            retries=plan.retries,
            keep=self.keep,
            problem=self.problems.append,
            recorder=recorder,
        )
        self.attached = Attached(self.net, plan.scope)
        self.logins = Logins(plan.credentials.accounts)
        self.managers = Managers(plan.credentials.communities, self.net, probes)
        self.beyond = blind.Beyond()
        self.group: asyncio.TaskGroup
        self.strict = strict

    async def all(self, stop: asyncio.Event) -> None:
        """Everything, until it is done or somebody stops it."""
        try:
            async with self.net, asyncio.TaskGroup() as watching:
                watcher = watching.create_task(self._watch(stop), name="watch")
                await self._work()
                watcher.cancel()
        except* _Stopped:
            pass
        except* Exception as errors:
            if self.strict:
                raise
            for error in errors.exceptions:
                detail = f"the scan ended early: {error!r}"
                self.problems.append(Problem(ProblemKind.BUG, None, None, detail))

    async def _watch(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self.plan.deadline_s):
                await stop.wait()
        except TimeoutError:
            detail = f"deadline of {self.plan.deadline_s:g} s reached: {self._left()}"
            self.problems.append(Problem(ProblemKind.SKIPPED, None, None, detail))
        else:
            detail = f"interrupted: {self._left()}"
            self.problems.append(Problem(ProblemKind.INTERRUPTED, None, None, detail))
        raise _Stopped

    def _left(self) -> str:
        done = sum(1 for host in self.hosts.values() if host.started)
        return f"{max(0, self.plan.scope.size - done)} addresses of the scope were not asked"

    async def _work(self) -> None:
        if self.plan.layer2 and any(probe.name == "arp" for probe in self.probes):
            self.attached.open()
        try:
            async with asyncio.TaskGroup() as group:
                self.group = group
                self._go_on()
                group.create_task(self._discover(), name="discover")
                group.create_task(self._ask_attached(), name="layer 2")
                group.create_task(self._sweep(), name="sweep")
        finally:
            self.attached.close()
        self._neighbours()
        self._note_blind_spots()

    async def _discover(self) -> None:
        self.progress.stage("discovery", 0)
        await self.net.discover(self._discovery_queries)
        self.heard.put_nowait(None)

    async def _ask_attached(self) -> None:
        await self.attached.ask()
        self.heard.put_nowait(None)

    def _discovery_queries(self, interface: Interface) -> Iterable[Query]:
        """All of IPv4 first: what answers on both is mostly known by then."""
        asked: dict[Query, None] = {}
        for here in blind.here(interface):
            for probe in sorted(self.probes, key=rank):
                asked.update(dict.fromkeys(probe.discover(here)))
        return asked

    async def _sweep(self) -> None:
        self.progress.stage("sweep", self.plan.scope.size)
        if self.net.segments():
            await asyncio.sleep(HEAD_START_S)
        await sweep(self.net, self._targets(), self.plan.tiers, self._opened, on_done=self._swept)

    async def _targets(self) -> AsyncIterator[Target]:
        """Addresses that were heard come first, then the scope in its order.

        Attached addresses that are asked for below IP are only taken when they were heard; the
        end comes when nobody listens for more.
        """
        rest = iter(self.plan.scope.addresses())
        while (address := await self._next(rest)) is not None:
            host = self._host(address)
            if host.started:
                continue
            host.started = True
            self.progress.advance("sweep", 1)
            if self.sightings.known(address).done:
                continue
            interface = self.net.links.on_link(address)
            if interface is None:
                self.beyond.note(address)
                self._greet(address, host)
                yield Target(address)
            else:
                yield Target(address, interface.name, on_link=True)

    async def _next(self, rest: Iterator[Address]) -> Address | None:
        """The next address to be swept; None when there will be no more."""
        while True:
            while not self.heard.empty():
                if (heard := self.heard.get_nowait()) is not None:
                    return heard
                self.listening -= 1
            address = await self._unheard(rest)
            if address is not None or not self.listening:
                return address
            if (heard := await self.heard.get()) is not None:
                return heard
            self.listening -= 1

    async def _unheard(self, rest: Iterator[Address]) -> Address | None:
        """The next address of the scope that nothing below IP answers for."""
        for number, address in enumerate(rest):
            if not self.attached.covers(address):
                return address
            self.progress.advance("sweep", 1)
            if number % 256 == 255:
                await asyncio.sleep(0)  # the others have their turn
        return None

    def _greet(self, address: Address, host: _Host) -> None:
        """The datagrams that need no open port, once."""
        if host.greeted:
            return
        host.greeted = True
        self._want(address, (q for p in self.probes for q in p.queries(Target(address))))

    async def _opened(self, target: Target, port: int) -> bool:
        """A port is open: hold the conversations that fit it. False: nothing left to ask."""
        address = target.address
        here = Target(address, target.interface, target.on_link, (port,))
        host = self._host(address)
        host.want(q for probe in self.probes for q in probe.queries(here))
        await self._ask_all(address, host)
        if self.sightings.known(address).done:
            return False
        if not host.greeted and not self.sightings.heard(address):
            self._greet(address, host)
        return True

    async def _swept(self, host: Host) -> None:
        """The ports of a host were asked: what is left is a community, where there is one."""
        address = host.target.address
        if self.managers.may_ask(host) and not self.sightings.known(address).done:
            self.group.create_task(self._manage(address), name=f"snmp {address}")

    async def _manage(self, address: Address) -> None:
        async with self._host(address).lock:
            await self.managers.ask(address, partial(self.sightings.known, address))

    def _host(self, address: Address) -> _Host:
        return self.hosts.setdefault(address, _Host())

    def _want(self, address: Address, queries: Iterable[Query]) -> None:
        host = self._host(address)
        if host.want(query for query in queries if query.address == address):
            self.group.create_task(self._ask_all(address, host), name=f"ask {address}")

    async def _ask_all(self, address: Address, host: _Host) -> None:
        async with host.lock:
            while host.pending:
                query = host.pending.popleft()
                if query.transport is not Transport.UDP and self.sightings.known(address).done:
                    continue
                for frame in await self.net.ask(query):
                    if frame.transport is not Transport.UDP:  # datagrams came by `keep` already
                        self.keep(frame)

    def keep(self, frame: Frame) -> None:
        """Every frame heard comes here: what is new in it may ask for more."""
        for observation in self.reader.read(frame):
            if self.sightings.add(observation):
                self._follow(observation, frame)

    def _follow(self, observation: Observation, frame: Frame) -> None:
        """What a new observation asks for."""
        address = observation.address
        if address is None or not self.plan.scope.permits(address):
            return
        if self.logins.notice(observation, frame):
            self.group.create_task(self._log_in(address), name=f"login {address}")
        if not self._host(address).started:
            self.heard.put_nowait(address)
        known = self.sightings.known(address)
        self._want(address, (q for p in self.probes for q in p.follow_ups(observation, known)))
        if self.announcer.heard(address, known):
            self._name()

    def _go_on(self) -> None:
        """What an earlier process of this run saw, and the questions that it had left."""
        for observation in self.past.observations if self.past else ():
            self.sightings.restore(observation)
            self._follow(observation, frame_of(observation))

    async def _log_in(self, address: Address) -> None:
        """One attempt with the account that the user gave, when all else was asked."""
        async with self._host(address).lock:
            told = await self.logins.attempt(address, self.net)
        for frame in told.frames:
            self.keep(frame)

    def _name(self) -> None:
        if self.first_device_s is None:
            self.first_device_s = (datetime.now(UTC) - self.started_at).total_seconds()
        self.progress.advance("discovery", 1)

    def _neighbours(self) -> None:
        """MACs of attached hosts from the system's own table: a hint where nothing answers."""
        now = datetime.now(UTC)
        for address, mac in neighbours().items():
            if self.plan.scope.permits(address):
                facts = (Fact("arp.mac", mac), Fact("arp.address", str(address)))
                self.sightings.add(
                    Observation(
                        "arp",
                        address,
                        0,
                        Transport.ETHERNET,
                        facts,
                        now,
                        "neighbour table",
                        b"",
                        mac,
                    )
                )

    def _note_blind_spots(self) -> None:
        interfaces = self.net.links.interfaces
        scope = self.plan.scope
        for spot in (
            *self.beyond.blind_spots(self.probes, self.net.segments() or interfaces),
            *blind.of_segments(scope, interfaces),
            *blind.of_scope(scope),
        ):
            if spot not in self.net.blind_spots:
                self.net.blind_spots.append(spot)

    def inventory(self, recording: Callable[[], Source] | None) -> Inventory:
        """What was found, as the document's source."""
        return Inventory(
            run=Run(
                mode="scan",
                site=self.plan.site,
                scope=self.plan.scope.describe(),
                started_at=self.started_at,
                ended_at=datetime.now(UTC),
                sources=(recording(),) if recording else (),
                ledger=self.net.ledger.snapshot(),
                blind_spots=tuple(self.net.blind_spots),
                first_device_s=self.first_device_s,
            ),
            devices=self.devices(),
            problems=tuple(self.problems),
            fingerprints_digest=self.engine.fingerprints.digest,
        )

    def devices(self) -> tuple[Device, ...]:
        """All boxes seen so far."""
        return self.sightings.devices()
