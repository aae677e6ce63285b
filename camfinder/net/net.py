"""The network as the rest sees it: ask one address, or everybody on the attached subnets.

Nothing leaves this machine without passing here: the scope, the budget of each host and the
pace stand before every send.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from camfinder.model import Address, BlindSpot, Frame, Problem, ProblemKind, Query, Transport
from camfinder.net.calls import Calls
from camfinder.net.datagrams import Datagrams, Waiter
from camfinder.net.dial import PortState, own_end, raise_nofile_limit
from camfinder.net.discover import discover_on
from camfinder.net.interfaces import Interface, Links
from camfinder.net.layer2 import Layer2
from camfinder.net.ledger import Kind
from camfinder.net.manners import Manners, Recorder
from camfinder.net.pace import ALIVE, NEW, Pace
from camfinder.net.scope import Scope
from camfinder.net.udp import Ear, did_not_leave
from camfinder.probes import snmp

__all__ = ["Net", "PortState", "Recorder", "raise_nofile_limit"]

LINGER_S = 0.25
"""After the first datagram of an answer, for more of it."""


def patience(timeout_s: float, retries: int) -> float:
    """Seconds that one connection attempt waits, of a port's whole `timeout_s`."""
    return max(timeout_s / (retries + 1) - 0.05, 0.1)


