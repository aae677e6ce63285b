"""One self-contained HTML page: opens offline, prints, holds every claim with its evidence."""

import base64
from functools import cache
from pathlib import Path

from jinja2 import Environment, Template

from camfinder.document import Document
from camfinder.reports import Report
from camfinder.reports.inert import shorten, visible

_FOLDER = Path(__file__).parent


def _shown(value: object, width: int = 400) -> str:
    return "" if value is None else shorten(visible(str(value)), width)


def _bytes(excerpt: str) -> str:
    return visible(base64.b64decode(excerpt).decode("latin-1"))


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"shown": _shown, "bytes": _bytes}
    return environment.from_string((_FOLDER / "page.html.j2").read_text(encoding="utf-8"))


def render(document: Document) -> bytes:
    """The page; every text from the network is escaped and has its control characters shown."""
    return _template().render(doc=document).encode()


REPORT = Report(name="html", suffix=".html", title="a page for people", render=render)
