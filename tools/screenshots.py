"""`python tools/screenshots.py INVENTORY.json`: the pictures of docs/images, by Debian's Chromium.

The HTML report of the document on a light and a dark screen, on a telephone, and its first sheet
of paper. Needs chromium and pdftoppm (poppler-utils). Commit what you would show a minister.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from camfinder.document import loads
from camfinder.reports.to_html import render

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
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