class Net:
    """One run's access to the network; an asynchronous context manager.

    Args:
        scope: What may be asked.
        pace: How fast.
        timeout_s: How long a silent TCP port is waited for, all tries together. With one retry
            the default makes each try shorter than the second after which the kernel repeats
            a SYN by itself, so that what the ledger counts is what a sniffer sees.
        retries: How often a try that got no answer is repeated.
        keep: Takes every datagram heard, asked for or not. Answers on TCP, HTTP and TLS are
            only returned by `ask`.
        problem: Takes what went wrong, as it happens.
        recorder: Takes everything sent and heard, of every transport.

    Attributes:
        ledger: What was sent so far.
        blind_spots: What this run cannot see.
        links: The interfaces, as they were at the start.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        pace: Pace,
        timeout_s: float = 2.0,
        retries: int = 1,
        keep: Callable[[Frame], None],
        problem: Callable[[Problem], None],
        recorder: Recorder | None = None,
    ) -> None:
        self.scope = scope
        self.pace = pace
        self.retries = retries
        self.links = Links()
        self.blind_spots: list[BlindSpot] = []
        self.problem = problem
        self._keep = keep
        self._recorder = recorder
        self._closed: set[tuple[Address, int]] = set()
        self._manners = Manners(scope, problem, self.links.no_hosts)
        self.ledger = self._manners.ledger
        self._calls = Calls(
            self._manners,
            pace,
            self.links,
            patience_s=patience(timeout_s, retries),
            retries=retries,
            recorder=recorder,
        )
        self._datagrams = Datagrams(
            self.links,
            keep=self._heard,
            problem=problem,
            alive=self._manners.alive.add,
            blind_spots=self.blind_spots,
        )

    async def __aenter__(self) -> Self:
        raise_nofile_limit()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._datagrams.close()
        await self._calls.aclose()

    def alive(self, address: Address) -> bool:
        """Whether this address has given any sign of life: a datagram, a port, a reset."""
        return address in self._manners.alive

    def closed(self, address: Address, port: int) -> bool:
        """Whether this host has said that nobody listens on this UDP port."""
        return (address, port) in self._closed

    def leave_alone(self, address: Address, reason: str) -> None:
        """Sends this address nothing any more; whoever asks it gets a `SKIPPED` problem."""
        self._manners.leave_alone(address, reason)

    async def connect(self, address: Address, port: int, *, hold: bool = False) -> PortState:
        """One connection attempt to one port, counted, and closed in order.

        Args:
            address: Whom to ask.
            port: TCP port.
            hold: Leave an open connection open for some seconds: the next `ask` of the same
                address and port takes it over, which saves the device a connection. It is
                closed by `release`, or before anything else is asked of the address.
        """
        if not self._manners.may(address, "connection", None):
            return PortState.NOT_ASKED
        return await self._calls.connect(address, port, hold=hold)

    async def release(self, address: Address) -> None:
        """Closes the connection that `connect` left open, if nobody took it over."""
        await self._calls.release(address)

    async def ask(self, query: Query) -> tuple[Frame, ...]:
        """One question to one address, and what came back; never raises for the network.

        UDP answers are matched by source address and also go to `keep` (the same objects); the
        wait ends shortly after the first, later ones still go to `keep`. HTTPS gives a TLS frame
        with the certificate before the answer. Redirects are answers like others. A port that
        speaks the other one of HTTP and HTTPS is asked in that one too.
        """
        kind: Kind = "datagram" if query.transport is Transport.UDP else "connection"
        if query.transport in {Transport.MULTICAST, Transport.BROADCAST}:
            self._problem(ProblemKind.BUG, query, f"{query.transport} is asked by discover")
            return ()
        if not self._manners.may(query.address, kind, query.probe):
            return ()
        match query.transport:
            case Transport.UDP:
                return await self._ask_udp(query)
            case Transport.TCP:
                return await self._calls.tcp(query)
            case Transport.HTTP | Transport.HTTPS:
                return await self._calls.http(query)
            case _:
                self._problem(ProblemKind.BUG, query, f"{query.transport} is no way to ask")
                return ()

    def layer2(self, interface: Interface) -> Layer2:
        """Asks an attached interface below IP; close it afterwards.

        Raises:
            PermissionError: No right to a packet socket.
            OSError: The interface is no Ethernet, or gone.
        """

        def heard(frame: Frame) -> None:
            if frame.source is not None:
                self._manners.alive.add(frame.source)
            self._heard(frame)

        def sent(address: Address) -> None:
            self.ledger.wire(address, 1)

        return Layer2(interface, pace=self.pace, heard=heard, sent=sent)

    async def discover(
        self,
        queries: Callable[[Interface], Iterable[Query]],
        interfaces: Sequence[Interface] | None = None,
    ) -> None:
        """Multicast and broadcast by every attached subnet in scope; returns after the last wait.

        Args:
            queries: The queries for one interface, in the order in which they are sent.
            interfaces: Where to ask; default `segments()`.

        What is heard goes to `keep`, also from addresses out of scope and after the return: the
        sockets stay open until the end of the run.
        """
        chosen = self.segments() if interfaces is None else tuple(interfaces)
        listen_s = 0.0
        async with asyncio.TaskGroup() as group:
            for interface in chosen:
                asked = tuple(queries(interface))
                listen_s = max([listen_s, *(query.listen_s for query in asked)])
                group.create_task(
                    discover_on(
                        interface,
                        asked,
                        datagrams=self._datagrams,
                        manners=self._manners,
                        pace=self.pace,
                        sent=self._sent,
                    ),
                    name=f"discover {interface.name}",
                )
        await asyncio.sleep(listen_s)

    def segments(self) -> tuple[Interface, ...]:
        """The interfaces that are up and have a subnet in scope; notes what that leaves out."""
        able = [i for i in self.links.interfaces if i.up and (i.multicast or i.broadcast)]
        chosen = tuple(i for i in able if self.scope.touches(i))
        left_out = [i.name for i in able if i not in chosen and not i.loopback and i.networks]
        if left_out:
            spot = BlindSpot(
                f"devices that only answer on the segments of {', '.join(left_out)}",
                "their subnets are not in scope: nothing is multicast there",
                "add the subnets to the targets, or scan `auto`",
            )
            if spot not in self.blind_spots:
                self.blind_spots.append(spot)
        return chosen

    async def _ask_udp(self, query: Query) -> tuple[Frame, ...]:
        speaker, ears = self._datagrams.for_probe(query)
        if speaker is None:
            self._problem(ProblemKind.NO_RIGHTS, query, "no socket to ask from")
            return ()
        waiter = self._datagrams.wait(query, ears)
        try:
            await self._question(query, speaker, waiter)
            if waiter.frames:
                await asyncio.sleep(LINGER_S)
        finally:
            self._datagrams.forget(waiter)
        if waiter.closed and not waiter.frames and not query.source_port:  # the probe's own socket
            self._closed.add((query.address, query.port))
        return tuple(waiter.frames)

    async def _question(self, query: Query, speaker: Ear, waiter: Waiter) -> None:
        """Sends, waits, and sends again if a host that lives has not answered."""
        address = query.address
        interface = self.links.on_link(address)
        attached = interface is not None and interface.resolves
        tries = 1 if query.secret else self.retries + 1
        for turn in range(tries):
            if not self._manners.may(address, "datagram", query.probe):
                return
            urgency = ALIVE if self.alive(address) else NEW
            await self.pace.datagram(address, attached=attached, urgency=urgency)
            try:
                speaker.send(query.payload, address, query.port)
            except OSError as error:
                self._problem(ProblemKind.UNREACHABLE, query, did_not_leave(error))
                return
            self._sent(speaker, query)
            last = turn + 1 == tries or not self.alive(address)
            try:
                async with asyncio.timeout(query.listen_s / tries):
                    await waiter.stirred.wait()
                    return
            except TimeoutError:
                if last:
                    break
        # Not alive so far: the rest of the time, in silence.
        left = query.listen_s * (tries - turn - 1) / tries
        if left > 0:
            try:
                async with asyncio.timeout(left):
                    await waiter.stirred.wait()
            except TimeoutError:
                pass

    def _sent(self, ear: Ear, query: Query) -> None:
        self.ledger.datagram(query.address)
        if query.transport is not Transport.UDP:
            self._datagrams.sent(query.payload)
        if self._recorder is not None and not query.secret:
            source, port = own_end(ear.sock)
            self._recorder.sent(
                Transport.UDP,
                source,
                port,
                query.address,
                query.port,
                query.payload,
                datetime.now(UTC),
            )

    def _heard(self, frame: Frame) -> None:
        if self._recorder is not None:
            is_snmp = frame.transport is Transport.UDP and frame.source_port == snmp.PORT
            kept = snmp.without_community(frame.payload) if is_snmp else frame.payload
            if kept:
                self._recorder.heard(replace(frame, payload=kept))
        self._keep(frame)

    def _problem(self, kind: ProblemKind, query: Query, detail: str) -> None:
        self.problem(Problem(kind, query.probe, str(query.address), detail))
