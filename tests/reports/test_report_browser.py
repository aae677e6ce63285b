"""The HTML report in a real browser: search, sections, keyboard, print, accessibility, attacks."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Generator
from ipaddress import ip_address
from pathlib import Path

import pytest
from chromium import CHROMIUM, launch, opened, shown_addresses, violations
from crowd import crowd
from inventories import ATTACKS, inventory
from playwright.sync_api import Browser, Page, sync_playwright

from camfinder.document import ChangeDoc, Document, build, loads
from camfinder.lab.building import order
from camfinder.lab.run import command, lab
from camfinder.reports import blocks, rows
from camfinder.reports.sections import section
from camfinder.reports.texts import texts

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no /usr/bin/chromium: apt-get install chromium"
)


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """One browser for the tests of this file."""
    with sync_playwright() as playwright:
        made = launch(playwright)
        yield made
        made.close()


def hostile() -> Document:
    """A document of one device for each attack."""
    documents = [build(inventory(attack)) for attack in ATTACKS]
    for number, document in enumerate(documents):
        document.devices[0].id = f"attack-{number}"
    first = documents[0]
    first.devices = [document.devices[0] for document in documents]
    return first


def rows_of(document: Document) -> int:
    """How many rows the table shows at first."""
    return sum(device.surveillance is not False for device in document.devices)


@pytest.mark.slow(40)
def test_report_of_the_lab_building(browser: Browser, tmp_path: Path) -> None:
    """The scan of the lab gives a page without an error, a request or a barrier."""
    with lab(order()) as running:
        scan = [sys.executable, "-m", "camfinder", "scan", *running.networks, "-q"]
        scan += ["-o", str(tmp_path / "lab.json")]
        subprocess.run(command(scan, running), check=True, capture_output=True)
    document = loads((tmp_path / "lab.json").read_bytes(), "lab.json")
    with opened(browser, document, tmp_path) as (page, wrong):
        assert len(shown_addresses(page)) == rows_of(document) > 15
        assert f"{len(document.surveillance)}\n" in page.locator("li.n-surveillance").inner_text()
        for summary in page.locator("details.device:visible > summary").all()[:3]:
            summary.click()
        assert page.locator("details.device[open] .evidence").count() == 3
        assert not violations(page)
        assert not wrong


@pytest.mark.slow(12)
def test_ten_thousand_devices(browser: Browser, tmp_path: Path) -> None:
    """Search, filter, sort, pages and sections work on 10,000 devices."""
    document = crowd(10_000)
    with opened(browser, document, tmp_path) as (page, wrong):
        told = page.locator("#told")
        assert told.inner_text() == f"{rows_of(document):,} of 10,000 devices"
        assert len(shown_addresses(page)) == 50
        page.get_by_role("button", name="Next").click()
        assert page.locator("#pager").inner_text().split("\n")[1] == "Page 2 of 182"
        page.fill("#search", "cam-04321")
        assert told.inner_text() == "1 of 10,000 devices"
        page.locator("#table tbody a").click()
        opened_section = page.locator("details.device[open]")
        assert "cam-04321" in opened_section.inner_text()
        opened_section.locator("details.bytes summary").first.click()
        assert "HTTP/1.1 200 OK" in opened_section.locator("pre").first.inner_text()
        page.get_by_role("button", name="Reset").click()
        page.get_by_role("textbox", name="Filter: Model").fill("8082")
        page.select_option("#show", "unrecorded")
        expected = sum(
            d.model == "XNO-8082R" and d.record is not None and d.record.status == "unrecorded"
            for d in document.devices
        )
        assert told.inner_text() == f"{expected} of 10,000 devices"
        assert not wrong


def test_sorting(browser: Browser, tmp_path: Path) -> None:
    """A click on a heading sorts, a second one the other way; addresses sort as numbers."""
    with opened(browser, crowd(150), tmp_path) as (page, _):
        page.get_by_role("button", name="Model").click()
        head = page.locator("th[aria-sort]")
        assert head.get_attribute("aria-sort") == "ascending"
        column = page.locator("#table thead th").all_inner_texts().index("Model")
        models = page.locator(f"#table tbody tr > :nth-child({column + 1})").all_inner_texts()
        assert models == sorted(models)
        page.get_by_role("button", name="Address").click()
        page.get_by_role("button", name="Address").click()
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
        page.select_option("#show", "all")
        numbers = [int(ip_address(text)) for text in shown_addresses(page)]
        assert numbers == sorted(numbers, reverse=True)


def test_columns_are_chosen(browser: Browser, tmp_path: Path) -> None:
    """A column that is ticked appears, one that is not goes with its filter."""
    with opened(browser, crowd(30), tmp_path) as (page, _):
        page.locator("details.choose summary").click()
        page.get_by_role("checkbox", name="MAC").check()
        page.get_by_role("textbox", name="Filter: Brand").fill("axis")
        fewer = len(shown_addresses(page))
        page.get_by_role("checkbox", name="Brand").uncheck()
        heads = page.locator("#table thead th").all_inner_texts()
        assert "MAC" in heads
        assert "Brand" not in heads
        assert len(shown_addresses(page)) > fewer > 0


def test_csv_goes_to_the_clipboard(browser: Browser, tmp_path: Path) -> None:
    """The filtered rows, the chosen columns, and no formula."""
    document = crowd(30)
    document.devices[0].brand = "=cmd|' /C calc'!A0"
    document.devices[0].surveillance = True
    permitted = ["clipboard-read", "clipboard-write"]
    with opened(browser, document, tmp_path, permissions=permitted) as (page, wrong):
        page.fill("#search", "calc")
        page.get_by_role("button", name="Copy as CSV").click()
        page.wait_for_function("document.getElementById('told').textContent == 'Rows copied: 1'")
        text = page.evaluate("navigator.clipboard.readText()")
        table = list(csv.reader(io.StringIO(text, newline="")))
        assert table[0] == page.locator("#table thead th").all_inner_texts()
        assert "'=cmd|' /C calc'!A0" in table[1]
        assert len(table) == 2
        assert not wrong


def focused(page: Page) -> str:
    """What has the keyboard: the element's tag, with its text or name."""
    script = "(e => `${e.tagName} ${e.id || e.textContent.slice(0, 40)}`)(document.activeElement)"
    return str(page.evaluate(script))


