"""The JSON Schema of fingerprint files, for editors: made from the same tables as the reader."""

from typing import Any

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
_TABLE: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "string"}}


def _given() -> dict[str, Any]:
    slots: dict[str, Any] = dict.fromkeys(sorted(GIVEN), _TEXT)
    slots["kind"] = {"enum": sorted(KINDS)}
    return {"type": "object", "properties": slots, "additionalProperties": False}


def _strengths() -> dict[str, Any]:
    words = {"enum": sorted(STRENGTHS)}
    slots = dict.fromkeys(sorted(GIVEN), words)
    return {"type": "object", "properties": slots, "additionalProperties": False}


def _special() -> dict[str, dict[str, Any]]:
    """Keys that are no plain text."""
    return {
        "aliases": _TEXTS,
        "relabels": _TEXTS,
        "makes_own": _FLAG,
        "free_text": _FLAG,
        "hits": _TEXTS,
        "misses": _TEXTS,
        "fact": _TEXT_OR_TEXTS,
        "cpe": _TEXT_OR_TEXTS,
        "with": _TABLE,
        "requires": _TABLE,
        "gives": _given(),
        "strengths": _strengths(),
        "proves": {"enum": sorted(STRENGTHS)},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "text": {"type": "string"},
        "banner": {"type": "string"},
        "hex": {"type": "string", "pattern": "^([0-9A-Fa-f]{2}|[ \\n])*$"},
    }


def _table(keys: frozenset[str], required: list[str], **other: dict[str, Any]) -> dict[str, Any]:
    special = _special() | other
    return {
        "type": "object",
        "properties": {key: special.get(key, _TEXT) for key in sorted(keys)},
        "required": required,
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of one fingerprint file."""
    kind = {"enum": sorted(FORM_KINDS)}
    example = {"oneOf": [{"required": [key]} for key in ("text", "banner", "hex")]}
    hit = _table(HIT_KEYS, []) | example
    miss = _table(MISS_KEYS, []) | example
    rule = _table(
        RULE_KEYS,
        ["id", "fact", "match", "proves", "gives", "source", "hit", "miss"],
        hit={"type": "array", "items": hit, "minItems": 1},
        miss={"type": "array", "items": miss, "minItems": 1},
    )
    model = _table(MODEL_KEYS, ["id", "match", "proves", "hits", "misses", "source"], kind=kind)
    vendor = _table(VENDOR_KEYS, ["id", "name", "source"], kind=kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A camfinder fingerprint file",
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
