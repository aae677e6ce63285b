"""Running text: the brands that it names, and the model numbers in it.

What is looked for follows from the shape of a text (`match.shapes`) and is planned once for all
texts of the shape; in each of them only the numbers are read.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import re2

from camfinder.match.finding import Finding
from camfinder.match.forms import MIN_WORD, Forms, Numbers, has_digit, number
from camfinder.match.nouns import Vendor
from camfinder.match.patterns import Pattern, PatternSet, encoded
from camfinder.match.shapes import ShapeMemo, shape, widened
from camfinder.match.values import model_text
from camfinder.model import Slot, Strength

TEXT_CHARS = 2_048
"""More of a running text is not looked at: titles and names are short."""

MIN_PAGE_WORD = 4

_EDGE = r"(?:^|[^0-9A-Za-z])"
_END = r"(?:[^0-9A-Za-z]|$)"

_NEXT_TOKEN = Pattern(
    r"(?i)^[\s:_]{1,3}(?:(?:(?:ip|network|internet|wireless|wi-?fi|security|surveillance|hd|ptz|dome"
    r"|digital|video)[ _-]){0,3}(?:camera|web ?cam|recorder|[dn]vr|encoder|server)[\s:_-]{1,3})?"
    r"((?:[A-Z]{1,8}[-_]?)?[A-Z0-9]+(?:[-/.][A-Z0-9]+){0,5})(?:[^0-9A-Za-z]|$)"
)
"""The number behind a brand's name, or behind the words for what it is."""

_CLASSES = tuple(
    (Pattern(rf"(?i){_EDGE}(?:{words}){_END}"), kind, everywhere)
    for words, kind, everywhere in (
        (r"(?:ip|network|net|internet|surveillance|security)[ _-]?cam(?:era)?s?", "camera", True),
        (r"n[ _-]?v[ _-]?r|[hx]vr|network (?:digital )?video recorders?", "recorder", True),
        (r"e?dvr|digital video recorders?", "recorder", False),
        (r"(?:network |ip )?video (?:server|encoder)", "encoder", True),
        (r"video (?:door ?(?:station|phone)|doorbell|intercom)", "doorbell", True),
        (r"cctv|(?:ip |video )surveillance", "surveillance", True),
    )
)
"""Words for a class of devices, the kind, and whether only makers of surveillance devices use
them (a television recorder is a DVR too)."""

_NOT_A_MODEL = re2.compile(
    r"(?i)^(?:v?\d+|h\.?26\d|\d+(?:p|mp|fps|k|ch|x\d+)|ipv[46]|mp4|mp3|r\d"
    r"|[0-9a-f]{12}|[a-z]{4,}/v?\d+(?:\.\d+)*)$"
)
"""Sizes, formats, MACs, product tokens of a Server header (`RealServer/1.0`, RFC 9110 10.1.5)."""

_CAMERA = b" camera"
_CAMERA_WORDS = frozenset({"camera", "cameras"})
_CAMERA_SORTS = frozenset({"ip", "network", "internet", "web", "video", "security", "surveillance"})
_PAGE_WORDS = _CAMERA_WORDS | {"login", "viewer", "homepage", "network"}
"""Words beside a model number that say what it numbers, and what page it stands on."""


class Word(NamedTuple):
    """A vendor named in a text: whether surely so, and the byte at which the name ends."""

    vendor: str
    sure: bool
    end: int


class Scan(NamedTuple):
    """What stands in a running text.

    Attributes:
        words: The vendors that it names, in order of appearance.
        numbers: Indices of the forms whose numbers may stand in it.
        settled: Every text of its shape names the same vendors.
    """

    words: tuple[Word, ...]
    numbers: tuple[int, ...]
    settled: bool

    @property
    def quiet(self) -> bool:
        """No text of its shape names a vendor or holds a number that is looked for."""
        return self.settled and not self.words and not self.numbers


class _Said(NamedTuple):
    """What a brand's name tells in a text without a model that the brand's grammar knows.

    Attributes:
        vendor: Of that name.
        findings: Brand and kind.
        number: The bytes between which a number of the brand may stand.
    """

    vendor: str
    findings: tuple[Finding, ...]
    number: tuple[int, int] | None


class _Plan(NamedTuple):
    """What is looked for in the texts of one shape, given whom else the observation names.

    Attributes:
        named: Numbers that may be there, of vendors whom the text names.
        others: The same, of other vendors whom the observation names.
        free: Numbers that may be there, where the text surely names nobody.
        words: What the names tell without any of those.
        constant: What each of the texts tells; None where that depends on its digits.
    """

    named: Numbers
    others: Numbers
    free: Numbers
    words: tuple[_Said, ...]
    constant: tuple[Finding, ...] | None


