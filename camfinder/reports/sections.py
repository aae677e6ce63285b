"""The section of one device: everything claimed of it, and what proves it."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from camfinder.document import ChangeDoc, DeviceDoc, EvidenceDoc, FindingDoc, TriageDoc
from camfinder.reports.blocks import Block, Cell, heading, paragraph, table, terms
from camfinder.reports.inert import shorten, visible
from camfinder.reports.texts import Texts

WIDTH = 300
"""Longer texts are cut; the JSON document has them whole."""
_IDS = 8
_BYTES = str.maketrans(
    {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0x100))}
    | {0x0A: "\\n\n", 0x0D: "\\r", 0x09: "\\t", 0x5C: "\\\\"}
)


@lru_cache(maxsize=16_384)
def shown(value: object, width: int = WIDTH) -> str:
    """A value as one inert line; empty where there is none."""
    return "" if value is None else shorten(visible(str(value)), width)


def bytes_shown(excerpt: str) -> str:
    r"""Observed bytes, from base64: ASCII as it is, every other byte as `\xNN`."""
    try:
        data = base64.b64decode(excerpt)
    except (binascii.Error, ValueError):
        return ""
    return data.decode("latin-1").translate(_BYTES)


@lru_cache(maxsize=1024)
def moment(at: datetime) -> str:
    """A time as reports write it, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def section(device: DeviceDoc, changes: Sequence[ChangeDoc], text: Texts) -> list[Block]:
    """The blocks of a device's section.

    Args:
        device: The device.
        changes: Its changes since the run before.
        text: The language.
    """
    return [
        *_identity(device, text),
        *_findings(device.findings, text),
        *_record(device, text),
        *_triage(device.triage, text),
        *_claims(device, text),
        *_services(device, text),
        *_evidence(device.evidence, text),
        *_history(device, changes, text),
    ]


def _identity(device: DeviceDoc, text: Texts) -> list[Block]:
    return [
        terms(
            [
                (text("term.addresses"), shown(", ".join(device.addresses))),
                (text("term.claimed_address"), shown(device.claimed_address)),
                (text("term.mac"), shown(device.mac)),
                (text("term.serial"), shown(device.serial)),
                (text("term.hostname"), shown(device.hostname)),
                (text("term.endpoint_uuid"), shown(device.endpoint_uuid)),
                (text("term.firmware_raw"), shown(device.firmware_raw)),
                (text("term.channels"), shown(device.channels)),
                (text("term.cpes"), shown(", ".join(device.cpes))),
                (text("term.id"), shown(device.id)),
            ]
        )
    ]


def _findings(findings: Iterable[FindingDoc], text: Texts) -> list[Block]:
    rows: list[list[Cell]] = []
    for finding in findings:
        score = "" if finding.cvss is None else f"CVSS {finding.cvss:.1f}"
        kev = text("kev.since", date=shown(finding.kev_date) or "?") if finding.kev else ""
        fixed = text("fixed.in", version=shown(finding.fixed_in)) if finding.fixed_in else ""
        named = ", ".join(filter(None, (shown(finding.id), shown(finding.clause))))
        rows.append(
            [
                text.known("verdict", finding.verdict),
                f"{named}: {shown(finding.title)}" if finding.title else named,
                "; ".join(filter(None, (shown(finding.because, 2000), fixed))),
                "; ".join(filter(None, (kev, score))),
                shown(finding.date),
                _ids(finding.evidence),
                shown(finding.reference),
            ]
        )
    if not rows:
        return []
    names = ("verdict", "rule", "because", "severity", "since", "evidence", "reference")
    head = [(text(f"col.{name}"), "mono" if name == "evidence" else "") for name in names]
    return [table(text("table.findings"), head, rows)]


def _record(device: DeviceDoc, text: Texts) -> list[Block]:
    record = device.record
    if record is None:
        return []
    told = [text.known("status", record.status)]
    if record.source:
        told.append(text("record.source", source=shown(record.source)))
    if record.records:
        told.append(text("record.ids", ids=shown(", ".join(record.records))))
    blocks = [heading(text("table.record")), paragraph("; ".join(told))]
    if record.differs:
        head = [(text("col.field"), ""), (text("col.recorded"), ""), (text("col.seen"), "")]
        rows = [[shown(d.field), shown(d.recorded), shown(d.seen)] for d in record.differs]
        blocks.append(table(text("table.differs"), head, rows))
    return blocks


