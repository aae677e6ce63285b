"""CSV: one device per row (RFC 4180), every cell quoted and defused against formulas.

UTF-8 without a byte order mark; `.bom.csv` is the same with one, for spreadsheet programs that
take a file without it for their local 8-bit code.
"""

import csv
import io

import re2

from camfinder.document import Document
from camfinder.reports import Report
from camfinder.reports.cells import DEVICES, Value, device_row
from camfinder.reports.inert import cell, shorten

MAX_CELL = 32_000
"""Spreadsheet programs end a cell at 32,767 characters and shift what follows."""
_FOREIGN = re2.compile(r"(;[\s\"']*)([=+\-@＝＋－＠])")


def render(document: Document) -> bytes:
    """A header row, then a row per device; empty cells for what is not known."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([column.name for column in DEVICES])
    for device in document.devices:
        writer.writerow([_text(value) for value in device_row(device)])
    return out.getvalue().encode()


def _text(value: Value) -> str:
    """The cell; where a program splits at semicolons, the parts are no formulas either."""
    if value is None or not isinstance(value, str):
        return "" if value is None else str(value)
    made = cell(shorten(value, MAX_CELL))
    return _FOREIGN.sub(r"\1'\2", made) if ";" in made else made


REPORT = Report(name="csv", suffix=".csv", title="one device per row", render=render)
