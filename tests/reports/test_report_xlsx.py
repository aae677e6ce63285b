"""XLSX: sheets, texts as texts, and programs that open them."""

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from crowd import crowd
from inventories import ATTACKS, inventory, poisoned, readable
from openpyxl.workbook import Workbook

from camfinder.document import build
from camfinder.reports import to_xlsx
from camfinder.reports.cells import DEVICES, against

FORMULA = tuple("=+-@＝＋－＠")


def opened(data: bytes) -> Workbook:
    """The workbook, as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def test_sheets_hold_the_document() -> None:
    """Devices, findings, records and blind spots, each with header, filter and frozen row."""
    document = crowd(30)
    book = opened(to_xlsx.render(document))
    assert book.sheetnames == ["devices", "findings", "records", "blind spots"]
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.b
        assert 8 <= sheet.column_dimensions["A"].width <= 60
    devices = list(book["devices"].values)
    assert devices[0] == tuple(column.name for column in DEVICES)
    column = devices[0].index("serial")
    assert [row[column] for row in devices[1:]] == [device.serial for device in document.devices]
    findings = sum(len(against(device)) for device in document.devices)
    assert book["findings"].max_row == findings + 1
    assert book["records"].max_row == len(document.records) + 1
    unseen = len(document.run.blind_spots) + len(document.problems)
    assert book["blind spots"].max_row == unseen + 1


def test_texts_that_look_like_numbers_stay_texts() -> None:
    """A serial number of digits keeps its zeros."""
    document = crowd(1)
    document.devices[0].serial = "000123456789012345678"
    [row] = list(opened(to_xlsx.render(document))["devices"].values)[1:]
    assert "000123456789012345678" in row


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_cells_are_text_and_no_formula(attack: str) -> None:
    """No cell is a formula, none begins like one, and no text becomes markup of the workbook."""
    poison = attack[:5_000].encode("utf-8", "replace").decode()
    for document in (build(inventory(attack)), poisoned(crowd(8), poison)):
        book = opened(to_xlsx.render(document))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        filled = [cell for cell in cells if cell.value is not None]
        assert {cell.data_type for cell in filled} <= {"s", "n", "inlineStr"}
        texts = [cell.value for cell in filled if isinstance(cell.value, str)]
        assert not [text for text in texts if text.startswith(FORMULA)]
        assert all(cell.hyperlink is None for cell in filled)


def test_texts_are_read_back_as_they_were() -> None:
    """Markup, blanks at the ends and what looks like an escape of Excel's stay as they are."""
    for text in ("<r><evil/></r>", "a & b", " a ", "ä 摄像机", "]]>", '"quoted"'):
        document = crowd(1)
        document.devices[0].model = text
        rows = opened(to_xlsx.render(document))["devices"].values
        assert text in list(rows)[1]
    document.devices[0].model = "_x003d_1+1"
    assert "_x005F_x003d_1+1" in readable(to_xlsx.render(document))


def test_rows_beyond_a_sheet_go_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than a sheet holds are not lost."""
    monkeypatch.setattr(to_xlsx, "MAX_ROWS", 4)
    book = opened(to_xlsx.render(crowd(10)))
    sheets = [name for name in book.sheetnames if name.startswith("devices")]
    assert sheets == ["devices", "devices 2", "devices 3"]
    assert sum(book[name].max_row - 1 for name in sheets) == 10


@pytest.mark.peer
def test_libreoffice_opens_it(tmp_path: Path) -> None:
    """LibreOffice converts the workbook, attacks included, and calculates nothing."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no soffice: apt-get install libreoffice-calc-nogui")
    document = crowd(3)
    document.devices[0].model = "=1+1"
    document.devices[1].model = "<r><evil/></r>"
    document.devices[2].model = "_x003d_1+1"
    source = tmp_path / "inventory.xlsx"
    source.write_bytes(to_xlsx.render(document))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    folder = str(tmp_path)
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "csv",
        "--outdir",
        folder,
        str(source),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
    text = (tmp_path / "inventory.csv").read_text(encoding="utf-8")
    assert text.startswith("address,mac,kind,surveillance,brand")
    assert ",'=1+1," in text
    assert ",<r><evil/></r>," in text
    assert ",_x003d_1+1," in text
    assert text.count("\n") == 4
