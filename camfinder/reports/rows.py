"""The rows of the table of devices, for the page and for its script."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from markupsafe import escape

from camfinder.document import DeviceDoc, Document
from camfinder.reports.firmware_age import build_date
from camfinder.reports.sections import moment, shown
from camfinder.reports.summary import (
    GROUPS,
    MARKS,
    changes_of,
    group,
    marks,
    ordered,
    records_given,
)
from camfinder.reports.texts import Texts

COLUMNS = (
    "address", "group", "kind", "brand", "maker", "model", "firmware", "findings", "record",
    "confidence", "mac", "serial", "hostname", "label", "built", "ports", "first_seen", "last_seen",
)  # fmt: skip
_HIDDEN = frozenset(
    {"mac", "serial", "hostname", "label", "built", "ports", "first_seen", "last_seen"}
)
LONG = frozenset({"model", "firmware"})
MONO = frozenset({"address", "mac", "serial", "built", "ports", "first_seen", "last_seen"})
TOLD_BY_RECORD = frozenset({"unrecorded", "recorded-differently", "ambiguous"})
_CELL = 80


class Row(NamedTuple):
    """A device as the table shows it; `cells` in the order of `COLUMNS`."""

    anchor: str
    group: str
    marks: tuple[str, ...]
    cells: list[str]
    device: DeviceDoc


def shown_at_first(document: Document) -> list[str]:
    """The columns that are shown until the reader chooses others."""
    hidden = _HIDDEN if records_given(document) else _HIDDEN | {"record"}
    return [name for name in COLUMNS if name not in hidden]


def rows(document: Document, text: Texts) -> list[Row]:
    """All devices, by group and address."""
    changes = changes_of(document)
    seen = document.run.started_at.date()
    made, taken = [], set[str]()
    for number, device in enumerate(ordered(document)):
        anchor = _anchor(device.id)
        if anchor in taken or anchor != f"device-{device.id}":
            anchor = f"{anchor}-{number}"
        taken.add(anchor)
        found = marks(device, changes.get(device.id, ()))
        cells = _cells(device, found, seen, text)
        made.append(Row(anchor, group(device), found, cells, device))
    return made


def _anchor(name: str) -> str:
    kept = (c if c.isascii() and (c.isalnum() or c in "-._:") else "_" for c in name[:80])
    return f"device-{''.join(kept)}"


def _cells(device: DeviceDoc, found: Sequence[str], seen: date, text: Texts) -> list[str]:
    built = build_date(device.firmware_raw or device.firmware, device.brand, seen)
    record = device.record
    values = {
        "address": device.address or device.id,
        "group": text(f"group.{group(device)}"),
        "findings": ", ".join(text(f"mark.{m}") for m in found if m not in TOLD_BY_RECORD),
        "label": device.triage.label if device.triage is not None else "",
        "record": "" if record is None else text.known("status", record.status),
        "built": "" if built is None else built.isoformat(),
        "ports": " ".join(f"{s.port}/{s.transport}" for s in device.services[:20]),
        "first_seen": moment(device.first_seen),
        "last_seen": moment(device.last_seen),
    }
    return [shown(values.get(n, getattr(device, n, None)), _CELL) for n in COLUMNS]


def style(name: str) -> str:
    """The class of a column's cells."""
    return "mono" if name in MONO else "long" if name in LONG else ""


def title(row: Row) -> tuple[str, str, str]:
    """What heads a device's section: address, name, kind with confidence."""
    device = row.device
    name = " ".join(filter(None, (shown(device.brand, 60), shown(device.model, 60))))
    return row.cells[0], name, f"{shown(device.kind, 20)}, {shown(device.confidence, 20)}"


def data(made: Sequence[Row]) -> list[list[object]]:
    """The rows for the page's script: anchor, group, marks, kind and confidence, cells."""
    return [
        [r.anchor, GROUPS.index(r.group), [MARKS.index(m) for m in r.marks], *title(r)[1:], r.cells]
        for r in made
    ]


def head(columns: Sequence[str], text: Texts) -> str:
    """The heading cells of the table."""
    return "".join(f'<th scope="col">{escape(text(f"col.{name}"))}</th>' for name in columns)


def body(made: Sequence[Row], columns: Sequence[str], text: Texts) -> Iterator[str]:
    """The rows as HTML, the address as a link to the device's section."""
    indices = [(COLUMNS.index(name), style(name)) for name in columns]
    for row in made:
        yield "<tr>"
        for index, styled in indices:
            value = row.cells[index]
            if index == 0:
                link = f'<a href="#{row.anchor}">{escape(value)}</a>'
                yield f'<th scope="row" class="{styled}">{link}</th>'
            elif COLUMNS[index] == "findings":
                yield f"<td>{tags(row.marks, text)}</td>"
            else:
                yield f'<td class="{styled}">{escape(value)}</td>'
        yield "</tr>\n"


def tags(found: Sequence[str], text: Texts, *, everything: bool = False) -> str:
    """Marks as small labels; those that the record's column tells only where asked for."""
    return " ".join(
        f'<span class="tag m-{mark}">{escape(text(f"mark.{mark}"))}</span>'
        for mark in found
        if everything or mark not in TOLD_BY_RECORD
    )