_Known = tuple[tuple[str, ...], tuple[Word, ...] | None]
"""Whom the rest of the observation names, and whom the text does; None where its shape tells it."""


class Texts:
    """Brand names and forms for running text, compiled."""

    def __init__(self, forms: Forms) -> None:
        """Compile the sets; patterns were checked when the files were read."""
        self._forms = forms
        self._vendors = forms.vendors
        self._words = _brand_words(forms.vendors)
        names = [shape(encoded(word)).decode() for word, _vendor, _loose in self._words]
        self._exact = [
            name == word for name, (word, *_rest) in zip(names, self._words, strict=True)
        ]
        self._which_words = PatternSet([f"(?i){_EDGE}{re2.escape(name)}{_END}" for name in names])
        self._word_patterns = [
            Pattern(f"(?i){_EDGE}({re2.escape(word)}){_END}")
            for word, _vendor, _loose in self._words
        ]
        free = [widened(number(form)).match for form, _pattern in forms.free]
        self._which_free = PatternSet(free, by_literals=False)
        self._scans = ShapeMemo(self._scanned)
        self._plans = ShapeMemo(self._planned)

    def scan(self, text: bytes) -> Scan:
        """What stands in the first `TEXT_CHARS` of an encoded text."""
        found = self._scans("", text)
        if found.settled:
            return found
        start = _start(text)
        words = self._named(start, self._which_words(shape(start)))
        return Scan(words, found.numbers, settled=False)

    def _scanned(self, _key: str, form: bytes) -> Scan:
        """The same for a shape; no words where some of them hold digits."""
        start = _start(form)
        indices = self._which_words(start)
        settled = all(self._exact[index] for index in indices)
        words = self._named(start, indices) if settled else ()
        return Scan(words, tuple(sorted(self._which_free(start))), settled)

    def in_text(self, value: str, context: tuple[str, ...]) -> tuple[Finding, ...]:
        """What brand names and model numbers in running text tell.

        Args:
            value: The text.
            context: Vendors whom the rest of the observation names.
        """
        text = encoded(value)
        scan = self.scan(text)
        others = tuple(filter(self._forms.numbers, context))
        if not scan.words and not scan.numbers and not others:
            return ()
        plan = self._plans((others, None if scan.settled else scan.words), text)
        return self._told(_start(text), plan) if plan.constant is None else plan.constant

    def in_shape(self, form: bytes, context: tuple[str, ...]) -> tuple[Finding, ...] | None:
        """What they tell in each text of a shape; None where that depends on its digits."""
        others = tuple(filter(self._forms.numbers, context))
        settled = self._scans("", form).settled
        return self._plans((others, None), form).constant if settled else None

    def _planned(self, key: _Known, form: bytes) -> _Plan:
        """What is looked for in texts of a shape."""
        context, words = key
        scan = self._scans("", form)
        if words is None:
            words = scan.words
        start = _start(form)
        names = [word.vendor for word in words]
        named = self._forms.likely(start, names)
        others = self._forms.likely(start, [one for one in context if one not in names])
        sure = any(word.sure for word in words)
        free = [] if sure else [self._forms.free[index] for index in scan.numbers]
        said = tuple(self._word(each, start, sole=len(names) == 1) for each in words)
        constant = None
        if not (named or others or free or any(each.number for each in said)):
            constant = tuple(finding for each in said for finding in each.findings)
        return _Plan(named, others, free, said, constant)

    def _told(self, text: bytes, plan: _Plan) -> tuple[Finding, ...]:
        """What a text tells by its plan."""
        found = self._models(text, plan.named, Strength.DISTINCT)
        found += self._models(text, plan.others, Strength.FAMILY)
        if found:
            return tuple(found)
        found = self._unnamed(text, plan.free)
        for word in plan.words:
            found += word.findings
            begin, end = word.number or (0, 0)
            if _looks_like_model(model := text[begin:end].decode()):
                sure = {Slot.MODEL: Strength.FAMILY}
                found.append(Finding(f"brand-word:{word.vendor}", {Slot.MODEL: model}, sure))
        return tuple(found)

    def _unnamed(self, text: bytes, numbers: Numbers) -> list[Finding]:
        """Model numbers in a text that names no brand."""
        found: list[Finding] = []
        for form, pattern in numbers:
            model = _model_in(pattern, text)
            if has_digit(model):
                found.append(self._forms.finding(form, model, form.proves))
        return found

    def _word(self, word: Word, form: bytes, *, sole: bool) -> _Said:
        """A brand's name in texts of a shape without a model that the brand's grammar knows."""
        sure = word.sure and sole
        strength = Strength.FAMILY if sure else Strength.HINT
        found = [self._forms.brand(word.vendor, strength, lasting=True)]
        if sure and (kind := self._class_of(form, word.vendor)):
            strong = {Slot.KIND: Strength.FAMILY}
            found.append(
                Finding(f"brand-word:{word.vendor}", {Slot.KIND: kind}, strong, lasting=True)
            )
        spans = _NEXT_TOKEN.search(form[word.end :]) if sure else None
        number = None
        if spans:
            begin, end = spans[1][0] + word.end, spans[1][1] + word.end
            number = (begin, end) if b"0" in form[begin:end] else None
        return _Said(word.vendor, tuple(found), number)

    def _class_of(self, text: bytes, vendor: str) -> str:
        """The kind that a word beside a brand's name tells; empty for none."""
        known = self._vendors[vendor].kind is not None
        return next(
            (
                kind
                for pattern, kind, everywhere in _CLASSES
                if (known or everywhere) and pattern.search(text)
            ),
            "",
        )

    def _named(self, text: bytes, indices: Iterable[int]) -> tuple[Word, ...]:
        """Vendors named in a text, in order of appearance."""
        found: dict[str, Word] = {}
        for index in sorted(indices):
            word, vendor, loose = self._words[index]
            spans = self._word_patterns[index].search(text)
            if not spans:
                continue
            begin, end = spans[1]
            written = text[begin:end].decode()
            sure = loose or written == word or written.isupper()
            before = found.get(vendor)
            if before is None or (sure, end) > (before.sure, before.end):
                found[vendor] = Word(vendor, sure, end)
        return tuple(sorted(found.values(), key=lambda item: item.end))

    def _models(self, text: bytes, numbers: Numbers, strength: Strength) -> list[Finding]:
        """Model numbers in a text."""
        found: list[Finding] = []
        for form, pattern in numbers:
            model = _model_in(pattern, text)
            if model and (strength is Strength.DISTINCT or has_digit(model)):
                found.append(self._forms.finding(form, model, strength))
        return _longest(found)


