"""Markdown with tables (GitHub's dialect): for wikis, tickets and merge requests.

Text from the network only ever stands in table cells or behind a label, and every character that
Markdown, HTML or a template engine could take for its own is escaped; addresses of the web do not
become links.

Source: GitHub Flavored Markdown 0.29, 2.4 (backslash escapes), 4.10 (tables), 6.9 (autolinks).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2

from camfinder.document import DeviceDoc, Document, FindingDoc
from camfinder.reports import Report
from camfinder.reports.cells import against
from camfinder.reports.inert import shorten, visible
from camfinder.reports.summary import headlines, marks, ordered
from camfinder.reports.texts import Texts, texts

_CELL = 120
_LONG_CELL = 400
_MOST_PROBLEMS = 200
_MOST_DEVICES = 12
_SPECIAL = re2.compile(r"([\\`*_\[\]|~$@#{}^])")
_HTML = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_AUTOLINK = re2.compile(r"(?i)(://|\bwww\.|\bmailto:|\bxmpp:)")


def render(document: Document) -> bytes:
    """The page; it ends with a line end."""
    return ("\n".join(_page(document, texts())) + "\n").encode()


def _page(document: Document, text: Texts) -> Iterator[str]:
    run = document.run
    site = text("title.site", site=escaped(run.site)) if run.site else text("title")
    yield f"# {site}"
    yield ""
    mode = text.known("mode", run.mode) if run.mode in {"scan", "replay", "listen"} else run.mode
    scope = ", ".join(run.scope) or ", ".join(source.name for source in run.sources)
    yield text("run", mode=escaped(mode), scope=escaped(scope, _LONG_CELL))
    times = (f"{moment:%Y-%m-%d %H:%M}" for moment in (run.started_at, run.ended_at))
    yield text("run.when", **dict(zip(("start", "end"), times, strict=True))) + "."
    if document.redacted:
        yield f"\n{text('redacted')}"
    yield from _headline(document, text)
    yield from _devices(document, text)
    yield from _findings(document, text)
    yield from _records(document, text)
    yield from _unseen(document, text)
    yield from _basis(document, text)


def _headline(document: Document, text: Texts) -> Iterator[str]:
    rows = []
    for key, number, more in headlines(document):
        about = text(f"head.{key}", n=number or 0)
        if number is None:
            why = "records" if key in {"unrecorded", "not-seen"} else "judged"
            rows.append([about, text(f"none.{why}"), ""])
        else:
            rows.append([about, str(number), text(f"head.{key}.more", n=more) if more else ""])
    yield from _table(text("headline"), ("", "", ""), rows)


def _devices(document: Document, text: Texts) -> Iterator[str]:
    groups = (document.surveillance, document.possible, document.unknown, document.others)
    order = {device.id: number for number, device in enumerate(ordered(document))}
    columns = ("address", "kind", "brand", "maker", "model", "firmware", "mac", "serial")
    rest = ("findings", "record", "label", "confidence")
    head = [text(f"col.{name}") for name in (*columns, *rest)]
    if not document.devices:
        yield from ("", f"## {text('devices')}", "", text("devices.none"))
    for name, devices in zip(("surveillance", "possible", "unknown", "other"), groups, strict=True):
        rows = [
            [
                *(_slot(device, column) for column in columns),
                escaped(", ".join(text(f"mark.{m}") for m in marks(device) if m != "disputed")),
                _record(device, text),
                _said(device),
                escaped(device.confidence),
            ]
            for device in sorted(devices, key=lambda one: order[one.id])
        ]
        if rows:
            title = f"{text('devices')}: {text(f'group.{name}')} ({len(rows)})"
            yield from _table(title, head, rows)


def _slot(device: DeviceDoc, name: str) -> str:
    value = escaped(getattr(device, name))
    return f"{value} (?)" if value and name in device.disputed else value


def _record(device: DeviceDoc, text: Texts) -> str:
    return "" if device.record is None else escaped(text.known("status", device.record.status))


def _said(device: DeviceDoc) -> str:
    """What people said besides the status, which is among the findings."""
    said = device.triage
    return "" if said is None else escaped("; ".join(filter(None, (said.label, said.note))))


def _findings(document: Document, text: Texts) -> Iterator[str]:
    """Each judgement that does not clear its device once, with the devices that it is of."""
    about: dict[tuple[str, ...], list[DeviceDoc]] = {}
    first: dict[tuple[str, ...], FindingDoc] = {}
    for device in document.devices:
        for finding in against(device):
            key = (finding.kind, finding.id, finding.verdict, finding.because)
            first.setdefault(key, finding)
            about.setdefault(key, []).append(device)
    rows = [_finding(first[key], devices, text) for key, devices in about.items()]
    names = ("verdict", "rule", "because", "severity", "device")
    yield from _table(text("table.findings"), [text(f"col.{n}") for n in names], rows)


def _finding(finding: FindingDoc, devices: Sequence[DeviceDoc], text: Texts) -> list[str]:
    severity = [f"CVSS {finding.cvss:g}"] if finding.cvss is not None else []
    if finding.kev and finding.kev_date:
        severity.append(text("kev.since", date=escaped(finding.kev_date)))
    elif finding.kev:
        severity.append(text("mark.kev"))
    if finding.fixed_in:
        severity.append(text("fixed.in", version=escaped(finding.fixed_in)))
    where = [escaped(d.address or d.mac or d.id) for d in devices[:_MOST_DEVICES]]
    rest = len(devices) - len(where)
    return [
        escaped(text.known("verdict", finding.verdict)),
        f"{escaped(finding.id)}: {escaped(finding.title)}",
        escaped(finding.because, _LONG_CELL),
        ", ".join(severity),
        ", ".join(where) + (f" +{rest}" if rest else ""),
    ]


def _records(document: Document, text: Texts) -> Iterator[str]:
    names = ("name", "address", "mac", "serial", "brand", "model", "location", "source", "note")
    rows = [
        [escaped(getattr(record, name)) for name in names]
        for record in document.records
        if record.status == "not-seen"
    ]
    if document.records and not rows:
        yield from ("", f"## {text('records')}", "", text("records.none"))
    yield from _table(text("records"), [text(f"col.{name}") for name in names], rows)


def _unseen(document: Document, text: Texts) -> Iterator[str]:
    spots = [
        [
            escaped(spot.what, _LONG_CELL),
            escaped(spot.why, _LONG_CELL),
            text("unseen.remedy", remedy=escaped(spot.remedy, _LONG_CELL)),
        ]
        for spot in document.run.blind_spots
    ]
    yield from _table(text("unseen"), ("", "", ""), spots)
    if not spots:
        yield from ("", f"## {text('unseen')}", "", text("unseen.none"))
    counts = Counter(problem.kind for problem in document.problems)
    rows = [
        [escaped(p.kind), escaped(p.probe), escaped(p.address), escaped(p.detail, _LONG_CELL)]
        for p in document.problems[:_MOST_PROBLEMS]
    ]
    title = f"{text('problems')}: {', '.join(f'{n} {escaped(k)}' for k, n in counts.items())}"
    names = ("kind", "probe", "address", "detail")
    yield from _table(title, [text(f"col.{name}") for name in names], rows)
    if len(document.problems) > _MOST_PROBLEMS:
        yield from ("", text("cut", n=len(document.problems) - _MOST_PROBLEMS))


def _basis(document: Document, text: Texts) -> Iterator[str]:
    ledger, tool = document.run.ledger, document.tool
    sent = [
        [text(f"ledger.{name}"), str(getattr(ledger, name))]
        for name in ("datagrams", "connections", "requests")
    ]
    yield from _table(text("ledger"), ("", ""), sent)
    rows = [
        [text("basis.tool"), escaped(tool.version)],
        [text("basis.fingerprints"), escaped(tool.fingerprints)],
        *([text("basis.source"), escaped(f"{s.name} {s.sha256}")] for s in document.run.sources),
    ]
    for name, data in (("policies", tool.policies), ("advisories", tool.advisories)):
        if data is not None:
            rows.append([text(f"basis.{name}"), escaped(" ".join(filter(None, data.values())))])
    yield from _table(text("basis"), ("", ""), rows)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A heading and a table; nothing where there are no rows."""
    made = [f"| {' | '.join(row)} |" for row in rows]
    if made:
        yield from ("", f"## {title}", "")
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from made


def escaped(value: str | None, width: int = _CELL) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, no link, no template."""
    made = shorten(visible(value or ""), width)
    if made.isalnum():
        return made
    made = _SPECIAL.sub(r"\\\1", made)
    for char, entity in _HTML:
        made = made.replace(char, entity)
    linkless: str = _AUTOLINK.sub(_cut, made)
    return linkless.strip()


def _cut(match: Any) -> str:
    r"""`://` as `:\//`: it reads the same, and is no address for the autolinker."""
    found: str = match.group(0)
    if found == "://":
        return ":\\//"
    return f"{found[:-1]}\\{found[-1]}"


REPORT = Report(name="md", suffix=".md", title="Markdown with tables", render=render)
