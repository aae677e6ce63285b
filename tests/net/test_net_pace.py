"""The pace, on a loop whose clock jumps: minutes of waiting cost nothing and are exact."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address

import pytest

from camfinder.model import Address
from camfinder.net.pace import ALIVE, NEW, Gate, Pace


class JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting, moves the clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Ready files at once; else the time until the next timer has passed."""
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time."""

    def __init__(self) -> None:
        self.virtual = JumpingSelector()
        super().__init__(self.virtual)

    def time(self) -> float:
        """Seconds of virtual time."""
        return self.virtual.now


def run(work: Callable[[], Awaitable[None]]) -> float:
    """Runs to the end; the virtual seconds it took."""
    loop = JumpingLoop()
    try:
        loop.run_until_complete(asyncio.wait_for(work(), 100_000))
        return loop.time()
    finally:
        loop.close()


def host(number: int) -> Address:
    """A made-up address."""
    return IPv4Address(0x0A000000 + number)


def pace(rate: float = 1000, *, gentle: bool = False, unresolved: int = 0) -> Pace:
    """A pace that asks no kernel."""
    return Pace(rate, gentle=gentle, unresolved=lambda: unresolved)


def most_in_a_second(times: list[float]) -> int:
    """The busiest second."""
    times = sorted(times)
    return max(sum(1 for other in times if at <= other < at + 1) for at in times)


async def everybody(jobs: list[Awaitable[None]]) -> None:
    """All of them at once."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)  # type: ignore[arg-type]  # coroutines, all of them


def test_over_all_never_more_than_the_rate() -> None:
    """3,000 datagrams to 3,000 hosts take three seconds, and no second holds many more."""
    times: list[float] = []

    async def work() -> None:
        paced = pace()

        async def one(number: int) -> None:
            await paced.datagram(host(number), attached=False)
            times.append(asyncio.get_running_loop().time())

        await everybody([one(number) for number in range(3000)])

    assert 2.9 < run(work) < 3.1
    assert most_in_a_second(times) <= 1021


def test_one_host_gets_40_a_second() -> None:
    """41 datagrams to one host take a second, whatever else is free."""

    async def work() -> None:
        paced = pace()
        await everybody([paced.datagram(host(1), attached=False) for _ in range(41)])

    assert 0.99 < run(work) < 1.01


def test_gentle_keeps_200_ms_per_host_and_50_connects() -> None:
    """Gentle: 200 ms between packets to a host, 50 connects and 20 new hosts a second."""

    async def one_host() -> None:
        paced = pace(gentle=True)
        await everybody([paced.datagram(host(1), attached=False) for _ in range(6)])

    async def connects() -> None:
        paced = pace(gentle=True)
        await everybody([paced.connect(host(n), attached=False) for n in range(101)])

    async def starts() -> None:
        paced = pace(gentle=True)
        await everybody([paced.start() for _ in range(41)])

    assert 0.99 < run(one_host) < 1.01
    assert 1.99 < run(connects) < 2.01
    assert 1.99 < run(starts) < 2.01


def test_new_attached_addresses_come_slowly() -> None:
    """1,000 attached addresses take four seconds to meet; those already met cost no more."""

    async def work() -> None:
        paced = pace(5000)
        await everybody([paced.datagram(host(n), attached=True) for n in range(1000)])
        met = asyncio.get_running_loop().time()
        await everybody([paced.datagram(host(n), attached=True) for n in range(1000)])
        assert asyncio.get_running_loop().time() - met < 0.3

    assert 3.9 < run(work) < 4.4


def test_a_full_neighbour_table_stops_new_addresses() -> None:
    """While the kernel's table is full, no new attached address is begun."""
    begun: list[int] = []

    async def work() -> None:
        paced = pace(5000, unresolved=5000)

        async def one(number: int) -> None:
            await paced.datagram(host(number), attached=True)
            begun.append(number)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await everybody([one(number) for number in range(900)])

    run(work)
    assert len(begun) < 30


def test_one_connection_at_a_time_per_host() -> None:
    """Two holders of the same host follow each other, those of other hosts do not wait."""
    under_way: dict[Address, int] = {}

    async def work() -> None:
        paced = pace()

        async def one(number: int) -> None:
            async with paced.connection(host(number)):
                under_way[host(number)] = under_way.get(host(number), 0) + 1
                assert under_way[host(number)] == 1
                await asyncio.sleep(1)
                under_way[host(number)] -= 1

        await everybody([one(number % 3) for number in range(9)])

    assert 2.9 < run(work) < 3.2


def test_known_hosts_pass_before_new_ones() -> None:
    """What is begun gets finished: urgent waiters pass first, equals in the order they came."""
    passed: list[str] = []

    async def work() -> None:
        gate = Gate(10)

        async def one(name: str, urgency: int) -> None:
            await gate.take(urgency)
            passed.append(name)

        await everybody(
            [one("first", NEW), one("n1", NEW), one("n2", NEW), one("a1", ALIVE), one("a2", ALIVE)]
        )

    run(work)
    assert passed == ["first", "a1", "a2", "n1", "n2"]


def test_a_cancelled_waiter_costs_no_turn() -> None:
    """Somebody who gives up waiting does not hold up those behind."""

    async def work() -> None:
        gate = Gate(1)
        await gate.take()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await gate.take()
        await gate.take()

    assert 0.99 < run(work) < 1.01


def test_debts_are_paid() -> None:
    """Packets that a conversation sent by itself hold back the next ones."""

    async def work() -> None:
        paced = pace(100)
        await paced.datagram(host(1), attached=False)
        paced.owe(host(1), 40)
        paced.owe(host(1), 0)
        await paced.datagram(host(1), attached=False)

    assert 0.95 < run(work) < 1.1


def test_hosts_are_forgotten() -> None:
    """A /16 leaves no memory behind once its hosts are quiet."""

    async def work() -> None:
        paced = pace(5000)
        for number in range(500):
            await paced.datagram(host(number), attached=False)
        await asyncio.sleep(1)
        await paced.datagram(host(1), attached=False)
        assert len(paced._hosts) <= 1

    run(work)