def _start(text: bytes) -> bytes:
    """The first `TEXT_CHARS` characters of an encoded text."""
    return text if len(text) <= TEXT_CHARS else encoded(text.decode()[:TEXT_CHARS])


def _model_in(pattern: Pattern, text: bytes) -> str:
    """The model number in a text; empty for none.

    Case does not count where the brand is named, so a form that allows for a further word
    (`EDR 1680 FHD`) also takes the page's own words (`EDR1680 remote viewer`): they come off.
    """
    spans = pattern.search(text)
    if not spans:
        return ""
    begin, end = spans[1]
    words = _before_dash(text[begin:end].decode().split(" "))
    following = text[end : end + len(_CAMERA)].lower() == _CAMERA
    while len(words) > 1 and _is_of_page(words, before_camera=following):
        following = words.pop().casefold() in _CAMERA_WORDS
    return model_text(" ".join(words))


def _before_dash(words: list[str]) -> list[str]:
    """What stands in front of a lone dash or bar (`S-60 E - Siqura`)."""
    ends = [at for at, word in enumerate(words) if at and word in {"-", "|", "\N{EN DASH}"}]
    return words[: ends[0]] if ends else words


def _is_of_page(words: list[str], *, before_camera: bool) -> bool:
    """The last word tells what the page or the device is, and is no part of the number."""
    word = words[-1].casefold()
    if word in _PAGE_WORDS or (before_camera and word in _CAMERA_SORTS):
        return True
    return has_digit(" ".join(words[:-1])) and _page_word(words[-1])


def _page_word(word: str) -> bool:
    """A word of the language rather than a part of a number."""
    return len(word) >= MIN_PAGE_WORD and word.isalpha() and word.islower()


def _longest(found: list[Finding]) -> list[Finding]:
    """Of several numbers in one text the longest: shorter ones are parts of it or of the page."""
    if len(found) < 2:
        return found
    return [max(found, key=lambda finding: len(finding.claims[Slot.MODEL]))]


def _looks_like_model(token: str) -> bool:
    """Letters and digits, and no resolution, codec or version."""
    has_letter = any(char.isalpha() for char in token)
    return has_digit(token) and has_letter and len(token) >= 4 and not _NOT_A_MODEL.search(token)


def _brand_words(vendors: Mapping[str, Vendor]) -> list[tuple[str, str, bool]]:
    """Names to look for, their vendor, and whether lower case is as good.

    A plain word such as `Axis` or `Planet` in lower case is everyday language; `tp-link` is not.
    """
    found: dict[str, tuple[str, str, bool]] = {}
    for vendor in vendors.values():
        for name in (vendor.name, *vendor.aliases):
            if len(name) >= MIN_WORD and any(char.isalpha() for char in name):
                plain = name.isalpha() and name.isascii()
                found.setdefault(name.casefold(), (name, vendor.id, not plain))
    return list(found.values())
