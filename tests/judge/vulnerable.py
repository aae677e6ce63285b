"""Devices for tests of advisories, and sample texts for expressions and version bounds."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of re has no types
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from camfinder.document import ClaimDoc, DeviceDoc, EvidenceDoc
from camfinder.judge.firmware import Scheme, read

AT = datetime(2026, 11, 24, tzinfo=UTC)


def evidence(number: int, slot: str, value: str, *, fact: str = "onvif.information") -> EvidenceDoc:
    """One fact that the device states."""
    return EvidenceDoc(
        id=f"e{number}",
        fingerprint=f"field:{fact}",
        fact=fact,
        value=value,
        strength="declared",
        claims={slot: value} if slot else {},
        probe="onvif",
        address="192.0.2.7",
        port=80,
        transport="http",
        seen_at=AT,
        where="test",
        sha256="0" * 64,
        excerpt="",
    )


def device(
    brand: str | None,
    model: str | None,
    firmware: str | Sequence[str] | None,
    *,
    maker: str | None = None,
    strength: str = "declared",
    shows: Sequence[tuple[str, str]] = (),
) -> DeviceDoc:
    """A camera that states these, with evidence e1 brand, e2 maker, e3 model, e4... firmware."""
    versions = [firmware] if isinstance(firmware, str) else list(firmware or ())
    slots = [("brand", brand), ("maker", maker), ("model", model)]
    slots += [("firmware", each) for each in versions]
    claims: dict[str, list[ClaimDoc]] = {}
    items: list[EvidenceDoc] = []
    for number, (slot, value) in enumerate(slots, 1):
        if value is None:
            continue
        weight = strength if slot in {"brand", "maker"} else "declared"
        claims.setdefault(slot, []).append(
            ClaimDoc(value=value, strength=weight, evidence=[f"e{number}"])
        )
        items.append(evidence(number, slot, value))
    items += [
        evidence(100 + number, "", value, fact=fact) for number, (fact, value) in enumerate(shows)
    ]
    return DeviceDoc(
        id="mac-020000000001",
        kind="camera",
        surveillance=True,
        address="192.0.2.7",
        addresses=["192.0.2.7"],
        claimed_address=None,
        mac=None,
        brand=brand,
        maker=maker,
        model=model,
        firmware=versions[0] if versions else None,
        firmware_raw=versions[0] if versions else None,
        serial=None,
        hostname=None,
        endpoint_uuid=None,
        channels=None,
        confidence="high",
        claims=claims,
        evidence=items,
        disputed={},
        services=[],
        certificate=None,
        cpes=[],
        first_seen=AT,
        last_seen=AT,
    )


def samples(pattern: str) -> Iterator[str]:
    """Short texts that the expression finds, one per alternative at its top."""
    if not pattern:
        yield "X-1000"
        return
    yield from _sequences(list(parser.parse(pattern)))


def _sequences(items: list[Any]) -> Iterator[str]:
    """The texts of a sequence; only its largest branch is followed into every alternative."""
    texts = [""]
    for code, value in items:
        texts = [left + right for left in texts for right in _texts(code, value)][:400]
    yield from texts


def _texts(code: Any, value: Any) -> list[str]:
    """The texts of one part of an expression."""
    single: dict[Any, Any] = {codes.LITERAL: chr, codes.IN: _first, codes.ANY: lambda _any: "0"}
    if code in single:
        return [single[code](value)]
    if code is codes.AT:
        return [""]
    if code is codes.SUBPATTERN:
        return list(_sequences(list(value[3])))
    if code is codes.BRANCH:
        return [
            text for branch in value[1] for text in _sequences(list(branch)) if "\n" not in text
        ]
    fewest, _most, inner = value  # of a repetition
    return [next(_sequences(list(inner))) * fewest]


def _first(choices: list[Any]) -> str:
    """The first character of a class; a line end marks one that is only a guard."""
    kind, value = choices[0]
    if kind is codes.NEGATE:
        return "\n"
    return chr(value[0]) if kind is codes.RANGE else chr(value)


def stepped(scheme: Scheme, raw: str, by: int) -> str | None:
    """A version one step older (-1) or newer (1) than `raw`, by its last number that allows it."""
    bound = read(scheme, raw)
    assert bound is not None
    for found in reversed(list(re.finditer(r"\d+", raw))):
        number = int(found[0]) + by
        if number < 0:
            continue
        text = f"{raw[: found.start()]}{number:0{len(found[0])}d}{raw[found.end() :]}"
        version = read(scheme, text)
        if version is not None and scheme.compare(version, bound) == by:
            return text
    return None
