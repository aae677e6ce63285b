"""The columns of devices, findings, records and blind spots, shared by CSV and XLSX.

Column names are plain words, so that what is exported here can be given back as records
(`--known`): `address`, `mac`, `serial`, `brand`, `model`, `firmware`, `hostname`. Values are raw:
each format makes them harmless in its own way (`reports.inert`).
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from camfinder.document import DeviceDoc, Document, FindingDoc
from camfinder.reports.summary import group, marks

Value = str | int | float | None


class Column(NamedTuple):
    """A column of one row a device: its header word, its width in characters, its value."""

    name: str
    width: int
    value: Callable[[DeviceDoc], Value]


class Table(NamedTuple):
    """A table: its name, the header words with their widths, the rows."""

    name: str
    head: tuple[tuple[str, int], ...]
    rows: Iterator[list[Value]]


_SURVEILLANCE = {"surveillance": "yes", "possible": "possible", "unknown": "undecided"}


CLEARED = frozenset({"not-listed", "not-in-range"})


def against(device: DeviceDoc) -> list[FindingDoc]:
    """The findings that say something against a device or leave it open.

    Every policy and every advisory of its maker has a verdict for each device; those that clear
    it would bury the others where findings are listed one by one.
    """
    return [finding for finding in device.findings if finding.verdict not in CLEARED]


def _verdicts(kind: str, *verdicts: str) -> Callable[[DeviceDoc], str]:
    def value(device: DeviceDoc) -> str:
        found = (f.id for f in device.findings if f.kind == kind and f.verdict in verdicts)
        return " ".join(dict.fromkeys(found))

    return value


def _exploited(device: DeviceDoc) -> str:
    return " ".join(f.id for f in device.findings if f.kev and f.verdict == "affected")


def _differs(device: DeviceDoc) -> str:
    record = device.record
    found = record.differs if record is not None else []
    return "; ".join(
        f"{d.field}: recorded {d.recorded or '-'}, seen {d.seen or '-'}" for d in found
    )


def _ports(device: DeviceDoc) -> str:
    return " ".join(dict.fromkeys(f"{s.port}/{s.transport}" for s in device.services))


def _disputed(device: DeviceDoc) -> str:
    return "; ".join(f"{slot}: {' / '.join(rivals)}" for slot, rivals in device.disputed.items())


def _said(device: DeviceDoc, what: str) -> str | None:
    """What people said of a device: status, label, note."""
    value: str | None = getattr(device.triage, what, None)
    return value


DEVICES = (
    Column("address", 16, lambda d: d.address),
    Column("mac", 18, lambda d: d.mac),
    Column("kind", 10, lambda d: d.kind),
    Column("surveillance", 13, lambda d: _SURVEILLANCE.get(group(d), "no")),
    Column("brand", 16, lambda d: d.brand),
    Column("maker", 16, lambda d: d.maker),
    Column("model", 24, lambda d: d.model),
    Column("firmware", 28, lambda d: d.firmware),
    Column("serial", 22, lambda d: d.serial),
    Column("hostname", 20, lambda d: d.hostname),
    Column("channels", 9, lambda d: d.channels),
    Column("confidence", 11, lambda d: d.confidence),
    Column("findings", 32, lambda d: " ".join(marks(d))),
    Column("listed", 24, _verdicts("policy", "listed")),
    Column("listed_through_maker", 24, _verdicts("policy", "listed-through-maker")),
    Column("brand_known_to_relabel", 24, _verdicts("policy", "brand-known-to-relabel")),
    Column("cannot_tell", 24, _verdicts("policy", "cannot-tell")),
    Column("not_listed", 24, _verdicts("policy", "not-listed")),
    Column("known_exploited", 18, _exploited),
    Column("affected", 24, _verdicts("advisory", "affected")),
    Column("possibly_affected", 24, _verdicts("advisory", "possibly-affected")),
    Column("not_in_range", 24, _verdicts("advisory", "not-in-range")),
    Column("posture", 20, lambda d: " ".join(f.id for f in d.findings if f.kind == "posture")),
    Column("record", 20, lambda d: None if d.record is None else d.record.status),
    Column("record_differs", 30, _differs),
    Column("record_source", 18, lambda d: None if d.record is None else d.record.source),
    Column("triage", 16, lambda d: _said(d, "status")),
    Column("triage_label", 20, lambda d: _said(d, "label")),
    Column("triage_note", 30, lambda d: _said(d, "note")),
    Column("triage_at", 20, lambda d: f"{d.triage.at:%Y-%m-%dT%H:%M:%SZ}" if d.triage else None),
    Column("addresses", 20, lambda d: " ".join(d.addresses)),
    Column("claimed_address", 16, lambda d: d.claimed_address),
    Column("endpoint_uuid", 38, lambda d: d.endpoint_uuid),
    Column("open_ports", 24, _ports),
    Column("disputed", 24, _disputed),
    Column("cpes", 40, lambda d: " ".join(d.cpes)),
    Column("first_seen", 20, lambda d: f"{d.first_seen:%Y-%m-%dT%H:%M:%SZ}"),
    Column("last_seen", 20, lambda d: f"{d.last_seen:%Y-%m-%dT%H:%M:%SZ}"),
    Column("id", 24, lambda d: d.id),
)
"""A row per device: who it is, what there is to say against it, the rest."""

_FINDINGS = (
    ("address", 16), ("device", 24), ("brand", 16), ("model", 24), ("firmware", 28), ("kind", 10),
    ("id", 20), ("verdict", 22), ("title", 40), ("because", 60), ("known_exploited", 16),
    ("since", 12), ("cvss", 8), ("fixed_in", 20), ("clause", 12), ("reference", 40),
    ("evidence", 16),
)  # fmt: skip
_RECORDS = (
    ("id", 10), ("source", 20), ("row", 8), ("status", 20), ("in_scope", 10), ("name", 24),
    ("address", 16), ("mac", 18), ("serial", 22), ("brand", 16), ("model", 24), ("firmware", 28),
    ("location", 24), ("devices", 28), ("note", 40),
)  # fmt: skip
_UNSEEN = (("what", 40), ("why", 50), ("remedy", 60), ("address", 16), ("method", 14))


def tables(document: Document) -> tuple[Table, ...]:
    """The sheets of a workbook, in the order in which they are read."""
    head = tuple((column.name, column.width) for column in DEVICES)
    return (
        Table("devices", head, (device_row(device) for device in document.devices)),
        Table("findings", _FINDINGS, _findings(document)),
        Table("records", _RECORDS, _records(document)),
        Table("blind spots", _UNSEEN, _unseen(document)),
    )


def device_row(device: DeviceDoc) -> list[Value]:
    """The values of `DEVICES`."""
    return [column.value(device) for column in DEVICES]


def _findings(document: Document) -> Iterator[list[Value]]:
    for device in document.devices:
        about: list[Value] = [device.address, device.id, device.brand, device.model]
        for finding in against(device):
            yield [*about, device.firmware, *_finding(finding)]


def _finding(finding: FindingDoc) -> list[Value]:
    return [
        finding.kind,
        finding.id,
        finding.verdict,
        finding.title,
        finding.because,
        _word(finding.kev),
        finding.kev_date or finding.date,
        finding.cvss,
        finding.fixed_in,
        finding.clause,
        finding.reference,
        " ".join(finding.evidence),
    ]


def _records(document: Document) -> Iterator[list[Value]]:
    for record in document.records:
        yield [
            record.id, record.source, record.row, record.status, _word(record.in_scope),
            record.name, record.address, record.mac, record.serial, record.brand, record.model,
            record.firmware, record.location, " ".join(record.devices), record.note,
        ]  # fmt: skip


def _unseen(document: Document) -> Iterator[list[Value]]:
    for spot in document.run.blind_spots:
        yield [spot.what, spot.why, spot.remedy, None, None]
    for problem in document.problems:
        yield [problem.kind, problem.detail, None, problem.address, problem.probe]


def _word(truth: bool | None) -> str | None:
    return None if truth is None else "yes" if truth else "no"
