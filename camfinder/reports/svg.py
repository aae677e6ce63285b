"""Pictures of a report as inline SVG, each with its text alternative (SVG 2, section 5.8).

Colours are classes of the page's style sheet, so that they follow light, dark and print; letters
in the cells and figures on the bars say the same without colour.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import escape

from camfinder.reports.inert import shorten

CELL, PER_ROW, LEFT, TOP = 15, 32, 44, 16
BAR_LEFT, BAR_WIDTH, BAR_STEP, BAR_LABEL = 200, 150, 20, 26
LANE, TIME_LEFT, TIME_WIDTH, BINS = 34, 86, 300, 40
_NAMED = 40
"""How many addresses of one sort a text alternative names before it only counts."""


class Spot(NamedTuple):
    """One address of a map.

    Attributes:
        octet: Its last octet.
        style: What it is: the end of a class name.
        letter: What says the same without colour.
        title: Its tooltip.
        anchor: The section that a click leads to.
    """

    octet: int
    style: str
    letter: str
    title: str
    anchor: str | None


class Bar(NamedTuple):
    """A bar: `part` of its `number` is drawn in the second colour."""

    label: str
    number: int
    part: int = 0
    style: str = "bar"


class Event(NamedTuple):
    """Something that happened: its lane and when."""

    lane: str
    at: datetime


def picture(name: str, title: str, text: str, size: tuple[int, int], inside: Iterable[str]) -> str:
    """An `svg` element with a name and a description for those who do not see it."""
    width, height = size
    return (
        f'<svg role="img" aria-labelledby="{name}-t" aria-describedby="{name}-d" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(text)}</desc>'
        f"{''.join(inside)}</svg>"
    )


def address_map(name: str, title: str, spots: Sequence[Spot], words: dict[str, str]) -> str:
    """The 256 addresses of a /24, 32 to a row.

    Args:
        name: Unique in the page.
        title: What is drawn.
        spots: The addresses in use, or recorded.
        words: Class to the words for it, for the text alternative.
    """
    size = (LEFT + PER_ROW * CELL + 1, TOP + 8 * CELL + 1)
    return picture(name, title, _told(spots, words), size, _map(spots))


def _map(spots: Sequence[Spot]) -> Iterator[str]:
    for column in range(0, PER_ROW, 8):
        yield f'<text class="tick" x="{LEFT + column * CELL + 2}" y="{TOP - 5}">+{column}</text>'
    for row in range(8):
        y = TOP + row * CELL + 11
        yield f'<text class="tick end" x="{LEFT - 6}" y="{y}">.{row * PER_ROW}</text>'
    lines = [f"M{LEFT} {TOP + n * CELL}h{PER_ROW * CELL}" for n in range(9)]
    lines += [f"M{LEFT + n * CELL} {TOP}v{8 * CELL}" for n in range(PER_ROW + 1)]
    yield f'<path class="grid" d="{"".join(lines)}"/>'
    for spot in spots:
        x, y = LEFT + spot.octet % PER_ROW * CELL + 1, TOP + spot.octet // PER_ROW * CELL + 1
        target = f' data-at="{escape(spot.anchor)}"' if spot.anchor else ""
        yield (
            f'<rect class="k-{spot.style}" x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}"'
            f"{target}><title>{escape(spot.title)}</title></rect>"
        )
        if spot.letter:
            yield f'<text class="l-{spot.style}" x="{x + 6.5}" y="{y + 10}">{spot.letter}</text>'


def _told(spots: Sequence[Spot], words: dict[str, str]) -> str:
    parts = []
    for style, word in words.items():
        octets = sorted(spot.octet for spot in spots if spot.style == style)
        if octets:
            named = ", ".join(f".{octet}" for octet in octets[:_NAMED])
            more = f" (+{len(octets) - _NAMED})" if len(octets) > _NAMED else ""
            parts.append(f"{word}, {len(octets)}: {named}{more}.")
    return " ".join(parts)


def bars(name: str, title: str, rows: Sequence[Bar], part: str = "") -> str:
    """Horizontal bars with their labels and numbers.

    Args:
        name: Unique in the page.
        title: What is drawn.
        rows: Top to bottom.
        part: What the second colour means, for the text alternative and the figures.
    """
    told = "; ".join(
        f"{row.label}: {row.number}" + (f" ({part} {row.part})" if row.part else "") for row in rows
    )
    size = (BAR_LEFT + BAR_WIDTH + 60, max(1, len(rows)) * BAR_STEP + 2)
    return picture(name, title, f"{told}.", size, _bars(rows))


def _bars(rows: Sequence[Bar]) -> Iterator[str]:
    longest = max((row.number for row in rows), default=1) or 1
    for number, row in enumerate(rows):
        y = number * BAR_STEP
        width = round(BAR_WIDTH * row.number / longest, 1)
        part = round(BAR_WIDTH * row.part / longest, 1)
        label = escape(shorten(row.label, BAR_LABEL))
        figure = f"{row.number}" + (f" ({row.part})" if row.part else "")
        yield f'<text class="label end" x="{BAR_LEFT - 8}" y="{y + 14}">{label}</text>'
        yield f'<rect class="{row.style}" x="{BAR_LEFT}" y="{y + 3}" width="{width}" height="14"/>'
        if part:
            yield f'<rect class="part" x="{BAR_LEFT}" y="{y + 3}" width="{part}" height="14"/>'
        yield f'<text class="label" x="{BAR_LEFT + width + 6}" y="{y + 14}">{figure}</text>'


def timeline(name: str, title: str, lanes: dict[str, str], events: Sequence[Event]) -> str:
    """Dots over time, one lane for each sort; a dot grows with what it stands for.

    Args:
        name: Unique in the page.
        title: What is drawn.
        lanes: Lane to the words for it, top to bottom.
        events: At least one.
    """
    counts = [
        f"{word}: {sum(event.lane == lane for event in events)}" for lane, word in lanes.items()
    ]
    size = (TIME_LEFT + TIME_WIDTH + 40, len(lanes) * LANE + 26)
    return picture(name, title, f"{'; '.join(counts)}.", size, _timeline(lanes, events))


def _timeline(lanes: dict[str, str], events: Sequence[Event]) -> Iterator[str]:
    first, last = min(event.at for event in events), max(event.at for event in events)
    span = (last - first).total_seconds()
    bottom = len(lanes) * LANE
    for number, (lane, word) in enumerate(lanes.items()):
        y = number * LANE + LANE // 2
        yield f'<text class="label end" x="{TIME_LEFT - 16}" y="{y + 4}">{escape(word)}</text>'
        yield f'<path class="grid" d="M{TIME_LEFT} {y}h{TIME_WIDTH}"/>'
        bins: dict[int, int] = {}
        for event in events:
            if event.lane == lane:
                past = (event.at - first).total_seconds() / span if span else 0.5
                bins[round(past * BINS)] = bins.get(round(past * BINS), 0) + 1
        for at, count in sorted(bins.items()):
            x, radius = TIME_LEFT + TIME_WIDTH * at / BINS, min(12.0, 4 + count**0.5)
            yield f'<circle class="c-{lane}" cx="{x:.1f}" cy="{y}" r="{radius:.1f}"/>'
            if count > 1:
                text_x = x + radius + 3
                yield f'<text class="label" x="{text_x:.1f}" y="{y + 4}">{count}</text>'
    ends = [(first, 0.0, ""), (last, 1.0, " end")] if span else [(first, 0.5, " middle")]
    for moment, part, anchor in ends:
        yield (
            f'<text class="tick{anchor}" x="{TIME_LEFT + TIME_WIDTH * part}" y="{bottom + 16}">'
            f"{moment:%Y-%m-%d %H:%M}</text>"
        )
