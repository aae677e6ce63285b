"""Datagram sockets: opened with the options discovery needs, read without blocking the loop."""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from camfinder.model import Address
from camfinder.net.dial import sockaddr
from camfinder.net.interfaces import Interface

RECEIVE_BUFFER = 4 * 1024 * 1024
"""2,000 devices answer one Probe within half a second: a default buffer loses most of them."""
ENOUGH_BUFFER = 1024 * 1024
# Linux numbers that the socket module does not name.
SO_RCVBUFFORCE = 33
IP_PKTINFO, IP_RECVERR = 8, 11
IPV6_RECVERR = 25
MULTICAST_TTL = 1
AT_ONCE = 256
"""Datagrams read before the loop gets its turn again."""
MAX_DATAGRAM = 65_535


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram as it came in.

    Attributes:
        source: Link-local IPv6 addresses carry their zone.
        destination: The own address, the group, or the broadcast address it was sent to.
        interface: Kernel index of the interface it came in by; 0 when unknown.
    """

    payload: bytes
    source: Address
    source_port: int
    destination: Address | None
    interface: int


Hear = Callable[["Ear", Datagram], None]
Refused = Callable[["Ear", Address, int], None]


@dataclass(eq=False, slots=True)
class Ear:
    """One socket under the loop's eyes.

    Attributes:
        sock: Bound, non-blocking.
        port: Its local port.
        buffer_bytes: The receive buffer that the kernel granted.
        groups: Multicast groups joined, with the interface's index.
    """

    sock: socket.socket
    hear: Hear
    refused: Refused
    port: int = 0
    buffer_bytes: int = 0
    groups: set[tuple[Address, int]] = field(default_factory=set)

    def open(self) -> None:
        """Starts hearing."""
        self.port = int(self.sock.getsockname()[1])
        self.buffer_bytes = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        asyncio.get_running_loop().add_reader(self.sock.fileno(), self._ready)

    def close(self) -> None:
        """Stops hearing; hears what has already arrived first."""
        self._ready()
        asyncio.get_running_loop().remove_reader(self.sock.fileno())
        self.sock.close()

    def send(self, payload: bytes, address: Address, port: int) -> None:
        """One datagram.

        Raises:
            OSError: It did not leave.
        """
        target = sockaddr(address, port)
        try:
            self.sock.sendto(payload, target)
        except OSError:
            # The kernel tells of the ICMP error for an earlier datagram here, once, whoever this
            # one is to, and sends nothing (ip(7), IP_RECVERR); what is really wrong it says again.
            self.sock.sendto(payload, target)

    def join(self, group: Address, interface: Interface) -> None:
        """Hears a multicast group on one interface, from now on.

        Raises:
            OSError: The interface cannot.
        """
        if (group, interface.index) in self.groups:
            return
        if group.version == 4:
            own = interface.ipv4[0].ip.packed if interface.ipv4 else bytes(4)
            request = group.packed + own + struct.pack("=i", interface.index)
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
        else:
            request = group.packed + struct.pack("=I", interface.index)
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        self.groups.add((group, interface.index))

    def _ready(self) -> None:
        for _ in range(AT_ONCE):
            try:
                payload, ancillary, _, name = self.sock.recvmsg(MAX_DATAGRAM, 256)
            except BlockingIOError:
                break
            except OSError:
                continue  # an ICMP error for an earlier datagram; the queue tells of which
            try:
                datagram = _datagram(payload, ancillary, name)
            except (ValueError, OSError):
                continue  # the interface it came by is gone
            self.hear(self, datagram)
        self._errors()

    def _errors(self) -> None:
        """Datagrams that came back as ICMP errors: their destinations are alive, or nobody."""
        for _ in range(AT_ONCE):
            try:
                _, ancillary, _, name = self.sock.recvmsg(512, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, data in ancillary:
                known = (level, kind) in {
                    (socket.IPPROTO_IP, IP_RECVERR),
                    (socket.IPPROTO_IPV6, IPV6_RECVERR),
                }
                if known and len(data) >= 4:
                    code = struct.unpack_from("=I", data)[0]
                    with suppress(ValueError, OSError):
                        self.refused(self, _address(name), int(code))


def _address(name: tuple[str, int] | tuple[str, int, int, int]) -> Address:
    host = str(name[0]).partition("%")[0]
    address = ip_address(host)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.is_link_local and len(name) > 3:
            return IPv6Address(f"{host}%{socket.if_indextoname(name[3])}")
    return address


def _datagram(
    payload: bytes,
    ancillary: list[tuple[int, int, bytes]],
    name: tuple[str, int] | tuple[str, int, int, int],
) -> Datagram:
    destination: Address | None = None
    interface = 0
    for level, kind, data in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO) and len(data) >= 12:
            interface = struct.unpack_from("=i", data)[0]
            destination = IPv4Address(data[8:12])
        elif (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO) and len(data) >= 20:
            destination = IPv6Address(data[:16])
            interface = struct.unpack_from("=I", data, 16)[0]
    return Datagram(payload, _address(name), int(name[1]), destination, interface)


def open_socket(
    version: int, *, own: Address | None = None, port: int = 0, errors: bool = False
) -> socket.socket:
    """A bound datagram socket of one family.

    Args:
        version: 4 or 6.
        own: Address to bind to; None for all.
        port: Port to bind to; 0 for any.
        errors: Report ICMP errors (`Ear.refused`).

    Raises:
        OSError: The port is taken, or needs rights.
    """
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    sock = socket.socket(family, kind)
    try:
        if port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        _enlarge(sock)
        if version == 4:
            sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_TTL)
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, int(errors))
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, MULTICAST_TTL)
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, int(errors))
        if own is None:
            sock.bind(("0.0.0.0" if version == 4 else "::", port))
        else:
            sock.bind(sockaddr(own, port))
        if not port:
            # Only now: a socket that shares could be given a port that another one holds. Later
            # one more socket joins it, see `Datagrams.for_interface`.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def send_by(sock: socket.socket, interface: Interface, own: Address) -> None:
    """Makes multicast leave by this interface, whatever the routing table says.

    Raises:
        OSError: The interface is gone.
    """
    if own.version == 4:
        request = bytes(4) + own.packed + struct.pack("=i", interface.index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, request)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)


def _enlarge(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


def did_not_leave(error: OSError) -> str:
    """Why a datagram could not be sent, for people."""
    if error.errno in {errno.EPERM, errno.EACCES}:
        return "the local firewall does not let it out"
    return error.strerror or str(error)
