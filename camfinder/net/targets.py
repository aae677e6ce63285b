"""Targets as people write them, read into spans of addresses."""

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network
from itertools import product

from camfinder.model import Address, CamfinderError
from camfinder.net.interfaces import Interface
from camfinder.net.spans import Span

Resolve = Callable[[str], Iterable[str]]

MAX_PIECES = 65_536
"""An octet range may not fall into more separate spans than this."""
SWEPT_IPV6_BITS = 16
"""IPv6 networks with more host bits are a scope for what is heard, and are not swept."""
AUTO_BITS = 16
"""`auto` takes no attached IPv4 subnet with more host bits: 65,536 addresses."""

NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")

# Where `is_global` can change from one address to the next: the edges of the blocks of the IANA
# special-purpose address registries. The answer itself comes from `ipaddress`.
IPV4_BLOCKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
IPV6_BLOCKS = """
::/127 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23
2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:3::/32 2001:4:112::/48 2001:20::/28
2001:30::/28 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""


def _edges(blocks: str) -> tuple[int, ...]:
    nets = [ip_network(block) for block in blocks.split()]
    return tuple(
        edge for net in nets for edge in (int(net.network_address), int(net.broadcast_address) + 1)
    )


IPV4_EDGES, IPV6_EDGES = _edges(IPV4_BLOCKS), _edges(IPV6_BLOCKS)
# Old Hikvision devices wait at 192.0.0.64: the whole block counts as private, also where a
# newer Python knows two public anycast addresses in it.
PROTOCOL_ASSIGNMENTS = IPv4Network("192.0.0.0/24")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the Internet at large."""
    if address.is_multicast or address in PROTOCOL_ASSIGNMENTS:
        return False
    return address.is_global


@dataclass(frozen=True, slots=True)
class Piece:
    """What one target means.

    Attributes:
        spans: Its addresses.
        version: 4 or 6.
        zone: Interface name of link-local addresses; None: any.
        swept: Whether its addresses are asked one by one.
    """

    spans: tuple[Span, ...]
    version: int
    zone: str | None = None
    swept: bool = True


def resolve_name(name: str) -> tuple[str, ...]:
    """All addresses of a host name, by the system's resolver.

    Raises:
        OSError: The name is not known.
    """
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def plain(address: Address) -> Address:
    """IPv4-mapped IPv6 addresses as what they are: else they would slip past an exclusion."""
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


@dataclass(frozen=True, slots=True)
class Reader:
    """Targets as people write them -> pieces."""

    resolve: Resolve
    interfaces: Sequence[Interface]
    excluding: bool = False

    def read(self, text: str, *, allow_public: bool) -> Iterator[Piece]:
        """The pieces of one target; `allow_public` matters to `auto` alone.

        Raises:
            CamfinderError: It cannot be understood.
        """
        token = text.strip()
        lower = token.lower()
        if lower == "auto":
            yield from self._auto(allow_public=allow_public)
        elif "://" in token:
            raise CamfinderError(f"target {text!r}: write the address alone, not a URL")
        elif "/" in token:
            yield self._network(token)
        elif ":" in token:
            yield self._ipv6(token)
        elif token and all(letter in "0123456789.-" for letter in token):
            yield _ipv4(token)
        elif 0 < len(lower) <= 253 and all(letter in NAME_LETTERS for letter in lower):
            yield from self._name(token)
        else:
            raise CamfinderError(
                f"target {text!r}: not an address, a range (10.0.0.5-40), a network "
                "(10.0.0.0/24), a host name or `auto`"
            )

    def _network(self, token: str) -> Piece:
        text, _, prefix = token.partition("/")
        text, _, zone = text.partition("%")
        prefix, _, behind = prefix.partition("%")  # fe80::/64%eth0 is written, too
        zone = zone or behind
        try:
            net = ip_network(f"{text}/{prefix}", strict=False)
        except ValueError as error:
            raise CamfinderError(f"target {token!r}: not a network ({error})") from None
        first, last = int(net.network_address), int(net.broadcast_address)
        if net.version == 4:
            if net.prefixlen <= 30 and not self.excluding:
                first, last = first + 1, last - 1
            return Piece((Span(first, last),), 4)
        swept = 128 - net.prefixlen <= SWEPT_IPV6_BITS
        if net.network_address.is_link_local and not zone:
            swept = False
        return Piece((Span(first, last),), 6, self._zone(zone, token), swept)

    def _ipv6(self, token: str) -> Piece:
        text, _, zone = token.strip("[]").partition("%")
        try:
            address = IPv6Address(text)
        except ValueError as error:
            raise CamfinderError(f"target {token!r}: not an IPv6 address ({error})") from None
        if address.ipv4_mapped is not None:
            number = int(address.ipv4_mapped)
            return Piece((Span(number, number),), 4)
        if address.is_link_local and not zone and not self.excluding:
            raise CamfinderError(f"target {token!r}: name the interface, as in {token}%eth0")
        span = Span(int(address), int(address))
        return Piece((span,), 6, self._zone(zone, token))

    def _zone(self, zone: str, token: str) -> str | None:
        if not zone:
            return None
        for interface in self.interfaces:
            if zone in {interface.name, str(interface.index)}:
                return interface.name
        raise CamfinderError(f"target {token!r}: there is no interface {zone!r} here")

    def _name(self, token: str) -> Iterator[Piece]:
        try:
            answers = list(self.resolve(token))
        except (OSError, UnicodeError) as error:
            raise CamfinderError(f"target {token!r}: the name does not resolve ({error})") from None
        for answer in answers:
            yield self._ipv6(answer) if ":" in answer else _ipv4(answer)

    def _auto(self, *, allow_public: bool) -> Iterator[Piece]:
        for interface in self.interfaces:
            if interface.loopback or not interface.up:
                continue
            for own4 in interface.ipv4:
                net = own4.network
                if is_public(own4.ip) and not allow_public:
                    continue
                if 32 - net.prefixlen > AUTO_BITS:
                    raise CamfinderError(
                        f"target auto: {interface.name} has {net}, {net.num_addresses:,} addresses;"
                        " name the ranges to look at"
                    )
                yield self._network(str(net))
            for own6 in interface.ipv6:
                if is_public(own6.ip) and not allow_public:
                    continue
                net6 = own6.network
                zone = f"%{interface.name}" if own6.ip.is_link_local else ""
                yield self._network(f"{net6.network_address}{zone}/{net6.prefixlen}")


