"""IPv4 and IPv6 packets, their fragments, and what is tunnelled in them.

Source: RFC 791, 8200, 2675, 2784, 2890, 7348 (VXLAN), 8926 (GENEVE), ERSPAN
(draft-foschiano-erspan-03).
"""

from collections.abc import Iterator
from struct import Struct, error
from typing import NamedTuple

from camfinder.capture import link
from camfinder.capture.ipfrag import Part, Reassembler
from camfinder.capture.seen import Seen

TCP, UDP = 6, 17
MAX_DEPTH = 4
"""Packets inside packets."""
MAX_EXTENSIONS = 8

_IPV4, _IPV6, _GRE, _FRAGMENT, _AH = 4, 41, 47, 44, 51
_EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
_VXLAN_PORTS, _GENEVE_PORT = frozenset({4789, 8472}), 6081
_ERSPAN2, _ERSPAN3, _TEB = 0x88BE, 0x22EB, 0x6558
_u16 = Struct(">H").unpack_from
_u32 = Struct(">I").unpack_from
_four = Struct(">HHHH").unpack_from


_ICMPV6, _HOP_BY_HOP = 58, 0
_NEIGHBOUR_TYPES = frozenset({131, 133, 134, 135, 136, 143})
"""Listener reports, router and neighbour messages (RFC 2710, 3810, 4861)."""


def is_neighbour_message(data: bytes) -> bool:
    """Whether an IPv6 packet tells who has which address on the link."""
    if len(data) < 48:
        return False
    if data[6] == _ICMPV6:
        return data[40] in _NEIGHBOUR_TYPES
    at = 48 + data[41] * 8
    return (
        data[6] == _HOP_BY_HOP and data[40] == _ICMPV6 and data[at : at + 1] in {b"\x83", b"\x8f"}
    )


class Segment(NamedTuple):
    """One UDP datagram or TCP segment, header included.

    Attributes:
        source: Address, 4 or 16 bytes.
        protocol: `TCP` or `UDP`.
        data: From the transport header on.
        missing: Bytes at the end that the snap length, or a lost fragment, took.
    """

    source: bytes
    destination: bytes
    protocol: int
    data: bytes
    missing: int
    seen: Seen


class Inner(NamedTuple):
    """A packet inside a packet."""

    ethertype: int
    data: bytes
    seen: Seen


