"""XLSX: sheets for devices, findings, records and blind spots, with filters and frozen headers.

Every text is a text cell (`inlineStr`, number format "@"), never a formula; the apostrophe of
`reports.inert.cell` keeps it one when the sheet is exported again. Rows go to temporary files of
the writer and not to memory (`constant_memory`), which the render function removes.

Source: ECMA-376 part 1, 18.3 (worksheets); limits of rows and characters as published for Excel.
"""

import io
from collections.abc import Iterable
from itertools import islice
from typing import Any

import xlsxwriter

from camfinder.document import Document
from camfinder.reports import Report
from camfinder.reports.cells import Table, Value, tables
from camfinder.reports.inert import cell, shorten

MAX_ROWS = 1_048_575
"""Rows of a sheet without its header; what is more goes to a further sheet."""
MAX_CELL = 32_000
"""Characters of a cell: 32,767 less the escapes that making a text visible adds."""


def render(document: Document) -> bytes:
    """The workbook; the same document gives the same bytes."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": "Surveillance devices",
                "comments": _text(f"camfinder {document.tool.version}"),
                "created": document.run.ended_at.replace(tzinfo=None),
            }
        )
        head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        text = book.add_format({"num_format": "@", "valign": "top"})
        for table in tables(document):
            _sheets(book, table, head, text)
    return out.getvalue()


def _sheets(book: Any, table: Table, head: Any, text: Any) -> None:
    """A table on as many sheets as its rows need."""
    number, rows = 1, iter(table.rows)
    while _sheet(book, table, rows, head, text, number) == MAX_ROWS:
        number += 1


def _sheet(
    book: Any, table: Table, rows: Iterable[list[Value]], head: Any, text: Any, number: int
) -> int:
    sheet = book.add_worksheet(table.name if number == 1 else f"{table.name} {number}")
    sheet.freeze_panes(1, 1)
    for column, (_name, width) in enumerate(table.head):
        sheet.set_column(column, column, width)
    for column, (name, _width) in enumerate(table.head):
        sheet.write_string(0, column, name, head)
    last = 0
    for last, row in enumerate(islice(rows, MAX_ROWS), 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(last, column, _text(value), text)
            elif value is not None:
                sheet.write_number(last, column, value)
    sheet.autofilter(0, 0, last, len(table.head) - 1)
    return last


def _text(value: str) -> str:
    """Inert, and nothing that the writer takes for a rich string: that it would not escape."""
    made = shorten(cell(shorten(value, MAX_CELL)), MAX_CELL)
    return f"'{made}" if made.startswith("<r>") else made


REPORT = Report(
    name="xlsx",
    suffix=".xlsx",
    title="a workbook: devices, findings, records, blind spots",
    render=render,
)