def press_until(page: Page, wanted: str, key: str = "Tab") -> None:
    """Press a key until an element has the focus."""
    for _ in range(60):
        if focused(page).startswith(wanted):
            return
        page.keyboard.press(key)
    pytest.fail(f"{wanted} cannot be reached by {key}; at {focused(page)}")


def test_everything_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    """Search, filter, sort, columns, sections and printing, without a mouse."""
    with opened(browser, crowd(60), tmp_path) as (page, wrong):
        page.evaluate(
            "() => { window.printed = 0; window.print = () => { window.printed += 1; }; }"
        )
        page.keyboard.press("Tab")
        assert focused(page).startswith("A Skip")
        page.keyboard.press("Enter")
        press_until(page, "INPUT search")
        page.keyboard.type("hikvision")
        found = page.locator("#told").inner_text()
        press_until(page, "SELECT show")
        page.keyboard.type("Known-exploited")
        assert page.locator("#told").inner_text() != found
        assert page.input_value("#show") == "kev"
        press_until(page, "SUMMARY Columns")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Escape")
        assert focused(page).startswith("SUMMARY Columns")
        press_until(page, "BUTTON Print")
        page.keyboard.press("Enter")
        assert page.evaluate("window.printed") == 1
        press_until(page, "BUTTON Model")
        page.keyboard.press("Enter")
        assert page.locator("th[aria-sort='ascending']").inner_text() == "Model"
        press_until(page, "A 10.20.0.")
        page.keyboard.press("Enter")
        assert focused(page).startswith("SUMMARY 10.20.0.")
        assert page.locator("details.device[open]").count() == 1
        page.keyboard.press("Space")
        assert page.locator("details.device[open]").count() == 0
        assert not wrong


@pytest.mark.parametrize(
    ("count", "judged", "scheme"),
    [
        (20, True, "light"), (20, True, "dark"), (20, False, "dark"), (210, True, "light"),
        (0, False, "light"),
    ],
)  # fmt: skip
def test_no_barrier(
    browser: Browser, tmp_path: Path, count: int, judged: bool, scheme: str
) -> None:
    """axe-core finds nothing serious: light and dark, sections and lists open."""
    document = crowd(count, judged=judged)
    with opened(browser, document, tmp_path, color_scheme=scheme) as (page, wrong):
        if count:
            page.locator("details.choose summary").click()
            for summary in page.locator("main > * details:not(.device) > summary").all()[:3]:
                summary.dispatch_event("click")
            page.locator("details.device:visible > summary").nth(3).click()
        assert not violations(page)
        assert not wrong


