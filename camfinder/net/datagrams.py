"""All datagram sockets of a run: who is bound where, who waits for whose answer."""

import asyncio
import errno
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from camfinder.model import (
    Address,
    BlindSpot,
    Frame,
    Problem,
    ProblemKind,
    Query,
    Transport,
)
from camfinder.net.interfaces import Interface, Links
from camfinder.net.udp import ENOUGH_BUFFER, Datagram, Ear, open_socket, send_by

MAX_FROM_ONE = 4096
"""Datagrams of one source that are kept: what says more is a flood."""
MAX_SOURCES = 100_000

Key = tuple[int, int, str]
"""Family, local port (0: any), and whose: an interface's own address, a probe, or `` for all."""


@dataclass(eq=False)
class Waiter:
    """Somebody who asked one address and waits.

    Attributes:
        ears: Where the answer may come in.
        frames: What has come.
        closed: The host has said that nobody listens on the port (ICMP port unreachable).
        stirred: Set at the first frame, or when the address refuses.
    """

    address: Address
    ears: frozenset[Ear]
    frames: list[Frame] = field(default_factory=list)
    closed: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)


class Datagrams:
    """The sockets and the dispatch of what they hear.

    Args:
        links: This machine's interfaces.
        keep: Takes every frame.
        problem: Takes what went wrong.
        alive: Told of every address that gave any sign.
        blind_spots: Where limits of the machine are noted.
    """

    def __init__(
        self,
        links: Links,
        *,
        keep: Callable[[Frame], None],
        problem: Callable[[Problem], None],
        alive: Callable[[Address], None],
        blind_spots: list[BlindSpot],
    ) -> None:
        self._links = links
        self._keep = keep
        self._problem = problem
        self._alive = alive
        self._blind_spots = blind_spots
        self._ears: dict[Key, Ear | None] = {}
        self._waiters: dict[Address, list[Waiter]] = {}
        self._sent: set[bytes] = set()
        self._heard: Tally[Address] = Tally()

    def close(self) -> None:
        """Closes every socket; what had arrived is still kept."""
        for ear in self._ears.values():
            if ear is not None:
                ear.close()
        self._ears.clear()

    def sent(self, payload: bytes) -> None:
        """Remembers a multicast or broadcast payload, so that its echo is known as ours."""
        self._sent.add(payload)

    def for_probe(self, query: Query) -> tuple[Ear | None, frozenset[Ear]]:
        """The socket to send a unicast query from, and all that may hear its answer."""
        version = query.address.version
        owner = "" if query.source_port else query.probe
        speaker = self._ear((version, query.source_port, owner), query, errors=True)
        if speaker is None and query.source_port:
            # The port is taken: from another one part of the devices still answer.
            speaker = self._ear((version, 0, query.probe), query, errors=True)
        listeners = {self._ear((version, port, ""), query) for port in query.reply_ports}
        return speaker, frozenset(ear for ear in {speaker, *listeners} if ear is not None)

    def for_interface(self, query: Query, interface: Interface, own: Address) -> Ear | None:
        """The socket to send a multicast or broadcast query from, by one interface."""
        key = (own.version, query.source_port, f"{own} {interface.name}")
        ear = self._ear(key, query, own=own, interface=interface)
        if ear is None and query.source_port:
            key = (own.version, 0, f"{own} {interface.name}")
            ear = self._ear(key, query, own=own, interface=interface)
        if ear is not None and own.version == 4:
            # Some devices broadcast their answer to the sender's port: a socket that is bound to
            # an own address does not hear that.
            self._ear((4, ear.port, ""), query)
        return ear

    def listen(self, query: Query, interface: Interface) -> None:
        """Binds the reply ports of a query to all addresses, and joins its group there."""
        for port in query.reply_ports:
            ear = self._ear((query.address.version, port, ""), query)
            if ear is None:
                continue
            for group in groups_of(query):
                try:
                    ear.join(group, interface)
                except OSError as error:
                    detail = f"cannot join {group} on {interface.name}: {error.strerror}"
                    self._problem(Problem(ProblemKind.NO_RIGHTS, query.probe, None, detail))

    def overhear(
        self, version: int, port: int, probe: str, groups: Iterable[tuple[Address, Interface]]
    ) -> None:
        """Hears one port without asking anything.

        Args:
            version: 4 or 6.
            port: Local port, bound to all addresses.
            probe: For whom, in problems.
            groups: Joined on these interfaces: that sends IGMP or MLD reports.
        """
        ear = self._bound((version, port, ""), probe)
        if ear is None:
            return
        for group, interface in groups:
            try:
                ear.join(group, interface)
            except OSError as error:
                detail = f"cannot join {group} on {interface.name}: {error.strerror}"
                self._problem(Problem(ProblemKind.NO_RIGHTS, probe, None, detail))

    def wait(self, query: Query, ears: Iterable[Ear]) -> Waiter:
        """Registers for the answers of one address; `forget` it afterwards."""
        waiter = Waiter(query.address, frozenset(ears))
        self._waiters.setdefault(query.address, []).append(waiter)
        return waiter

    def forget(self, waiter: Waiter) -> None:
        """Ends a wait."""
        waiting = self._waiters[waiter.address]
        waiting.remove(waiter)
        if not waiting:
            del self._waiters[waiter.address]

    def _ear(
        self,
        key: Key,
        query: Query,
        *,
        own: Address | None = None,
        interface: Interface | None = None,
        errors: bool = False,
    ) -> Ear | None:
        return self._bound(key, query.probe, own=own, interface=interface, errors=errors)

    def _bound(
        self,
        key: Key,
        probe: str,
        *,
        own: Address | None = None,
        interface: Interface | None = None,
        errors: bool = False,
    ) -> Ear | None:
        """The socket for a key, opened when first asked for; None where that failed."""
        if key in self._ears:
            return self._ears[key]
        try:
            sock = open_socket(key[0], own=own, port=key[1], errors=errors)
            if interface is not None and own is not None:
                send_by(sock, interface, own)
        except OSError as error:
            self._ears[key] = None
            self._not_bound(key[1], probe, error)
            return None
        ear = Ear(sock, self._hear, self._refused)
        ear.open()
        self._ears[key] = ear
        if ear.buffer_bytes < ENOUGH_BUFFER:
            self._note(
                BlindSpot(
                    "answers of a large segment that arrive at once",
                    f"the kernel grants {ear.buffer_bytes:,} bytes of receive buffer",
                    "sysctl -w net.core.rmem_max=4194304, or run as root",
                )
            )
        return ear

    def _not_bound(self, port: int, probe: str, error: OSError) -> None:
        taken = error.errno == errno.EADDRINUSE
        why = "another program holds the port" if taken else (error.strerror or str(error))
        what = f"UDP port {port}" if port else "a UDP socket"
        self._problem(Problem(ProblemKind.NO_RIGHTS, probe, None, f"{what}: {why}"))
        remedy = "end the other program for the scan" if taken else "run with the right to bind it"
        self._note(BlindSpot(f"answers to {what} ({probe})", why, remedy))

    def _note(self, spot: BlindSpot) -> None:
        if spot not in self._blind_spots:
            self._blind_spots.append(spot)

    def _hear(self, ear: Ear, datagram: Datagram) -> None:
        source = datagram.source
        if source in self._links.own and datagram.payload in self._sent:
            return
        if not self._welcome(source):
            return
        interface = self._links.indexed(datagram.interface)
        frame = Frame(
            transport=Transport.UDP,
            source=source,
            source_port=datagram.source_port,
            payload=datagram.payload,
            seen_at=datetime.now(UTC),
            origin=f"live {interface.name}" if interface else "live",
            destination=datagram.destination,
            destination_port=ear.port,
            source_mac=self._links.mac(source),
        )
        self._alive(source)
        for waiter in self._waiters.get(source, ()):
            if ear in waiter.ears:
                waiter.frames.append(frame)
                waiter.stirred.set()
        self._keep(frame)

    def _welcome(self, source: Address) -> bool:
        if source not in self._heard and len(self._heard) >= MAX_SOURCES:
            return False
        self._heard[source] += 1
        if self._heard[source] == MAX_FROM_ONE + 1:
            detail = f"more than {MAX_FROM_ONE} datagrams: the rest is dropped"
            self._problem(Problem(ProblemKind.TRUNCATED, None, str(source), detail))
        return self._heard[source] <= MAX_FROM_ONE

    def _refused(self, ear: Ear, address: Address, code: int) -> None:
        closed = code == errno.ECONNREFUSED
        if closed:
            self._alive(address)
        for waiter in self._waiters.get(address, ()):
            if ear in waiter.ears:
                waiter.closed = waiter.closed or closed
                waiter.stirred.set()


def groups_of(query: Query) -> tuple[Address, ...]:
    """The groups that answers to a query may be sent to."""
    groups = [query.address] if query.address.is_multicast else []
    return (*groups, *query.reply_groups)
