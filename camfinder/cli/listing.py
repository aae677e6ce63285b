"""Rows of text on stdout: a table whose cells come from the network, so they are made inert."""

import os
import sys
from collections.abc import Iterable, Sequence

from camfinder.document import ChangeDoc, EvidenceDoc
from camfinder.reports.inert import shorten, visible

CELL = 60


def show(columns: Sequence[str], rows: Iterable[Sequence[str | None]], nothing: str) -> None:
    """Print a table, or one line where there are no rows."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from camfinder.reports.to_table import FILE_WIDTH

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*[Text(shorten(visible(value or "-"), CELL)) for value in row])
    if not table.row_count:
        print(nothing)
        return
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else FILE_WIDTH
    Console(width=width, highlight=False).print(table)


def change_row(change: ChangeDoc) -> tuple[str | None, ...]:
    """A change as cells: what, device, field, before, after."""
    return (change.kind, change.device, change.field, change.before, change.after)


def proof(items: Sequence[EvidenceDoc]) -> str | None:
    """The first evidence item in a few words: where, and what was read."""
    if not items:
        return None
    item = items[0]
    return f"{item.fact} = {shorten(item.value, 30)} ({item.address} port {item.port})"
