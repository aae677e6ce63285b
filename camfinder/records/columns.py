"""Which columns of a table are which fields: said by the user, named by the header, seen in cells.

What the cells look like settles addresses and MACs, whatever the header calls them (`Hardware
Address` is a MAC in one program and a web address in another).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from camfinder.model import CamfinderError
from camfinder.records.headers import form, is_foreign, looks, scores
from camfinder.records.record import FIELDS

HEADER_ROWS = 40
"""The header is looked for in so many rows: titles, dates and logos stand above it."""
SAMPLE_ROWS = 200
SEEN = 20.0
"""Points of a column whose cells look like addresses, or MACs; more with a fitting header."""
MAX_SEVERAL = 4
"""Columns of one field, where their headers say so: `IPv4`, `IPv6`, `LAN MAC`."""
_LIKE = 0.5
"""From this share of cells on, a column is one of addresses, or of MACs."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is to be read.

    Attributes:
        start: Index of the first row of data.
        columns: Field to the indices of its columns, the best first.
        headers: Field to the header of its first column.
    """

    start: int
    columns: Mapping[str, tuple[int, ...]]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Something in it can find a device."""
        return bool({"address", "mac", "serial", "hostname", "uuid"} & self.columns.keys())


def layout(rows: Sequence[Row], said: Mapping[str, str], name: str) -> Layout:
    """The layout of a table.

    Args:
        rows: All of it, or its first rows.
        said: Field to the header of its column, or `#3` for the third.
        name: Of the file, for messages.

    Raises:
        CamfinderError: A column that the user named is not there.
    """
    unknown = sorted(set(said) - set(FIELDS))
    if unknown:
        raise CamfinderError(
            f"--map {unknown[0]}=...: no such field; fields are {', '.join(FIELDS)}"
        )
    at = _header_row(rows, said)
    if at is None:
        at = _plain_header(rows)
    header = rows[at] if at is not None else ()
    start = 0 if at is None else at + 1
    columns = _assigned(header, rows[start : start + SAMPLE_ROWS])
    for name_of, wanted in said.items():
        place = _place(header, wanted)
        if place is None:
            there = ", ".join(repr(cell) for cell in header if cell) or "none"
            raise CamfinderError(
                f"--map {name_of}={wanted}: {name} has no such column; its headers are {there}"
            )
        for each in list(columns):
            columns[each] = [one for one in columns[each] if one != place]
            if not columns[each]:
                del columns[each]
        columns[name_of] = [place]
    return Layout(
        start,
        {each: tuple(places) for each, places in columns.items()},
        {each: _title(header, places[0]) for each, places in columns.items()},
    )


def _title(header: Row, place: int) -> str:
    return header[place] if place < len(header) and header[place] else f"#{place + 1}"


def _place(header: Row, wanted: str) -> int | None:
    """The column that the user means: by its header, or by its number."""
    forms = [form(cell) for cell in header]
    if form(wanted) in forms and form(wanted):
        return forms.index(form(wanted))
    exact = [place for place, cell in enumerate(header) if cell.strip() == wanted.strip()]
    if exact:
        return exact[0]
    number = wanted.removeprefix("#")
    return int(number) - 1 if number.isdecimal() and 0 < int(number) < 10_000 else None


def _header_row(rows: Sequence[Row], said: Mapping[str, str]) -> int | None:
    """The row that names most fields; None where no row names any."""
    wanted = {form(header) for header in said.values()} - {""}
    best: tuple[float, int] | None = None
    for at, row in enumerate(rows[:HEADER_ROWS]):
        cells = [cell for cell in row if cell]
        count, as_address, as_mac = looks(cells)
        if not count or as_address or as_mac:
            continue
        score = 20.0 * len(wanted & {form(cell) for cell in cells})
        named: dict[str, float] = {}
        for cell in cells:
            for each, points in scores(cell)[:1]:
                named[each] = max(points, named.get(each, 0.0))
        score += sum(named.values())
        if score >= 4.0 and (best is None or score > best[0] + 0.5):
            best = (score, at)
    return None if best is None else best[1]


def _plain_header(rows: Sequence[Row]) -> int | None:
    """The first row, where it stands above addresses or MACs and is of none itself."""
    first = next((at for at, row in enumerate(rows[:HEADER_ROWS]) if any(row)), None)
    if first is None or any(looks(rows[first])[1:]):
        return None
    below = _assigned((), rows[first + 1 : first + 1 + SAMPLE_ROWS])
    row = rows[first]
    places = [at for name in ("address", "mac") for at in below.get(name, ()) if at < len(row)]
    return first if any(row[at] for at in places) else None


def _assigned(header: Row, sample: Sequence[Row]) -> dict[str, list[int]]:
    """Field to columns, by the cells for addresses and MACs, by the headers for the rest."""
    width = max([len(header), *(len(row) for row in sample)], default=0)
    bids: list[tuple[float, int, str]] = []
    for place in range(width):
        title = header[place] if place < len(header) else ""
        cells = [row[place] if place < len(row) else "" for row in sample]
        bids += _bids(title, place, *looks(cells))
    columns: dict[str, list[int]] = {}
    taken: set[int] = set()
    for score, place, name in sorted(bids, key=lambda bid: (-bid[0], bid[1])):
        several = score > SEEN and len(columns.get(name, ())) < MAX_SEVERAL
        if place not in taken and (name not in columns or several):
            columns.setdefault(name, []).append(place)
            taken.add(place)
    return columns


def _bids(
    title: str, place: int, filled: int, as_address: float, as_mac: float
) -> list[tuple[float, int, str]]:
    named = dict(scores(title))
    bids: list[tuple[float, int, str]] = []
    if as_address >= _LIKE:
        bids += _seen("address", title, place, named.get("address", 0.0))
    elif as_mac >= _LIKE and named.get("serial", 0.0) < 5:
        bids += _seen("mac", title, place, named.get("mac", 0.0))
    else:
        for name, points in named.items():
            if name not in {"address", "mac"} or not filled or max(as_address, as_mac) > 0:
                bids.append((points, place, name))
        if filled and "address" in named and not as_address and "hostname" not in named:
            bids.append((0.8, place, "hostname"))
    return bids


def _seen(name: str, title: str, place: int, points: float) -> list[tuple[float, int, str]]:
    """A column of addresses or MACs, by what its header calls it.

    `Gateway` and `Scope` are somebody else's; `NVR IP` is the list's own only where no other is.
    """
    if points >= 10 or (points and not is_foreign(title)):
        return [(SEEN + points, place, name)]
    if is_foreign(title):
        return [(1.0, place, name)] if points else []
    return [(SEEN - 1.0 if title else SEEN, place, name)]
