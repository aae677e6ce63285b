"""A table for the terminal and for plain text files."""

import io

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from camfinder.document import DeviceDoc, Document
from camfinder.reports import Report
from camfinder.reports.inert import shorten, visible

FILE_WIDTH = 140
_CELL = 48


def view(document: Document, *, everything: bool = False) -> Group:
    """Surveillance devices, then what is possible, then one line of sums.

    Args:
        document: The inventory.
        everything: Show devices that are certainly something else, too.
    """
    parts: list[Table | Text] = []
    found, possible = document.surveillance, document.possible
    if found:
        parts.append(_table("Surveillance devices", found))
    if possible:
        parts.append(_table("Possible: the evidence does not decide", possible))
    if everything and document.unknown:
        parts.append(_table("Unknown devices", document.unknown))
    if everything and document.others:
        parts.append(_table("Other devices", document.others))
    parts.append(Text(_sums(document)))
    for spot in document.run.blind_spots:
        line = f"Not seen: {spot.what} ({spot.why}; {spot.remedy})"
        parts.append(Text(visible(line), style="dim"))
    return Group(*parts)


def _table(title: str, devices: list[DeviceDoc]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", expand=False)
    for name in ("Address", "Kind", "Brand", "Maker", "Model", "Firmware", "MAC"):
        table.add_column(name, overflow="fold", no_wrap=name in {"Address", "MAC"})
    table.add_column("Sure")
    for device in devices:
        table.add_row(*[Text(shorten(visible(value), _CELL)) for value in _row(device)])
    return table


def _row(device: DeviceDoc) -> list[str]:
    def slot(name: str) -> str:
        value = getattr(device, name)
        return f"{value} ?" if value and name in device.disputed else value or "-"

    return [
        device.address or "-",
        slot("kind"),
        slot("brand"),
        slot("maker"),
        slot("model"),
        slot("firmware"),
        device.mac or "-",
        device.confidence,
    ]


def _sums(document: Document) -> str:
    counts: dict[str, int] = {}
    for device in document.surveillance:
        kind = device.kind if device.kind != "unknown" else "of unknown kind"
        counts[kind] = counts.get(kind, 0) + 1
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    ledger = document.run.ledger
    seconds = (document.run.ended_at - document.run.started_at).total_seconds()
    found = f"{len(document.surveillance)} surveillance devices{f' ({kinds})' if kinds else ''}"
    rest = f"{len(document.unknown)} unknown, {len(document.others)} other devices"
    lines = [f"{found}, {len(document.possible)} possible, {rest}"]
    if document.run.mode == "scan":
        lines.append(
            f"{seconds:.0f} s; sent {ledger.datagrams} datagrams, {ledger.connections} connection "
            f"attempts, {ledger.requests} requests"
        )
    if document.problems:
        lines.append(f"{len(document.problems)} problems (in the report)")
    return "\n".join(lines)


def render(document: Document) -> bytes:
    """The same as plain text."""
    out = io.StringIO()
    console = Console(file=out, width=FILE_WIDTH, color_system=None, highlight=False)
    console.print(view(document, everything=True))
    return out.getvalue().encode()


REPORT = Report(name="table", suffix=".txt", title="a table as plain text", render=render)
