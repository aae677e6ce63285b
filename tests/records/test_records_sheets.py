"""CSV and XLSX to rows, and files made to break readers."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.model import CamfinderError
from camfinder.records import sheets

ROWS = [["Name", "IP"], ["Tor, Süd", "10.0.0.5"], ['say "x"', "10.0.0.6"], ["a\nb", "10.0.0.7"]]


def workbook(rows: list[list[object]], *, title: str = "Liste") -> bytes:
    """An XLSX file of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The archive with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in old.infolist():
            if part.filename not in changes:
                new.writestr(part.filename, old.read(part))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("said", [False, True])
def test_delimiters(delimiter: str, said: bool) -> None:
    """The delimiter is guessed, or said in Excel's first line."""
    text = f"sep={delimiter}\r\n" if said else ""
    for row in ROWS:
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in row)
        text += delimiter.join(quoted) + "\r\n"
    assert sheets.csv_rows(text, "x") == ROWS


def test_a_quotation_mark_without_end() -> None:
    """A cell that swallows the rest of the file is an error with its line."""
    with pytest.raises(CamfinderError, match="quotation mark"):
        sheets.csv_rows('a,b\n"x,' + "y" * 200_000, "x")


def test_workbook_values() -> None:
    """Whole numbers lose their point, dates are ISO, empty cells are empty."""
    made = workbook([["IP", "MAC", "n"], ["10.0.0.5", 4005123456, 1.0], [None, None, True]])
    [(title, rows)] = sheets.xlsx_sheets(made, "x")
    assert title == "Liste"
    assert rows == [["IP", "MAC", "n"], ["10.0.0.5", "4005123456", "1"], ["", "", "yes"]]


def test_hidden_sheets_are_not_read() -> None:
    """What the user does not see is no list."""
    book = openpyxl.Workbook()
    book.create_sheet("old").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert [title for title, _rows in sheets.xlsx_sheets(out.getvalue(), "x")] == ["Sheet"]


def test_zip_bomb() -> None:
    """A workbook of 300 kB that unpacks to 300 MB is refused before it is unpacked."""
    bomb = repacked(workbook([["a"]]), {"xl/worksheets/sheet9.xml": b" " * (300 << 20)})
    assert len(bomb) < 1 << 20
    with pytest.raises(CamfinderError, match="would unpack to 300 MiB"):
        list(sheets.xlsx_sheets(bomb, "x"))


def test_archive_that_lies_about_its_sizes() -> None:
    """A part that is longer than it says ends in an error, not in memory."""
    bomb = repacked(workbook([["a"]]), {"xl/sharedStrings.xml": b"<sst>" + b" " * (80 << 20)})
    size = (80 << 20) + 5
    lying = bomb.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(CamfinderError, match="workbook"):
        list(sheets.xlsx_sheets(lying, "x"))


@pytest.mark.parametrize("before", [b"", b"<!-- " + b"x" * 5_000 + b" -->"])
def test_entities_that_explode(before: bytes) -> None:
    """A document type in a part is refused, also behind a long comment."""
    head = b'<?xml version="1.0"?>' + before + b'<!DOCTYPE l [<!ENTITY a "lol">'
    levels = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    laughs = head + levels + b"]><sst><si><t>&j;</t></si></sst>"
    with pytest.raises(CamfinderError, match="no spreadsheet program writes"):
        list(sheets.xlsx_sheets(repacked(workbook([["a"]]), {"xl/sharedStrings.xml": laughs}), "x"))


def test_far_away_cells() -> None:
    """A cell in the last row and column of the sheet costs bounded time."""
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
        b'<row r="99999999"><c r="XFD99999999" t="inlineStr"><is><t>y</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    made = repacked(workbook([["a"]]), {"xl/worksheets/sheet1.xml": far})
    [(_title, rows)] = sheets.xlsx_sheets(made, "x")
    assert rows[0] == ["x"]
    assert not any(rows[1:])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password or an old"),
        (b"PK\x03\x04" + bytes(40), "no readable workbook"),
        (repacked(workbook([["a"]]), {"xl/workbook.xml": b"<workbook><"}), "no readable workbook"),
    ],
    ids=["ole", "cut", "broken"],
)
def test_no_workbooks(data: bytes, message: str) -> None:
    """Old formats and broken archives are refused in one line."""
    with pytest.raises(CamfinderError, match=message):
        list(sheets.xlsx_sheets(data, "x"))


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    """A ZIP file of something else says so."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(CamfinderError, match="no XLSX workbook"):
        list(sheets.xlsx_sheets((tmp_path / "x.zip").read_bytes(), "x"))


WORKBOOK = workbook([["IP", "MAC"], ["10.0.0.5", "00408c000001"]])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WORKBOOK) - 1), st.integers(1, 255), st.booleans())
def test_damaged_workbooks(at: int, change: int, cut: bool) -> None:
    """A flipped byte or a cut file gives rows or the one error, nothing else."""
    data = WORKBOOK[:at] if cut else bytearray(WORKBOOK)
    if not cut and isinstance(data, bytearray):
        data[at] ^= change
    try:
        list(sheets.xlsx_sheets(bytes(data), "x"))
    except CamfinderError as error:
        assert str(error).startswith("x ")


@given(st.text(max_size=300))
def test_any_text_is_rows(text: str) -> None:
    """Any text gives rows or the one error."""
    try:
        sheets.csv_rows(text, "x")
    except CamfinderError as error:
        assert "x" in str(error)
