"""Which known vulnerabilities a device has, by what it says of itself. Nothing is sent or tried.

Vendor first (the brand, or the maker where the device's own evidence shows one), then model, then
version. A server or library in a banner makes no finding by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import re2

from camfinder.document import ClaimDoc, DeviceDoc, Document, FindingDoc
from camfinder.judge.advisories import Advisories, Advisory, Affected, first_day, pattern
from camfinder.judge.dates import parse_day
from camfinder.judge.firmware import SCHEMES, Version, read
from camfinder.judge.firmware.base import numbers
from camfinder.judge.ranges import holds

KIND = "advisory"
AFFECTED = "affected"
POSSIBLY = "possibly-affected"
NOT_IN_RANGE = "not-in-range"
ORDER = (AFFECTED, POSSIBLY, NOT_IN_RANGE)
SEVERAL = "several"
"""Vendor of advisories whose maker is not established: at most possibly affected."""

_MAX_FIRMWARE = 8
_MAX_TEXT = 2_048


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a device counts here.

    Attributes:
        vendors: Id of the advisories to what shows it: `its brand`, `its maker by its own answers`.
        relabelled: Those of the vendors that made the device for another brand.
        models: The model as stated, alone and behind the brand.
        firmware: Versions that the device states, the one that won first.
        evidence: Slot to the ids of the evidence.
    """

    vendors: dict[str, str]
    relabelled: frozenset[str]
    models: tuple[str, ...]
    firmware: tuple[str, ...]
    evidence: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one table of affected models says of the device; `rank` as in `ORDER`."""

    rank: int
    table: Affected
    why: str
    evidence: tuple[str, ...] = ()
    comparable: bool = True


def judge_advisories(
    document: Document, advisories: Advisories, day: date, *, not_in_range: bool = False
) -> None:
    """Put the advisory findings into the document, in place of earlier ones.

    Args:
        document: Changed in place: findings of the devices, `tool.advisories`.
        advisories: What is known.
        day: The day of judgement.
        not_in_range: Findings that say a version is not in the range, too.
    """
    for device in document.devices:
        new = findings(device, advisories, as_of=day, not_in_range=not_in_range)
        before = [each for each in device.findings if each.kind == "policy"]
        after = [each for each in device.findings if each.kind not in {"policy", KIND}]
        device.findings[:] = [*before, *new, *after]
    document.tool.advisories = {
        "digest": advisories.digest,
        "date": max(advisories.date, advisories.imported) or None,
        "shipped": advisories.date or None,
        "imported": advisories.imported or None,
        "as_of": day.isoformat(),
    }


def findings(
    device: DeviceDoc, advisories: Advisories, *, as_of: date, not_in_range: bool = False
) -> list[FindingDoc]:
    """The advisories that may concern the device, the gravest first.

    Args:
        device: Its brand, maker, model and firmware count.
        advisories: What is known.
        as_of: Advisories published later are left out, and so are later KEV entries.
        not_in_range: Advisories for the model whose range surely excludes the version, too.
    """
    seen = _seen(device, advisories)
    found: list[FindingDoc] = []
    for vendor, shown in seen.vendors.items():
        for advisory in advisories.by_vendor.get(vendor, ()):
            finding = _finding(device, advisory, seen, shown, as_of)
            if finding is not None and (not_in_range or finding.verdict != NOT_IN_RANGE):
                found.append(finding)
    return sorted(found, key=_weight)


def _weight(finding: FindingDoc) -> tuple[int, bool, float, str]:
    return (ORDER.index(finding.verdict), not finding.kev, -(finding.cvss or 0.0), finding.id)


def _seen(device: DeviceDoc, advisories: Advisories) -> _Seen:
    vendors: dict[str, str] = {}
    evidence: dict[str, tuple[str, ...]] = {}
    for slot, stated, shown in (
        ("brand", device.brand, "its brand"),
        ("maker", device.maker, "its maker by its own answers"),
    ):
        claim = _claim(device, slot, stated)
        if stated is None or (claim is not None and claim.strength == "hint"):
            continue
        evidence[slot] = tuple(claim.evidence) if claim else ()
        for name in _names(device, slot, stated, evidence[slot]):
            vendors.setdefault(advisories.vendor(name), f"{stated} is {shown}")
    labels = {key for key, shown in vendors.items() if shown.endswith("its brand")}
    if device.model:
        vendors.setdefault(SEVERAL, "the maker of this family is not established")
    for slot, value in (("model", device.model), ("firmware", device.firmware)):
        found = _claim(device, slot, value)
        evidence[slot] = tuple(found.evidence) if found else ()
    made = frozenset(vendors) - labels - {SEVERAL} if labels else frozenset()
    return _Seen(vendors, made, _models(device), _firmware(device), evidence)


def _names(device: DeviceDoc, slot: str, stated: str, evidence: Sequence[str]) -> Iterable[str]:
    """The name that the document shows, and the ids that its evidence gives."""
    ids = set(evidence)
    found = [
        item.claims[slot] for item in device.evidence if item.id in ids and slot in item.claims
    ]
    return dict.fromkeys([*found, stated])


def _claim(device: DeviceDoc, slot: str, value: str | None) -> ClaimDoc | None:
    return next((claim for claim in device.claims.get(slot, []) if claim.value == value), None)


def _models(device: DeviceDoc) -> tuple[str, ...]:
    if not device.model:
        return ()
    return (device.model, f"{device.brand} {device.model}") if device.brand else (device.model,)


def _firmware(device: DeviceDoc) -> tuple[str, ...]:
    """The version that won, as written and as cleaned, then others that are no mere hints."""
    others = [c.value for c in device.claims.get("firmware", []) if c.strength != "hint"]
    found = [device.firmware_raw, device.firmware, *others]
    return tuple(dict.fromkeys(value for value in found if value))[:_MAX_FIRMWARE]


def _finding(
    device: DeviceDoc, advisory: Advisory, seen: _Seen, shown: str, as_of: date
) -> FindingDoc | None:
    """The finding of one advisory; None where it is not about this device."""
    if first_day(advisory) > as_of:
        return None
    answers = [
        answer
        for table in advisory.affected
        if not (table.component and advisory.vendor == SEVERAL)
        for answer in (_answer(device, advisory.vendor, table, seen),)
        if answer is not None
    ]
    if not answers:
        return None
    best = _decided(answers)
    rank, doubt = _doubted(advisory, best.rank)
    slots = ("brand", "maker", "model", "firmware")
    ids = [id_ for slot in slots for id_ in seen.evidence.get(slot, ())]
    kev = advisory.kev is not None and parse_day(advisory.kev)[0] <= as_of
    return FindingDoc(
        kind=KIND,
        id=advisory.id,
        verdict=ORDER[rank],
        title=advisory.title,
        because=f"{shown}; {best.why}{doubt}",
        evidence=list(dict.fromkeys([*ids, *best.evidence])),
        date=advisory.published,
        reference=advisory.reference or None,
        kev=kev,
        kev_date=advisory.kev if kev else None,
        cvss=advisory.cvss,
        fixed_in=best.table.range.fixed or best.table.range.before or None,
    )


def _doubted(advisory: Advisory, rank: int) -> tuple[int, str]:
    """The rank, at most possibly affected where the record or the maker is in doubt."""
    if rank == 0 and advisory.vendor == SEVERAL:
        return 1, "; which maker it is cannot be told"
    if rank == 0 and not advisory.certain:
        return 1, "; the record itself is not confirmed"
    return rank, ""


def _decided(answers: Sequence[_Answer]) -> _Answer:
    """The gravest answer; one that could compare the version wins over one that could not.

    A version belongs to one branch: bounds of other branches then say nothing about it.
    """
    comparable = [answer for answer in answers if answer.comparable]
    return min(comparable or answers, key=lambda answer: answer.rank)


def _answer(device: DeviceDoc, vendor: str, table: Affected, seen: _Seen) -> _Answer | None:
    """What the table says; None where it is about other models or another track."""
    if not _matches(table, seen.models):
        return _relabelled(table, seen) if vendor in seen.relabelled else None
    named = f"model {device.model} is among {table.models}" if device.model else table.models
    if table.component:
        return _component(device, table, seen, named)
    if table.all_versions:
        return _sure(table, f"{named}; every version is affected")
    if table.unknown:
        told = f": {table.note}" if table.note else ""
        return _Answer(1, table, f"{named}; the source tells no versions{told}")
    return _by_version(table, seen.firmware, named)


def _relabelled(table: Affected, seen: _Seen) -> _Answer | None:
    """The maker's firmware under another brand, whose model number tells nothing of the maker's."""
    if not table.relabels:
        return None
    scheme = SCHEMES[table.scheme]
    for raw in seen.firmware:
        version = read(scheme, raw)
        if version is not None and holds(table.range, scheme, version):
            why = (
                f"it carries that maker's firmware under another brand; {version.raw} is in "
                f"the range {table.range.words}, but which of {table.models} it is cannot be told"
            )
            return _Answer(1, table, why)
    return None


def _by_version(table: Affected, firmware: Sequence[str], named: str) -> _Answer | None:
    """What the range says of the versions that the device states."""
    scheme = SCHEMES[table.scheme]
    words = table.range.words
    if not firmware:
        return _Answer(1, table, f"{named}; affected is {words}, and the device states no version")
    versions = [version for raw in firmware if (version := read(scheme, raw)) is not None]
    if table.track and versions and not _on_track(table.track, versions[0]):
        return None
    for version in versions:
        inside = holds(table.range, scheme, version)
        if inside:
            return _sure(table, f"{named}; firmware {version.raw} is in the range {words}")
        if inside is False:
            why = f"{named}; firmware {version.raw} is not in the range {words}"
            return _Answer(2, table, why)
    why = f"{named}; firmware {firmware[0]} cannot be compared with the range {words}"
    return _Answer(1, table, why, comparable=False)


def _on_track(track: str, version: Version) -> bool:
    fields = numbers(track)
    return version.fields[: len(fields)] == fields


def _sure(table: Affected, why: str) -> _Answer:
    """Affected, unless range or models are themselves in doubt."""
    if table.certain:
        return _Answer(0, table, why)
    note = f" ({table.note})" if table.note else ""
    return _Answer(1, table, f"{why}, which is not confirmed{note}")


def _matches(table: Affected, models: Sequence[str]) -> bool:
    """The table is about this model, or about all models of the vendor."""
    if table.but_not and any(_compiled(table.but_not).search(model) for model in models):
        return False
    return not table.match or any(_compiled(table.match).search(model) for model in models)


def _component(device: DeviceDoc, table: Affected, seen: _Seen, named: str) -> _Answer | None:
    """The device must show the component, too; even then its version is not the firmware's.

    What tells of the vendor must be more than the component itself.
    """
    word = table.component.casefold()
    shows = [item for item in device.evidence if word in item.value[:_MAX_TEXT].casefold()]
    vendor = {*seen.evidence.get("brand", ()), *seen.evidence.get("maker", ())}
    if not vendor - {item.id for item in shows}:
        return None
    for item in shows:
        value = item.value[:_MAX_TEXT]
        version = read(SCHEMES["component"], value)
        excluded = (
            version is not None and holds(table.range, SCHEMES["component"], version) is False
        )
        why = f"{named}; it shows {table.component} in {item.fact}"
        return _Answer(2 if excluded else 1, table, why, (item.id,))
    return None


@lru_cache(maxsize=4_096)
def _compiled(text: str) -> "re2._Regexp":
    return pattern(text)
