"""Ranges of versions as feeds write them: structured, with operators, or in words.

Only known phrases are understood (`V4.30.096build221220 and the versions prior to it`, `Versions
which Build time before 2024/2/2`, `>= 5.2.0 build 140721 | <= 5.4.0 Build 160414`, `6.50 - 11.6`);
anything else is no usable range.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import re2

from camfinder.judge.firmware import SCHEMES, read
from camfinder.judge.firmware.base import day
from camfinder.judge.ranges import Range

MAX_TEXT = 512
EVERY = frozenset(
    {"all", "all versions", "all firmware versions", "all firmware", "*", "vers:all/*"}
)
NOTHING = frozenset({"", "0", "-", "n/a", "na", "unspecified", "unknown", "*"})

_BUILD = re2.compile(
    r"(?i)build ?(?:time|date)\D{0,12}before (\d{4})[/.-](\d{1,2})[/.-](\d{1,2})"
    r"|(?i)build ?(?:time|date)\D{0,12}before (\d{6})\b"
)
_BETWEEN = re2.compile(
    r"(?i)^(?:versions? )?after (\S.{0,60}?) ?\(including[^)]*\) and before (\S.{0,60}?) ?"
    r"\(not incl[^)]*\)"
)
_AND_OLDER = re2.compile(
    r"(?i)^(\S.{0,80}?),? (?:and|or)(?: the| all)?(?: versions?)? "
    r"(?:prior|earlier|below|older|lower|before|previous)(?: versions?)?(?: to it)?$"
)
_BELOW_AND = re2.compile(
    r"(?i)^(?:versions? )?(?:below|before|prior to) (\S.{0,60}?) ?\(including [^)]*\)$"
)
_BEFORE = re2.compile(
    r"(?i)^(?:versions? )?(?:prior to|before|earlier than|lower than|older than|below)"
    r"(?: versions?)? (\S.{0,80})$"
)
_UP_TO = re2.compile(
    r"(?i)^(?:versions? )?(?:up to|through)(?: and including)?(?: versions?)? (\S.{0,80})$"
)
_DASH = re2.compile(r"(?i)^(\S.{0,60}?) ?(?:-|to) ?(\S.{0,60})$")
_PIECE = re2.compile(r"^(<=|>=|<|>|=)? ?(\S.{0,100})$")
_WORDS = re2.compile(r"(?i)^(?:axis os|firmware|versions?|ver\.)[ _:]{0,3}")


@dataclass(frozen=True, slots=True)
class Span:
    """What a feed says of versions: a range in a scheme, every version, or nothing usable."""

    scheme: str
    range: Range
    every: bool = False

    @property
    def usable(self) -> bool:
        """It tells versions apart, or says every one."""
        return self.every or self.range.bounded


UNUSABLE = Span("none", Range())
EVERY_VERSION = Span("none", Range(), every=True)


def structured(
    schemes: Sequence[str],
    *,
    start: str = "",
    up_to: str = "",
    before: str = "",
    exactly: Iterable[str] = (),
) -> Span:
    """A range from bounds; the first scheme in which all of them are versions is used."""
    if before == "*" or up_to == "*":
        return EVERY_VERSION
    first, last, end = (_version(text) for text in (start, up_to, before))
    single = tuple(text for each in exactly if (text := _version(each)))
    if first and (last or end) and not _is_version(schemes, first):
        first = ""  # `CIPC-B2303.X.X.XXXXXX` names the branch, not a version
    return _in_scheme(schemes, Range(start=first, up_to=last, before=end, exactly=single))


def in_words(text: str, schemes: Sequence[str]) -> Span:
    """A range from words."""
    cleaned = _clean(text)
    if cleaned.casefold() in EVERY:
        return EVERY_VERSION
    if cleaned.casefold() in NOTHING:
        return UNUSABLE
    built = _build(cleaned)
    if built is not None:
        return Span(schemes[0], Range(build_before=built))
    for form, make in _PHRASES:
        found = form.match(cleaned)
        if found is not None:
            span = _in_scheme(schemes, make([_version(each) for each in found.groups()]))
            if span.usable:
                return span
    return operators(cleaned, schemes)


_PHRASES: tuple[tuple["re2._Regexp", Callable[[list[str]], Range]], ...] = (
    (_BETWEEN, lambda parts: Range(start=parts[0], before=parts[1])),
    (_AND_OLDER, lambda parts: Range(up_to=parts[0])),
    (_BELOW_AND, lambda parts: Range(up_to=parts[0])),
    (_BEFORE, lambda parts: Range(before=parts[0])),
    (_UP_TO, lambda parts: Range(up_to=parts[0])),
)


def operators(text: str, schemes: Sequence[str]) -> Span:
    """`>= A | <= B`, `<= A | B | C`, `< A`, `A - B`, or one version alone."""
    start, up_to, before = "", "", ""
    exactly: list[str] = []
    for piece in _clean(text).split("|"):
        found = _PIECE.match(piece.strip())
        if found is None:
            return UNUSABLE
        operator, version = found.group(1) or "", _version(found.group(2))
        if operator == ">=":
            start = version
        elif operator == "<=":
            up_to = version
        elif operator == "<":
            before = version
        elif operator == ">":
            return UNUSABLE
        elif _is_version(schemes, version):
            exactly.append(version)
    if exactly or start or up_to or before:
        return _in_scheme(schemes, Range(start, up_to, before, tuple(exactly)))
    found = _DASH.match(_clean(text))
    if found is None:
        return UNUSABLE
    first, last = _version(found.group(1)), _version(found.group(2))
    return _in_scheme(schemes, Range(start=first, up_to=last))


def _is_version(schemes: Sequence[str], text: str) -> bool:
    return any(read(SCHEMES[name], text) is not None for name in schemes)


def _in_scheme(schemes: Sequence[str], span: Range) -> Span:
    """The range in the first scheme that all its bounds belong to."""
    bounds = [text for text in (span.start, span.up_to, span.before, *span.exactly) if text]
    if not bounds:
        return UNUSABLE
    for name in schemes:
        if all(read(SCHEMES[name], text) is not None for text in bounds):
            return Span(name, span)
    if len(bounds) == len(span.exactly):
        return Span("text", span)
    return UNUSABLE


def _clean(text: str) -> str:
    text = text[:MAX_TEXT].replace("\uff08", " (").replace("\uff09", ")").replace("\u2013", "-")
    text = " ".join(text.replace("\u00a0", " ").split()).strip(" ;,.")
    return _WORDS.sub("", text) if _WORDS.match(text) and not _BEFORE.match(text) else text


def _version(text: str | None) -> str:
    """A bound without what carries no meaning; empty for none."""
    cleaned = " ".join((text or "")[:MAX_TEXT].replace("\\", "").split()).strip(" ;,")
    while _WORDS.match(cleaned):
        cleaned = _WORDS.sub("", cleaned, 1)
    return "" if cleaned.casefold() in NOTHING else cleaned


def _build(text: str) -> date | None:
    found = _BUILD.search(text)
    if found is None:
        return None
    if found.group(4):
        return day(found.group(4))
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None
