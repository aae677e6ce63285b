"""Texts without their digits: what a text tells rarely depends on which digits it holds.

A flood of banners differs in serial numbers, dates, lengths and sessions. The shape of a text is
the text with a 0 for each digit. A widened pattern occurs in the shape of every text that the
pattern itself occurs in, so what cannot occur in a text is known for all texts of its shape.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

import re2

from camfinder.match.memo import Memo

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_DIGITS = "0123456789"
_OCTAL = frozenset("01234567")
_SOME_DIGITS = frozenset("[0123456789")
"""What a pattern holds that tells digits apart: `\\x35` and `[2-4]`, no `\\d`."""

_MAY_BE_DIGITS = frozenset("\\[0123456789")
_SPECIAL = frozenset("\\[0123456789.*+?|^$(){")

KEPT = 8_192
"""Shapes of each of two generations that are remembered."""

NAMED_BYTES = 256
"""A longer shape is remembered by its digest: some hundred bytes a shape, 10 MB in all."""

Key = TypeVar("Key", bound=Hashable)
Told = TypeVar("Told")


def shape(text: bytes) -> bytes:
    """An encoded text with a 0 for each digit."""
    return text.translate(_ZEROS)


class Widened(NamedTuple):
    """A pattern for shapes.

    Attributes:
        match: Matches the shape, at the same place, of every text that the pattern matches.
        blind: Which digits stand in a text does not matter: it matches no other shapes.
        telling: Few texts have such a shape: of object ids and hashes nothing is left but digits.
    """

    match: str
    blind: bool
    telling: bool


def widened(pattern: str) -> Widened:
    """The pattern with every literal digit and every class of some digits made to match a 0."""
    if _SOME_DIGITS.isdisjoint(pattern):  # most: `.`, `\d`, `\w` match all digits alike
        return Widened(pattern, blind=True, telling=True)
    if "\\Q" in pattern:  # nobody writes it: what it quotes is not looked into
        return Widened(pattern, blind=False, telling=False)
    wide: list[str] = []
    blind, lettered, at, copied = True, False, 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char not in _SPECIAL:
            lettered = lettered or char.isalpha()
            at += 1
            continue
        begin, at = at, _ENDS[char](pattern, at) if char in _ENDS else at + 1
        digits = _digits(pattern[begin:at]) if char in _MAY_BE_DIGITS else ""
        if digits and digits != _DIGITS:
            blind = False
            wide += [pattern[copied:begin], _with_zero(pattern[begin:at])]
            copied = at
    whole = "".join((*wide, pattern[copied:]))
    return Widened(whole, blind, blind or lettered)


def _with_zero(piece: str) -> str:
    """A piece for some digits that matches a 0 too."""
    return "0" if piece in _DIGITS else f"(?:{piece}|0)"


def _after_escape(pattern: str, at: int) -> int:
    r"""Behind `\d`, `\.`, `\x41`, `\x{41}`, `\pN`, `\p{Nd}`, `\012`."""
    char = pattern[at + 1]
    if char in "pPx" and pattern[at + 2 : at + 3] == "{":
        return pattern.index("}", at) + 1
    if char in "pPx":
        return at + (4 if char == "x" else 3)
    end = at + 2
    while char in _OCTAL and end < at + 4 and pattern[end : end + 1] in _OCTAL:
        end += 1
    return end


def _after_class(pattern: str, at: int) -> int:
    """Behind `[...]`: a bracket in front stands for itself, `[:alpha:]` may be inside."""
    end = at + (2 if pattern[at + 1] == "^" else 1)
    end += pattern[end] == "]"
    while pattern[end] != "]":
        if pattern[end] == "\\":
            end += 2
        elif pattern.startswith("[:", end):
            end = pattern.index(":]", end) + 2
        else:
            end += 1
    return end + 1


def _after_count(pattern: str, at: int) -> int:
    """Behind `{2,3}`; a brace that counts nothing stands for itself."""
    inner, brace, _rest = pattern[at + 1 :].partition("}")
    low, _, high = inner.partition(",")
    counts = brace and low.isdigit() and (high.isdigit() or not high)
    return at + len(inner) + 2 if counts else at + 1


def _after_group(pattern: str, at: int) -> int:
    """Behind `(`, `(?P<name>`, `(?i)`, `(?i:`."""
    if not pattern.startswith("(?", at):
        return at + 1
    end = at + 2
    while pattern[end] not in ">:)":
        end += 1
    return end + 1


_ENDS: Mapping[str, Callable[[str, int], int]] = {
    "\\": _after_escape,
    "[": _after_class,
    "{": _after_count,
    "(": _after_group,
}


@lru_cache(1_024)
def _digits(piece: str) -> str:
    """The digits that a digit, a class or an escaped character matches."""
    matches = re2.compile(piece).fullmatch
    return "".join(digit for digit in _DIGITS if matches(digit))


class ShapeMemo(Generic[Key, Told]):
    """What is told by a shape, remembered: of each text only its digits are new."""

    __slots__ = ("_make", "_memo")

    def __init__(self, make: Callable[[Key, bytes], Told]) -> None:
        """Remember.

        Args:
            make: From a key and a shape to what they tell.
        """
        self._make = make
        self._memo: Memo[tuple[Key, bytes], Told] = Memo(KEPT)

    def __call__(self, key: Key, text: bytes) -> Told:
        """What an encoded text tells by its shape."""
        form = text.translate(_ZEROS)
        name = (key, form if len(form) <= NAMED_BYTES else _digest(form))
        found = self._memo.get(name)
        if found is None:
            found = self._make(key, form)
            self._memo.keep(name, found)
        return found

    def __len__(self) -> int:
        return len(self._memo)


def _digest(form: bytes) -> bytes:
    """As good as the shape itself: nobody finds two of one digest."""
    return blake2b(form, digest_size=16).digest()
