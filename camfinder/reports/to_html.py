"""One self-contained HTML page: opens offline, prints, holds every claim with its evidence.

It works without JavaScript; the one script (page/page.js) adds search, sorting and filters. The
page's content security policy lets just that script and that style sheet through, by their
digests, and nothing from anywhere else (CSP Level 3, section 2.3.1).
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, Template
from markupsafe import Markup, escape

from camfinder.document import ChangeDoc, Document, encode
from camfinder.reports import Report, blocks, pictures
from camfinder.reports import rows as table
from camfinder.reports.sections import change_table, moment, section, shown
from camfinder.reports.summary import GROUPS, MARKS, address_order, headlines, judged, records_given
from camfinder.reports.texts import Texts, texts

WHOLE = 200
"""Up to so many devices, their sections and rows stand in the page itself; above it the script
builds sections when they are opened, and the rows of one page of the table at a time."""
PAGE = 50
"""Rows of the table on one page of a big inventory: a keystroke in the search redraws them."""
MOST_ROWS = 500
"""Rows of the tables of problems, changes, missing records, hosts; the document has them all."""


@cache
def _part(name: str) -> str:
    return (files("camfinder.reports") / "page" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(_part)
    )
    environment.filters |= {"shown": shown, "moment": moment}
    return environment.get_template("page.html.j2")


def digest(text: str) -> str:
    """The source expression that lets an inline element with this text through."""
    value = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{value}'"


def render(document: Document) -> bytes:
    """The page; every text from the network is escaped and has its control characters shown."""
    text = texts()
    made = table.rows(document, text)
    changes: dict[str, list[ChangeDoc]] = {}
    for change in document.changes or ():
        changes.setdefault(change.device, []).append(change)
    whole = len(made) <= WHOLE
    columns = table.shown_at_first(document)
    pieces = _template().generate(
        doc=document,
        t=text,
        known=text.known,
        whole=whole,
        style=_safe(_part("page.css")),
        script=_safe(_part("page.js")),
        policy=_policy(),
        headlines=headlines(document),
        given=records_given(document),
        missing=_missing(document),
        most=MOST_ROWS,
        hosts=sorted(document.run.ledger.per_host.items(), key=lambda item: (-item[1], item[0])),
        pictures=_pictures(document, made, text),
        changes=_changes(document, text),
        table_head=_safe(table.head(columns, text)),
        first_rows=_marked(table.body(made[:WHOLE], columns, text)),
        more_rows=_marked(table.body(made[WHOLE:], columns, text)),
        sections=_sections(made, changes, text) if whole else (),
        settings=_settings(columns, text, WHOLE if whole else PAGE),
        data=_json(table.data(made)),
        lazy=() if whole else _lazy(made, changes, text),
    )
    return b"".join(piece.encode() for piece in pieces)


def _policy() -> str:
    script, style = digest(_part("page.js")), digest(_part("page.css"))
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; "
        "base-uri 'none'; form-action 'none'"
    )


def _safe(text: str) -> Markup:
    return Markup(text)  # noqa: S704  # made in this package, where the network's text is escaped


def _marked(pieces: Iterator[str]) -> Iterator[Markup]:
    return map(_safe, pieces)


def _pictures(document: Document, made: Sequence[table.Row], text: Texts) -> dict[str, Any]:
    anchors = {row.device.id: row.anchor for row in made}
    nets = pictures.networks(document, anchors)
    return {
        "maps": _marked(pictures.maps(nets, text)),
        "left_out": pictures.maps_left_out(nets),
        "sorts": pictures.sorts_used(nets),
        "letters": pictures.LETTERS,
        "judged": judged(document, "policy"),
        "makers": _safe(pictures.makers(document, text)),
        "models": _safe(pictures.models(document, text)),
        "ages": _safe(pictures.ages(document, text)),
        "timeline": _safe(pictures.changes(document, text)),
    }


def _changes(document: Document, text: Texts) -> Markup:
    found = sorted(document.changes or (), key=lambda change: change.at, reverse=True)
    block = change_table(found[:MOST_ROWS], text, text("changes.all", n=len(found)))
    return _safe(blocks.html([block]))


def _missing(document: Document) -> list[Any]:
    """Records that were not seen as recorded, those in scope first."""
    found = [r for r in document.records if r.status in {"not-seen", "answered-otherwise"}]
    return sorted(found, key=lambda r: (r.in_scope is False, address_order(r.address), r.id))


def _sections(
    made: Sequence[table.Row], changes: dict[str, list[ChangeDoc]], text: Texts
) -> Iterator[Markup]:
    for row in made:
        address, name, kind = table.title(row)
        inside = blocks.html(section(row.device, changes.get(row.device.id, []), text))
        yield _safe(
            f'<details class="device" id="{row.anchor}"><summary><h3>{escape(address)}</h3> '
            f"<span>{escape(name)}</span> <small>{escape(kind)}</small> "
            f"{table.tags(row.marks, text, everything=True)}</summary>"
            f"<div>{inside}</div></details>\n"
        )


def _lazy(
    made: Sequence[table.Row], changes: dict[str, list[ChangeDoc]], text: Texts
) -> Iterator[Markup]:
    for row in made:
        inside = section(row.device, changes.get(row.device.id, []), text)
        yield _safe(
            f'<script type="application/json" id="s-{row.anchor}">{_json(inside)}</script>\n'
        )


def _settings(columns: Sequence[str], text: Texts, page: int) -> Markup:
    return _json(
        {
            "columns": table.COLUMNS,
            "shown": columns,
            "page": page,
            "styles": {name: table.style(name) for name in table.COLUMNS},
            "groups": GROUPS,
            "marks": MARKS,
            "beside": sorted(table.TOLD_BY_RECORD),
            "texts": {
                **text.starting("ui."),
                **{f"col.{name}": text(f"col.{name}") for name in table.COLUMNS},
                **text.starting("mark."),
                **text.starting("group."),
            },
        }
    )


def _json(value: object) -> Markup:
    r"""JSON that holds no markup: `<`, `>` and `&` are written as `\u003c` ..."""
    data = encode(value).decode()
    for char in "<>&":
        data = data.replace(char, f"\\u{ord(char):04x}")
    return _safe(data)


REPORT = Report(name="html", suffix=".html", title="a page for people", render=render)
