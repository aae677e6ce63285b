"""What the kernel knows of neighbours and routes, asked over netlink; needs no rights.

Layout of every message (host byte order): length u32, type u16, flags u16, sequence u32,
port u32, then a fixed body (12 bytes for routes and neighbours), then attributes: length u16,
type u16, value, padded to 4.

Source: rtnetlink(7), linux/rtnetlink.h, linux/neighbour.h.
"""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from camfinder.model import Address

NEWNEIGH, GETNEIGH, GETROUTE = 28, 30, 26
ERROR, DONE = 2, 3
REQUEST, DUMP = 0x1, 0x300
NDA_DST, NDA_LLADDR = 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_VIA = 1, 4, 5, 18

INCOMPLETE, FAILED, NOARP = 0x01, 0x20, 0x40
"""States of a neighbour (NUD_*): being asked for; did not answer; needs no asking."""

HEADER = struct.Struct("=IHHII")
NEIGHBOUR = struct.Struct("=BBHiHBB")
ROUTE = struct.Struct("=BBBBBBBBI")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry of the neighbour table (ARP for IPv4, NDP for IPv6).

    Attributes:
        address: Without a zone.
        interface: Index of the interface.
        mac: `aa:bb:cc:dd:ee:ff`; None while it is unresolved.
        state: NUD_* bits.
    """

    address: Address
    interface: int
    mac: str | None
    state: int


@dataclass(frozen=True, slots=True)
class Route:
    """How the kernel would reach an address: by which interface, and through a router or not."""

    interface: int
    gateway: bool


def _exchange(kind: int, flags: int, body: bytes) -> Iterator[tuple[int, bytes]]:
    """The answers to one request, as message type and body.

    Raises:
        OSError: The kernel refused, or there is no netlink here.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as channel:
        channel.settimeout(1.0)
        channel.bind((0, 0))
        channel.send(HEADER.pack(HEADER.size + len(body), kind, REQUEST | flags, 1, 0) + body)
        while True:
            data = channel.recv(262_144)
            while len(data) >= HEADER.size:
                length, answer, _, _, _ = HEADER.unpack_from(data)
                if length < HEADER.size or length > len(data):
                    return
                if answer == ERROR:
                    code = struct.unpack_from("=i", data, HEADER.size)[0]
                    raise OSError(-code, os.strerror(-code))
                if answer == DONE:
                    return
                yield answer, data[HEADER.size : length]
                data = data[(length + 3) & ~3 :]
            if not flags & DUMP:
                return


def _attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4 or length > len(data):
            break
        found[kind] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def _attribute(kind: int, value: bytes) -> bytes:
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("=HH", 4 + len(value), kind) + value + padding


def _family(address: Address) -> int:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def _neighbour(body: bytes) -> Neighbour | None:
    _, _, _, interface, state, _, _ = NEIGHBOUR.unpack_from(body)
    attributes = _attributes(body[NEIGHBOUR.size :])
    destination = attributes.get(NDA_DST, b"")
    if len(destination) not in {4, 16}:
        return None
    hardware = attributes.get(NDA_LLADDR, b"")
    usable = len(hardware) == 6 and any(hardware) and not state & (INCOMPLETE | FAILED)
    mac = hardware.hex(":") if usable else None
    return Neighbour(ip_address(destination), interface, mac, state)


def neighbour_table() -> tuple[Neighbour, ...]:
    """Every entry of both families, in any state.

    Raises:
        OSError: There is no netlink here.
    """
    body = NEIGHBOUR.pack(socket.AF_UNSPEC, 0, 0, 0, 0, 0, 0)
    entries = (
        _neighbour(answer) for kind, answer in _exchange(GETNEIGH, DUMP, body) if kind == NEWNEIGH
    )
    return tuple(entry for entry in entries if entry is not None)


def neighbour(address: Address, interface: int) -> Neighbour | None:
    """One entry of the table (25 microseconds); None where there is none.

    Raises:
        OSError: There is no netlink here, or a kernel before 5.0.
    """
    body = NEIGHBOUR.pack(_family(address), 0, 0, interface, 0, 0, 0)
    body += _attribute(NDA_DST, address.packed)
    try:
        for kind, answer in _exchange(GETNEIGH, 0, body):
            if kind == NEWNEIGH:
                return _neighbour(answer)
    except FileNotFoundError:
        pass
    return None


def route(address: Address) -> Route | None:
    """The kernel's own choice of a way to this address; None where there is none.

    Raises:
        OSError: There is no netlink here.
    """
    bits = 32 if address.version == 4 else 128
    body = ROUTE.pack(_family(address), bits, 0, 0, 0, 0, 0, 0, 0)
    body += _attribute(RTA_DST, address.packed)
    try:
        for _, answer in _exchange(GETROUTE, 0, body):
            attributes = _attributes(answer[ROUTE.size :])
            if RTA_OIF in attributes:
                index = int(struct.unpack("=I", attributes[RTA_OIF])[0])
                return Route(index, RTA_GATEWAY in attributes or RTA_VIA in attributes)
    except OSError as error:
        if error.errno is None or error.errno in {1, 93, 97}:  # no netlink of this kind
            raise
    return None


def unresolved() -> int:
    """How many neighbours the kernel is asking for just now; 0 where it cannot be known."""
    try:
        return sum(bool(entry.state & INCOMPLETE) for entry in neighbour_table())
    except OSError:
        return 0
