"""CSV and XLSX to rows of text cells: bounded, whatever the file claims.

Source: RFC 4180 and what spreadsheet programs write instead (semicolons, tabs, a `sep=` line);
ECMA-376 parts 1 and 2 (a workbook is a ZIP archive of XML parts without document type).
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice

from camfinder.model import CamfinderError

MAX_ROWS = 500_000
MAX_COLUMNS = 256
MAX_EMPTY = 10_000
"""So many empty rows end a sheet."""
MAX_UNPACKED = 256 << 20
"""Bytes that all parts of a workbook may have unpacked."""
MAX_SHARED = 64 << 20
"""Bytes of the parts that have to be held in memory: shared texts, styles."""
MAX_PARTS = 2_000
_HEAD = 65_536
_DELIMITERS = (",", ";", "\t", "|")

Rows = list[list[str]]


def csv_rows(text: str, name: str) -> Rows:
    """The rows of a delimited text; the delimiter is the one that makes the most even table.

    Raises:
        CamfinderError: Too many rows, or a cell without an end.
    """
    first, _, rest = text.partition("\n")
    said = first.strip("\r\ufeff").casefold()
    if said.startswith("sep=") and len(said) == 5:
        delimiter, text = said[4], rest
    else:
        delimiter = _delimiter(text[:_HEAD], whole=len(text) <= _HEAD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [row[:MAX_COLUMNS] for row in islice(reader, MAX_ROWS + 1)]
    except csv.Error as error:
        raise CamfinderError(
            f"{name}: line {reader.line_num}: {error}; a quotation mark may be missing"
        ) from error
    return _counted(rows, name)


def _counted(rows: Rows, name: str) -> Rows:
    if len(rows) > MAX_ROWS:
        raise CamfinderError(f"{name} has more than {MAX_ROWS:,} rows; split it")
    return rows


def _delimiter(sample: str, *, whole: bool) -> str:
    if not whole:
        sample = sample[: sample.rfind("\n") + 1]
    best = (0.0, 0, ",")
    for place, delimiter in enumerate(_DELIMITERS):
        if delimiter not in sample:
            continue
        try:
            widths = [
                len(row)
                for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
                if any(row)
            ]
        except csv.Error:
            continue
        best = max(best, (_evenness(widths), -place, delimiter))
    return best[2]


def _evenness(widths: Sequence[int]) -> float:
    """Rows of the commonest width above one, as a share, and a little for more columns."""
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0.0
    commonest = max(set(wide), key=lambda width: (wide.count(width), width))
    return wide.count(commonest) / len(widths) + min(commonest, 20) / 50


def is_archive(data: bytes) -> bool:
    """The bytes of a ZIP archive."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def xlsx_sheets(data: bytes, name: str) -> Iterator[tuple[str, Rows]]:
    """The visible sheets of a workbook, by name.

    Raises:
        CamfinderError: It is no workbook, is broken, or unpacks to more than is bearable.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise CamfinderError(
            f"{name} is protected by a password or an old .xls; save it as .xlsx or CSV"
        )
    _check_archive(data, name)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
            yield sheet.title, _counted(_used(rows), name)
    except CamfinderError:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        SyntaxError,  # a parse error of XML is one
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise CamfinderError(
            f"{name} is no readable workbook ({str(error)[:80] or type(error).__name__}); "
            "save it again as .xlsx or CSV"
        ) from error


def _used(rows: Iterable[Sequence[object]]) -> Rows:
    """The rows up to the end of what is filled in: a format in the last row of all is no list."""
    found: Rows = []
    empty = 0
    for row in rows:
        cells = _cells(row)
        empty = 0 if cells else empty + 1
        if empty > MAX_EMPTY or len(found) > MAX_ROWS:
            break
        found.append(cells)
    return found


def _check_archive(data: bytes, name: str) -> None:
    """Refuse what would fill the memory, before anything is unpacked.

    What an archive says of its sizes binds the reader: parts that are longer end there with an
    error, so the sum of what is said is the sum of what can come.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            held = sum(part.file_size for part in parts if "/worksheets/" not in part.filename)
            if len(parts) > MAX_PARTS or total > MAX_UNPACKED or held > MAX_SHARED:
                raise CamfinderError(
                    f"{name} would unpack to {total >> 20:,} MiB; "
                    f"save the list alone, at most {MAX_UNPACKED >> 20} MiB, or as CSV"
                )
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names:
                raise CamfinderError(f"{name} is no XLSX workbook; save it as .xlsx or CSV")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        _check_head(file.read(4_096), name)
    except (
        zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError,
        ValueError,
    ) as error:  # fmt: skip
        raise CamfinderError(
            f"{name} is no readable workbook ({str(error)[:80]}); save it again as .xlsx or CSV"
        ) from error


def _check_head(head: bytes, name: str) -> None:
    """Parts of workbooks start with their root element.

    A document type, which could define texts that explode, would stand before it.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<?xml"):
        text = text.partition(b"?>")[2].lstrip()
    if head and not (text[:1] == b"<" and (text[1:2].isalpha() or text[1:2] == b"_")):
        raise CamfinderError(
            f"{name} holds XML that no spreadsheet program writes; save it again as .xlsx"
        )


def _cells(row: Sequence[object]) -> list[str]:
    """The cells as text, without the empty ones at the end: rows come padded."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return [_text(value) for value in row[:end]]


def _text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
