"""The JSON Schema of fingerprint files, for editors: made from the same tables as the reader."""

from collections.abc import Iterable
from typing import Any

from camfinder.match.countries import COUNTRIES
from camfinder.match.engine import ORGANISATION
from camfinder.match.labels import SELLS
from camfinder.match.reading import (
    FORM_KINDS,
    GIVEN,
    HIT_KEYS,
    KINDS,
    MISS_KEYS,
    MODEL_KEYS,
    RULE_KEYS,
    STRENGTHS,
    VENDOR_KEYS,
)

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_TEXT_OR_TEXTS: dict[str, Any] = {"anyOf": [_TEXT, _TEXTS]}
_FLAG: dict[str, Any] = {"type": "boolean"}
_SAID = {
    "id": "Of a vendor: a-z, 0-9, hyphens, and the file's name. Of a rule: begins with it.",
    "name": "As reports show it.",
    "aliases": "Other spellings in manufacturer fields.",
    "country": "ISO 3166 alpha-2; leave it out where it is not established.",
    "cpe_vendor": "Vendor part of CPE 2.3.",
    "makes_own": "Everything under this label is its own make.",
    "relabels": "Ids of makers whose equipment it is known to sell: never evidence.",
    "kind": "What it is.",
    "sells": "Its names make rules: `surveillance` where nothing else is sold under them, "
    "`cameras-too` where other things are.",
    "source": "Where the fact was learnt.",
    "fact": "The facts that match is searched in; `camfinder fingerprints facts` lists them.",
    "match": "RE2. Of a rule it is searched: anchor it. Of a model form it is the whole number.",
    "requires": "Fact to pattern: what must be found in other facts of the same observation.",
    "proves": "declared: a field made for it; distinct: only this vendor's firmware says so; "
    "family: shared by a platform and its relabels; hint: never decides anything alone.",
    "gives": "Slot to value; {name} is a named group of match.",
    "strengths": "Slot to strength, where a slot is proved otherwise than by `proves`.",
    "cpe": "CPE 2.3 names over {model} and {firmware}.",
    "free_text": "Looked for in running text that does not name the brand.",
    "hits": "Numbers that the form takes.",
    "misses": "Numbers that it must not take.",
    "hit": "A value for which the rule fires.",
    "miss": "A value for which it stays silent.",
    "text": "The fact's value.",
    "banner": "Bytes for the protocol's parser, as Latin-1 text.",
    "hex": "Bytes for the protocol's parser, in hexadecimal digits.",
    "with": "Values of other facts of the same observation.",
    "why": "What the value is.",
}
"""What an editor shows beside a key."""

_TABLE: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}


def _given() -> dict[str, Any]:
    slots: dict[str, Any] = dict.fromkeys(sorted(GIVEN), _TEXT)
    slots["kind"] = {"enum": sorted(KINDS)}
    return {"type": "object", "properties": slots, "additionalProperties": False}


def _strengths() -> dict[str, Any]:
    words = {"enum": sorted(STRENGTHS)}
    slots = dict.fromkeys(sorted(GIVEN), words)
    return {"type": "object", "properties": slots, "additionalProperties": False}


def _fact(facts: Iterable[str]) -> dict[str, Any]:
    """A known fact, or one of a family (`http.header.*`); any text where none are given."""
    known = sorted({*facts, ORGANISATION})
    families = [key.removesuffix("*") for key in known if key.endswith(".*")]
    if len(known) == 1:
        return _TEXT
    plain = [key for key in known if not key.endswith(".*")]
    patterns = [{"pattern": "^" + family.replace(".", "\\.")} for family in families]
    return {"type": "string", "anyOf": [{"enum": plain}, *patterns]}


def _special() -> dict[str, dict[str, Any]]:
    """Keys that are no plain text."""
    fact = {"$ref": "#/$defs/fact"}
    return {
        "aliases": _TEXTS,
        "sells": {"enum": sorted(SELLS)},
        "relabels": _TEXTS,
        "makes_own": _FLAG,
        "free_text": _FLAG,
        "hits": _TEXTS,
        "misses": _TEXTS,
        "fact": {"anyOf": [fact, {"type": "array", "items": fact, "minItems": 1}]},
        "cpe": _TEXT_OR_TEXTS,
        "with": _TABLE,
        "requires": _TABLE,
        "gives": _given(),
        "strengths": _strengths(),
        "proves": {"enum": sorted(STRENGTHS)},
        "country": {"enum": sorted(COUNTRIES)},
        "text": {"type": "string"},
        "banner": {"type": "string"},
        "hex": {"type": "string", "pattern": "^([0-9A-Fa-f]{2}|[ \\n])*$"},
    }


def _table(
    keys: frozenset[str], required: list[str], special: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            key: {"description": _SAID[key], **special.get(key, _TEXT)} for key in sorted(keys)
        },
        "required": required,
        "additionalProperties": False,
    }


def schema(facts: Iterable[str] = ()) -> dict[str, Any]:
    """The schema (draft 2020-12) of one fingerprint file.

    Args:
        facts: Keys that a rule may name, families as `http.header.*`; empty for any.
    """
    special = _special() | {"kind": {"enum": sorted(FORM_KINDS)}}
    example = {"oneOf": [{"required": [key]} for key in ("text", "banner", "hex")]}
    for name, keys in (("hit", HIT_KEYS), ("miss", MISS_KEYS)):
        one = _table(keys, [], special) | example
        special[name] = {"type": "array", "items": one, "minItems": 1}
    needed = ["id", "fact", "match", "proves", "gives", "source", "hit", "miss"]
    rule = _table(RULE_KEYS, needed, special)
    needed = ["id", "match", "proves", "hits", "misses", "source"]
    model = _table(MODEL_KEYS, needed, special)
    vendor = _table(VENDOR_KEYS, ["id", "name", "source"], special)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A camfinder fingerprint file",
        "$defs": {"fact": _fact(facts)},
        "type": "object",
        "properties": {
            "schema": {"const": 1},
            "vendor": vendor,
            "model": {"type": "array", "items": model},
            "rule": {"type": "array", "items": rule},
        },
        "required": ["schema"],
        "additionalProperties": False,
    }