class Layers:
    """Takes network packets apart.

    Attributes:
        malformed: Packets whose headers contradict themselves or the captured length.
    """

    def __init__(self) -> None:
        self.fragments = Reassembler()
        self.malformed = 0

    def segments(self, ethertype: int, data: bytes, seen: Seen) -> Iterator[Segment | Inner]:
        """Every datagram and segment in a packet, tunnels opened.

        A tunnelled frame of `link.OF_INTEREST` (ARP on a mirror port) comes as it is.
        """
        waiting = [(Inner(ethertype, data, seen), 0)]
        while waiting:
            packet, depth = waiting.pop()
            if packet.ethertype in link.OF_INTEREST:
                yield packet
                continue
            found = self._one(packet)
            inner = self._inside(found) if found is not None and depth < MAX_DEPTH else None
            if inner is not None:
                waiting.append((inner, depth + 1))
            elif found is not None and found.protocol in {TCP, UDP}:
                yield found

    def heads(self) -> Iterator[Segment]:
        """What is known of datagrams whose later fragments never came."""
        while self.fragments.heads:
            part, data = self.fragments.heads.pop()
            source, destination, protocol, _number = part.key
            if protocol == UDP:
                yield Segment(source, destination, protocol, data, 1, part.seen)

    def _one(self, packet: Inner) -> Segment | None:
        try:
            if packet.ethertype == link.IPV4:
                return self._ipv4(packet.data, packet.seen)
            if packet.ethertype == link.IPV6:
                return self._ipv6(packet.data, packet.seen)
        except (error, IndexError):  # a load behind the end of a packet that was cut off
            self.malformed += 1
        return None

    def _ipv4(self, data: bytes, seen: Seen) -> Segment | None:
        length, number, flags = Struct(">HHH").unpack_from(data, 2)
        start = (data[0] & 15) * 4
        # A length of zero: the network card was to cut it up (segmentation offload).
        length = length or len(data)
        if data[0] >> 4 != 4 or start < 20 or length < start or len(data) < start:
            self.malformed += 1
            return None
        source, destination, protocol = data[12:16], data[16:20], data[9]
        body = data[start:length]
        missing = max(0, length - len(data))
        if flags & 0x3FFF:
            offset, more = (flags & 0x1FFF) * 8, bool(flags & 0x2000)
            key = (source, destination, protocol, number)
            whole = self.fragments.add(Part(key, offset, body, not more, missing > 0, seen))
            if whole is None:
                return None
            body = whole
        return Segment(source, destination, protocol, body, missing, seen)

    def _ipv6(self, data: bytes, seen: Seen) -> Segment | None:
        length, kind = _u16(data, 4)[0], data[6]
        if data[0] >> 4 != 6 or len(data) < 40:
            self.malformed += 1
            return None
        source, destination = data[8:24], data[24:40]
        stop = 40 + length if length else len(data)  # zero: a jumbogram, or offload
        missing, data, at = max(0, stop - len(data)), data[:stop], 40
        for _ in range(MAX_EXTENSIONS):
            if kind == _FRAGMENT:
                kind, _reserved, flags = Struct(">BBH").unpack_from(data, at)
                key = (source, destination, kind, _u32(data, at + 4)[0])
                part = Part(key, flags & 0xFFF8, data[at + 8 :], not flags & 1, missing > 0, seen)
                whole = self.fragments.add(part)
                if whole is None:
                    return None
                data, at = whole, 0
            elif kind in _EXTENSIONS:
                kind, at = data[at], at + 8 + data[at + 1] * 8
            elif kind == _AH:
                kind, at = data[at], at + 8 + data[at + 1] * 4
            else:
                return Segment(source, destination, kind, data[at:], missing, seen)
        self.malformed += 1
        return None

    def _inside(self, found: Segment) -> Inner | None:
        """The tunnelled packet, if it is a tunnel."""
        try:
            if found.protocol == _IPV4:
                return Inner(link.IPV4, found.data, found.seen)
            if found.protocol == _IPV6:
                return Inner(link.IPV6, found.data, found.seen)
            if found.protocol == _GRE:
                return _gre(found)
            if found.protocol == UDP:
                return _overlay(found)
        except (error, IndexError):
            self.malformed += 1
        return None


def _ethernet(data: bytes, seen: Seen) -> Inner:
    frame = link.ethernet(data)
    return Inner(frame.ethertype, frame.data, seen._replace(mac=frame.mac))


def _gre(found: Segment) -> Inner | None:
    flags, kind = _u16(found.data, 0)[0], _u16(found.data, 2)[0]
    if flags & 7:  # version 1 is PPTP
        return None
    sequenced = flags & 0x1000
    at = 4 + sum(4 for bit in (0x8000, 0x2000, 0x1000) if flags & bit)
    if kind == _TEB:
        return _ethernet(found.data[at:], found.seen)
    if kind == _ERSPAN2:
        return _ethernet(found.data[at + (8 if sequenced else 0) :], found.seen)
    if kind == _ERSPAN3:
        more = 8 if found.data[at + 11] & 1 else 0
        return _ethernet(found.data[at + 12 + more :], found.seen)
    return Inner(kind, found.data[at:], found.seen)


def _overlay(found: Segment) -> Inner | None:
    """VXLAN and GENEVE; anything else on their ports is a datagram like any other."""
    _source, port, _length, _sum = _four(found.data, 0)
    data = found.data[8:]
    if port in _VXLAN_PORTS and data[:1] == b"\x08" and len(data) >= 22:
        return _ethernet(data[8:], found.seen)
    if port == _GENEVE_PORT and len(data) >= 8 and data[0] >> 6 == 0:
        kind, at = _u16(data, 2)[0], 8 + (data[0] & 0x3F) * 4
        if kind == _TEB:
            return _ethernet(data[at:], found.seen)
        return Inner(kind, data[at:], found.seen)
    return None
