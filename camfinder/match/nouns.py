"""What fingerprint files hold, as records: vendors, model forms, rules and their examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import re2

from camfinder.match.names import vendor_key
from camfinder.match.patterns import Later
from camfinder.model import CamfinderError, Kind, Slot, Strength


class FingerprintError(CamfinderError):
    """A fingerprint file is wrong: the message names file, rule and remedy."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A label under which devices are sold, or the maker behind it (`[vendor]`).

    Attributes:
        id: Lower case, digits, hyphens.
        name: As reports show it.
        aliases: Other spellings.
        country: ISO 3166 alpha-2, None where not established.
        cpe_vendor: Vendor part of CPE 2.3, None where not known.
        makes_own: Everything under this label is its own make.
        relabels: Ids of makers whose equipment it is known to sell: never evidence.
        kind: What a surveillance device is of which only this brand is known.
        source: Where the facts were learnt.
        file: The file it comes from.
        sells: `surveillance` or `cameras-too`, where its names make rules (`match.labels`).
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    country: str | None
    cpe_vendor: str | None
    makes_own: bool
    relabels: tuple[str, ...]
    kind: Kind | None
    source: str
    file: str
    sells: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A value for which a rule is shown to fire (`hit`) or to stay silent (`miss`).

    Attributes:
        text: The fact's value; None where `raw` is given.
        raw: Bytes for the parser of the fact's protocol (`banner` in Latin-1, or `hex`).
        with_facts: Values of other facts of the same observation.
        gives: Claims that must come out (hits only; need not be complete).
        why: What the value is (misses only).
    """

    text: str | None
    raw: bytes | None
    with_facts: Mapping[str, str]
    gives: Mapping[Slot, str] = field(default_factory=dict)
    why: str = ""


class Hit(Example):
    """A value for which the rule must fire."""


class Miss(Example):
    """A value for which the rule must stay silent."""


@dataclass(frozen=True, slots=True)
class ModelForm:
    """What model numbers of a vendor look like (`[[model]]`).

    Attributes:
        match: RE2 of the whole number, not anchored; case does not count where the text is a
            model field or names the brand, and counts elsewhere.
        kind: What devices of this form are; None for the vendor's own kind, if any.
        proves: How sure the brand is from the number alone.
        free_text: May be looked for in running text that does not name the brand.
    """

    id: str
    vendor: str
    match: str
    kind: Kind | None
    proves: Strength
    free_text: bool
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    source: str
    file: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A fact whose value tells something (`[[rule]]`).

    Attributes:
        vendor: Id of the file's vendor; the file's name for files without one.
        facts: The fact keys that `pattern` is searched in.
        requires: Other facts of the same observation, and what must occur in them.
        gives: Slot to template: `{name}` stands for a named group of `match`.
        strengths: Slot to strength, the same keys as `gives`.
        cpe: CPE 2.3 templates over `{model}` and `{firmware}` of the device.
    """

    id: str
    vendor: str
    facts: tuple[str, ...]
    match: str
    pattern: "Later | re2._Regexp"
    requires: Mapping[str, "Later | re2._Regexp"]
    proves: Strength
    gives: Mapping[Slot, str]
    strengths: Mapping[Slot, Strength]
    cpe: tuple[str, ...]
    source: str
    hits: tuple[Hit, ...]
    misses: tuple[Miss, ...]
    file: str


@dataclass(frozen=True)
class Fingerprints:
    """All that the fingerprint files say.

    Attributes:
        vendors: By id.
        models: Model forms in order of their files.
        rules: In order of their files.
        digest: First 12 hexadecimal digits of the SHA-256 over the files.
    """

    vendors: Mapping[str, Vendor]
    models: tuple[ModelForm, ...]
    rules: tuple[Rule, ...]
    digest: str

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Vendor ids by `vendor_key` of id, name and aliases."""
        found: dict[str, str] = {}
        for vendor in self.vendors.values():
            for name in (vendor.name, vendor.id, *vendor.aliases):
                found.setdefault(vendor_key(name), vendor.id)
        found.pop("", None)
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Rule | ModelForm]:
        """Rules and model forms by id."""
        found: dict[str, Rule | ModelForm] = {form.id: form for form in self.models}
        found.update((rule.id, rule) for rule in self.rules)
        return found

    def display(self, vendor: str) -> str:
        """The vendor's name as reports show it; unknown ids are shown as they are."""
        known = self.vendors.get(vendor)
        return known.name if known else vendor
