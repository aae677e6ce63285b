"""Who is there on the attached subnets, asked below IP: ARP, neighbour and listener discovery.

An address that does not answer here is nobody's, so no connection to it is tried. Needs the right
to a packet socket. The frames are made by hand: scapy needs half a second to load, and a /24 is
254 of them; the tests read each with scapy.
Source: RFC 826, RFC 5227 section 1.1; RFC 4861 sections 4.3 and 7.2.2, RFC 4443 section 4.1,
RFC 3810 section 5.1, RFC 2711 (router alert), RFC 8200 section 8.1 (checksum), RFC 2464 section 7.
"""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address

from camfinder.model import Address, Frame, Transport
from camfinder.net.interfaces import Interface
from camfinder.net.pace import GENTLE_HOSTS, NEW_NEIGHBOURS, Gate, Pace

ETH_ARP, ETH_IPV4, ETH_IPV6 = 0x0806, 0x0800, 0x86DD
ARPHRD_ETHER, OUTGOING = 1, 4
SOL_PACKET, PACKET_ADD_MEMBERSHIP, PACKET_MR_ALLMULTI = 263, 1, 2
EVERYBODY = b"\xff" * 6
ICMPV6, ECHO, LISTENER_QUERY, SOLICIT = 58, 128, 130, 135
ANSWERS_V6 = frozenset({129, 131, 135, 136, 143})
ALL_NODES = IPv6Address("ff02::1")
NO_GROUP = bytes(16)
ROUNDS = 3
"""How often an address that is silent is asked: the kernel does the same."""
MANY = 4096
"""From so many addresses on two rounds have to do."""
ANSWER_S = 1.0
"""After the last question of a round."""
REPORTS_S = 1.5
AT_ONCE = 256

Heard = Callable[[Frame], None]


@dataclass(frozen=True, slots=True)
class Questioner:
    """The own end of one interface.

    Attributes:
        interface: Which.
        mac: Its hardware address, 6 bytes.
    """

    interface: Interface
    mac: bytes

    def question(self, address: Address) -> bytes | None:
        """The frame that asks for one address; None where this interface cannot ask for it."""
        if isinstance(address, IPv4Address):
            own = next((o.ip for o in self.interface.ipv4 if address in o.network), None)
            return None if own is None else arp_request(self.mac, own, address)
        local = self.interface.link_local
        return None if local is None else solicitation(self.mac, local, address)


def rounds_of(count: int) -> int:
    """How often each of so many addresses is asked for while it is silent."""
    return ROUNDS if count < MANY else ROUNDS - 1


def arp_request(mac: bytes, own: IPv4Address, wanted: IPv4Address) -> bytes:
    """Who has this address? Broadcast, padded to the shortest Ethernet frame."""
    head = EVERYBODY + mac + struct.pack("!HHHBBH", ETH_ARP, 1, ETH_IPV4, 6, 4, 1)
    return (head + mac + own.packed + bytes(6) + wanted.packed).ljust(60, b"\0")


def solicitation(mac: bytes, own: IPv6Address, wanted: IPv6Address) -> bytes:
    """Who has this address? To its solicited-node group."""
    group = IPv6Address(bytes.fromhex("ff0200000000000000000001ff") + wanted.packed[13:])
    body = bytes((SOLICIT, 0, 0, 0)) + bytes(4) + wanted.packed + b"\x01\x01" + mac
    return _icmp(mac, own, group, body, hops=255)


def echo_request(mac: bytes, own: IPv6Address, number: int) -> bytes:
    """An echo request to all nodes of the link."""
    body = struct.pack("!BBHHH", ECHO, 0, 0, number & 0xFFFF, 1) + b"camfinder"
    return _icmp(mac, own, ALL_NODES, body, hops=1)


def listener_query(mac: bytes, own: IPv6Address) -> bytes:
    """Which groups does anybody listen to? Version 2, answers within a second.

    The S flag asks routers to leave their timers alone.
    """
    flags, interval_s = 0x08 | 2, 125
    body = struct.pack("!BBHHH", LISTENER_QUERY, 0, 0, 1000, 0)
    body += NO_GROUP + struct.pack("!BBH", flags, interval_s, 0)
    alert = bytes((ICMPV6, 0, 5, 2, 0, 0, 1, 0))
    return _icmp(mac, own, ALL_NODES, body, hops=1, extension=alert)


