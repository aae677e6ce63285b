"""`python tools/screenshots.py INVENTORY.json`: the pictures of docs/images, by Debian's Chromium.

The HTML report of the document on a light and a dark screen, on a telephone, and its first sheet
of paper, compared with records as an administrator has them: most devices, one under an older
model's name, two that nobody sees any more. Needs chromium and pdftoppm (poppler-utils). The
document: `camfinder lab scan --policy us-ndaa-889 -o INVENTORY.json`.
"""

import csv
import io
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from camfinder.document import Document, loads
from camfinder.records.known import read_known
from camfinder.records.outcome import reconcile
from camfinder.reports.to_html import render

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
GONE = (("10.77.0.51", "ac:cc:8e:10:20:51"), ("10.77.0.52", "ac:cc:8e:10:20:52"))
SCREENS = {
    "report-light": ("light", 1280, 1120, ""),
    "report-dark": ("dark", 1280, 900, "devices"),
    "report-device": ("light", 1280, 900, "#device-"),
    "report-narrow": ("light", 390, 1120, ""),
}
"""File name to colour scheme, width, height, and the id that is scrolled to; of the last listed
device the section is opened."""


def main() -> int:
    """Write every picture anew."""
    document = loads(Path(sys.argv[1]).read_bytes(), sys.argv[1])
    reconcile(document, [read_known(records(document), "cameras.csv", {})])
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.html"
        page.write_bytes(render(document))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in SCREENS:
            shoot(browser, page, name)
        sheet(browser, page)
        browser.close()
    return 0


def records(document: Document) -> bytes:
    """A list of cameras that is a little out of date."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("Name", "IP address", "MAC", "Manufacturer", "Model"))
    known = [d for d in document.surveillance if d.address and d.mac and d.model][:-3]
    for number, device in enumerate(known):
        model = "M3045-V" if device.brand == "Axis" else device.model
        rows.writerow((f"CAM-{number + 1:02}", device.address, device.mac, device.brand, model))
    for number, (place, mac) in enumerate(GONE, len(known) + 1):
        rows.writerow((f"CAM-{number:02}", place, mac, "Axis", "M1065-LW"))
    return text.getvalue().encode()


def shoot(browser: Browser, file: Path, name: str) -> None:
    """One screen."""
    scheme, width, height, target = SCREENS[name]
    tab = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    tab.goto(file.as_uri())
    if target.startswith("#"):
        tab.locator("tr:has(.m-listed-through-maker, .m-listed) th a").last.click()
    elif target:
        tab.evaluate("id => document.getElementById(id).scrollIntoView()", target)
    tab.screenshot(path=IMAGES / f"{name}.png")
    tab.close()


def sheet(browser: Browser, file: Path) -> None:
    """The first sheet of paper."""
    tab = browser.new_page()
    tab.goto(file.as_uri())
    paper = file.with_suffix(".pdf")
    tab.pdf(path=paper, prefer_css_page_size=True)
    options = ["-r", "90", "-f", "1", "-l", "1", "-singlefile", "-png"]
    subprocess.run(["pdftoppm", *options, paper, IMAGES / "report-print"], check=True)
    tab.close()


if __name__ == "__main__":
    sys.exit(main())
