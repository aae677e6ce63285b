"""The small vocabulary in which a device's section is written, once for two readers.

A section is a list of blocks. `html` writes it into the page; big inventories carry the blocks as
JSON instead, and the page's script builds the same elements from them when a section is opened
(page/page.js, `build`; a browser test holds the two together). Blocks are plain lists:

- `["h", text]` a heading
- `["p", text, class]` a paragraph
- `["dl", [[term, text], ...]]` terms with their values
- `["table", caption, [[heading, class], ...], [[cell, ...], ...], class]`

A cell is a text, or `[text, label, bytes]`: a text with a folded block of bytes behind it.
All texts are inert already (`reports.inert.visible`); here they are only escaped for HTML.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import escape

Cell = str | list[str]
Block = list[Any]


def heading(text: str) -> Block:
    """A heading of the fourth level."""
    return ["h", text]


def paragraph(text: str, style: str = "") -> Block:
    """A paragraph with a class of the style sheet."""
    return ["p", text, style]


def terms(pairs: Sequence[tuple[str, str]]) -> Block:
    """A list of terms; those without a value are left out."""
    return ["dl", [[term, value] for term, value in pairs if value]]


def table(
    caption: str,
    head: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Cell]],
    style: str = "wide",
) -> Block:
    """A table; each heading comes with the class of its column."""
    return ["table", caption, [list(column) for column in head], rows, style]


def html(blocks: Sequence[Block]) -> str:
    """The blocks as HTML."""
    return "".join(piece for block in blocks for piece in _block(block))


def _block(block: Block) -> Iterator[str]:
    kind = block[0]
    if kind == "h":
        yield f"<h4>{escape(block[1])}</h4>"
    elif kind == "p":
        yield f'<p class="{escape(block[2])}">{escape(block[1])}</p>'
    elif kind == "dl":
        yield "<dl>"
        for term, value in block[1]:
            yield f"<div><dt>{escape(term)}</dt><dd>{escape(value)}</dd></div>"
        yield "</dl>"
    else:
        yield from _table(*block[1:])


def _table(caption: str, head: list[list[str]], rows: list[list[Cell]], box: str) -> Iterator[str]:
    yield f'<div class="{escape(box)}" tabindex="0" role="group" aria-label="{escape(caption)}">'
    yield f"<table><caption>{escape(caption)}</caption><thead><tr>"
    for text, _style in head:
        yield f'<th scope="col">{escape(text)}</th>'
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>"
        for (_text, style), cell in zip(head, row, strict=True):
            yield f'<td class="{escape(style)}">{_cell(cell)}</td>'
        yield "</tr>"
    yield "</tbody></table></div>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    text, label, data = cell
    return (
        f'{escape(text)}<details class="bytes"><summary>{escape(label)}</summary>'
        f"<pre>{escape(data)}</pre></details>"
    )