def _icmp(
    mac: bytes,
    own: IPv6Address,
    group: IPv6Address,
    body: bytes,
    *,
    hops: int,
    extension: bytes = b"",
) -> bytes:
    """An ICMPv6 message to a group, as an Ethernet frame with the group's hardware address."""
    pseudo = own.packed + group.packed + struct.pack("!IHBB", len(body), 0, 0, ICMPV6)
    body = body[:2] + struct.pack("!H", _checksum(pseudo + body)) + body[4:]
    following = 0 if extension else ICMPV6
    head = struct.pack("!IHBB", 6 << 28, len(extension) + len(body), following, hops)
    ethernet = b"\x33\x33" + group.packed[12:] + mac + struct.pack("!H", ETH_IPV6)
    return ethernet + head + own.packed + group.packed + extension + body


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Layer2:
    """Asks one attached interface; a context manager.

    Args:
        interface: Up, with neighbours.
        pace: Of the run; besides, at most 250 addresses a second are asked for.
        heard: Takes every frame that tells of somebody.
        sent: Told of every address that was asked for.

    Attributes:
        there: Addresses that answered, with their MAC.

    Raises:
        PermissionError: No right to a packet socket (CAP_NET_RAW).
        OSError: The interface is no Ethernet, or gone.
    """

    def __init__(
        self,
        interface: Interface,
        *,
        pace: Pace,
        heard: Heard,
        sent: Callable[[Address], None],
    ) -> None:
        self._interface = interface
        self._pace = pace
        self._gate = Gate(GENTLE_HOSTS if pace.gentle else NEW_NEIGHBOURS, burst=10)
        self._heard = heard
        self._sent = sent
        self.there: dict[Address, str] = {}
        self._socks: list[socket.socket] = []
        try:
            for protocol in (ETH_ARP, ETH_IPV6):
                self._socks.append(_open(interface.name, protocol))
            mac = _own_mac(self._socks[0])
        except BaseException:
            self.close()
            raise
        self._own = Questioner(interface, mac)
        loop = asyncio.get_running_loop()
        for sock in self._socks:
            loop.add_reader(sock.fileno(), self._ready, sock)

    def close(self) -> None:
        """Hears no more."""
        for sock in self._socks:
            asyncio.get_running_loop().remove_reader(sock.fileno())
            sock.close()
        self._socks.clear()

    async def ask(self, addresses: Callable[[], Iterable[Address]], count: int) -> None:
        """Asks for every address that has not answered, in rounds; returns after the last wait."""
        for _ in range(rounds_of(count)):
            asked = False
            for address in addresses():
                frame = None if address in self.there else self._own.question(address)
                if frame is None:
                    continue
                await self._gate.take()
                await self._pace.multicast()
                self._send(ETH_ARP if address.version == 4 else ETH_IPV6, frame)
                self._sent(address)
                asked = True
            if not asked:
                return
            await asyncio.sleep(ANSWER_S)

    async def call_all(self) -> None:
        """Asks all IPv6 nodes of the link to show themselves: echo, and their groups."""
        local = self._interface.link_local
        if local is None or not self._interface.multicast:
            return
        frames = [echo_request(self._own.mac, local, os.getpid())]
        if not self._pace.gentle:  # a query may make switches take this port for a router's
            frames.append(listener_query(self._own.mac, local))
        for frame in frames:
            await self._pace.multicast()
            self._send(ETH_IPV6, frame)
            await asyncio.sleep(REPORTS_S)

    def _send(self, protocol: int, frame: bytes) -> None:
        sock = self._socks[0 if protocol == ETH_ARP else 1]
        try:
            sock.send(frame)
        except BlockingIOError:
            return  # the queue of the card is full: the next round asks again

    def _ready(self, sock: socket.socket) -> None:
        for data, sender in _received(sock):
            if sender == OUTGOING:
                continue
            address = _tells_of(data)
            if address is None:
                continue
            if address.version == 6 and address.is_link_local:
                address = IPv6Address(f"{address}%{self._interface.name}")
            self.there.setdefault(address, data[6:12].hex(":"))
            self._heard(
                Frame(
                    transport=Transport.ETHERNET,
                    source=address,
                    source_port=0,
                    payload=data,
                    seen_at=datetime.now(UTC),
                    origin=f"live {self._interface.name}",
                    source_mac=data[6:12].hex(":"),
                )
            )


def _open(name: str, protocol: int) -> socket.socket:
    kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    sock = socket.socket(socket.AF_PACKET, kind, 0)
    try:
        request = struct.pack("=iHH8s", socket.if_nametoindex(name), PACKET_MR_ALLMULTI, 0, b"")
        sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request)  # reports go to groups
        sock.bind((name, protocol))
    except BaseException:
        sock.close()
        raise
    return sock


def _own_mac(sock: socket.socket) -> bytes:
    name, _, _, kind, mac = sock.getsockname()
    if kind != ARPHRD_ETHER:
        raise OSError(0, f"{name} is no Ethernet")
    return bytes(mac)


def _received(sock: socket.socket) -> Iterator[tuple[bytes, int]]:
    for _ in range(AT_ONCE):
        try:
            data, sender = sock.recvfrom(2048)
        except (BlockingIOError, OSError):
            return
        yield data, int(sender[2])


def _tells_of(data: bytes) -> Address | None:
    """Whose address a frame tells: the sender of ARP, or the node of an ICMPv6 message."""
    if data[12:14] == b"\x08\x06" and len(data) >= 42:
        return IPv4Address(data[28:32])
    if data[12:14] != b"\x86\xdd" or len(data) < 62:
        return None
    start = 54 if data[20] == ICMPV6 else 62 + data[55] * 8
    if data[20] not in {0, ICMPV6} or (data[20] == 0 and data[54] != ICMPV6):
        return None
    if len(data) < start + 8 or data[start] not in ANSWERS_V6:
        return None
    if data[start] == 136 and len(data) >= start + 24:
        return IPv6Address(data[start + 8 : start + 24])
    return IPv6Address(data[22:38])
