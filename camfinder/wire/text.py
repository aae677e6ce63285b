"""Text from the network: clean values, MACs, and the builder that collects a parser's facts."""

from collections.abc import Iterable
from datetime import UTC, datetime

import re2

from camfinder.model import MAX_FACT_CHARS, Address, Fact, Frame, Observation

MAX_FACTS = 512
"""A frame that yields more facts than this is hostile: the rest is dropped."""

_BLANK = " \t\r\n\f\v\x00"
_MAC_FORMS = re2.compile(
    r"(?i)^(?:[0-9a-f]{12}"
    r"|[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}"
    r"|[0-9a-f]{1,2}(?:-[0-9a-f]{1,2}){5}"
    r"|[0-9a-f]{2}(?: [0-9a-f]{2}){5}"
    r"|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}"
    r"|[0-9a-f]{6}[:-][0-9a-f]{6})$"
)
_MAC_SEPARATED = re2.compile(
    r"(?i)(?:^|[^0-9a-f:])((?:[0-9a-f]{2}:){5}[0-9a-f]{2})(?:$|[^0-9a-f:])"
    r"|(?:^|[^0-9a-f-])((?:[0-9a-f]{2}-){5}[0-9a-f]{2})(?:$|[^0-9a-f-])"
)
_MAC_BARE = re2.compile(r"(?i)(?:^|[^0-9a-z])([0-9a-f]{12})(?:$|[^0-9a-z])")
_UUID = re2.compile(
    r"(?i)([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})"
)
_NO_MAC = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}


_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1


def byte_pattern(pattern: bytes) -> "re2._Regexp[bytes]":
    r"""A pattern on raw bytes.

    RE2 reads bytes as UTF-8 unless told, and then `[^<]` stops at the first byte that is not.
    """
    return re2.compile(pattern, options=_BYTES)


def decode(data: bytes, charset: str = "") -> str:
    """The text of bytes: in `charset` where that is given and fits, else UTF-8, else Latin-1.

    A character that a cut has left half at the end does not make the whole text Latin-1.
    """
    if charset:
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(data) - 3:
            return data[: error.start].decode("utf-8")
        return data.decode("latin-1")


def clean(value: str | bytes, limit: int = MAX_FACT_CHARS) -> str:
    """A fact's value: NULs and blanks at the ends off, cut at `limit` characters.

    Inner control characters stay: reports escape them. Lone surrogates, which JSON can smuggle
    in and RE2 refuses, become U+FFFD.
    """
    text = decode(value) if isinstance(value, bytes) else value
    text = text.strip(_BLANK)[:limit].rstrip(_BLANK)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def mac(text: str | bytes | None) -> str | None:
    """A MAC in any usual spelling as `aa:bb:cc:dd:ee:ff`; None for anything else.

    Six raw bytes are a MAC too. All-zero and broadcast addresses are no device's.
    """
    if text is None:
        return None
    if isinstance(text, bytes) and len(text) == 6:
        found = text.hex(":")
        return None if found in _NO_MAC else found
    spelled = clean(text, 64)
    if not _MAC_FORMS.match(spelled):
        return None
    for separator in ":- ":
        if spelled.count(separator) == 5:
            spelled = "".join(part.zfill(2) for part in spelled.split(separator))
    digits = "".join(char for char in spelled.lower() if char in "0123456789abcdef")
    found = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return None if found in _NO_MAC else found


def mac_in(text: str, *, bare: bool = False) -> str | None:
    """The first MAC inside running text, or None.

    Args:
        text: `Camera [74:da:38:00:00:01]`, `AXIS M1065 - 00408C000001`, ...
        bare: Twelve hexadecimal digits without separators count too (they may also be a serial
            number: only where the protocol puts a MAC there).
    """
    found = _MAC_SEPARATED.search(text[:4096])
    if found:
        return mac(found.group(1) or found.group(2))
    if bare and (found := _MAC_BARE.search(text[:4096])):
        return mac(found.group(1))
    return None


