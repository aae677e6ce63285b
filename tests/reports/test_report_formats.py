"""Every report format, found through the registry, on ordinary and on hostile inventories."""

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from crowd import crowd
from inventories import ATTACKS, inventory, poisoned, readable
from lxml import html
from places import ROOT

from camfinder.document import build, dumps, loads, schema
from camfinder.model import CamfinderError
from camfinder.reports import Report, all_reports, report_for
from camfinder.reports.to_html import digest

FORMATS = all_reports()
FORBIDDEN = "\x00\x07\x0b\x1b\x7f\x85\u202e\u2066\ufffe\uffff"


def select(page: html.HtmlElement, path: str) -> list[Any]:
    """The nodes at an XPath."""
    found = page.xpath(path)
    assert isinstance(found, list)
    return found


def suffix(name: str) -> Report:
    """The format of a suffix that is known to exist."""
    report = report_for(f"x{name}")
    assert report is not None
    return report


def named(report: Report) -> str:
    """The format's name, for test ids."""
    return report.name


@pytest.mark.parametrize("report", FORMATS, ids=named)
def test_ordinary_inventory_renders_whole(report: Report) -> None:
    """The camera's address, model and firmware stand in every format."""
    text = readable(report.render(build(inventory())))
    assert all(part in text for part in ("192.0.2.1", "P3245-V", "10.12.114"))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("report", FORMATS, ids=named)
def test_hostile_text_is_inert(report: Report, attack: str) -> None:
    """No format passes on control characters, bidi controls, or breaks on odd text."""
    rendered = report.render(build(inventory(attack)))
    assert not set(FORBIDDEN) & set(readable(rendered))
    if report.name not in {"json", "jsonl"}:
        assert len(rendered) < 5_000_000


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("report", FORMATS, ids=named)
def test_poisoned_document_is_inert(report: Report, attack: str) -> None:
    """A document in which every single text is an attack renders, and is harmless too."""
    text = attack[:5_000].encode("utf-8", "replace").decode()
    rendered = report.render(poisoned(crowd(8), text))
    assert not set(FORBIDDEN) & set(readable(rendered))


@pytest.mark.parametrize("report", FORMATS, ids=named)
def test_rendering_is_pure(report: Report) -> None:
    """The same document gives the same bytes."""
    assert report.render(crowd(5)) == report.render(crowd(5))


@pytest.mark.parametrize("report", FORMATS, ids=named)
def test_nothing_found_is_a_report_too(report: Report) -> None:
    """An inventory without devices renders."""
    document = crowd(1)
    document.devices, document.records, document.problems = [], [], []
    document.run.blind_spots = []
    assert report.render(document) or report.name == "jsonl"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_html_holds_no_foreign_markup(attack: str) -> None:
    """The one script is the page's own, by its digest; no handler, no template, no link away."""
    page = html.fromstring(suffix(".html").render(build(inventory(attack))))
    assert not select(page, "//iframe|//object|//embed|//img|//base|//link|//@action|//@src")
    [script] = select(page, "//script[not(@type)]")
    assert script.text == (ROOT / "camfinder/reports/page/page.js").read_text(encoding="utf-8")
    [policy] = select(page, "//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src {digest(script.text)}; " in policy
    assert "unsafe" not in policy
    for block in select(page, "//script[@type]"):
        assert block.get("type") == "application/json"
        assert json.loads(block.text)
    assert not select(page, "//@*[starts-with(name(), 'on')]")
    assert all(str(href).startswith("#") for href in select(page, "//@href"))
    assert "49" not in "".join(select(page, "//h1//text()"))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_csv_cells_are_no_formulas(attack: str) -> None:
    """No cell begins like a formula, and the table stays a table."""
    text = suffix(".csv").render(build(inventory(attack))).decode()
    csv.field_size_limit(10_000_000)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r\n")]


def test_document_meets_its_published_schema() -> None:
    """What is written validates against what is published, hostile text included."""
    for attack in (None, *ATTACKS):
        jsonschema.validate(json.loads(dumps(build(inventory(attack)))), schema())


def test_document_round_trips() -> None:
    """A document read back renders the same again."""
    document = build(inventory())
    assert loads(dumps(document), "x.json") == document


def test_foreign_json_is_refused_with_a_remedy() -> None:
    """A JSON file that is no inventory is named, and how to make one."""
    with pytest.raises(
        CamfinderError, match=r"x\.json is not an inventory document.*-o FILE\.json"
    ):
        loads(b"[1, 2]", "x.json")


def test_document_of_another_version_is_refused() -> None:
    """A document of a later major version is not misread."""
    text = dumps(build(inventory())).replace(b"inventory/1", b"inventory/2")
    with pytest.raises(CamfinderError, match="inventory/2"):
        loads(text, "x.json")


def test_longest_suffix_wins() -> None:
    """`a.cdx.json` is not plain JSON, `a.bom.csv` no plain CSV; `.JSON` is JSON."""
    assert suffix(".cdx.json").name == "cdx"
    assert suffix(".bom.csv").name == "bom_csv"
    assert suffix(".nmap.xml").name == "nmap"
    report = report_for("A.JSON")
    assert report is not None
    assert report.name == "json"
    assert report_for("a.unknown") is None


def test_html_is_well_formed() -> None:
    """A strict parser finds the page's structure: one h1, a heading for each part."""
    page = html.fromstring(suffix(".html").render(build(inventory())))
    assert len(select(page, "//h1")) == 1
    assert len(select(page, "//h2")) >= 5
