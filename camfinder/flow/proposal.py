"""A pattern proposed from one observed value.

What is the maker's stays, what varies from device to device becomes general, model and firmware
become groups.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import re2

from camfinder.model import CamfinderError, Slot
from camfinder.reports.placeholders import Piece

NONE = "none"
"""As the model's or the firmware's part: nothing is taken for it."""

_VERSION = re2.compile(
    r"(?i)(?:^|[^0-9a-z.])v?(\d{1,6}(?:\.\d{1,8})+(?:[._-]?(?:b|r|rc|build|beta|p)[ _-]?\d{1,10})?)"
    r"(?:$|[^0-9a-z.])"
)
_DATE = re2.compile(r"(?:^|\D)((?:19|20)\d\d([-/.])\d\d[-/.]\d\d)(?:$|\D)")
_NUMBER = re2.compile(r"(?:^|[^0-9A-Za-z.])(\d{2,})(?:$|[^0-9A-Za-z.])")
_TOKEN = re2.compile(
    r"(?:^|[^0-9A-Za-z._/-])([0-9A-Za-z]+(?:[-/.][0-9A-Za-z]+)*)(?:$|[^0-9A-Za-z_-])"
)
_NO_MODEL = re2.compile(
    r"(?i)^(?:v?\d[\d.]*[a-z]?|h\.?26\d\w?|\d+(?:p|mp|fps|k|ch|x\d+)|ipv[46]|mp[34]|utf-?8|"
    r"(?:http|rtsp|upnp|tls|ssl|onvif|dav)/[\d.]+|md5|sha-?\d+|iso-?8859-\d+|x?html?[45]|"
    r"[0-9a-f]{12,}|[\w-]+/v?\d+(?:\.\d+)+\w*)$"
)
_SAYS_FIRMWARE = re2.compile(r"(?i)(?:firmware|f/?w|soft(?:ware)? ?ver)[^0-9]{0,16}$")
_GENERAL = {
    "mac": r"[0-9A-Fa-f.:-]+",
    "uuid": r"[0-9A-Fa-f-]+",
    "address": r"[0-9A-Fa-f.:]+",
    "serial": r"[0-9A-Za-z._:-]+",
    "host": r"[0-9A-Za-z._-]+",
    "mail": r"[^\s@]+@[0-9A-Za-z._-]+",
    "account": r"[^\s\"&;,<>]+",
    "place": r"[0-9.,\s-]+",
}
"""What takes the place of a value that identifies, in the pattern."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the author says of the value.

    Attributes:
        model: The part of it that is the model number; empty to guess, `NONE` for none.
        firmware: The same of the firmware.
        is_firmware: The fact is a field for the firmware's version.
    """

    model: str = ""
    firmware: str = ""
    is_firmware: bool = False


@dataclass(slots=True)
class Proposal:
    """What could be made of a value.

    Attributes:
        pattern: RE2.
        hit: The value as it may be shown.
        gives: What the groups hold in `hit`, by slot.
        literal: The parts of the pattern that have to stand as they are, together.
        notes: What the author has to look at.
    """

    pattern: str = ""
    hit: str = ""
    gives: dict[Slot, str] = field(default_factory=dict)
    literal: str = ""
    notes: list[str] = field(default_factory=list)


class _Span(NamedTuple):
    begin: int
    end: int
    pattern: str
    slot: Slot | None = None


def propose(
    pieces: Sequence[Piece], wanted: Wanted, names: Iterable[str], *, whole: bool
) -> Proposal:
    """A pattern for a value.

    Args:
        pieces: The value, what identifies apart.
        wanted: What is known of its parts.
        names: Of the vendor: never taken for a model number.
        whole: The pattern has to take the value from end to end.

    Raises:
        CamfinderError: The part that the author names does not stand in the value.
    """
    made = Proposal()
    own = {name.casefold() for name in names}
    plain = "\n".join(piece.text for piece in pieces if not piece.kind)
    for word, part in (("model", wanted.model), ("firmware", wanted.firmware)):
        if part and part != NONE and part not in plain:
            raise CamfinderError(
                f"--{word}-group {part}: does not stand in the value, or identifies the device; "
                f"copy it from there, or say --{word}-group {NONE}"
            )
    wanted = _guessed(plain, wanted, own, made)
    parts = []
    for piece in pieces:
        if piece.kind:
            parts.append(_GENERAL[piece.kind])
            made.hit += piece.shown
        else:
            parts.append(_pattern(piece.text, wanted, made))
            made.hit += piece.text
    pattern = "".join(parts)
    made.pattern = f"^{pattern}$" if whole else pattern
    return made


def _guessed(text: str, wanted: Wanted, own: set[str], made: Proposal) -> Wanted:
    """The wishes, with what can be told from the value alone."""
    model = wanted.model
    if not model and not wanted.is_firmware:
        found = list(dict.fromkeys(_models(text, own)))
        model = found[0] if len(found) == 1 else NONE
        if len(found) > 1:
            some = ", ".join(found[:4])
            made.notes.append(f"which is the model? {some}: say --model-group {found[0]}")
        elif found:
            made.notes.append(f"{model} is taken for the model; if it is none: --model-group none")
    firmware = wanted.firmware
    if not firmware:
        versions = [match.group(1) for match in _VERSION.finditer(text)]
        versions = [each for each in versions if each not in model]
        sure = [
            each
            for each in versions
            if wanted.is_firmware or _SAYS_FIRMWARE.search(text[: text.index(each)])
        ]
        firmware = sure[0] if sure else NONE
        if versions and not sure:
            made.notes.append(
                f"{versions[0]} is a version, of the firmware or of a part of it: "
                f"only if it is the firmware's, say --firmware-group {versions[0]}"
            )
    return Wanted(model, firmware, wanted.is_firmware)


def _models(text: str, own: set[str]) -> Iterable[str]:
    """Tokens that look like model numbers."""
    for token in _tokens(text):
        digits = sum(map(str.isdigit, token))
        letters = any(map(str.isalpha, token))
        if digits < 2 or not letters or len(token) > 32 or token.casefold() in own:
            continue
        if not _NO_MODEL.search(token):
            yield token


def _tokens(text: str) -> Iterable[str]:
    """One after the other: two may share the blank between them."""
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        yield match.group(1)
        at = match.end(1)


def _pattern(text: str, wanted: Wanted, made: Proposal) -> str:
    """The pattern of a part that identifies nobody."""
    spans: list[_Span] = []
    for slot, part, form in (
        (Slot.MODEL, wanted.model, model_pattern),
        (Slot.FIRMWARE, wanted.firmware, firmware_pattern),
    ):
        if part in {"", NONE} or slot in made.gives or part not in text:
            continue
        begin = text.index(part)
        if any(begin < one.end and one.begin < begin + len(part) for one in spans):
            raise CamfinderError(f"--{slot}-group {part}: stands within the other group")
        made.gives[slot] = part
        spans.append(_Span(begin, begin + len(part), f"(?P<{slot}>{form(part)})", slot))
    for pattern, general in (
        (_DATE, r"\d{4}[-/.]\d{2}[-/.]\d{2}"),
        (_VERSION, r"\d+(?:\.\d+)+[0-9A-Za-z._-]*"),
        (_NUMBER, r"\d+"),
    ):
        at = 0
        while (match := pattern.search(text, at)) is not None:
            begin, end = match.span(1)
            if all(end <= one.begin or one.end <= begin for one in spans):
                spans.append(_Span(begin, end, general))
            at = end
    parts, at = [], 0
    for span in sorted(spans):
        parts += [_escaped(text[at : span.begin]), span.pattern]
        made.literal += text[at : span.begin] + " "
        at = span.end
    made.literal += text[at:] + " "
    return "".join([*parts, _escaped(text[at:])])


def model_pattern(model: str) -> str:
    """The form of a model number: its first letters, then numbers and letters as they come."""
    first = next((at for at, char in enumerate(model) if char.isdigit()), len(model))
    tail = r"\d[0-9A-Za-z]*" if first < len(model) else ""
    rest = model[first:]
    marks = {char for char in rest if not char.isalnum()}
    if tail or marks:
        tail += f"(?:{_class(marks or {'-'})}[0-9A-Za-z]+)*"
    return _escaped(model[:first]) + tail


def firmware_pattern(firmware: str) -> str:
    """The form of a firmware version: numbers at its dots, and what else it holds."""
    first = next((at for at, char in enumerate(firmware) if char.isdigit()), len(firmware))
    marks = {char for char in firmware[first:] if not char.isalnum()} | {"."}
    return _escaped(firmware[:first]) + rf"\d[0-9A-Za-z{_inside(marks)}]*"


def _class(marks: set[str]) -> str:
    """One of these characters."""
    return _escaped(*marks) if len(marks) == 1 else f"[{_inside(marks)}]"


def _inside(marks: set[str]) -> str:
    """Characters within brackets; a hyphen stands at the end."""
    plain = [f"\\{char}" if char in r"\]^[" else char for char in sorted(marks - {"-"})]
    return "".join([*plain, *(marks & {"-"})])


_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def _escaped(text: str) -> str:
    """Literal text, readable: only what means something to RE2 is escaped."""
    made = []
    for char in text:
        if char in _SPECIAL:
            made.append(f"\\{char}")
        elif char.isprintable():
            made.append(char)
        else:
            made.append(f"\\x{{{ord(char):x}}}")
    return "".join(made)
