"""Known vulnerabilities of firmware, as data: found, read, laid over each other.

Files: `advisories/*.toml`, one per vendor (docs/advisories.md).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import re2

from camfinder.datafiles import Complaint, DataKind, Digest, refuse
from camfinder.judge.dates import parse_day
from camfinder.judge.firmware import SCHEMES, read
from camfinder.judge.makers import plain
from camfinder.judge.ranges import Range
from camfinder.judge.tables import Table, is_id, opened
from camfinder.model import CamfinderError

__all__ = [
    "Advisories",
    "Advisory",
    "AdvisoryError",
    "Affected",
    "default_folder",
    "load",
    "pattern",
    "read_folders",
]

SCHEMA = 1
MAX_PATTERN = 4_000
STATUS = ("confirmed", "unconfirmed")


class AdvisoryError(CamfinderError):
    """A file of advisories is wrong: the message names file, advisory and remedy."""


ADVISORIES = DataKind("advisories", "advisory", AdvisoryError)


@dataclass(frozen=True, slots=True)
class Affected:
    """Some models and the versions of them that are affected.

    Attributes:
        models: As the source names them.
        match: RE2 looked for in the model that a device states, case does not count; empty for
            every model of the vendor.
        but_not: RE2 of models that `match` takes in wrongly.
        scheme: How versions are compared (`firmware.SCHEMES`).
        range: The affected versions.
        all_versions: Every version is affected, no fix exists.
        unknown: The source tells no usable range.
        track: Leading fields (`9.80`) that a version must have for the table to be about it.
        relabels: Models of other brands with the maker's firmware may be affected, too.
        component: A server or library whose presence the device must show, too.
        certain: Range and models are confirmed; else a device is at most possibly affected.
        note: What else the source says.
    """

    models: str
    match: str
    but_not: str
    scheme: str
    range: Range
    all_versions: bool
    unknown: bool
    track: str
    relabels: bool
    component: str
    certain: bool
    note: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """One vulnerability.

    Attributes:
        id: CVE number, or the issuer's own.
        vendor: Id as in the fingerprints; `several` for components of many makers.
        title: What it is, in words.
        status: `confirmed`, or `unconfirmed` for one weak source.
        published: Day, None where not known.
        kev: Day on which it came into CISA's catalogue of exploited vulnerabilities.
        cvss: Base score, None where not known.
        cvss_vector: As published, empty where not known.
        cvss_certain: The score was read in a record.
        weakness: CWE number, empty where not known.
        reference: The maker's or an authority's own notice.
        source: Where it was read.
        note: Anything else.
        affected: In order of the file.
        origin: File it comes from, or the imported feed.
    """

    id: str
    vendor: str
    title: str
    status: str
    published: str | None
    kev: str | None
    cvss: float | None
    cvss_vector: str
    cvss_certain: bool
    weakness: str
    reference: str
    source: tuple[str, ...]
    note: str
    affected: tuple[Affected, ...]
    origin: str

    @property
    def certain(self) -> bool:
        """The record itself was read."""
        return self.status == "confirmed"


@dataclass(frozen=True)
class Advisories:
    """All advisories, with whose they are.

    Attributes:
        all: By id; one of a second vendor behind the id and `@`.
        names: Plain spellings of vendors (`cpplus`) to vendor ids.
        digest: First 12 hexadecimal digits of the SHA-256 over the data.
        date: The youngest day on which a file was compared with its sources.
        imported: The youngest day that an imported feed tells of itself; empty for none.
    """

    all: Mapping[str, Advisory]
    names: Mapping[str, str]
    digest: str
    date: str
    imported: str = ""

    @cached_property
    def by_vendor(self) -> Mapping[str, tuple[Advisory, ...]]:
        """The advisories of each vendor."""
        found: dict[str, list[Advisory]] = {}
        for each in self.all.values():
            found.setdefault(each.vendor, []).append(each)
        return {vendor: tuple(several) for vendor, several in found.items()}

    def vendor(self, name: str) -> str:
        """The id that advisories use for a vendor's id or name; the name itself where none does."""
        return self.names.get(plain(name), name)

    def with_feed(
        self, more: Iterable[Advisory], kev: Mapping[str, str], digest: str, day: str
    ) -> "Advisories":
        """With what feeds add: advisories that are not here yet, and days of the KEV catalogue."""
        merged = dict(self.all)
        for each in more:
            own = merged.get(each.id)
            if own is None:
                merged[each.id] = each
            elif own.vendor != each.vendor:
                merged.setdefault(f"{each.id}@{each.vendor}", each)
        for key, each in merged.items():
            if each.kev is None and each.id in kev:
                merged[key] = replace(each, kev=kev[each.id])
        both = hashlib.sha256(f"{self.digest} {digest}".encode()).hexdigest()[:12]
        return Advisories(merged, self.names, both, self.date, day)


def default_folder() -> Path:
    """The advisories that came with camfinder: package data, or beside the package in a checkout.

    Raises:
        AdvisoryError: Neither is there.
    """
    return ADVISORIES.default_folder()


def load(folders: Sequence[Path]) -> Advisories:
    """The advisories of all folders; later ones replace earlier ones of the same id.

    Raises:
        AdvisoryError: Something in a file is wrong; it names file, advisory and remedy.
    """
    found, complaints = read_folders(folders)
    refuse(complaints, AdvisoryError)
    return found


