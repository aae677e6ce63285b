"""Which addresses and ports answer at all: the step before any banner is asked for.

An engine that sends its own packets could stand beside this one: same arguments, same result.
"""

import asyncio
import resource
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from camfinder.model import Problem, ProblemKind, Target
from camfinder.net.net import Net, PortState

MAX_HOSTS = 2000
"""Hosts under way at once. Past 10,000 the loop no longer serves its timers in time."""
SWEEP_SENDS = 36
"""Of the 60 sends a host may cost, the sweep takes no more than these: the rest is for asking."""
SECOND_TRIES = 3
"""Silent ports of a living host that are tried once more."""
REJECTIONS = 3
"""ICMP errors in a row with no other answer: nobody is there. One alone may be a firewall's word
on one port."""
SUSPICIOUS = 3
"""Silent ports in a row after which it is asked whether a host that answered still does."""

OnOpen = Callable[[Target, int], Awaitable[object]]


@dataclass(slots=True)
class Host:
    """What the sweep found out about one address.

    Attributes:
        open: Open ports, in the order asked.
        closed: Ports that were reset.
        silent: Ports that said nothing.
        rejected: Ports for which an ICMP error came.
        reason: Why not every port was asked; empty if all were.
    """

    target: Target
    open: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    reason: str = ""

    @property
    def alive(self) -> bool:
        """Anything but silence and other people's ICMP came back."""
        return bool(self.open or self.closed)


OnDone = Callable[[Host], Awaitable[object]]


def room(files: int, most: int = MAX_HOSTS) -> int:
    """How many hosts may be under way at once with so many open files."""
    return max(1, min(most, (files - 100) // 2))


async def sweep(
    net: Net,
    targets: AsyncIterable[Target] | Iterable[Target],
    tiers: Sequence[Sequence[int]],
    on_open: OnOpen,
    *,
    on_done: OnDone | None = None,
    max_hosts: int = MAX_HOSTS,
) -> None:
    """Asks each target for its ports, tier by tier; returns when all are done.

    Args:
        net: Carries the scope, the pace and the budgets.
        targets: Taken as there is room; a /16 is never stored.
        tiers: TCP ports in order of yield. A host that is silent on the whole first tier is
            given up; other tiers are for hosts that answered.
        on_open: Awaited for each open port before the next one of the same host is tried. The
            connection is still open: an `ask` of this port takes it over. Returning False
            ends this host.
        on_done: Awaited for each host when its sweep is over, dead ones too.
        max_hosts: Hosts under way at once; bounded by the limit of open files too.

    Raises:
        ExceptionGroup: What `on_open` or `on_done` raised.
    """
    free = asyncio.Semaphore(room(resource.getrlimit(resource.RLIMIT_NOFILE)[0], max_hosts))

    async def one(target: Target) -> None:
        try:
            host = Host(target)
            try:
                await _Sweep(net, host, on_open).run(tiers)
            finally:
                await net.release(target.address)
            if on_done is not None:
                await on_done(host)
        finally:
            free.release()

    async with asyncio.TaskGroup() as group:
        async for target in _each(targets):
            await free.acquire()
            await net.pace.start()
            group.create_task(one(target), name=f"sweep {target.address}")


async def _each(targets: AsyncIterable[Target] | Iterable[Target]) -> AsyncIterator[Target]:
    if isinstance(targets, AsyncIterable):
        async for target in targets:
            yield target
    else:
        for target in targets:
            yield target


class _Sweep:
    """One host's turn."""

    def __init__(self, net: Net, host: Host, on_open: OnOpen) -> None:
        self._net = net
        self._host = host
        self._on_open = on_open
        self._second_tries = SECOND_TRIES
        self._silent_in_a_row = 0
        self._last_answer = ""

    async def run(self, tiers: Sequence[Sequence[int]]) -> None:
        host = self._host
        for number, tier in enumerate(tiers):
            for place, port in enumerate(tier):
                first = number == 0 and place == 0
                if not await self._port(port, first=first):
                    return
            answered = host.alive or self._net.alive(host.target.address)
            if not answered:
                # Routers send few ICMP errors a second: silence may stand among them.
                host.reason = "unreachable" if host.rejected else "silent"
                return

    async def _port(self, port: int, *, first: bool) -> bool:
        """One port; False when the host is to be left."""
        host = self._host
        address = host.target.address
        if self._net.ledger.sends(address) >= SWEEP_SENDS:
            return self._stop_for_budget()
        state = await self._net.connect(address, port, hold=True)
        if state is PortState.SILENT and self._worth_another(first=first):
            state = await self._net.connect(address, port, hold=True)
        self._silent_in_a_row = self._silent_in_a_row + 1 if state is PortState.SILENT else 0
        return await self._weigh(port, state)

    async def _weigh(self, port: int, state: PortState) -> bool:
        """Notes what a port said; False when the host is to be left."""
        host = self._host
        match state:
            case PortState.OPEN:
                host.open.append(port)
                return await self._opened(port)
            case PortState.CLOSED:
                host.closed.append(port)
                self._last_answer = f"TCP port {port} (closed)"
                return True
            case PortState.REJECTED:
                host.rejected.append(port)
                return self._go_on_after_rejection()
            case PortState.SILENT:
                host.silent.append(port)
                return await self._go_on_after_silence()
            case PortState.UNREACHABLE if host.alive:
                return self._went_silent()
        host.reason = str(state)
        return False

    async def _opened(self, port: int) -> bool:
        self._last_answer = f"TCP port {port}"
        wanted = await self._on_open(self._host.target, port)
        await self._net.release(self._host.target.address)
        if wanted is False:
            self._host.reason = "enough is known"
            return False
        return True

    def _worth_another(self, *, first: bool) -> bool:
        """A lost packet is worth a second try on a host that lives, and on the first port."""
        if first:
            return True
        if not self._host.alive or self._second_tries == 0:
            return False
        self._second_tries -= 1
        return True

    def _go_on_after_rejection(self) -> bool:
        host = self._host
        if host.alive or host.silent or len(host.rejected) < REJECTIONS:
            return True
        host.reason = "unreachable"
        return False

    async def _go_on_after_silence(self) -> bool:
        """Tells a firewall, which drops some ports, from a host that stopped answering."""
        host = self._host
        if not host.alive or self._silent_in_a_row % SUSPICIOUS:
            return True
        address = host.target.address
        known = (host.open or host.closed)[-1]
        for _ in range(2):
            state = await self._net.connect(address, known)
            if state is PortState.NOT_ASKED:
                host.reason = str(state)
                return False
            if state not in {PortState.SILENT, PortState.UNREACHABLE}:
                return True
        return self._went_silent()

    def _went_silent(self) -> bool:
        """Tells of a host that answered and now does not, and leaves it alone."""
        host = self._host
        address = host.target.address
        host.reason = f"went silent after {self._last_answer}"
        self._net.problem(Problem(ProblemKind.TIMEOUT, None, str(address), host.reason))
        self._net.leave_alone(address, host.reason)
        return False

    def _stop_for_budget(self) -> bool:
        host = self._host
        host.reason = "budget"
        detail = f"not every port was tried: {SWEEP_SENDS} sends are the sweep's share"
        self._net.problem(Problem(ProblemKind.BUDGET, None, str(host.target.address), detail))
        return False
