"""Reports opened in a real browser, with everything noted that a harmless page never does."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no stubs
from playwright.sync_api import Browser, Page, Playwright

from camfinder.document import Document
from camfinder.reports.to_html import render

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, headless, in a profile of its own."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@contextmanager
def opened(
    browser: Browser, document: Document, folder: Path, **context: Any
) -> Generator[tuple[Page, list[str]]]:
    """The report of a document, opened from a file.

    Yields the page and a list of what went wrong: console errors, exceptions, dialogs, popups,
    requests for anything but the file itself.
    """
    file = folder / "report.html"
    file.write_bytes(render(document))
    made = browser.new_context(**context)
    page = made.new_page()
    page.set_default_timeout(20_000)
    wrong: list[str] = []
    page.on("console", lambda m: _note(wrong, m.text, m.type in {"error", "warning"}))
    page.on("pageerror", lambda error: _note(wrong, f"exception: {error}"))
    page.on("dialog", lambda dialog: _note(wrong, f"dialog: {dialog.message}"))
    page.on("popup", lambda popup: _note(wrong, f"popup: {popup.url}"))
    page.on("request", lambda r: _note(wrong, r.url, r.url != file.as_uri()))
    page.goto(file.as_uri())
    yield page, wrong
    made.close()


def _note(wrong: list[str], text: str, bad: bool = True) -> None:
    if bad:
        wrong.append(text)


def violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical, by rule and element."""
    found = Axe().run(page, options=_RULES).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary']}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


def shown_addresses(page: Page) -> list[str]:
    """The addresses in the rows of the table, top to bottom."""
    return page.locator("#table tbody th a").all_inner_texts()
