"""The answer of `camfinder identify` about one case, in its documented form (docs/identify.md)."""

from functools import lru_cache
from typing import Any

from camfinder.match.alone import NOBODY, NOTHING, REMEMBERED, Alone, Told
from camfinder.match.finding import Finding
from camfinder.model import Kind, Slot, Strength

VALUE_CHARS = 200
"""More of a fact's value is not repeated in the answer."""

_SLOTS = {slot: slot.value for slot in Slot}
_KINDS = {kind: kind.value for kind in Kind}
_STRENGTHS = {strength: strength.word for strength in Strength}
_CONFIDENCES = {strength: strength.confidence for strength in Strength}
"""The words of the answer, looked up: asking an enumeration is slow."""

_UNKNOWN = {
    "surveillance": None,
    "kind": _KINDS[Kind.UNKNOWN],
    **dict.fromkeys(("brand", "maker", "model", "firmware", "serial", "mac")),
    "confidence": Strength.HINT.confidence,
}
"""The answer where nothing is told."""

_NOTHING_TOLD: dict[str, Any] = {**_UNKNOWN, "disputed": {}, "evidence": [], "problems": []}
"""The same, whole: it is never changed, nor is any other answer."""


def _shown(finding: Finding) -> tuple[str, dict[str, str]]:
    """The strength and the claims of a finding in the words of the answer."""
    strength = max(finding.strengths.values(), default=Strength.HINT)
    return _STRENGTHS[strength], {_SLOTS[slot]: value for slot, value in finding.claims.items()}


_shown_again = lru_cache(REMEMBERED)(_shown)


def _evidence(told: Told) -> dict[str, Any]:
    """A piece of evidence in the documented form."""
    finding, (key, value), _probe = told
    strength, claims = _shown_again(finding) if finding.lasting else _shown(finding)
    return {
        "fingerprint": finding.fingerprint,
        "fact": key,
        "value": value[:VALUE_CHARS],
        "strength": strength,
        "claims": claims,
    }


def answer(found: Alone, problems: list[str]) -> dict[str, Any]:
    """The identification in the documented form, without the id of its case."""
    if found is NOBODY and not problems:
        return _NOTHING_TOLD
    if found.conclusion is NOTHING:
        return {**_UNKNOWN, "disputed": {}, "evidence": [], "problems": problems}
    conclusion, values = found.conclusion, found.conclusion.values
    verdict = conclusion.verdict
    return {
        "surveillance": verdict.surveillance,
        "kind": _KINDS[verdict.kind],
        "brand": conclusion.brand,
        "maker": conclusion.maker,
        "model": values.get(Slot.MODEL),
        "firmware": values.get(Slot.FIRMWARE),
        "serial": values.get(Slot.SERIAL),
        "mac": found.mac,
        "confidence": _CONFIDENCES[verdict.strength],
        "disputed": {_SLOTS[slot]: list(values) for slot, values in conclusion.disputed.items()},
        "evidence": list(map(_evidence, found.evidence)),
        "problems": problems,
    }
