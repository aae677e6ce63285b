"""CVE records, JSON 5 (CVE Program schema 5.x), with what CISA adds to them (`adp`)."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from camfinder.judge.advisories import Advisory, Affected
from camfinder.judge.feeds.common import Data, advisory, affected, best, day, is_key
from camfinder.judge.feeds.phrases import UNUSABLE, Span, in_words, structured
from camfinder.judge.feeds.products import Models, Vendors, models_of

MAX_VERSIONS = 256


class Version(msgspec.Struct, rename="camel"):
    """An entry of `versions`."""

    version: str | None = None
    status: str = ""
    less_than: str | None = None
    less_than_or_equal: str | None = None


class Product(msgspec.Struct, rename="camel"):
    """An entry of `affected`."""

    vendor: str | None = None
    product: str | None = None
    platforms: list[str] = []
    versions: list[Version] = []
    default_status: str = ""


class Text(msgspec.Struct):
    """A text in some language."""

    value: str = ""
    lang: str = ""


class Score(msgspec.Struct, rename="camel"):
    """A CVSS score."""

    base_score: float | None = None
    vector_string: str = ""


class Metric(msgspec.Struct):
    """An entry of `metrics`."""

    v4: Score | None = msgspec.field(default=None, name="cvssV4_0")
    v31: Score | None = msgspec.field(default=None, name="cvssV3_1")
    v30: Score | None = msgspec.field(default=None, name="cvssV3_0")
    v2: Score | None = msgspec.field(default=None, name="cvssV2_0")


class Weakness(msgspec.Struct, rename="camel"):
    """A problem type."""

    cwe_id: str = ""


class Problem(msgspec.Struct):
    """An entry of `problemTypes`."""

    descriptions: list[Weakness] = []


class Reference(msgspec.Struct):
    """A link."""

    url: str = ""


class Container(msgspec.Struct, rename="camel"):
    """What the numbering authority, or CISA, says."""

    title: str | None = None
    affected: list[Product] = []
    descriptions: list[Text] = []
    metrics: list[Metric] = []
    problem_types: list[Problem] = []
    references: list[Reference] = []


class Containers(msgspec.Struct):
    """All that is said."""

    cna: Container
    adp: list[Container] = []


class Meta(msgspec.Struct, rename="camel"):
    """Head of the record."""

    cve_id: str
    state: str = ""
    date_published: str | None = None
    date_updated: str | None = None
    assigner_short_name: str = ""


class Record(msgspec.Struct, rename="camel"):
    """A record; a rejected one has containers of another form and is not decoded."""

    cve_metadata: Meta
    containers: Containers


class _Head(msgspec.Struct, rename="camel"):
    cve_metadata: Meta


_head = msgspec.json.Decoder(_Head)
_record = msgspec.json.Decoder(Record)


def read(raw: Data, vendors: Vendors) -> list[Advisory]:
    """The advisories of a record, one per vendor of surveillance devices; none for others.

    Raises:
        msgspec.DecodeError: It is no JSON, or no record.
    """
    if _head.decode(raw).cve_metadata.state != "PUBLISHED":
        return []
    record = _record.decode(raw)
    meta, cna = record.cve_metadata, record.containers.cna
    if not is_key(meta.cve_id):
        return []
    by_vendor: dict[str, list[Affected]] = {}
    for container in (cna, *record.containers.adp):
        for vendor, table in _tables(container, vendors):
            by_vendor.setdefault(vendor, []).append(table)
    if not by_vendor:
        return []
    score, vector = _score(record.containers)
    changed = day(meta.date_updated) or "an unknown day"
    return [
        advisory(
            meta.cve_id,
            vendor,
            cna.title or next((text.value for text in cna.descriptions), ""),
            _without_idle(tables),
            published=day(meta.date_published),
            score=score,
            vector=vector,
            weakness=_weakness(record.containers),
            reference=next((each.url for each in cna.references), ""),
            source=f"CVE record by {meta.assigner_short_name[:40]}, changed {changed}",
        )
        for vendor, tables in by_vendor.items()
    ]


def _without_idle(tables: list[Affected]) -> list[Affected]:
    """A table of the same models without a usable range says nothing beside one that has it."""
    told = {table.match for table in tables if not table.unknown}
    return [table for table in tables if not table.unknown or table.match not in told]


def _tables(container: Container, vendors: Vendors) -> Iterator[tuple[str, Affected]]:
    for product in container.affected:
        vendor = vendors.of(product.vendor or "")
        name = product.product or ""
        if vendor is None or not name or not vendors.wants(vendor, name):
            continue
        models = models_of((product.vendor or "", vendor), name)
        if models is None:  # `Camera Firmware` for the models that stand among the platforms
            models = models_of((), ", ".join(product.platforms[:32]))
        if models is not None:
            yield from ((vendor, table) for table in _spans(product, models, vendors, vendor))


def _spans(product: Product, models: Models, vendors: Vendors, vendor: str) -> Iterator[Affected]:
    schemes = vendors.schemes_of(vendor)
    chips = ", ".join(product.platforms[:8]) if not models.match else ""
    note = f"only on {chips}"[:200] if chips else ""
    single: list[str] = []
    spans: list[Span] = []
    for version in product.versions[:MAX_VERSIONS]:
        if version.status != "affected":
            continue
        if version.less_than or version.less_than_or_equal:
            spans.append(
                structured(
                    schemes,
                    start=version.version or "",
                    up_to=version.less_than_or_equal or "",
                    before=version.less_than or "",
                )
            )
            continue
        span = in_words(version.version or "", schemes)
        if span.range.exactly and not (span.range.start or span.range.up_to or span.range.before):
            single += span.range.exactly
        else:
            spans.append(span)
    if single:
        spans.append(structured(schemes, exactly=single))
    for span in dict.fromkeys(spans or [UNUSABLE]):
        # A device does not tell its chip: a range that holds for some chips only proves nothing.
        yield replace(affected(models, span, note), certain=not chips)


def _score(containers: Containers) -> tuple[float | None, str]:
    found = []
    for container in (containers.cna, *containers.adp):
        for metric in container.metrics:
            for version, score in (
                ("3.1", metric.v31), ("3.0", metric.v30), ("4.0", metric.v4), ("2.0", metric.v2)
            ):  # fmt: skip
                if score is not None and score.base_score is not None:
                    found.append((version, score.base_score, score.vector_string))
    return best(found)


def _weakness(containers: Containers) -> str:
    for container in (containers.cna, *containers.adp):
        for problem in container.problem_types:
            for each in problem.descriptions:
                if each.cwe_id.startswith("CWE-") and each.cwe_id[4:].isdecimal():
                    return each.cwe_id
    return ""
