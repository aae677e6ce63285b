"""A table for the terminal and for plain text files; it fits the width it is given."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, ConsoleOptions
from rich.segment import Segment
from rich.style import Style

from camfinder.document import DeviceDoc, Document, RecordDoc
from camfinder.reports import Report
from camfinder.reports.inert import shorten, visible
from camfinder.reports.layout import Column, Line, Styled, fold, table
from camfinder.reports.summary import headlines, marks
from camfinder.reports.texts import texts

FILE_WIDTH = 140
_CELL = 48
_MOST_IDS = 2
_DEVICES = (
    Column("Address", 15),
    Column("Kind", 8),
    Column("Brand", 8),
    Column("Maker", 8, spare=2),
    Column("Model", 14),
    Column("Firmware", 14, spare=3),
    Column("MAC", 17, spare=1),
    Column("Findings", 16),
    Column("Sure", 6, spare=4),
)
_RECORDS = (
    Column("Name", 10),
    Column("Address", 15),
    Column("MAC", 17, spare=2),
    Column("Serial", 10, spare=1),
    Column("Brand", 8),
    Column("Model", 12),
    Column("Location", 10, spare=4),
    Column("Source", 8, spare=3),
)
_STYLES = {
    "kev": "bold red", "listed": "bold red", "listed-through-maker": "bold red",
    "affected": "red", "unrecorded": "yellow", "recorded-differently": "yellow",
}  # fmt: skip
_WORDS = {
    "kev": "KEV", "listed-through-maker": "listed through maker", "ambiguous": "record ambiguous",
    "recorded-differently": "differs", "brand-known-to-relabel": "relabels",
}  # fmt: skip
_KINDS_OF_FINDING = ("listed", "listed-through-maker", "affected", "possibly-affected")


class View:
    """What is printed: rich asks it for the width it has."""

    def __init__(self, document: Document, *, everything: bool) -> None:
        self.document, self.everything = document, everything

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """The lines; colours are the console's business (terminal, NO_COLOR)."""
        styles: dict[str, Style | None] = {"": None}
        for line in lines(self.document, options.max_width, everything=self.everything):
            for text, name in line:
                if name not in styles:
                    styles[name] = Style.parse(name)
                yield Segment(text, styles[name])
            yield Segment.line()


def view(document: Document, *, everything: bool = False) -> View:
    """Surveillance devices, then what is possible, then sums and what was not seen.

    Args:
        document: The inventory.
        everything: Show devices that are certainly something else, too.
    """
    return View(document, everything=everything)


def lines(document: Document, width: int, *, everything: bool) -> Iterator[Line]:
    """The lines of the view, of at most `width` terminal cells where they can be folded."""
    parts: list[tuple[str, Sequence[DeviceDoc]]] = [
        ("Surveillance devices", document.surveillance),
        ("Possible: the evidence does not decide", document.possible),
    ]
    if everything:
        parts += [("Unknown devices", document.unknown), ("Other devices", document.others)]
    for title, devices in parts:
        if devices:
            yield from table(title, _DEVICES, [_row(device) for device in devices], width)
    missing = [record for record in document.records if record.status == "not-seen"]
    if missing:
        rows = [_record(record) for record in missing]
        yield from table("Recorded but not seen", _RECORDS, rows, width)
    for text in _sums(document):
        yield from _paragraph(text, "", width)
    for spot in document.run.blind_spots:
        text = f"Not seen: {spot.what} ({spot.why}; {spot.remedy})"
        yield from _paragraph(visible(text), "dim", width)


def _paragraph(text: str, style: str, width: int) -> Iterator[Line]:
    for part in fold(text, max(width, 20)):
        yield [(part, style)]


def _row(device: DeviceDoc) -> list[Styled]:
    def slot(name: str) -> Styled:
        value = getattr(device, name)
        shown = f"{value} ?" if value and name in device.disputed else value or "-"
        return (shorten(visible(shown), _CELL), "")

    found, style = _findings(device)
    return [
        (visible(device.address or "-"), ""),
        slot("kind"),
        slot("brand"),
        slot("maker"),
        slot("model"),
        slot("firmware"),
        (visible(device.mac or "-"), ""),
        (visible(found), style),
        (visible(device.confidence), ""),
    ]


def _findings(device: DeviceDoc) -> Styled:
    """The marks of a device in words, worst first, and its label; disputes show as `?`."""
    found = [mark for mark in marks(device) if mark != "disputed"]
    words = [f"{_WORDS.get(mark, mark)}{_ids(device, mark)}" for mark in found]
    if device.triage is not None and device.triage.label:
        words.append(f"label {shorten(device.triage.label, _CELL)}")
    return "; ".join(words), next((_STYLES[mark] for mark in found if mark in _STYLES), "")


def _ids(device: DeviceDoc, mark: str) -> str:
    """Which policy or advisory it is; with several the first two and how many more."""
    if mark == "recorded-differently":
        fields = device.record.differs if device.record is not None else []
        return f" ({', '.join(shorten(d.field, 20) for d in fields)})" if fields else ""
    ids: list[str] = []
    for finding in device.findings:
        exploited = bool(finding.kev) and finding.verdict == "affected"
        fits = exploited if mark == "kev" else finding.verdict == mark and not exploited
        posture = mark == "posture" and finding.kind == "posture"
        if posture or (fits and mark in {"kev", *_KINDS_OF_FINDING}):
            ids.append(shorten(finding.id, 24))
    ids = list(dict.fromkeys(ids))
    more = f" +{len(ids) - _MOST_IDS}" if len(ids) > _MOST_IDS else ""
    return f" {' '.join(ids[:_MOST_IDS])}{more}" if ids else ""


def _record(record: RecordDoc) -> list[Styled]:
    values = (
        record.name, record.address, record.mac, record.serial, record.brand, record.model,
        record.location, f"{record.source}:{record.row}" if record.row else record.source,
    )  # fmt: skip
    return [(shorten(visible(value or "-"), _CELL), "") for value in values]


def _sums(document: Document) -> Iterable[str]:
    counts: dict[str, int] = {}
    for device in document.surveillance:
        kind = visible(device.kind) if device.kind != "unknown" else "of unknown kind"
        counts[kind] = counts.get(kind, 0) + 1
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    total = len(document.surveillance)
    found = f"{total} surveillance device{'s' * (total != 1)}{f' ({kinds})' if kinds else ''}"
    rest = f"{len(document.unknown)} unknown, {len(document.others)} other devices"
    yield f"{found}, {len(document.possible)} possible, {rest}"
    text = texts()
    judged = [
        f"{number} {text(f'head.{key}', n=number)}"
        for key, number, _more in headlines(document)
        if number is not None and key not in {"surveillance", "blind-spots"}
    ]
    if judged:
        yield ", ".join(judged)
    ledger, run = document.run.ledger, document.run
    if run.mode == "scan":
        seconds = (run.ended_at - run.started_at).total_seconds()
        yield (
            f"{seconds:.0f} s; sent {ledger.datagrams} datagrams, {ledger.connections} connection "
            f"attempts, {ledger.requests} requests"
        )
    if document.problems:
        yield f"{len(document.problems)} problems (in the report)"


def render(document: Document) -> bytes:
    """The same as plain text, 140 characters wide."""
    made = lines(document, FILE_WIDTH, everything=True)
    plain = ("".join(text for text, _style in line).rstrip() for line in made)
    return "".join(f"{line}\n" for line in plain).encode()


REPORT = Report(name="table", suffix=".txt", title="a table as plain text", render=render)
