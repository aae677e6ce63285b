"""How fast anything may be sent: over all, per host, and to addresses never met before.

All waiting is by the loop's own timers and clock: nothing polls, and a test that drives the
loop's clock drives the pace.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from camfinder.model import Address
from camfinder.net import netlink

PER_HOST = 40.0
"""Packets per second to one host."""
GENTLE_GAP_S = 0.2
GENTLE_HOSTS = 20.0
"""Hosts started per second when gentle."""
GENTLE_CONNECTS = 50.0
NEW_NEIGHBOURS = 250.0
"""Attached addresses per second that the kernel may have to ask for: an unanswered one fills a
slot of its table for some 3 s, and a full table loses live hosts (default 1,024 slots)."""
MAX_UNRESOLVED = 900
SETTLES_S = 3.3
"""After this the kernel has given an unanswered neighbour up."""

ALIVE, NEW = 0, 1
"""Urgency: hosts that have answered before come first, so that what is begun gets finished."""


class Gate:
    """A token bucket; waiters pass by urgency, then in the order they came.

    Args:
        rate: Passes per second.
        burst: How many may pass at once after a quiet time.
    """

    def __init__(self, rate: float, burst: float = 1.0) -> None:
        self.rate = rate
        self._burst = max(burst, 1.0)
        self._tokens = self._burst
        self._since: float | None = None
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, urgency: int = NEW) -> None:
        """Returns when one pass is free."""
        loop = asyncio.get_running_loop()
        self._refill(loop.time())
        if not self._waiters and self._tokens >= 1:
            self._tokens -= 1
            return
        waiter: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._waiters, (urgency, next(self._order), waiter))
        if self._timer is None:
            self._arm(loop)
        await waiter

    def owe(self, passes: float) -> None:
        """Passes that were used without asking: the next ones come later."""
        self._tokens = max(self._tokens - passes, -2 * self.rate)

    def _refill(self, now: float) -> None:
        if self._since is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._since) * self.rate)
        self._since = now

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        wait_s = max(1 - self._tokens, 0.0) / self.rate
        self._timer = loop.call_later(wait_s, self._serve, loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self._refill(loop.time())
        # Rounding of the clock must not cost a turn of the loop.
        while self._waiters and self._tokens >= 1 - 1e-6:
            waiter = heapq.heappop(self._waiters)[2]
            if not waiter.done():
                self._tokens -= 1
                waiter.set_result(None)
        if self._waiters:
            self._arm(loop)


def unresolved_limit() -> int:
    """How many unresolved neighbours at once leave the kernel's table room."""
    try:
        text = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3").read_text("ascii")
        return min(MAX_UNRESOLVED, int(text) * 7 // 8)
    except (OSError, ValueError):
        return MAX_UNRESOLVED


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tcp: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    users: int = 0


class Pace:
    """The pace of one run.

    Args:
        rate: Packets per second over all.
        gentle: 20 hosts started and 50 connects per second, 200 ms between packets to a host.
        unresolved: Counts the neighbours that the kernel is asking for.
    """

    def __init__(
        self,
        rate: float = 1000.0,
        *,
        gentle: bool = False,
        unresolved: Callable[[], int] = netlink.unresolved,
    ) -> None:
        self.rate = rate
        self.gentle = gentle
        self._all = Gate(rate, burst=rate / 50)
        self._host_gap_s = GENTLE_GAP_S if gentle else 1 / PER_HOST
        self._starts = Gate(GENTLE_HOSTS) if gentle else None
        self._connects = Gate(GENTLE_CONNECTS) if gentle else None
        self._neighbours = Gate(NEW_NEIGHBOURS, burst=10)
        self._unresolved = unresolved
        self._limit = unresolved_limit()
        self._settling: deque[float] = deque()
        self._asking = asyncio.Lock()
        self._met: set[Address] = set()
        self._hosts: dict[Address, _Host] = {}

    async def start(self) -> None:
        """Returns when one more host may be begun."""
        if self._starts is not None:
            await self._starts.take()

    async def multicast(self) -> None:
        """Returns when one multicast or broadcast datagram may be sent."""
        await self._all.take(ALIVE)

    async def datagram(self, address: Address, *, attached: bool, urgency: int = NEW) -> None:
        """Returns when one datagram to this host may be sent."""
        with _Use(self._hosts, address) as host:
            await self._turn(host, address, attached=attached, urgency=urgency)

    @asynccontextmanager
    async def connection(self, address: Address) -> AsyncIterator[None]:
        """Holds the one TCP connection that a host may have at a time."""
        with _Use(self._hosts, address) as host:
            async with host.tcp:
                yield

    async def connect(self, address: Address, *, attached: bool, urgency: int = NEW) -> None:
        """Returns when a connection attempt may be made; call it inside `connection`."""
        with _Use(self._hosts, address) as host:
            if self._connects is not None:
                await self._connects.take(urgency)
            await self._turn(host, address, attached=attached, urgency=urgency)

    def owe(self, address: Address, packets: int) -> None:
        """Packets that a conversation sent by itself: acknowledgements, requests, its end."""
        if packets <= 0:
            return
        self._all.owe(packets)
        with _Use(self._hosts, address) as host:
            now = asyncio.get_running_loop().time()
            gap_s = min(self._host_gap_s, 1 / PER_HOST)
            host.free_at = min(max(host.free_at, now) + packets * gap_s, now + 2.0)

    async def _turn(self, host: _Host, address: Address, *, attached: bool, urgency: int) -> None:
        loop = asyncio.get_running_loop()
        async with host.turn:
            wait_s = host.free_at - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            if attached and address not in self._met:
                await self._meet(address)
            await self._all.take(urgency)
            host.free_at = loop.time() + self._host_gap_s

    async def _meet(self, address: Address) -> None:
        """Returns when the kernel has room to ask for one more attached address."""
        loop = asyncio.get_running_loop()
        await self._neighbours.take()
        async with self._asking:
            while True:
                now = loop.time()
                while self._settling and self._settling[0] < now - SETTLES_S:
                    self._settling.popleft()
                if len(self._settling) < self._limit and not self._full():
                    break
                await asyncio.sleep(0.1)
            self._settling.append(now)
        self._met.add(address)

    def _full(self) -> bool:
        """Asks the kernel now and then: slow neighbours stay unresolved for up to 10 s."""
        return len(self._settling) % 25 == 24 and self._unresolved() >= self._limit


class _Use:
    """The state of one host while anybody waits on it; forgotten when it means nothing."""

    def __init__(self, hosts: dict[Address, _Host], address: Address) -> None:
        self._hosts = hosts
        self._address = address
        self._host = hosts.get(address) or _Host()

    def __enter__(self) -> _Host:
        self._host.users += 1
        # Last in, last out: hosts that need no memory any more stand at the front.
        self._hosts.pop(self._address, None)
        self._hosts[self._address] = self._host
        return self._host

    def __exit__(self, *_: object) -> None:
        self._host.users -= 1
        now = asyncio.get_running_loop().time()
        while self._hosts:
            oldest, host = next(iter(self._hosts.items()))
            if host.users or host.free_at > now:
                break
            del self._hosts[oldest]
