"""Model grammars and brand words: what running text and model fields tell."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import re2

from camfinder.match.finding import Finding, with_maker
from camfinder.match.names import vendor_key
from camfinder.match.nouns import Fingerprints, ModelForm, Vendor
from camfinder.match.patterns import Pattern, PatternSet, encoded
from camfinder.match.shapes import shape, widened
from camfinder.match.values import model_text
from camfinder.model import Kind, Slot, Strength

TEXT_CHARS = 2_048
"""More of a running text is not looked at: titles and names are short."""

CACHE = 8_192
"""Texts remembered."""

MIN_WORD = 3
"""Shorter names (`LG`, `2N`) are found by rules of their own, not as words in running text."""

MIN_PAGE_WORD = 4
MODEL_FIELD_CHARS = 128
NAME_WORDS = 4

_EDGE = r"(?:^|[^0-9A-Za-z])"
_END = r"(?:[^0-9A-Za-z]|$)"
_WHOLE_END = r"(?:[^0-9A-Za-z./_-]|[./_-](?:[^0-9A-Za-z]|$)|$)"
"""Where a number really ends: `AL-2` is not found in `AL-2-2`."""

_NEXT_TOKEN = re2.compile(
    r"(?i)^[\s:_]{1,3}((?:[A-Z]{1,8}[-_]?)?[A-Z0-9]+(?:[-/.][A-Z0-9]+){0,5})(?:[^0-9A-Za-z]|$)"
)
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


class _Word(NamedTuple):
    """A vendor named in a text: whether surely so, and the byte at which the name ends."""

    vendor: str
    sure: bool
    end: int


class Forms:
    """The model forms of all vendors, compiled."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        """Compile the sets; patterns were checked when the files were read."""
        self.vendors = fingerprints.vendors
        self.by_name = fingerprints.by_name
        self.all = fingerprints.models
        whole = [f"(?i)^(?:{one.match})$" for one in self.all]
        self._whole = PatternSet(whole, by_literals=False)
        by_vendor: dict[str, list[ModelForm]] = {}
        for form in self.all:
            by_vendor.setdefault(form.vendor, []).append(form)
        self._tokens: Mapping[str, Sequence[tuple[ModelForm, Pattern]]] = {
            vendor: [(form, Pattern(_token(form))) for form in forms]
            for vendor, forms in by_vendor.items()
        }
        self._free = [(form, Pattern(_number(form))) for form in self.all if form.free_text]
        self._words = _brand_words(self.vendors)
        free = [widened(_number(form)).match for form, _pattern in self._free]
        self._which_free = PatternSet(free, by_literals=False)
        names = [shape(encoded(word)).decode() for word, _vendor, _loose in self._words]
        self._which_words = PatternSet([f"(?i){_EDGE}{re2.escape(name)}{_END}" for name in names])
        self.scan = lru_cache(CACHE)(self._scanned)
        self._word_patterns = [
            Pattern(f"(?i){_EDGE}({re2.escape(word)}){_END}")
            for word, _vendor, _loose in self._words
        ]

    def split_brand(self, value: str) -> tuple[str | None, str]:
        """The vendor whose name stands in front of a model, and the rest of the value.

        A word that is only another name of a vendor must be followed by one of its numbers:
        `Argus 3` is a model of somebody else than Argus.
        """
        parts = value[:MODEL_FIELD_CHARS].replace("_", " ").split(" ")
        for count in range(min(NAME_WORDS, len(parts) - 1), 0, -1):
            head = " ".join(parts[:count])
            key = vendor_key(head)
            vendor = self.by_name.get(key)
            rest = value[len(head) :].lstrip(" _:-")
            if vendor and rest and (self._is_own(vendor, key) or self._whole_of(vendor, rest)):
                return vendor, rest
        return self._split_dash(value)

    def _is_own(self, vendor: str, key: str) -> bool:
        """The key is of the vendor's proper name, not of one of its aliases."""
        known = self.vendors[vendor]
        return key in {vendor_key(known.name), vendor_key(known.id)}

    def _whole_of(self, vendor: str, text: str) -> bool:
        """The whole text is a number of this vendor."""
        found = self._whole(encoded(text[:MODEL_FIELD_CHARS]))
        return any(self.all[index].vendor == vendor for index in found)

    def _split_dash(self, value: str) -> tuple[str | None, str]:
        """The same with a dash between the two (`AXIS-Q6045`), where the rest is a number."""
        for at, char in enumerate(value[:40]):
            if char in "-/:" and at >= MIN_WORD:
                vendor = self.by_name.get(vendor_key(value[:at]))
                if vendor and self._whole_of(vendor, value[at + 1 :]):
                    return vendor, value[at + 1 :]
        return None, value

    def of_field(self, value: str, stated: tuple[str, ...]) -> tuple[Finding, ...]:
        """What the value of a model field tells beside the model itself.

        Args:
            value: The field, cleaned.
            stated: Vendors (or unknown names) that the observation surely is of.
        """
        named, rest = self.split_brand(value)
        text = rest[:MODEL_FIELD_CHARS]
        found = [self.all[index] for index in sorted(self._whole(encoded(text)))]
        own = [form for form in found if form.vendor == named or form.vendor in stated]
        findings = []
        if named:
            findings.append(self._brand(f"brand-word:{named}", named, Strength.DISTINCT))
        if own:
            best = max(own, key=lambda form: form.vendor == named)
            findings.append(self.finding(best, "", Strength.DISTINCT))
        elif not named:
            telling = found if _has_digit(text) else _own_words(found)
            findings += [self._foreign(form, stated) for form in telling]
        return tuple(findings)

    def _foreign(self, form: ModelForm, stated: tuple[str, ...]) -> Finding:
        """A form of a vendor whom the observation does not name."""
        if not stated:
            return self.finding(form, "", form.proves)
        relabelled = any(
            form.vendor in vendor.relabels
            for vendor in map(self.vendors.get, stated)
            if vendor is not None
        )
        proves = min(form.proves, Strength.FAMILY) if relabelled else Strength.HINT
        claims = {Slot.KIND: self._kind(form)} if self._kind(form) else {}
        return Finding(form.id, claims, dict.fromkeys(claims, proves))

    def numbers(self, vendor: str) -> bool:
        """Numbers of this vendor are known by their form."""
        return vendor in self._tokens

    def quiet(self, form: bytes) -> bool:
        """Running texts of this shape name no brand and hold no number that is looked for."""
        start = form if len(form) <= TEXT_CHARS else encoded(form.decode()[:TEXT_CHARS])
        return not self._which_words(start) and not self._which_free(start)

    def _scanned(self, value: str) -> tuple[tuple[_Word, ...], tuple[int, ...]]:
        """The brand words of a text, and which forms for running text may occur in it."""
        text = encoded(value)
        form = shape(text)
        words = self._named(text, sorted(self._which_words(form)))
        return tuple(words), tuple(sorted(self._which_free(form)))

    def in_text(self, value: str, context: tuple[str, ...]) -> tuple[Finding, ...]:
        """What brand names and model numbers in running text tell.

        Args:
            value: The text.
            context: Vendors whom the rest of the observation names.
        """
        text = value[:TEXT_CHARS]
        words, numbers = self.scan(text)
        if not words and not numbers and not context:
            return ()
        data = encoded(text)
        named = tuple(word.vendor for word in words)
        found = self._models(data, named, Strength.DISTINCT)
        found += self._models(data, tuple(v for v in context if v not in named), Strength.FAMILY)
        if found:
            return tuple(found)
        if not any(word.sure for word in words):
            found += self._unnamed(data, numbers)
        for word in words:
            found += self._word(word, data, sole=len(words) == 1)
        return tuple(found)

    def _unnamed(self, text: bytes, indices: Sequence[int]) -> list[Finding]:
        """Model numbers in a text that names no brand."""
        found: list[Finding] = []
        for index in indices:
            form, pattern = self._free[index]
            model = _model_in(pattern, text)
            if _has_digit(model):
                found.append(self.finding(form, model, form.proves))
        return found

    def _word(self, word: _Word, text: bytes, *, sole: bool) -> list[Finding]:
        """A brand's name in a text without a model that the brand's grammar knows."""
        sure = word.sure and sole
        strength = Strength.FAMILY if sure else Strength.HINT
        found = [self._brand(f"brand-word:{word.vendor}", word.vendor, strength)]
        if sure and (kind := self._class_of(text, word.vendor)):
            strong = {Slot.KIND: Strength.FAMILY}
            found.append(Finding(f"brand-word:{word.vendor}", {Slot.KIND: kind}, strong))
        token = _NEXT_TOKEN.search(text[word.end :]) if sure else None
        number = token[1].decode() if token else ""
        if _looks_like_model(number):
            model = {Slot.MODEL: number}
            sure_of = {Slot.MODEL: Strength.FAMILY}
            found.append(Finding(f"brand-word:{word.vendor}", model, sure_of))
        return found

    def _class_of(self, text: bytes, vendor: str) -> str:
        """The kind that a word beside a brand's name tells; empty for none."""
        known = self.vendors[vendor].kind is not None
        return next(
            (
                kind
                for pattern, kind, everywhere in _CLASSES
                if (known or everywhere) and pattern.search(text)
            ),
            "",
        )

    def _named(self, text: bytes, indices: Sequence[int]) -> list[_Word]:
        """Vendors named in a text, in order of appearance."""
        found: dict[str, _Word] = {}
        for index in indices:
            word, vendor, loose = self._words[index]
            spans = self._word_patterns[index].search(text)
            if not spans:
                continue
            begin, end = spans[1]
            written = text[begin:end].decode()
            sure = loose or written == word or written.isupper()
            before = found.get(vendor)
            if before is None or (sure, end) > (before.sure, before.end):
                found[vendor] = _Word(vendor, sure, end)
        return sorted(found.values(), key=lambda item: item.end)

    def _models(self, text: bytes, vendors: Sequence[str], strength: Strength) -> list[Finding]:
        """Model numbers of these vendors in a text."""
        found: list[Finding] = []
        for vendor in vendors:
            for form, pattern in self._tokens.get(vendor, ()):
                model = _model_in(pattern, text)
                if model and (strength is Strength.DISTINCT or _has_digit(model)):
                    found.append(self.finding(form, model, strength))
        return _longest(found)

    def _brand(self, fingerprint: str, vendor: str, strength: Strength) -> Finding:
        """The brand by its name."""
        claims = {Slot.BRAND: vendor}
        strengths = {Slot.BRAND: strength}
        with_maker(self.vendors, claims, strengths)
        return Finding(fingerprint, claims, strengths)

    def finding(self, form: ModelForm, model: str, strength: Strength) -> Finding:
        """The brand, the kind and, from running text, the model."""
        claims: dict[Slot, str] = {Slot.BRAND: form.vendor}
        if self._kind(form):
            claims[Slot.KIND] = self._kind(form)
        if model:
            claims[Slot.MODEL] = model
        strengths = dict.fromkeys(claims, strength)
        with_maker(self.vendors, claims, strengths)
        return Finding(form.id, claims, strengths)

    def _kind(self, form: ModelForm) -> str:
        """The kind of devices of a form; empty where it says nothing."""
        vendor = self.vendors.get(form.vendor)
        kind: Kind | None = form.kind or (vendor.kind if vendor else None)
        return kind.value if kind else ""


