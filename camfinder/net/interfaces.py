"""The machine's own interfaces, what is attached to them, and its neighbours' MACs."""

import fcntl
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import Path
from time import monotonic

import ifaddr

from camfinder.model import Address
from camfinder.net import netlink

SIOCGIFFLAGS = 0x8913
UP, BROADCAST, LOOPBACK, POINT_TO_POINT, RUNNING, NOARP, MULTICAST = (
    0x1,
    0x2,
    0x8,
    0x10,
    0x40,
    0x80,
    0x1000,
)
MAC_KEPT_S = 30.0


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of this machine.

    Attributes:
        name: As the system calls it.
        index: As the kernel numbers it; the numeric form of an IPv6 zone.
        ipv4: Own addresses with their prefix.
        ipv6: The same, without zones.
        up: Configured up and with a carrier.
        multicast: Multicast datagrams can leave by it.
        broadcast: So can broadcasts.
        loopback: `lo`.
        resolves: Neighbours are found by ARP or NDP: not on loopback, tunnels, PPP.
    """

    name: str
    index: int
    ipv4: tuple[IPv4Interface, ...] = ()
    ipv6: tuple[IPv6Interface, ...] = ()
    up: bool = True
    multicast: bool = True
    broadcast: bool = True
    loopback: bool = False
    resolves: bool = True

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The attached subnets."""
        return (*(own.network for own in self.ipv4), *(own.network for own in self.ipv6))

    @property
    def link_local(self) -> IPv6Address | None:
        """The own address to send IPv6 multicast from, with its zone."""
        for own in self.ipv6:
            if own.ip.is_link_local:
                return IPv6Address(f"{IPv6Address(own.ip.packed)}%{self.name}")
        return None


