"""What the readers of all feeds share."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from camfinder.judge.advisories import MAX_PATTERN, Advisory, Affected
from camfinder.judge.feeds.phrases import Span
from camfinder.judge.feeds.products import Models

Data = bytes | memoryview | msgspec.Raw
"""The JSON of one record."""

MAX_TITLE = 200
MAX_MODELS = 2_000
MAX_TABLES = 512
"""Groups of affected models that are kept of one record."""


def affected(models: Models, span: Span, note: str = "") -> Affected:
    """Some models and what the feed says of their versions."""
    track = ""
    if models.tracked:
        end = span.range.before or span.range.up_to
        track = ".".join(end.split(".")[:2])
    return Affected(
        models=models.shown,
        match=models.match,
        but_not="",
        scheme=span.scheme,
        range=span.range,
        all_versions=span.every,
        unknown=not span.usable,
        track=track,
        relabels=False,
        component="",
        certain=True,
        note=note,
    )


def advisory(
    key: str,
    vendor: str,
    title: str,
    tables: Iterable[Affected],
    *,
    published: str | None,
    score: float | None,
    vector: str,
    weakness: str,
    reference: str,
    source: str,
) -> Advisory:
    """The advisory; tables of the same versions become one."""
    return Advisory(
        id=key,
        vendor=vendor,
        title=short(title) or "no description",
        status="confirmed",
        published=published,
        kev=None,
        cvss=score,
        cvss_vector=vector[:200],
        cvss_certain=True,
        weakness=weakness,
        reference=reference[:500],
        source=(source,),
        note="",
        affected=joined(list(tables)[:MAX_TABLES]),
        origin="import",
    )


def joined(tables: Sequence[Affected]) -> tuple[Affected, ...]:
    """Tables that differ in their models alone, as one each (several, where it grows too long)."""
    found: dict[Affected, list[list[Affected]]] = {}
    for table in tables:
        key = replace(table, models="", match="*" if table.match else "")
        groups = found.setdefault(key, [[]])
        if sum(len(each.match) + 1 for each in groups[-1]) + len(table.match) > MAX_PATTERN:
            groups.append([])
        groups[-1].append(table)
    return tuple(_one(group) for groups in found.values() for group in groups)


def _one(group: Sequence[Affected]) -> Affected:
    return replace(
        group[0],
        models=", ".join(dict.fromkeys(each.models for each in group))[:MAX_MODELS],
        match="|".join(dict.fromkeys(each.match for each in group if each.match)),
    )


def short(text: str) -> str:
    """One line, cut at a sentence or a word."""
    line = " ".join(text[:2_000].split())
    if len(line) <= MAX_TITLE:
        return line
    stop = line.find(". ", 40, MAX_TITLE)
    return line[: stop + 1] if stop > 0 else line[:MAX_TITLE].rsplit(" ", 1)[0] + " ..."


def day(text: str | None) -> str | None:
    """The day of a time stamp, None for something else."""
    part = (text or "")[:10]
    fine = len(part) == 10 and part[4] == part[7] == "-" and part.replace("-", "").isdecimal()
    return part if fine else None


def is_key(text: str) -> bool:
    """It looks like a CVE number."""
    parts = text.split("-")
    return len(parts) == 3 and parts[0] == "CVE" and all(p.isdecimal() for p in parts[1:])


def best(scores: Iterable[tuple[str, float, str]]) -> tuple[float | None, str]:
    """Score and vector of the version to show: 3.1 before 3.0, 4.0 and 2.0."""
    rank = {"3.1": 0, "3.0": 1, "4.0": 2, "2.0": 3}
    usable = [each for each in scores if 0 <= each[1] <= 10]
    if not usable:
        return None, ""
    _version, score, vector = min(usable, key=lambda each: rank.get(each[0], 9))
    return score, vector
