"""An example for a rule that anybody may read.

What identifies a device, place or person becomes something of the same form, so that a pattern for
the one takes the other, too. A pseudonym of a shared report (`pseudonyms`) is a word that is
plainly none; here the form counts.
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import count
from typing import NamedTuple

import re2

from camfinder.reports.pseudonyms import MAC, UUID, V4, V6, spellings

SHORTEST = 4
"""Shorter values ("1", "cam") are no secret, and stand in too many words."""

_INTERNAL = r"local|lan|localdomain|internal|intranet|intra|corp|home|private|arpa"
_FOUND: tuple[tuple[str, "re2._Regexp", int], ...] = (
    ("uuid", UUID, 0),
    ("mac", MAC, 2),
    ("mail", re2.compile(r"(?i)[0-9a-z._%+-]+@[0-9a-z-]+(?:\.[0-9a-z-]+)+"), 0),
    ("account", re2.compile(r"://([^/@\s]{1,64})@"), 1),
    (
        "account",
        re2.compile(r"(?i)\b(?:user(?:_?name)?|login|account|pass(?:word|wd)?|pwd)\s?[=:]\s?\"?"
                    r"([^\s\"&;,<>]{1,64})"),
        1,
    ),
    ("place", re2.compile(r"-?\d{1,3}\.\d{3,},\s?-?\d{1,3}\.\d{3,}"), 0),
    ("host", re2.compile(rf"(?i)\b([0-9a-z-]+(?:\.[0-9a-z-]+)*\.(?:{_INTERNAL}))\b"), 1),
    ("host", re2.compile(r"(?i)https?://([0-9a-z-]+(?:\.[0-9a-z-]+)*\.[a-z]{2,24})\b"), 1),
    ("address", V6, 0),
    ("address", V4, 0),
)  # fmt: skip
"""What is found by its form: kind, pattern, the group that holds it."""

_STANDARDS = frozenset({"w3", "onvif", "xmlsoap", "oasis-open", "schemas-upnp-org", "example"})
"""Labels of host names that name a specification."""

_HEX = frozenset("0123456789abcdefABCDEF")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CODE = 3
"""Letters in front of a serial number that are the maker's code, not the device's number."""


class Piece(NamedTuple):
    """A part of a text.

    Attributes:
        text: As it was observed.
        kind: What it identifies (`serial`, `mac`, `uuid`, `address`, `host`, `mail`, `account`,
            `place`); empty for plain text.
        shown: What may be shown in its place.
    """

    text: str
    kind: str
    shown: str


class Placeholders:
    """Finds what identifies in the texts of one device."""

    def __init__(self, known: Iterable[tuple[str, str]], public: Iterable[str] = ()) -> None:
        """Prepare the search.

        Args:
            known: Kind and value of what is known to identify the device.
            public: Names that are the maker's own: a host name that holds one is no secret.
        """
        self._known = [
            (kind, text)
            for kind, value in known
            for text in (spellings(value) if kind in {"mac", "serial"} else [value])
            if len(text) >= SHORTEST
        ]
        self._known.sort(key=lambda each: -len(each[1]))
        self._public = {name.casefold().replace(" ", "") for name in public if len(name) >= 2}

    def pieces(self, text: str) -> list[Piece]:
        """The whole text in order, what identifies apart from the rest."""
        found, at = [], 0
        for begin, end, kind in _apart(self._spans(text)):
            if at < begin:
                found.append(Piece(text[at:begin], "", text[at:begin]))
            secret = text[begin:end]
            found.append(Piece(secret, kind, placeholder(kind, secret)))
            at = end
        if at < len(text):
            found.append(Piece(text[at:], "", text[at:]))
        return found

    def _spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Known values and what looks like one; they may overlap."""
        folded = text.casefold()
        if len(folded) == len(text):
            for kind, value in self._known:
                at = folded.find(value.casefold())
                while at >= 0:
                    yield at, at + len(value), kind
                    at = folded.find(value.casefold(), at + len(value))
        for kind, pattern, group in _FOUND:
            for match in pattern.finditer(text):
                begin, end = match.span(group)
                if self._identifies(kind, match.group(group)):
                    yield begin, end, kind

    def _identifies(self, kind: str, text: str) -> bool:
        if kind == "host":
            labels = text.casefold().split(".")
            plain = {*labels, *(label.replace("-", "") for label in labels)}
            return not (self._public | _STANDARDS) & plain
        if kind == "address":
            try:
                found = ip_address(text)
            except ValueError:
                return False
            # A version such as 5.5.82.1 looks like an address; such of a building are private.
            return found.version == 6 or found.is_private
        return kind != "mac" or any(char.isdigit() for char in text)


def _apart(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap as one: a UUID that ends in the MAC is replaced from end to end."""
    made: list[tuple[int, int, str]] = []
    for begin, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if made and begin < made[-1][1]:
            first, last, before = made[-1]
            made[-1] = (first, max(last, end), before if last - first >= end - begin else kind)
        elif begin < end:
            made.append((begin, end, kind))
    return made


def placeholder(kind: str, text: str) -> str:
    """Something of the same form that identifies nothing.

    Args:
        kind: As in `Piece`.
        text: What is replaced.
    """
    if kind == "address":
        return "2001:db8::1" if ":" in text else "192.0.2.1"
    if kind in {"mail", "host"}:
        return "user@example.com" if kind == "mail" else "host.example.com"
    plain = [char for char in text if char in _HEX]
    kept = 0
    if kind == "mac" and len(plain) == 12:
        kept = 6  # the maker's half
    elif kind == "serial":
        kept = next((n for n, c in enumerate(text) if not c.isalpha()), 0)
        kept = kept if kept <= _CODE else 0
    made = same_form(text, kept)
    return same_form(text, kept, first=4) if made == text else made


def same_form(text: str, kept: int = 0, *, first: int = 1) -> str:
    """Digits for digits, letters for letters of the same case, the rest as it is.

    Args:
        text: Any text.
        kept: How many letters and digits in front stay.
        first: The digit to begin with.
    """
    digits, letters = count(first), count(first - 1)
    made = []
    for char in text:
        if not char.isalnum():
            made.append(char)
        elif kept > 0:
            kept -= 1
            made.append(char)
        elif char.isdecimal():
            made.append(str(next(digits) % 10))
        else:
            # Hexadecimal letters only: a UUID stays one, and so does a hardware address.
            letter = _LETTERS[next(letters) % 6]
            made.append(letter.upper() if char.isupper() else letter)
    return "".join(made)
