"""The network of a run that is written down, so that another process can take the run up.

Every datagram, question and connection attempt is noted; what an earlier process of the run noted
is not done again. The exception are the last second before its end, whose answers may not have
been stored, and questions on TCP that had no end yet.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from camfinder.model import (
    Address,
    Frame,
    Observation,
    Problem,
    ProblemKind,
    Query,
    Transport,
)
from camfinder.net.dial import PortState, own_end
from camfinder.net.discover import own_addresses
from camfinder.net.interfaces import Interface
from camfinder.net.layer2 import Layer2, rounds_of
from camfinder.net.net import Net, Recorder
from camfinder.net.pace import Pace
from camfinder.net.scope import Scope
from camfinder.net.udp import Ear
from camfinder.store.content import key, pack_json, unpack_json
from camfinder.store.entries import Entry, Journal

_ALIVE = frozenset({PortState.OPEN, PortState.CLOSED})


class Problems(list[Problem]):
    """What went wrong so far, in earlier processes of the run too; all of it is written down."""

    def __init__(self, journal: Journal | None) -> None:
        super().__init__()
        self._journal = journal
        past = journal.past if journal is not None else None
        for entry in past.entries if past is not None else ():
            if entry.what == "problem":
                super().append(unpack_json(entry.key, Problem))

    def append(self, problem: Problem) -> None:
        """Note a problem; that the run was cut short is no news to who takes it up."""
        super().append(problem)
        cut = {ProblemKind.INTERRUPTED, ProblemKind.SKIPPED}
        if self._journal is not None and not (problem.kind in cut and problem.address is None):
            now = datetime.now(UTC)
            # Names of files and broken banners may hold what JSON has not.
            detail = problem.detail.encode("utf-8", "replace").decode()
            told = pack_json(replace(problem, detail=detail))
            entry = Entry("problem", told, "", 0, "", (0, 0, 0), now)
            self._journal.noted(entry, None)


class ResumableNet(Net):
    """A run's access to the network, written down.

    Args:
        journal: Takes what is done, and knows what an earlier process did.
        scope: As are the others: see `Net`.
    """

    def __init__(
        self,
        journal: Journal,
        scope: Scope,
        *,
        pace: Pace,
        timeout_s: float,
        retries: int,
        keep: Callable[[Frame], None],
        problem: Callable[[Problem], None],
        recorder: Recorder | None,
    ) -> None:
        super().__init__(
            scope,
            pace=pace,
            timeout_s=timeout_s,
            retries=retries,
            keep=keep,
            problem=problem,
            recorder=recorder,
        )
        self._journal = journal
        self._asked: set[bytes] = set()
        self._sent_before: Counter[bytes] = Counter()
        self._states: dict[tuple[Address, int], PortState] = {}
        self._resolved: Counter[Address] = Counter()
        self._logged_in: set[tuple[Address, bytes]] = set()
        if journal.past is not None:
            self._remember(journal.past.entries)
            self.ledger.restore(journal.past.ledger)

    def _remember(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.what == "problem":
                continue
            address = ip_address(entry.address)
            if any(entry.spent):
                self.ledger.restore_host(address, *entry.spent)
            match entry.what:
                case "asked":
                    self._asked.add(entry.key)
                case "login":
                    self._logged_in.add((address, entry.key))
                case "port":
                    state = PortState(entry.state)
                    self._states[address, entry.port] = state
                    if state in _ALIVE:
                        self._manners.alive.add(address)
                case "sent":
                    self._sent_before[entry.key] += 1
                case "resolve":
                    self._resolved[address] += 1

    async def connect(self, address: Address, port: int, *, hold: bool = False) -> PortState:
        """As `Net.connect`; an attempt that was made before is answered from memory."""
        state = self._states.get((address, port))
        if state is not None:
            await asyncio.sleep(0)
            return state
        state = await super().connect(address, port, hold=hold)
        if state is not PortState.NOT_ASKED:
            self._note("port", b"", address, port, state)
        return state

    async def ask(self, query: Query) -> tuple[Frame, ...]:
        """As `Net.ask`; a question that was asked before has no answer now."""
        if query.secret:
            return await self._log_in(query)
        name = key(query)
        if name in self._asked or (
            query.transport is Transport.UDP and self._sent_before[name] > 0
        ):
            return ()
        frames = await super().ask(query)
        # Whoever asked keeps the frames before the loop turns to this: then the question never
        # counts as asked while its answer is not stored.
        loop = asyncio.get_running_loop()
        loop.call_soon(self._note, "asked", name, query.address, query.port)
        return frames

    async def _log_in(self, query: Query) -> tuple[Frame, ...]:
        """One attempt a device, whatever becomes of the process: it is noted beforehand.

        Under no key of the query: whoever has the store could try passwords on that.
        """
        name = query.probe.encode()
        if (query.address, name) in self._logged_in:
            return ()
        self._note("login", name, query.address, query.port)
        return await super().ask(query)

    async def discover(
        self,
        queries: Callable[[Interface], Iterable[Query]],
        interfaces: Sequence[Interface] | None = None,
    ) -> None:
        """As `Net.discover`; datagrams that were sent before are not sent again."""

        def left(interface: Interface) -> Iterable[Query]:
            for query in queries(interface):
                sent = [
                    self._sent_before[key(query, _text(own))]
                    for own in own_addresses(interface, query)
                ]
                rest = query.repeats - min(sent, default=0)
                if rest == query.repeats:
                    yield query
                elif rest > 0:
                    yield replace(query, repeats=rest)

        await super().discover(left, interfaces)

    def layer2(self, interface: Interface) -> Layer2:
        """As `Net.layer2`; addresses that answered before are not asked for again.

        Those that did not are asked as often as is left of their rounds.
        """
        asker = super().layer2(interface)
        past = self._journal.past
        for told in past.observations if past is not None else ():
            if told.transport is Transport.ETHERNET and told.address is not None and told.mac:
                asker.there.setdefault(told.address, told.mac)
        return _Written(asker, self._resolved, self._note)

    def _sent(self, ear: Ear, query: Query) -> None:
        super()._sent(ear, query)
        own = ""
        if query.transport is not Transport.UDP:
            address, _ = own_end(ear.sock)
            own = "" if address is None else _text(address)
        name = b"" if query.secret else key(query, own)  # what it cost counts all the same
        self._note("sent", name, query.address, query.port)

    def _note(self, what: str, name: bytes, address: Address, port: int, state: str = "") -> None:
        now = datetime.now(UTC)
        spent = self.ledger.spent(address)
        totals = self.ledger.totals()
        self._journal.noted(Entry(what, name, str(address), port, state, spent, now), totals)


class _Written(Layer2):
    """An asker below IP whose questions are noted; all else is the one it stands for."""

    def __init__(
        self,
        asker: Layer2,
        before: Counter[Address],
        note: Callable[[str, bytes, Address, int], None],
    ) -> None:
        self.__dict__.update(asker.__dict__)
        self._asker = asker
        self._turns = before
        self._note = note

    def close(self) -> None:
        """Hears no more."""
        self._asker.close()

    async def ask(self, addresses: Callable[[], Iterable[Address]], count: int) -> None:
        """As `Layer2.ask`, without the rounds that there were before."""
        rounds = rounds_of(count)

        def left() -> Iterable[Address]:
            for address in addresses():
                if address in self._asker.there or self._turns[address] >= rounds:
                    continue
                yield address
                self._turns[address] += 1  # it has been sent when we come back
                self._note("resolve", b"", address, 0)

        await self._asker.ask(left, count)


def frame_of(observation: Observation) -> Frame:
    """A stored observation as the frame it was read from, as far as that is known."""
    return Frame(
        transport=observation.transport,
        source=observation.address,
        source_port=observation.port,
        payload=observation.raw,
        seen_at=observation.seen_at,
        origin=observation.origin,
        source_mac=observation.mac,
    )


def _text(address: Address) -> str:
    return str(address).partition("%")[0]
