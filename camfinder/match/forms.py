"""Model grammars: what model fields tell, and which numbers are looked for in running text."""

from collections.abc import Iterable, Mapping, Sequence

from camfinder.match.finding import Finding, with_maker
from camfinder.match.names import vendor_key
from camfinder.match.nouns import Fingerprints, ModelForm
from camfinder.match.patterns import Pattern, PatternSet, encoded
from camfinder.match.shapes import widened
from camfinder.model import Kind, Slot, Strength

MIN_WORD = 3
"""Shorter names (`LG`, `2N`) are found by rules of their own, not as words in running text."""

MODEL_FIELD_CHARS = 128
NAME_WORDS = 4

_END = r"(?:[^0-9A-Za-z]|$)"
_WHOLE_END = r"(?:[^0-9A-Za-z./_-]|[./_-](?:[^0-9A-Za-z]|$)|$)"
"""Where a number really ends: `AL-2` is not found in `AL-2-2`."""

Numbers = Sequence[tuple[ModelForm, Pattern]]
"""Forms, and the patterns by which their numbers are found in running text."""


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
        self._tokens: Mapping[str, Numbers] = {
            vendor: [(form, Pattern(_token(form))) for form in forms]
            for vendor, forms in by_vendor.items()
        }
        self._wide: dict[str, list[Pattern]] = {}
        self.free: Numbers = [(one, Pattern(number(one))) for one in self.all if one.free_text]

    def numbers(self, vendor: str) -> bool:
        """Numbers of this vendor are known by their form."""
        return vendor in self._tokens

    def likely(self, form: bytes, vendors: Iterable[str]) -> Numbers:
        """The numbers of these vendors that may stand in running texts of a shape."""
        found: list[tuple[ModelForm, Pattern]] = []
        for vendor in vendors:
            if tokens := self._tokens.get(vendor):
                if vendor not in self._wide:
                    self._wide[vendor] = [Pattern(widened(_token(one)).match) for one, _ in tokens]
                pairs = zip(tokens, self._wide[vendor], strict=True)
                found += [token for token, wide in pairs if wide.search(form)]
        return found

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
            findings.append(self.brand(named, Strength.DISTINCT))
        if own:
            best = max(own, key=lambda form: form.vendor == named)
            findings.append(self.finding(best, "", Strength.DISTINCT))
        elif not named:
            telling = found if has_digit(text) else _own_words(found)
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

    def brand(self, vendor: str, strength: Strength, *, lasting: bool = False) -> Finding:
        """The brand by its name."""
        claims = {Slot.BRAND: vendor}
        strengths = {Slot.BRAND: strength}
        with_maker(self.vendors, claims, strengths)
        return Finding(f"brand-word:{vendor}", claims, strengths, lasting=lasting)

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


def has_digit(text: str) -> bool:
    """Words of the language have no digits, most model numbers have."""
    return any(map(str.isdigit, text))


def _own_words(found: list[ModelForm]) -> list[ModelForm]:
    """Of the forms of a name without digits those that no other label would use."""
    return [form for form in found if form.proves >= Strength.DISTINCT]


def _token(form: ModelForm) -> str:
    """The form as a token of a text that names its brand: not a part of a longer word.

    Nor one of a version (`Linux/4.14.200-axis9`).
    """
    return rf"(?i)(?:^|[^0-9A-Za-z.-]|(?:^|[^0-9])\.)({form.match}){_END}"


def number(form: ModelForm) -> str:
    """The form as a token of any running text: not a part of a longer number either."""
    return rf"(?:^|[^0-9A-Za-z./_-])({form.match}){_WHOLE_END}"
