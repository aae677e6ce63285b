"""`${name}` in persona texts, and byte strings made of parts.

| part | bytes |
|---|---|
| `a3 01 ${ip_hex}` | hex digits, blanks ignored |
| `text:hello ${mac}` | UTF-8 |
| `text[16]:${ip}` | the same, cut or filled up with NUL to 16 bytes |
| `zeros[12]` | NULs |
| `request[1:19]` | those bytes of the request |
| `u8:1` `u16be:80` `u16le:80` `u32be:..` `u32le:..` | a decimal number |
| `rest:u32le` | how many bytes follow behind this part (any of the number forms) |
| `rest[10]:u16be` | the same, without the next 10 |
| `kasa:{..}` | text under the autokey XOR of TP-Link's port 9999 (first key byte ab) |
| `crc32` | CRC-32, big endian, of the datagram with 5a6b7c8d in this place (TP-Link, 20002) |
"""

import zlib
from collections.abc import Iterable, Mapping

import re2

from camfinder.model import CamfinderError

_NAME = re2.compile(r"\$\{([a-z][a-z0-9_]*)\}")
_SIZED = re2.compile(r"^(text|zeros|request|rest)\[(\d{1,5})(?::(\d{1,5}))?\](?::(?s)(.*))?$")
_NUMBERS = {
    "u8": (1, "big"),
    "u16be": (2, "big"),
    "u16le": (2, "little"),
    "u32be": (4, "big"),
    "u32le": (4, "little"),
}
_CRC_PLACE = bytes.fromhex("5a6b7c8d")


def names(text: str) -> frozenset[str]:
    """The names that a text uses."""
    return frozenset(match.group(1) for match in _NAME.finditer(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every `${name}` replaced.

    Raises:
        CamfinderError: A name has no value.
    """
    pieces = []
    end = 0
    for match in _NAME.finditer(text):
        if match.group(1) not in values:
            raise CamfinderError(f"${{{match.group(1)}}} has no value")
        pieces += [text[end : match.start()], values[match.group(1)]]
        end = match.end()
    return "".join((*pieces, text[end:]))


def build(parts: Iterable[str], values: Mapping[str, str], request: bytes = b"") -> bytes:
    """The bytes of the parts, one behind the other.

    Args:
        parts: As in the table of this module.
        values: For `${..}`.
        request: What is answered; empty where nothing was asked.

    Raises:
        CamfinderError: A part has no such form.
    """
    datagram = b""
    has_crc = False
    for part in reversed(tuple(parts)):
        has_crc = has_crc or part == "crc32"
        datagram = _part(part, values, request, len(datagram)) + datagram
    if has_crc:
        crc = zlib.crc32(datagram).to_bytes(4, "big")
        return datagram.replace(_CRC_PLACE, crc, 1)
    return datagram


def _part(part: str, values: Mapping[str, str], request: bytes, behind: int) -> bytes:
    if part == "crc32":
        return _CRC_PLACE
    sized = _SIZED.match(part)
    if sized:
        return _sized(part, sized.groups(), values, request, behind)
    word, colon, rest = part.partition(":")
    if not colon:
        return _hex(fill(part, values), part)
    if word in {"text", "kasa"}:
        plain = fill(rest, values).encode()
        return _kasa(plain) if word == "kasa" else plain
    if word == "rest":
        return _number(rest, str(behind), part)
    return _number(word, fill(rest, values), part)


def _sized(
    part: str,
    groups: tuple[str | None, ...],
    values: Mapping[str, str],
    request: bytes,
    behind: int,
) -> bytes:
    word, first, last, text = groups
    size = int(first or 0)
    match word:
        case "text":
            return fill(text or "", values).encode()[:size].ljust(size, b"\0")
        case "rest":
            return _number(text or "", str(max(behind - size, 0)), part)
        case "zeros":
            return bytes(size)
        case _:
            return request[size : int(last)] if last else request[size:]


def _hex(digits: str, part: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise CamfinderError(f"{part!r} is neither hex digits nor another part") from error


def _number(form: str, digits: str, part: str) -> bytes:
    if form not in _NUMBERS or not digits.isdecimal():
        raise CamfinderError(f"{part!r} is no part: see docs/lab.md")
    size, order = _NUMBERS[form]
    number = int(digits)
    if number >= 1 << 8 * size:
        raise CamfinderError(f"{part!r}: {number} does not fit into {size} bytes")
    return number.to_bytes(size, "big" if order == "big" else "little")


def _kasa(plain: bytes) -> bytes:
    key = 0xAB
    out = bytearray()
    for byte in plain:
        key ^= byte
        out.append(key)
    return bytes(out)


def pattern(text: str) -> tuple[int | None, ...]:
    """A hex prefix with `??` wildcards as byte values.

    Raises:
        CamfinderError: It is none.
    """
    digits = text.replace(" ", "")
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    try:
        return tuple(None if pair == "??" else bytes.fromhex(pair)[0] for pair in pairs)
    except (ValueError, IndexError) as error:
        raise CamfinderError(f"{text!r} is no hex prefix") from error


def matches(wanted: tuple[int | None, ...], data: bytes) -> bool:
    """Whether the data begins so."""
    return len(data) >= len(wanted) and all(
        byte is None or byte == data[at] for at, byte in enumerate(wanted)
    )