def test_narrow_screen(browser: Browser, tmp_path: Path) -> None:
    """On a telephone nothing but the tables scrolls sideways, and there is no barrier."""
    small = {"width": 360, "height": 740}
    with opened(browser, crowd(20), tmp_path, viewport=small) as (page, _):
        page.locator("details.device:visible > summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert not violations(page)


@pytest.mark.parametrize("count", [40, 260])
def test_without_javascript(browser: Browser, tmp_path: Path, count: int) -> None:
    """Headline and every row are there when scripts are off."""
    document = crowd(count)
    with opened(browser, document, tmp_path, java_script_enabled=False) as (page, wrong):
        assert page.locator("li.n-surveillance b").inner_text() == str(len(document.surveillance))
        assert page.locator("tbody th a").count() == count
        assert page.locator("#tools").is_hidden()
        assert page.locator("details.device").count() == (count if count <= 200 else 0)
        assert not wrong


def test_attacks_stay_text(browser: Browser, tmp_path: Path) -> None:
    """No attack runs, asks or calls home, in the table, in sections, in pictures."""
    document = hostile()
    with opened(browser, document, tmp_path) as (page, wrong):
        assert len(shown_addresses(page)) == len(ATTACKS)
        for box in page.locator("details.choose input").all():
            box.evaluate("box => box.checked || box.click()")
        page.locator("#folds button").first.click()
        assert "<script>alert(1)</script>" in page.locator("#table").inner_text()
        attack = "<script>alert(1)</script>"
        built = "t => document.getElementById('sections').innerText.includes(t)"
        page.wait_for_function(built, arg=attack)  # sections are built when there is time
        page.fill("#search", "{{ 7*7 }}")
        assert len(shown_addresses(page)) == 1
        assert page.locator("script:not([type])").count() == 1
        assert page.locator("body iframe, body img, body object, body a[href^=java]").count() == 0
        assert not wrong


def test_attacks_stay_text_in_sections_built_late(browser: Browser, tmp_path: Path) -> None:
    """The sections that the script builds are the very ones that Python writes."""
    document = crowd(210)
    document.devices[:17] = hostile().devices
    made = rows.rows(document, texts())
    with opened(browser, document, tmp_path) as (page, wrong):
        for row in (made[0], *[r for r in made if "attack" in r.anchor], made[199]):
            page.evaluate("anchor => { location.hash = anchor; }", row.anchor)
            page.wait_for_function("a => document.getElementById(a)?.open", arg=row.anchor)
            built = page.locator(f"[id='{row.anchor}'] > div").inner_html()
            text = blocks.html(section(row.device, _changes(document, row), texts()))
            parse = "t => new DOMParser().parseFromString(t, 'text/html').body.innerHTML"
            assert built == page.evaluate(parse, text)
        assert not wrong


def _changes(document: Document, row: rows.Row) -> list[ChangeDoc]:
    return [c for c in document.changes or () if c.device == row.device.id]


def test_policy_holds_in_the_browser(browser: Browser, tmp_path: Path) -> None:
    """Even markup that got in could run nothing and fetch nothing."""
    with opened(browser, crowd(3), tmp_path) as (page, wrong):
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = 1';
            document.body.append(script);
            document.body.insertAdjacentHTML('beforeend',
                '<img src="https://192.0.2.1/x.png" onerror="window.ran = 2">');
        }""")
        page.wait_for_timeout(200)
        assert page.evaluate("window.ran") is None
        assert len([line for line in wrong if "Content Security Policy" in line]) >= 2


def test_a_cell_of_the_map_leads_to_its_device(browser: Browser, tmp_path: Path) -> None:
    """A click on an address of the map opens the device's section; the map has its words."""
    document = crowd(60)
    with opened(browser, document, tmp_path) as (page, _):
        page.locator("svg [data-at]").first.click()
        assert page.locator("details.device[open]").count() == 1
        told = page.locator("svg[role=img] > desc").first.text_content() or ""
        assert "Listed by a policy, " in told
        assert page.locator("svg[role=img]").count() == 5


@pytest.mark.parametrize(
    ("mode", "holds", "lacks"),
    [
        ("table", "P3245-LVE", "Endpoint UUID"),
        ("sections", "Claims", "Where and when"),
        ("evidence", "App-webs", "Search"),
    ],
)
def test_print(browser: Browser, tmp_path: Path, mode: str, holds: str, lacks: str) -> None:
    """Paper (A4) holds every row that was filtered, and as much of the sections as was chosen."""
    with opened(browser, crowd(230), tmp_path) as (page, _):
        page.fill("#search", "p3245")
        page.select_option("#prints", mode)
        addresses = set(shown_addresses(page))
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        assert set(shown_addresses(page)) == addresses
    shown = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True
    )
    text = shown.stdout.decode()
    assert holds in text
    assert lacks not in text
    assert all(address in text for address in addresses)
    size = subprocess.run(["pdfinfo", tmp_path / "report.pdf"], capture_output=True, check=True)
    assert "A4" in size.stdout.decode()


def test_settings_of_the_page_are_plain_data(browser: Browser, tmp_path: Path) -> None:
    """The data blocks hold JSON without a character that HTML reads."""
    with opened(browser, hostile(), tmp_path) as (page, _):
        for block in page.locator("script[type='application/json']").all():
            text = block.text_content() or ""
            json.loads(text)
            assert not set(text) & set("<>&")
