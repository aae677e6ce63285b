"""Pseudonyms for what identifies a device or its owner, the same for the same value in one report.

Hardware addresses become locally administered ones (02:00:00:..., IEEE 802-2014, 8.4), UUIDs
zeros with a number, IP addresses ones of the benchmark and documentation ranges (RFC 2544,
RFC 3849) that keep which of them share a /24 or /64; everything else a word with a number.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import re2

UUID = re2.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAC = re2.compile(
    r"(?i)(^|[^0-9a-f])((?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}"
    r"|[0-9a-f]{12})($|[^0-9a-f])"
)
V6 = re2.compile(r"(?i)[0-9a-f]{0,4}:[0-9a-f:]{6,39}")
V4 = re2.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_TOKEN = re2.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{3,}[0-9A-Za-z]|[0-9A-Za-z]{5,}")
_BENCHMARK = int(IPv4Address("198.18.0.0"))
_DOCUMENTATION = int(IPv6Address("2001:db8::"))
_SHORTEST = 5
"""Shorter values ("1", "cam") are replaced where they are the whole value, never inside a text."""
_TAIL = 9
"""Makers print the last characters of a long serial number on their own, too."""


class Pseudonyms:
    """Values to pseudonyms; each kind is counted on its own, in the order of first meeting."""

    def __init__(self, *, addresses: bool) -> None:
        """Start empty.

        Args:
            addresses: Whether IP addresses get pseudonyms, too.
        """
        self.addresses = addresses
        self._made: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._given: set[str] = set()
        self._tokens: dict[str, str] = {}
        self._known: set[str] = set()
        self._nets: list[IPv4Network | IPv6Network] = []
        self.scrub = lru_cache(maxsize=65_536)(self._scrub)

    def word(self, kind: str, value: str) -> str:
        """`serial-0007` for a value, whatever its letter case."""
        key = (kind, value.strip().casefold())
        if value in self._given:
            return value
        if key not in self._made:
            self._keep(key, f"{kind}-{self._count(kind):04d}")
        return self._made[key]

    def mac(self, value: str) -> str:
        """A hardware address for another, however it is written."""
        digits = "".join(c for c in value.lower() if c in "0123456789abcdef")
        if len(digits) != 12:
            return self.word("mac", value)
        key = ("mac", digits)
        if ":".join(_pairs(digits)) in self._given:
            return value
        if key not in self._made:
            self._keep(key, ":".join(["02", *_pairs(f"{self._count('mac'):010x}")]))
        return self._made[key]

    def uuid(self, value: str) -> str:
        """A UUID for another; a word where the value is none."""
        if UUID.fullmatch(value) is None:
            return self.word("uuid", value)
        key = ("uuid", value.lower())
        if value in self._given:
            return value
        if key not in self._made:
            self._keep(key, f"00000000-0000-0000-0000-{self._count('uuid'):012d}")
        return self._made[key]

    def address(self, value: str) -> str:
        """An address, kept unless asked for or made from a hardware address (RFC 4291, 2.5.1)."""
        found = _address(value)
        if found is None or not (self.addresses or _from_mac(found)) or value in self._given:
            return value
        bits = 8 if isinstance(found, IPv4Address) else 64
        net = self._number(f"net{found.version}", int(found) >> bits)
        host = self._number(f"host{found.version}.{net}", int(found))
        if isinstance(found, IPv4Address):
            made = str(IPv4Address(_BENCHMARK + ((net - 1) << 8) % (1 << 17) + host % 256))
        else:
            made = str(IPv6Address(_DOCUMENTATION + (net << 64) + host))
        self._given.add(made)
        return made

    def place(self, value: str) -> str:
        """The value of an address field, which may be a hardware address or any other word."""
        if _address(value) is not None or value in self._given:
            return self.address(value)
        return self.mac(value) if MAC.fullmatch(value) else self.word("host", value)

    def network(self, value: str) -> str:
        """A network or address of a scope; other words (host names) become names."""
        try:
            found = ip_network(value, strict=False)
        except ValueError:
            return value if _range(value) and not self.addresses else self.word("target", value)
        if not self.addresses:
            return value
        first = self.address(str(found.network_address + (found.num_addresses > 1)))
        return f"{first}/{found.prefixlen}"

    def learn(self, value: str, pseudonym: str) -> None:
        """Replace a value wherever it stands as a word of a text."""
        if len(value) >= _SHORTEST:
            self._tokens[value.casefold()] = pseudonym

    def learn_network(self, value: str) -> None:
        """A scope whose addresses are replaced in texts, where addresses are."""
        try:
            self._nets.append(ip_network(value, strict=False))
        except ValueError:
            return

    def learn_address(self, value: str | None) -> None:
        """An address that is replaced in texts, where addresses are."""
        if value:
            self._known.add(value)

    def _scrub(self, text: str, *, words: bool = True) -> str:
        """A text without known values, hardware addresses and UUIDs.

        Args:
            text: Any text.
            words: Look for known words and bare numbers as well: not in names of models and
                firmware, which a number of twelve digits may be part of.
        """
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode()
        text = UUID.sub(lambda m: self.uuid(m.group(0)), text)
        text = self._macs(text, words=words)
        if ":" in text:
            text = V6.sub(lambda m: self.address(m.group(0)), text)
        if words:
            text = _TOKEN.sub(lambda m: self._token(m.group(0)), text)
            if self.addresses:
                text = V4.sub(lambda m: self._v4(m.group(0)), text)
        return text

    def _macs(self, text: str, *, words: bool) -> str:
        """Hardware addresses one after the other: two may share the separator between them."""
        pieces, at = [], 0
        while (match := MAC.search(text, at)) is not None:
            found = match.group(2)
            bare = found.isalnum() and not words and found.casefold() not in self._tokens
            pieces += [text[at : match.start(2)], found if bare else self.mac(found)]
            at = match.end(2)
        return "".join(pieces) + text[at:]

    def _token(self, token: str) -> str:
        if token in self._given:
            return token
        whole = self._tokens.get(token.casefold())
        if whole is not None:
            return whole
        labels = token.replace("_", ".").replace(":", ".").split(".")
        for part in (*labels, *(piece for label in labels for piece in label.split("-"))):
            if part not in self._given and (made := self._tokens.get(part.casefold())):
                token = token.replace(part, made)
        return token

    def _v4(self, text: str) -> str:
        """An address in a text: a known one, or one that only this network can mean."""
        found = _address(text)
        if found is None:
            return text
        inside = found.is_private or any(found in net for net in self._nets)
        return self.address(text) if inside or text in self._known else text

    def _keep(self, key: tuple[str, str], made: str) -> None:
        self._made[key] = made
        self._given.add(made)

    def _count(self, kind: str) -> int:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return self._counts[kind]

    def _number(self, kind: str, value: int) -> int:
        key = (kind, str(value))
        if key not in self._made:
            self._made[key] = str(self._count(kind))
        return int(self._made[key])


class Own:
    """The values of one device, found anywhere in its texts, in any letter case."""

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        """Prepare the search.

        Args:
            values: Value and pseudonym; hardware addresses and serial numbers come in the
                spellings of `spellings`.
        """
        self._values = {v.casefold(): made for v, made in values if len(v) >= _SHORTEST}
        longest = sorted(self._values, key=len, reverse=True)
        clean = [re2.escape(v.encode("utf-8", "replace").decode()) for v in longest]
        self._pattern = re2.compile(f"(?i)(?:{'|'.join(clean)})") if clean else None

    def replace(self, text: str) -> str:
        """The text with pseudonyms in place of the values."""
        if self._pattern is None or not text:
            return text
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode()
        return str(self._pattern.sub(self._one, text))

    def _one(self, match: "re2.Match[str]") -> str:
        return self._values.get(match.group(0).casefold(), "[redacted]")


def spellings(value: str, model: str | None = None) -> list[str]:
    """How a serial number or hardware address may stand in other texts of its device.

    Args:
        value: The value.
        model: Serial numbers of some makers begin with the model.
    """
    found = [value]
    digits = value.replace(":", "").replace("-", "")
    if len(digits) == 12 and all(c in "0123456789abcdefABCDEF" for c in digits):
        pairs = _pairs(digits)
        found += [digits, ":".join(pairs), "-".join(pairs), "%3A".join(pairs), digits[6:]]
    elif len(value) > _TAIL + 3:
        found.append(value[-_TAIL:])
    if model and len(value) > len(model) and value.casefold().startswith(model.casefold()):
        found.append(value[len(model) :])
    return found


def _pairs(digits: str) -> list[str]:
    return [digits[at : at + 2] for at in range(0, len(digits), 2)]


def _address(value: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(value.partition("%")[0])
    except ValueError:
        return None


def _from_mac(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and (int(address) >> 24) & 0xFFFF == 0xFFFE


def _range(value: str) -> bool:
    return value == "auto" or all(c in "0123456789.-,*/" for c in value)
