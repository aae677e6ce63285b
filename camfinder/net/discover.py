"""Multicast and broadcast on one interface: spaced, repeated, never in a burst."""

import asyncio
import heapq
import random
from collections.abc import Callable, Sequence

from camfinder.model import Address, Problem, ProblemKind, Query, Transport
from camfinder.net.datagrams import Datagrams
from camfinder.net.interfaces import Interface
from camfinder.net.manners import Manners
from camfinder.net.pace import Pace
from camfinder.net.udp import Ear, did_not_leave

SPACING_S = 0.15
"""Between two methods, so that the answers to one do not fall among those to the next."""
GENTLE_SPACING_S = 0.2
MAX_OWN = 4
"""Own addresses of one interface that are sent from: each stands for a subnet."""

Sent = Callable[[Ear, Query], None]


def own_addresses(interface: Interface, query: Query) -> tuple[Address, ...]:
    """The own addresses that a query leaves from by one interface: one for each subnet."""
    if query.address.version == 6:
        local = interface.link_local
        return (local,) if local is not None and interface.multicast else ()
    able = interface.broadcast if query.transport is Transport.BROADCAST else interface.multicast
    if not able:
        return ()
    subnets = {own.network: own.ip for own in reversed(interface.ipv4)}
    return tuple(reversed(subnets.values()))[:MAX_OWN]


def is_for_all(query: Query) -> bool:
    """Whether a query goes where a discovery query may go."""
    if query.transport is Transport.MULTICAST:
        return query.address.is_multicast
    return query.transport is Transport.BROADCAST and str(query.address) == "255.255.255.255"


async def discover_on(
    interface: Interface,
    queries: Sequence[Query],
    *,
    datagrams: Datagrams,
    manners: Manners,
    pace: Pace,
    sent: Sent,
) -> None:
    """Sends every query and its repeats by one interface; returns after the last send.

    First every method once, in the order given; then the repeats, a query's first after a
    quarter to half a second and each later one after twice the time.
    """
    loop = asyncio.get_running_loop()
    spacing_s = GENTLE_SPACING_S if pace.gentle else SPACING_S
    start = loop.time()
    due: list[tuple[float, int, int]] = []
    for place, query in enumerate(queries):
        if is_for_all(query):
            datagrams.listen(query, interface)
            heapq.heappush(due, (start, place, 0))
        else:
            detail = f"{query.transport} to {query.address} is no discovery query"
            manners.problem(Problem(ProblemKind.BUG, query.probe, str(query.address), detail))
    failed: set[tuple[str, str]] = set()
    while due:
        at, place, turn = heapq.heappop(due)
        await asyncio.sleep(max(0.0, at - loop.time()))
        query = queries[place]
        for own in own_addresses(interface, query):
            await pace.multicast()
            why = _send(datagrams.for_interface(query, interface, own), query, sent)
            if why and (query.probe, why) not in failed:
                failed.add((query.probe, why))
                detail = f"{interface.name}: {why}"
                kind = ProblemKind.UNREACHABLE
                manners.problem(Problem(kind, query.probe, str(query.address), detail))
        if turn + 1 < query.repeats:
            # Chance keeps many askers from falling into step (WS-Discovery, appendix I).
            gap_s = random.uniform(0.25, 0.5) * 2**turn  # noqa: S311  # no secret in it
            heapq.heappush(due, (loop.time() + gap_s, place, turn + 1))
        if due:
            await asyncio.sleep(spacing_s)


def _send(ear: Ear | None, query: Query, sent: Sent) -> str | None:
    """Sends one datagram; why it did not leave, if so."""
    if ear is None:
        return "no socket"
    try:
        ear.send(query.payload, query.address, query.port)
    except OSError as error:
        return did_not_leave(error)
    sent(ear, query)
    return None