def _has_digit(text: str) -> bool:
    """Words of the language have no digits, most model numbers have."""
    return any(map(str.isdigit, text))


def _own_words(found: list[ModelForm]) -> list[ModelForm]:
    """Of the forms of a name without digits those that no other label would use."""
    return [form for form in found if form.proves >= Strength.DISTINCT]


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
    return _has_digit(" ".join(words[:-1])) and _page_word(words[-1])


def _page_word(word: str) -> bool:
    """A word of the language rather than a part of a number."""
    return len(word) >= MIN_PAGE_WORD and word.isalpha() and word.islower()


def _longest(found: list[Finding]) -> list[Finding]:
    """Of several numbers in one text the longest: shorter ones are parts of it or of the page."""
    if len(found) < 2:
        return found
    return [max(found, key=lambda finding: len(finding.claims[Slot.MODEL]))]


def _token(form: ModelForm) -> str:
    """The form as a token of a text that names its brand: not a part of a longer word.

    Nor one of a version (`Linux/4.14.200-axis9`).
    """
    return rf"(?i)(?:^|[^0-9A-Za-z.-]|(?:^|[^0-9])\.)({form.match}){_END}"


def _number(form: ModelForm) -> str:
    """The form as a token of any running text: not a part of a longer number either."""
    return rf"(?:^|[^0-9A-Za-z./_-])({form.match}){_WHOLE_END}"


def _looks_like_model(token: str) -> bool:
    """Letters and digits, and no resolution, codec or version."""
    has_letter = any(char.isalpha() for char in token)
    return _has_digit(token) and has_letter and len(token) >= 4 and not _NOT_A_MODEL.search(token)


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
