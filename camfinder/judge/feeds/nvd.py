"""NVD JSON 2.0 (API pages and yearly files): `vulnerabilities[].cve` with CPE match criteria.

Bounds are version numbers only; many cameras have CPE version `-`, which tells nothing. The CVE
`affected` block that newer records carry is left to the CVE feed.
"""

from collections.abc import Iterator

import msgspec

from camfinder.judge.advisories import Advisory, Affected
from camfinder.judge.feeds.common import Data, advisory, affected, best, day, is_key
from camfinder.judge.feeds.phrases import UNUSABLE, Span, structured
from camfinder.judge.feeds.products import Vendors, models_of
from camfinder.wire.cpe import parse

MAX_MATCHES = 4_096


class Match(msgspec.Struct, rename="camel"):
    """An entry of `cpeMatch`."""

    vulnerable: bool
    criteria: str
    version_start_including: str = ""
    version_start_excluding: str = ""
    version_end_including: str = ""
    version_end_excluding: str = ""


class Node(msgspec.Struct, rename="camel"):
    """A node of a configuration."""

    cpe_match: list[Match] = []


class Configuration(msgspec.Struct):
    """Which products together are affected."""

    nodes: list[Node] = []


class Text(msgspec.Struct):
    """A text in some language."""

    lang: str = ""
    value: str = ""


class Cvss(msgspec.Struct, rename="camel"):
    """CVSS data."""

    version: str = ""
    base_score: float = -1.0
    vector_string: str = ""


class Metric(msgspec.Struct, rename="camel"):
    """A score."""

    cvss_data: Cvss


class Weakness(msgspec.Struct):
    """Weakness, in CWE numbers."""

    description: list[Text] = []


class Reference(msgspec.Struct):
    """A link."""

    url: str = ""
    tags: list[str] = []


class Cve(msgspec.Struct, rename="camel"):
    """A record."""

    id: str
    published: str = ""
    last_modified: str = ""
    vuln_status: str = ""
    descriptions: list[Text] = []
    metrics: dict[str, list[Metric]] = {}
    weaknesses: list[Weakness] = []
    configurations: list[Configuration] = []
    references: list[Reference] = []


class Item(msgspec.Struct):
    """An entry of `vulnerabilities`."""

    cve: Cve


_decoder = msgspec.json.Decoder(Item)


def read(raw: Data, vendors: Vendors) -> list[Advisory]:
    """The advisories of a record, one per vendor of surveillance devices; none for others.

    Raises:
        msgspec.DecodeError: It is no JSON, or no record.
    """
    cve = _decoder.decode(raw).cve
    if not is_key(cve.id) or cve.vuln_status == "Rejected":
        return []
    by_vendor: dict[str, list[Affected]] = {}
    for vendor, table in _tables(cve, vendors):
        by_vendor.setdefault(vendor, []).append(table)
    if not by_vendor:
        return []
    score, vector = best(
        (metric.cvss_data.version, metric.cvss_data.base_score, metric.cvss_data.vector_string)
        for metrics in cve.metrics.values()
        for metric in metrics
    )
    return [
        advisory(
            cve.id,
            vendor,
            next((text.value for text in cve.descriptions if text.lang == "en"), ""),
            tables,
            published=day(cve.published),
            score=score,
            vector=vector,
            weakness=_weakness(cve),
            reference=_reference(cve),
            source=f"NVD record, changed {day(cve.last_modified) or 'on an unknown day'}",
        )
        for vendor, tables in by_vendor.items()
    ]


def _tables(cve: Cve, vendors: Vendors) -> Iterator[tuple[str, Affected]]:
    count = 0
    for configuration in cve.configurations:
        for node in configuration.nodes:
            for match in node.cpe_match:
                count += 1
                if count > MAX_MATCHES:
                    return
                if match.vulnerable:
                    yield from _table(match, vendors)


def _table(match: Match, vendors: Vendors) -> Iterator[tuple[str, Affected]]:
    name = parse(match.criteria)
    vendor = vendors.of(name.vendor) if name else None
    if name is None or vendor is None or not vendors.wants(vendor, name.product):
        return
    models = models_of((name.vendor, vendor), name.product)
    if models is not None:
        yield vendor, affected(models, _span(match, name.version, vendors.schemes_of(vendor)))


def _span(match: Match, version: str, schemes: tuple[str, ...]) -> Span:
    """The bounds; a lower end that is excluded is taken in, as nothing lies between for sure."""
    if match.version_end_including or match.version_end_excluding:
        return structured(
            schemes,
            start=match.version_start_including or match.version_start_excluding,
            up_to=match.version_end_including,
            before=match.version_end_excluding,
        )
    if match.version_start_including:
        return UNUSABLE  # open upwards: fixed versions exist, but are not told
    return structured(schemes, exactly=[version]) if version not in {"*", "-"} else UNUSABLE


def _weakness(cve: Cve) -> str:
    for weakness in cve.weaknesses:
        for text in weakness.description:
            if text.value.startswith("CWE-"):
                return text.value[:20]
    return ""


def _reference(cve: Cve) -> str:
    """The maker's notice, else the first link."""
    links = sorted(cve.references, key=lambda each: "Vendor Advisory" not in each.tags)
    return links[0].url if links else ""