def _triage(said: TriageDoc | None, text: Texts) -> list[Block]:
    if said is None:
        return []
    status = text.known("mark", said.status) if said.status else ""
    what = "; ".join(filter(None, (status, shown(said.label), shown(said.note))))
    told = text("triage.said", what=what, at=moment(said.at))
    return [heading(text("table.triage")), paragraph(told)]


def _claims(device: DeviceDoc, text: Texts) -> list[Block]:
    rows: list[list[Cell]] = []
    for slot, claims in device.claims.items():
        rivals = text("claim.disputed") if slot in device.disputed else ""
        rows += [
            [
                text.known("term", slot),
                shown(claim.value),
                text.known("strength", claim.strength),
                _ids(claim.evidence),
                rivals,
            ]
            for claim in claims
        ]
    if not rows:
        return []
    head = [
        (text("col.claim"), ""),
        (text("col.value"), ""),
        (text("col.strength"), ""),
        (text("col.evidence"), "mono"),
        (text("col.dispute"), "warn"),
    ]
    if not device.disputed:
        head, rows = head[:-1], [row[:-1] for row in rows]
    return [table(text("table.claims"), head, rows)]


def _services(device: DeviceDoc, text: Texts) -> list[Block]:
    blocks: list[Block] = []
    if device.services:
        head = [(text("col.port"), "mono"), (text("col.protocol"), ""), (text("col.banner"), "")]
        rows = [
            [f"{s.port}/{shown(s.transport)}", shown(s.protocol), shown(s.banner, 160)]
            for s in device.services
        ]
        blocks.append(table(text("table.services"), head, rows))
    if device.certificate is not None:
        shows = device.certificate
        blocks += [
            heading(text("table.certificate")),
            terms(
                [
                    (text("term.subject"), shown(shows.subject)),
                    (text("term.issuer"), shown(shows.issuer)),
                    (text("term.serial"), shown(shows.serial)),
                    (
                        text("term.valid"),
                        f"{shows.not_before:%Y-%m-%d} / {shows.not_after:%Y-%m-%d}",
                    ),
                    ("SHA-256", shown(shows.sha256)),
                ]
            ),
        ]
    return blocks


def _evidence(evidence: Iterable[EvidenceDoc], text: Texts) -> list[Block]:
    label = text("bytes.label")
    rows: list[list[Cell]] = []
    for item in evidence:
        value: Cell = shown(item.value, 160)
        if data := bytes_shown(item.excerpt):
            value = [str(value), label, f"{data}\nsha256 {shown(item.sha256)}"]
        source = f"{shown(item.address) or '-'} {shown(item.transport)}"
        where = f"{source}/{item.port}" if item.port else source
        rows.append(
            [
                shown(item.id),
                "; ".join(
                    f"{text.known('term', s)}: {shown(v, 80)}" for s, v in item.claims.items()
                ),
                value,
                shown(item.fact),
                shown(item.fingerprint),
                text.known("strength", item.strength),
                f"{where}, {shown(item.where)}, {moment(item.seen_at)}",
            ]
        )
    if not rows:
        return []
    names = ("id", "says", "value", "fact", "rule", "strength", "where")
    mono = {"id", "fact", "rule"}
    head = [(text(f"col.{name}"), "mono" if name in mono else "") for name in names]
    return [table(text("table.evidence"), head, rows, "wide evidence")]


def _history(device: DeviceDoc, changes: Sequence[ChangeDoc], text: Texts) -> list[Block]:
    seen = text("history.seen", first=moment(device.first_seen), last=moment(device.last_seen))
    blocks = [heading(text("table.history")), paragraph(seen)]
    if changes:
        blocks.append(change_table(changes, text, text("table.changes")))
    return blocks


def change_table(changes: Sequence[ChangeDoc], text: Texts, caption: str) -> Block:
    """Changes, one a row."""
    rows: list[list[Cell]] = [
        [
            moment(change.at),
            text.known("change", change.kind),
            shown(change.device),
            text.known("term", change.field or ""),
            shown(change.before),
            shown(change.after),
        ]
        for change in changes
    ]
    names = ("when", "change", "device", "field", "before", "after")
    head = [(text(f"col.{name}"), "mono" if name == "device" else "") for name in names]
    return table(caption, head, rows)


def _ids(ids: Sequence[str]) -> str:
    named = shown(", ".join(ids[:_IDS]))
    return f"{named} +{len(ids) - _IDS}" if len(ids) > _IDS else named