def uuid_of(text: str) -> str | None:
    """The UUID inside `urn:uuid:...`, `uuid:...` or bare text, lower case with dashes, or None."""
    found = _UUID.search(text[:512])
    return "-".join(found.groups()).lower() if found else None


def mac_from_uuid(text: str, message_id: str = "") -> str | None:
    """The MAC that a device's endpoint UUID ends in, or None where that is not sure.

    The last twelve digits of a UUID are random more often than not. They are taken for a MAC when

    * the reply's own message id, another UUID, ends in the same digits (both were made from the
      MAC), or
    * the UUID is of version 1 with a time stamp of the years 1970 to 2000: made on the device
      itself, whose clock had not been set (Hikvision: `...-11b3-8260-<MAC>`), or
    * they are spelled in another letter case than the rest: pasted in from a MAC (Foscam).

    Source: RFC 4122 section 4.1.6; WS-Discovery answers of the two makers named.
    """
    found = _UUID.search(text[:512])
    if not found:
        return None
    *front, node = found.groups()
    other = _UUID.search(message_id[:512])
    embedded = int(node[:2], 16) & 3 == 0 and (
        (other is not None and _same_node(other.groups(), found.groups()))
        or front[2].lower()[:3] in {"11b", "11c", "11d"}
        or _cases_differ("".join(front), node)
    )
    return mac(node) if embedded else None


def _same_node(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Two different UUIDs with the same last twelve digits."""
    return one[4].lower() == other[4].lower() and one[:4] != other[:4]


def _cases_differ(front: str, node: str) -> bool:
    """Both hold letters, each in one case throughout, and not in the same one."""
    return (front.islower() and node.isupper()) or (front.isupper() and node.islower())


def stamp(text: str) -> str | None:
    """An ISO 8601 time as RFC 3339 UTC, or None where it is none."""
    try:
        moment = datetime.fromisoformat(clean(text, 64))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return None


class Facts:
    """Collects the facts of one observation, in order; empty and repeated ones are left out."""

    def __init__(self) -> None:
        self._facts: dict[Fact, None] = {}

    def add(self, key: str, value: str | bytes | float | None, limit: int = MAX_FACT_CHARS) -> None:
        """Takes one value; True and False become `true` and `false`."""
        if value is None or len(self._facts) >= MAX_FACTS:
            return
        if isinstance(value, bool):
            value = "true" if value else "false"
        text = clean(value if isinstance(value, (str, bytes)) else str(value), limit)
        if text:
            self._facts[Fact(key, text)] = None

    def add_all(self, key: str, values: Iterable[str | bytes | float | None]) -> None:
        """Takes several values of one key."""
        for value in values:
            self.add(key, value)

    def add_mac(self, key: str, value: str | bytes | None) -> None:
        """Takes a MAC in any spelling; anything else gives no fact."""
        self.add(key, mac(value))

    def extend(self, facts: Iterable[Fact]) -> None:
        """Takes facts made elsewhere."""
        for key, value in facts:
            self.add(key, value)

    def has(self, key: str) -> bool:
        """Some fact has this key."""
        return any(fact.key == key for fact in self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def done(self) -> tuple[Fact, ...]:
        """All of them."""
        return tuple(self._facts)


_SAME = object()


def observe(
    probe: str,
    frame: Frame,
    facts: Facts | Iterable[Fact],
    *,
    raw: bytes | None = None,
    address: Address | object | None = _SAME,
) -> Observation:
    """The observation that a parser returns for `frame`.

    Args:
        probe: The parser's probe.
        frame: What was parsed.
        facts: What was read.
        raw: The evidence, where accounts or salts had to be cut out of the payload.
        address: The device's address where that is not the frame's source.
    """
    return Observation(
        probe=probe,
        address=frame.source if address is _SAME else address,  # type: ignore[arg-type]  # sentinel
        port=frame.source_port,
        transport=frame.transport,
        facts=facts.done() if isinstance(facts, Facts) else tuple(facts),
        seen_at=frame.seen_at,
        origin=frame.origin,
        raw=frame.payload if raw is None else raw,
        mac=frame.source_mac,
    )
