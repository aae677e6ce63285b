"""The devices' sockets: made in the device's namespace, or on its loopback address.

One class serves one device or a crowd: the kernel says which address was asked (IP_PKTINFO).
"""

import asyncio
import socket
import ssl
import struct
from asyncio import AbstractEventLoop, StreamReader, StreamWriter
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address

from camfinder.lab import namespaces
from camfinder.lab.persona import Certificate
from camfinder.lab.seat import Seat
from camfinder.lab.services import MAX_REQUEST_BYTES, Heard, Reply, Talk, TcpService, UdpService
from camfinder.model import CamfinderError

_IP_PKTINFO, _IP_MULTICAST_ALL = 8, 49  # linux/in.h; Python 3.11 has no names for them
_PKTINFO = struct.Struct("=I4s4s")
_MAX_WAITING = 20_000
"""More answers than this never wait at once: the rest is lost, as in a real device."""
_LOOPBACK = "127.0.0.1"

Contexts = Callable[[Seat, Certificate], ssl.SSLContext]


@dataclass(frozen=True)
class Stand:
    """Where the sockets of some seats are made.

    Attributes:
        seats: Who is served, by address; one for a device, many for a crowd.
        namespace: Descriptor, or None for the machine's loopback.
        port_shift: Added to ports below 1024.
    """

    seats: Mapping[str, Seat]
    namespace: int | None = None
    port_shift: int = 0

    @property
    def bind(self) -> str:
        """The address to bind to."""
        return "0.0.0.0" if self.namespace is not None else next(iter(self.seats))

    @property
    def leg(self) -> str:
        """The address of the interface for multicast."""
        return next(iter(self.seats)) if self.namespace is not None else _LOOPBACK

    def port(self, port: int) -> int:
        """The port that stands for this one here."""
        return port + self.port_shift if 0 < port < 1024 else max(port, 0)

    @contextmanager
    def entered(self) -> Generator[None]:
        """Sockets made in this block belong here."""
        if self.namespace is None:
            yield
        else:
            with namespaces.inside(self.namespace):
                yield


class UdpPort:
    """All datagram protocols of a stand on one port."""

    def __init__(self, stand: Stand, port: int, services: tuple[UdpService, ...]) -> None:
        self._stand = stand
        self._services = services
        self._loop: AbstractEventLoop = asyncio.get_running_loop()
        self._waiting = 0
        groups = sorted({group for service in services for group in service.groups})
        others = frozenset().union(*(service.from_ports for service in services))
        with stand.entered():
            self._main = _udp_socket(stand, stand.bind, port)
            self._senders = {each: _udp_socket(stand, stand.bind, max(each, 0)) for each in others}
            self._listeners = [self._main]
            for group in groups:
                self._join(group, port)
        for sock in self._listeners:
            self._loop.add_reader(sock, self._read, sock)

    def _join(self, group: str, port: int) -> None:
        """On the loopback a socket of its own per group: the main one has a unicast address."""
        sock = self._main
        if self._stand.namespace is None:
            sock = _udp_socket(self._stand, group, port)
            self._listeners.append(sock)
        member = socket.inet_aton(group) + socket.inet_aton(self._stand.leg)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)

    def close(self) -> None:
        """Leaves the network."""
        for sock in self._listeners:
            self._loop.remove_reader(sock)
        for sock in (*self._listeners, *self._senders.values()):
            sock.close()

    def announce(self, *, boots: bool) -> None:
        """What the devices say by themselves; booting, a second time where the protocol has it."""
        for service in self._services:
            for seat in self._stand.seats.values():
                self._answer(seat, service.announce(seat))
                if boots and service.again_s:
                    self._loop.call_later(
                        service.again_s, self._answer, seat, tuple(service.announce(seat))
                    )

    def _read(self, sock: socket.socket) -> None:
        for _ in range(64):  # then the other sockets have their turn
            try:
                payload, control, _, sender = sock.recvmsg(MAX_REQUEST_BYTES, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error of an answer that nobody wanted
                continue
            self._hear(payload, sender, _destination(control))

    def _hear(self, payload: bytes, sender: tuple[str, int], to: str) -> None:
        if self._stand.namespace is None and not sender[0].startswith("127."):
            return  # the lab answers nobody outside this machine
        asked = self._stand.seats.get(to)
        unicast = asked is not None
        for seat in (asked,) if asked else tuple(self._stand.seats.values()):
            for service in self._services:
                # On the loopback there is no broadcast: a question to one stands for it.
                alone = unicast and (self._stand.namespace is not None or bool(service.groups))
                heard = Heard(payload, sender, alone)
                self._answer(seat, service.answer(seat, heard))

    def _answer(self, seat: Seat, replies: Iterable[Reply]) -> None:
        for reply in replies:
            if self._waiting < _MAX_WAITING:
                self._waiting += 1
                self._loop.call_later(reply.delay_s, self._send, seat, reply)

    def _send(self, seat: Seat, reply: Reply) -> None:
        self._waiting -= 1
        sock = self._senders.get(reply.from_port, self._main)
        to = reply.to
        if self._stand.namespace is None and not to[0].startswith(("127.", "22", "23")):
            to = ("127.255.255.255", to[1])  # loopback's broadcast
        # Only a crowd has to say which of its addresses speaks.
        control = []
        if len(self._stand.seats) > 1:
            info = _PKTINFO.pack(0, seat.address.packed, bytes(4))
            control = [(socket.IPPROTO_IP, _IP_PKTINFO, info)]
        with suppress(OSError):
            sock.sendmsg((reply.payload,), control, 0, to)


def _udp_socket(stand: Stand, address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    for level, option, value in (
        (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),
        (socket.SOL_SOCKET, socket.SO_BROADCAST, 1),
        (socket.IPPROTO_IP, _IP_PKTINFO, 1),
        (socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0),
    ):
        sock.setsockopt(level, option, value)
    leg = socket.inet_aton(stand.leg)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, leg)
    _bind(sock, address, stand.port(port))
    return sock


def _bind(sock: socket.socket, address: str, port: int) -> None:
    try:
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise CamfinderError(
            f"the lab cannot have {address} port {port}: {error.strerror}"
        ) from error


def _destination(control: list[tuple[int, int, bytes]]) -> str:
    for level, kind, data in control:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            return str(IPv4Address(_PKTINFO.unpack(data[: _PKTINFO.size])[2]))
    return ""


def open_udp(stand: Stand, services: Iterable[UdpService]) -> list[UdpPort]:
    """One `UdpPort` for every port that the services use."""
    by_port: dict[int, list[UdpService]] = defaultdict(list)
    for service in services:
        by_port[service.port].append(service)
    return [UdpPort(stand, port, tuple(each)) for port, each in sorted(by_port.items())]


async def open_tcp(
    stand: Stand, services: Iterable[TcpService], contexts: Contexts
) -> list[asyncio.Server]:
    """A listening server for every TCP service."""
    servers = []
    for service in services:
        first = next(iter(stand.seats.values()))
        certificate = service.certificate
        with stand.entered():
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _bind(sock, stand.bind, stand.port(service.port))
        servers.append(
            await asyncio.start_server(
                _conversation(stand, service.talk),
                sock=sock,
                ssl=contexts(first, certificate) if certificate else None,
                limit=MAX_REQUEST_BYTES,
                backlog=1024,
            )
        )
    return servers


def _conversation(
    stand: Stand, talk: Talk
) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
    async def converse(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            seat = stand.seats.get(writer.get_extra_info("sockname")[0])
            if seat is not None:
                await talk(seat, reader, writer)
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass  # the other side left, or the lab ends
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    return converse