def _octets(token: str) -> list[tuple[int, int]]:
    parts = token.split(".")
    if len(parts) != 4:
        raise CamfinderError(f"target {token!r}: an IPv4 address has four parts")
    ranges = []
    for part in parts:
        low, dash, high = part.partition("-")
        ends = (low, high) if dash else (low, low)
        for end in ends:
            # A leading zero means octal to some programs: refuse what can be read in two ways.
            if not end.isdecimal() or len(end) > 3 or int(end) > 255 or (end[0] == "0" != end):
                raise CamfinderError(f"target {token!r}: {part!r} is not a number from 0 to 255")
        if int(ends[0]) > int(ends[1]):
            raise CamfinderError(f"target {token!r}: {part!r} runs backwards")
        ranges.append((int(ends[0]), int(ends[1])))
    return ranges


def _ipv4(token: str) -> Piece:
    left, dash, right = token.partition("-")
    if dash and left.count(".") == 3 and right.count(".") == 3:
        first, last = (_single(_octets(end), token) for end in (left, right))
        if first > last:
            raise CamfinderError(f"target {token!r}: the range runs backwards")
        return Piece((Span(first, last),), 4)
    ranges = _octets(token)
    pieces = 1
    for low, high in ranges[:3]:
        pieces *= high - low + 1
    if pieces > MAX_PIECES:
        raise CamfinderError(f"target {token!r}: falls into {pieces:,} pieces; write networks")
    spans = []
    for a, b, c in product(*(range(low, high + 1) for low, high in ranges[:3])):
        base = (a << 24) | (b << 16) | (c << 8)
        spans.append(Span(base | ranges[3][0], base | ranges[3][1]))
    return Piece(tuple(spans), 4)


def _single(ranges: list[tuple[int, int]], token: str) -> int:
    number = 0
    for low, high in ranges:
        if low != high:
            raise CamfinderError(f"target {token!r}: a range between two whole addresses")
        number = (number << 8) | low
    return number


def check(piece: Piece, text: str, *, allow_public: bool) -> None:
    """Raises CamfinderError when a target is public, or no host at all."""
    make = IPv4Address if piece.version == 4 else IPv6Address
    edges = IPV4_EDGES if piece.version == 4 else IPV6_EDGES
    for first, last in piece.spans:
        if first == last and not is_host(make(first)):
            raise CamfinderError(f"target {text!r}: {make(first)} is not the address of a host")
        if allow_public:
            continue
        for number in (first, *(edge for edge in edges if first < edge <= last)):
            if is_public(make(number)):
                raise CamfinderError(
                    f"target {text!r}: {make(number)} is a public address; "
                    "--allow-public if you are entitled to ask it"
                )


def is_host(address: Address) -> bool:
    """Whether an address can belong to one host."""
    return not (address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255")
