"""Packets made from messages: Ethernet, IP, UDP and TCP with right checksums.

Source: RFC 768, 791, 1071, 8200, 9293; RFC 5246 section 7.4 (the handshake that shows a
certificate).
"""

from itertools import pairwise
from struct import pack

from camfinder.model import Address

FIN, SYN, PUSH, ACK = 1, 2, 8, 16
SEGMENT_BYTES = 16_384
"""Payload of one TCP segment; recordings need not fit a network card."""
MAX_UDP = 65_507
"""Payload of the largest UDP datagram over IPv4."""
UNKNOWN_MAC = bytes(6)
"""All zero: readers take it for no sender's address."""

_TCP, _UDP = 6, 17


def ethernet(source_mac: bytes, ethertype: int, payload: bytes) -> bytes:
    """A frame to nobody in particular."""
    return UNKNOWN_MAC + source_mac + ethertype.to_bytes(2, "big") + payload


def udp(source: tuple[Address, int], destination: tuple[Address, int], payload: bytes) -> bytes:
    """An IP packet with one datagram, from one address and port to another."""
    head = pack(">HHHH", source[1], destination[1], 8 + len(payload), 0)
    total = _checksum(_pseudo(source[0], destination[0], _UDP, 8 + len(payload)) + head + payload)
    return _ip(source[0], destination[0], _UDP, head[:6] + pack(">H", total or 0xFFFF) + payload)


def tcp(
    source: tuple[Address, int],
    destination: tuple[Address, int],
    numbers: tuple[int, int],
    flags: int,
    payload: bytes = b"",
) -> bytes:
    """An IP packet with one segment; `numbers` are sequence and acknowledgement."""
    head = pack(
        ">HHIIBBHHH",
        source[1],
        destination[1],
        numbers[0] & 0xFFFFFFFF,
        numbers[1] & 0xFFFFFFFF,
        5 << 4,
        flags,
        0xFFFF,
        0,
        0,
    )
    size = len(head) + len(payload)
    total = _checksum(_pseudo(source[0], destination[0], _TCP, size) + head + payload)
    return _ip(source[0], destination[0], _TCP, head[:16] + pack(">HH", total, 0) + payload)


def certificate_handshake(der: bytes) -> bytes:
    """The TLS 1.2 records of a server that shows this certificate and no other."""
    # Version, random, empty session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00"
    one = len(der).to_bytes(3, "big") + der
    body = _message(2, hello) + _message(11, len(one).to_bytes(3, "big") + one) + _message(14, b"")
    return _records(body)


def client_hello(server_name: bytes) -> bytes:
    """The TLS 1.2 record of a client that asks for this server name."""
    name = b"\x00" + len(server_name).to_bytes(2, "big") + server_name
    names = len(name).to_bytes(2, "big") + name
    extension = b"\x00\x00" + len(names).to_bytes(2, "big") + names
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x00\x2f" + b"\x01\x00"
    return _records(_message(1, hello + len(extension).to_bytes(2, "big") + extension))


def pieces(payload: bytes) -> list[bytes]:
    """A message cut into segments; one empty piece for an empty message."""
    cuts = [*range(0, len(payload), SEGMENT_BYTES), len(payload)]
    return [payload[start:stop] for start, stop in pairwise(cuts)] or [b""]


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def _records(body: bytes) -> bytes:
    return b"".join(
        b"\x16\x03\x03" + len(piece).to_bytes(2, "big") + piece for piece in pieces(body)
    )


def _ip(source: Address, destination: Address, protocol: int, payload: bytes) -> bytes:
    if source.version == 6:
        head = pack(">IHBB", 6 << 28, len(payload) & 0xFFFF, protocol, 64)
        return head + source.packed + destination.packed + payload
    head = pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0)
    ends = source.packed + destination.packed
    return head[:10] + pack(">H", _checksum(head + ends)) + ends + payload


def _pseudo(source: Address, destination: Address, protocol: int, size: int) -> bytes:
    if source.version == 6:
        return source.packed + destination.packed + pack(">II", size, protocol)
    return source.packed + destination.packed + pack(">HH", protocol, size)


def _checksum(data: bytes) -> int:
    """The Internet checksum: one's complement of the one's complement sum (RFC 1071)."""
    total = int.from_bytes(data + bytes(len(data) % 2), "big") % 0xFFFF
    return 0xFFFF - total
