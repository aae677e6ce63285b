"""Fields of binary messages at known offsets; what lies outside the message is a `ParseError`."""

from ipaddress import IPv4Address, IPv6Address

from camfinder.model import ParseError
from camfinder.wire.text import clean
from camfinder.wire.text import mac as _mac


def take(data: bytes, at: int, size: int) -> bytes:
    """`size` bytes from offset `at`.

    Raises:
        ParseError: The message is shorter.
    """
    if at < 0 or size < 0 or at + size > len(data):
        raise ParseError(f"message of {len(data)} bytes ends before {at}+{size}")
    return data[at : at + size]


def u8(data: bytes, at: int) -> int:
    """One byte. Raises `ParseError` past the end, as all here."""
    return take(data, at, 1)[0]


def u16le(data: bytes, at: int) -> int:
    """Two bytes, little-endian."""
    return int.from_bytes(take(data, at, 2), "little")


def u16be(data: bytes, at: int) -> int:
    """Two bytes, big-endian."""
    return int.from_bytes(take(data, at, 2), "big")


def u32le(data: bytes, at: int) -> int:
    """Four bytes, little-endian."""
    return int.from_bytes(take(data, at, 4), "little")


def u32be(data: bytes, at: int) -> int:
    """Four bytes, big-endian."""
    return int.from_bytes(take(data, at, 4), "big")


def text(data: bytes, at: int, size: int) -> str:
    """The text of a fixed-width field: up to its first NUL, what stands behind it is left-over."""
    return clean(take(data, at, size).split(b"\x00", 1)[0])


def text_to_end(data: bytes, at: int) -> str:
    """The text from `at` up to the first NUL or the end."""
    take(data, at, 0)
    return clean(data[at:].split(b"\x00", 1)[0])


def mac(data: bytes, at: int) -> str | None:
    """Six raw bytes as `aa:bb:cc:dd:ee:ff`; None for all-zero and broadcast."""
    return _mac(take(data, at, 6))


def ipv4(data: bytes, at: int) -> str | None:
    """Four bytes in network order as dotted text; None for 0.0.0.0."""
    raw = take(data, at, 4)
    return str(IPv4Address(raw)) if any(raw) else None


def ipv6(data: bytes, at: int) -> str | None:
    """Sixteen bytes as text; None for `::`."""
    raw = take(data, at, 16)
    return str(IPv6Address(raw)) if any(raw) else None


def records(
    data: bytes, at: int, tag: int, length: int, limit: int = 256
) -> list[tuple[int, bytes]]:
    """Big-endian tag-length-value records from `at` to the end of the message.

    Args:
        data: The message.
        at: Offset of the first record.
        tag: Width of a tag in bytes.
        length: Width of a length in bytes.
        limit: No more records than this are read.

    Raises:
        ParseError: The last record is cut short.
    """
    found: list[tuple[int, bytes]] = []
    while at < len(data) and len(found) < limit:
        kind = int.from_bytes(take(data, at, tag), "big")
        size = int.from_bytes(take(data, at + tag, length), "big")
        found.append((kind, take(data, at + tag + length, size)))
        at += tag + length + size
    return found
