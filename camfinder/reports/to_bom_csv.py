"""CSV with a byte order mark: the form that spreadsheet programs open as UTF-8 by double click."""

import codecs

from camfinder.document import Document
from camfinder.reports import Report
from camfinder.reports.to_csv import render as render_csv


def render(document: Document) -> bytes:
    """The CSV behind the mark."""
    return codecs.BOM_UTF8 + render_csv(document)


REPORT = Report(
    name="bom_csv",
    suffix=".bom.csv",
    title="one device per row, with a byte order mark: for spreadsheet programs",
    render=render,
)
