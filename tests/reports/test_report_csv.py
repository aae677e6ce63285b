"""CSV: what spreadsheet programs and our own reading of records need."""

import codecs
import csv
import io

from crowd import crowd
from inventories import inventory

from camfinder.document import Document, build
from camfinder.reports.to_bom_csv import render as with_mark
from camfinder.reports.to_csv import render

WANTED = ("address", "mac", "serial", "brand", "model", "firmware", "hostname")


def rows(document: Document) -> list[dict[str, str]]:
    """The rows by header words."""
    return list(csv.DictReader(io.StringIO(render(document).decode(), newline="")))


def test_what_identifies_a_device_round_trips() -> None:
    """The columns by which records are matched hold the document's values, unchanged."""
    document = crowd(40)
    for row, device in zip(rows(document), document.devices, strict=True):
        assert {name: row[name] or None for name in WANTED} == {
            name: getattr(device, name) for name in WANTED
        }


def test_findings_and_record_have_columns() -> None:
    """What there is to say against a device stands in its row, by policy and advisory."""
    document = crowd(40)
    made = {row["id"]: row for row in rows(document)}
    exploited = [d for d in document.devices if any(f.kev for f in d.findings)]
    assert exploited
    for device in exploited:
        assert made[device.id]["known_exploited"] == "CVE-2021-36260"
        assert made[device.id]["listed"] == "us-ndaa-889"
        assert "kev" in made[device.id]["findings"].split()
    through = [row for row in made.values() if row["brand"] == "Amcrest"]
    assert {row["listed_through_maker"] for row in through if row["kind"] != "other"} == {
        "us-ndaa-889"
    }
    differs = [row for row in made.values() if row["record"] == "recorded-differently"]
    assert all(
        row["record_differs"].startswith("model: recorded DS-2CD2042WD-I") for row in differs
    )


def test_semicolons_start_no_formula() -> None:
    """A program that splits at semicolons finds no formula behind one either."""
    text = render(build(inventory("a; =cmd|' /C calc'!A0"))).decode()
    assert "; '=cmd" in text
    assert "; =cmd" not in text


def test_mark_stands_before_the_same_bytes() -> None:
    """`.bom.csv` is `.csv` behind a byte order mark."""
    document = crowd(3)
    assert with_mark(document) == codecs.BOM_UTF8 + render(document)
    assert not render(document).startswith(codecs.BOM_UTF8)