def read_folders(folders: Sequence[Path]) -> tuple[Advisories, tuple[Complaint, ...]]:
    """The readable part of all folders, and every complaint about the rest.

    Raises:
        AdvisoryError: A folder is not there or holds no file.
    """
    found: dict[str, Advisory] = {}
    names: dict[str, str] = {}
    complaints: list[Complaint] = []
    checked: list[str] = []
    digest = Digest()
    for folder in folders:
        layer: dict[str, Advisory] = {}
        for path, data in ADVISORIES.files(folder, digest, complaints):
            root = opened(path, data, SCHEMA, complaints)
            if root is not None:
                checked.append(_file(root, str(path), layer, names))
        found |= layer
    newest = max(checked, default="")
    return Advisories(found, names, str(digest), newest), tuple(complaints)


def _file(root: Table, file: str, layer: dict[str, Advisory], names: dict[str, str]) -> str:
    """Add the advisories of a file; the day on which it was checked."""
    vendor = root.text("vendor", required=True)
    if vendor and not is_id(vendor):
        root.complain(f"vendor is {vendor!r}", "write the id that the fingerprints use")
    for name in (vendor, *root.texts("names")):
        names[plain(name)] = vendor
    checked = root.day("checked", required=True) or ""
    for table in root.tables("advisory"):
        advisory = _advisory(table, vendor, file)
        if advisory.id in layer:
            table.complain("the id stands here twice", "join the two")
        layer[advisory.id] = advisory
    root.done()
    return checked


def _advisory(table: Table, vendor: str, file: str) -> Advisory:
    affected = tuple(_affected(each) for each in table.tables("affected"))
    if not affected:
        table.complain("nothing is affected", "write at least one [[advisory.affected]]")
    source = table.texts("source")
    if not source:
        table.complain("source is missing", 'write source = ["..."]')
    advisory = Advisory(
        id=table.text("id", required=True),
        vendor=vendor,
        title=table.text("title", required=True),
        status=table.word("status", STATUS),
        published=table.day("published"),
        kev=table.day("kev"),
        cvss=_score(table),
        cvss_vector=table.text("cvss_vector"),
        cvss_certain=table.flag("cvss_certain", default=True),
        weakness=table.text("weakness"),
        reference=table.text("reference"),
        source=source,
        note=table.text("note"),
        affected=affected,
        origin=file,
    )
    table.done()
    return advisory


def _score(table: Table) -> float | None:
    value = table.take("cvss")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        table.complain(f"cvss is {value!r}", "write a base score from 0.0 to 10.0")
        return None
    return float(value)


def _affected(table: Table) -> Affected:
    affected = Affected(
        models=table.text("models", required=True),
        match=_pattern(table, "match"),
        but_not=_pattern(table, "but_not"),
        scheme=table.word("scheme", tuple(SCHEMES)),
        range=_range(table),
        all_versions=table.flag("all_versions", default=False),
        unknown=table.flag("unknown", default=False),
        track=table.text("track"),
        relabels=table.flag("relabels", default=False),
        component=table.text("component"),
        certain=table.flag("certain", default=True),
        note=table.text("note"),
    )
    table.done()
    said = (affected.all_versions, affected.unknown, affected.range.bounded)
    if sum(said) != 1:
        remedy = "write either bounds, or all_versions = true, or unknown = true"
        table.complain("the versions are told in no way, or in two", remedy)
    if affected.track and not all(part.isdecimal() for part in affected.track.split(".")):
        table.complain(f"track is {affected.track!r}", 'write leading fields, such as "9.80"')
    if affected.scheme == "component" and not affected.component:
        table.complain("component is missing", 'write component = "uc-httpd"')
    _check_bounds(table, affected)
    return affected


def _range(table: Table) -> Range:
    branch = table.take("branch")
    if branch is not None and (isinstance(branch, bool) or not isinstance(branch, int)):
        table.complain(f"branch is {branch!r}", "write how many leading fields make a branch")
        branch = None
    day = table.day("build_before")
    if day is not None and len(day) != len("2021-06-28"):
        table.complain(f"build_before is {day!r}", "write a whole day")
        day = None
    return Range(
        start=table.text("from"),
        up_to=table.text("up_to"),
        before=table.text("before"),
        exactly=table.texts("exactly"),
        build_before=None if day is None else date.fromisoformat(day),
        branch=branch or 0,
        fixed=table.text("fixed"),
    )


def _check_bounds(table: Table, affected: Affected) -> None:
    """Every bound must be of the scheme, and the ends in order."""
    span, scheme = affected.range, SCHEMES[affected.scheme]
    for text in (span.start, span.up_to, span.before, span.fixed, *span.exactly):
        if text and read(scheme, text) is None:
            table.complain(f"{text!r} is no version of {scheme.name}", "correct it or the scheme")
    if span.up_to and span.before:
        table.complain("up_to beside before", "write one of the two")
    first, last = read(scheme, span.start), read(scheme, span.up_to or span.before)
    if first and last and (scheme.compare(first, last) or 0) > 0:
        table.complain("the range ends before it begins", "correct from, up_to or before")


def _pattern(table: Table, key: str) -> str:
    text = table.text(key)
    if text:
        try:
            pattern(text)
        except re2.error as error:
            table.complain(f"{key}: {error}", "write an RE2 expression")
            return ""
    return text


def pattern(text: str) -> "re2._Regexp":
    """The compiled expression, case does not count; a bad one leaves no line on stderr.

    Raises:
        re2.error: It is none, or too large.
    """
    if len(text) > MAX_PATTERN:
        raise re2.error("longer than 4,000 characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = 8 << 20
    return re2.compile(text, options=options)


def first_day(advisory: Advisory) -> date:
    """The first day on which it was surely known; the end of the CVE's year at the latest."""
    if advisory.published:
        return parse_day(advisory.published)[0]
    parts = advisory.id.split("-")
    if len(parts) > 1 and parts[1].isdecimal() and 1999 <= int(parts[1]) <= 9999:
        return date(int(parts[1]), 1, 1)
    return date.min
