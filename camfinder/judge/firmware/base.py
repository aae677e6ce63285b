"""What all comparers of firmware versions share: a version in parts, and how two are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

MAX_CHARS = 128
"""A longer text is no firmware version."""


@dataclass(frozen=True, slots=True)
class Version:
    """A firmware version, in the parts that its scheme knows.

    Attributes:
        raw: As it was written, without blanks at the ends.
        fields: The version proper, compared field after field as numbers; missing ones are 0.
        tail: What decides between equal fields, in this order (build, release ...); None where
            it was not written.
        branch: Versions with different branches cannot be compared; an empty part was not stated
            and goes with every other.
        built: Day of the build, where the version tells it.
        equal_only: No order is known: the version is another one, or it is not.
    """

    raw: str
    fields: tuple[int, ...]
    tail: tuple[int | None, ...] = ()
    branch: tuple[str, ...] = ()
    built: date | None = None
    equal_only: bool = False


Compare = Callable[[Version, Version], int | None]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one maker writes versions.

    Attributes:
        name: As advisories name it.
        parse: A version, None for what is not of this form.
        compare: -1, 0, 1 as the first is older, equal or newer than the second, which is the
            bound of a range; None where they cannot be compared.
        upper: The same where the bound is an upper end.
    """

    name: str
    parse: Callable[[str], Version | None]
    compare: Compare
    upper: Compare


def compare(version: Version, bound: Version) -> int | None:
    """-1, 0, 1 as the version is older, equal or newer than the bound; None for not comparable.

    A bound without a tail takes in every build of its version; a version without the tail that
    the bound has may lie on either side.
    """
    if version.equal_only or bound.equal_only:
        return 0 if plain(version.raw) == plain(bound.raw) else None
    if not same_branch(version.branch, bound.branch):
        return None
    order = by_fields(version.fields, bound.fields)
    return order or _by_tail(version.tail, bound.tail)


def _by_tail(tail: tuple[int | None, ...], bound: tuple[int | None, ...]) -> int | None:
    for mine, theirs in zip(tail, bound, strict=False):
        if theirs is None:
            return 0
        if mine is None:
            return None
        if mine != theirs:
            return -1 if mine < theirs else 1
    return 0


def equal(scheme: Scheme, version: Version, bound: Version) -> bool | None:
    """They are the same version; None where that cannot be told."""
    if version.equal_only or bound.equal_only:
        return plain(version.raw) == plain(bound.raw)
    order = scheme.compare(version, bound)
    return None if order is None else order == 0


def same_branch(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """All parts that both state are equal."""
    return all(
        not one or not other or one == other for one, other in zip(mine, theirs, strict=False)
    )


def by_fields(mine: tuple[int, ...], theirs: tuple[int, ...]) -> int:
    """-1, 0 or 1, field after field."""
    width = max(len(mine), len(theirs))
    one, other = (value + (0,) * (width - len(value)) for value in (mine, theirs))
    return (one > other) - (one < other)


def numbers(text: str) -> tuple[int, ...]:
    """`5.4.05` as (5, 4, 5)."""
    return tuple(int(part) for part in text.split("."))


def plain(raw: str) -> str:
    """Letters and digits in lower case, without a leading `firmware` or `v` before a digit."""
    text = "".join(char for char in raw.casefold() if char.isalnum())
    text = text.removeprefix("firmware")
    return text[1:] if text[:1] == "v" and text[1:2].isdigit() else text


def day(text: str | None) -> date | None:
    """The day of `170123`, `20190812` or `2021-09-14`; two-digit years 00 to 79 are 2000 to 2079.

    None for no such day.
    """
    digits = (text or "").replace("-", "")
    if len(digits) == 6:
        digits = ("20" if digits < "80" else "19") + digits
    if len(digits) != 8 or not digits.isdecimal():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def ordinal(built: date | None) -> int | None:
    """The day as a number that grows."""
    return None if built is None else built.toordinal()


def number(text: str | None) -> int | None:
    """A number, None for nothing."""
    return int(text) if text else None
