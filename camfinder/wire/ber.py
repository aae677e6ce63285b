"""Basic encoding rules: elements with definite lengths, object identifiers; read and written.

Source: X.690 sections 8.1 (identifier, length, content) and 8.19 (object identifier).
"""

from collections.abc import Iterator
from typing import NamedTuple

from camfinder.model import ParseError
from camfinder.wire.tlv import take, u8

SEQUENCE, INTEGER, TEXT, NULL, OBJECT_ID = 0x30, 0x02, 0x04, 0x05, 0x06
MAX_ARC = 0xFFFFFFFF
"""SNMP's limit of an arc (RFC 2578 section 3.5)."""


class Element(NamedTuple):
    """One element: its type, its content, and both with the length, as they came."""

    kind: int
    content: bytes
    whole: bytes


def elements(data: bytes, limit: int) -> Iterator[Element]:
    """The elements in a row, at most `limit`.

    Raises:
        ParseError: One is cut short, or has an indefinite or an absurd length.
    """
    at = 0
    for _ in range(limit):
        if at >= len(data):
            return
        size, begin = u8(data, at + 1), at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise ParseError(f"length in {count} bytes")
            size, begin = int.from_bytes(take(data, begin, count), "big"), begin + count
        yield Element(data[at], take(data, begin, size), data[at : begin + size])
        at = begin + size


def only(data: bytes, kind: int) -> bytes:
    """The content of the element that the bytes begin with.

    Raises:
        ParseError: There is none, or it is of another type.
    """
    found = next(elements(data, 1), None)
    if found is None or found.kind != kind:
        raise ParseError(f"no element of type {kind:#x}")
    return found.content


def object_id(content: bytes) -> tuple[int, ...]:
    """The arcs of an object identifier.

    Raises:
        ParseError: It is empty, cut, longer than 128 bytes, or an arc has over 32 bits.
    """
    if not content or len(content) > 128 or content[-1] & 0x80:
        raise ParseError("broken object identifier")
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = (value << 7) | (byte & 0x7F)
        if value > MAX_ARC:
            raise ParseError("arc of an object identifier over 32 bits")
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


def element(kind: int, content: bytes) -> bytes:
    """One element, its length in as few bytes as hold it."""
    size = len(content)
    if size < 0x80:
        return bytes([kind, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
    """A whole number, not negative."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def written_id(dotted: str) -> bytes:
    """An object identifier such as `1.3.6.1.2.1.1.1.0`, of two arcs at least."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return element(OBJECT_ID, b"".join(_arc(arc) for arc in (40 * first + second, *rest)))


def _arc(value: int) -> bytes:
    """Seven bits a byte, the highest bit set in all but the last."""
    septets = [value & 0x7F]
    while value := value >> 7:
        septets.append(value & 0x7F | 0x80)
    return bytes(reversed(septets))