def _flags(name: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as asker:
        request = struct.pack("16sH14x", name.encode()[:15], 0)
        try:
            answer = fcntl.ioctl(asker, SIOCGIFFLAGS, request)
        except OSError:
            return 0
    return int(struct.unpack("16sH14x", answer)[1])


def interfaces() -> tuple[Interface, ...]:
    """Every interface of this machine, those without an address too."""
    found = []
    for adapter in ifaddr.get_adapters(include_unconfigured=True):
        ipv4, ipv6 = [], []
        for entry in adapter.ips:
            if isinstance(entry.ip, tuple):
                address = entry.ip[0].partition("%")[0]
                ipv6.append(IPv6Interface(f"{address}/{entry.network_prefix}"))
            else:
                ipv4.append(IPv4Interface(f"{entry.ip}/{entry.network_prefix}"))
        flags = _flags(adapter.nice_name)
        found.append(
            Interface(
                name=adapter.nice_name,
                index=adapter.index or 0,
                ipv4=tuple(ipv4),
                ipv6=tuple(ipv6),
                up=flags & (UP | RUNNING) == UP | RUNNING,
                # `lo` carries multicast between programs although it has no such flag.
                multicast=bool(flags & (MULTICAST | LOOPBACK)),
                broadcast=bool(flags & (BROADCAST | LOOPBACK)),
                loopback=bool(flags & LOOPBACK),
                resolves=not flags & (LOOPBACK | POINT_TO_POINT | NOARP),
            )
        )
    return tuple(found)


@dataclass
class Links:
    """The interfaces as they were at one moment, with cheap questions about addresses."""

    interfaces: tuple[Interface, ...] = field(default_factory=interfaces)
    _macs: dict[Address, tuple[str, float]] = field(default_factory=dict)
    _on_link: dict[Address, Interface | None] = field(default_factory=dict)

    @cached_property
    def own(self) -> frozenset[Address]:
        """This machine's addresses; link-local ones with and without zone."""
        found: set[Address] = set()
        for interface in self.interfaces:
            found.update(own.ip for own in interface.ipv4)
            found.update(IPv6Address(own.ip.packed) for own in interface.ipv6)
            found.update(
                IPv6Address(f"{IPv6Address(own.ip.packed)}%{interface.name}")
                for own in interface.ipv6
                if own.ip.is_link_local
            )
        return frozenset(found)

    @cached_property
    def no_hosts(self) -> frozenset[Address]:
        """Addresses of attached IPv4 subnets that everybody there would hear."""
        nets = [own.network for i in self.interfaces if not i.loopback for own in i.ipv4]
        ends = [(net.network_address, net.broadcast_address) for net in nets if net.prefixlen < 31]
        return frozenset(end for pair in ends for end in pair)

    def named(self, name: str | None) -> Interface | None:
        """The interface with this name, or with this number."""
        return next((i for i in self.interfaces if name in {i.name, str(i.index)}), None)

    def indexed(self, index: int) -> Interface | None:
        """The interface with this kernel index."""
        return next((i for i in self.interfaces if i.index == index), None)

    def on_link(self, address: Address) -> Interface | None:
        """The interface whose attached subnet holds this address; None beyond a router.

        The kernel's routing table decides; own prefixes where it cannot be asked.
        """
        if address not in self._on_link:
            if len(self._on_link) > 100_000:
                self._on_link.clear()
            self._on_link[address] = self._attached(address)
        return self._on_link[address]

    def _attached(self, address: Address) -> Interface | None:
        zone = getattr(address, "scope_id", None)
        if zone is not None:
            return self.named(zone)
        try:
            way = netlink.route(address)
        except OSError:
            return self._by_prefix(address)
        if way is None or way.gateway:
            return None
        found = self.indexed(way.interface)
        # A tunnel has no neighbours: nothing is attached to it in the sense of this tool.
        return found if found is not None and (found.resolves or found.loopback) else None

    def _by_prefix(self, address: Address) -> Interface | None:
        best: tuple[int, Interface] | None = None
        for interface in self.interfaces:
            for net in interface.networks:
                if address in net and (best is None or net.prefixlen > best[0]):
                    best = (net.prefixlen, interface)
        return best[1] if best else None

    def mac(self, address: Address) -> str | None:
        """The MAC of an attached neighbour, from the kernel's table; kept for half a minute."""
        kept = self._macs.get(address)
        if kept is not None and monotonic() - kept[1] < MAC_KEPT_S:
            return kept[0]
        entry = self.neighbour(address)
        if entry is None or entry.mac is None:
            return None
        if len(self._macs) > 100_000:
            self._macs.clear()
        self._macs[address] = (entry.mac, monotonic())
        return entry.mac

    def neighbour(self, address: Address) -> netlink.Neighbour | None:
        """The kernel's entry for an attached address; None for all others."""
        interface = self.on_link(address)
        if interface is None or not interface.resolves:
            return None
        try:
            return netlink.neighbour(address, interface.index)
        except OSError:
            macs = neighbours()
            return netlink.Neighbour(address, interface.index, macs.get(address), 0)


def on_link(address: Address) -> Interface | None:
    """The interface whose attached subnet holds this address; None beyond a router."""
    return Links().on_link(address)


def _arp_file() -> Iterable[tuple[Address, str]]:
    for line in Path("/proc/thread-self/net/arp").read_text("ascii").splitlines()[1:]:
        columns = line.split()
        if len(columns) >= 4 and int(columns[2], 16) & 0x2:
            yield IPv4Address(columns[0]), columns[3].lower()


def neighbours() -> dict[Address, str]:
    """MACs of all neighbours the kernel has resolved, IPv4 and IPv6; needs no rights.

    Link-local IPv6 addresses carry their zone.
    """
    try:
        table = netlink.neighbour_table()
    except OSError:
        with suppress(OSError):
            return dict(_arp_file())
        return {}
    found: dict[Address, str] = {}
    for entry in table:
        if entry.mac is None or entry.address.is_multicast or entry.state & netlink.NOARP:
            continue
        address = entry.address
        if address.version == 6 and address.is_link_local:
            with suppress(OSError):
                address = IPv6Address(f"{address}%{socket.if_indextoname(entry.interface)}")
        found[address] = entry.mac
    return found
