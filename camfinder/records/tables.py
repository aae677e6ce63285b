"""Tables to records: a row each, values sorted into the fields they belong to.

A value in the wrong column (a MAC under `serial`, an address under `name`) is put right where its
look leaves no doubt, and the record says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from camfinder.model import CamfinderError
from camfinder.records import values
from camfinder.records.columns import Layout, Row, layout
from camfinder.records.record import Known, Record

NameVendor = Callable[[str], str]
"""A vendor's name in any spelling to its id; empty where nobody is known by it."""

MIN_STRAY = 6
"""A shorter text under `mac` is no serial number that strayed there."""
_TEXTS = ("serial", "name", "hostname", "brand", "model", "firmware", "uuid", "location", "site")


def nobody(_name: str) -> str:
    """The vendor names of somebody who knows none."""
    return ""


def read_table(
    rows: Iterable[Sequence[str]],
    source: str,
    said: Mapping[str, str],
    vendor: NameVendor = nobody,
    *,
    form: str = "table",
) -> Known:
    """The records of a table.

    Args:
        rows: Cells as text, row by row.
        source: Name of the file, or file#sheet.
        said: Field to the header of its column (`--map`).
        vendor: Knows vendors by their names.
        form: What to call it.

    Raises:
        CamfinderError: No column can be recognised, or one that was named is not there.
    """
    cleaned = [[values.cell(cell) for cell in row] for row in rows]
    if not any(any(row) for row in cleaned):
        raise CamfinderError(f"{source} is empty; give a list with a column of addresses or MACs")
    plan = layout(cleaned, said, source)
    if not plan.usable and not {"name"} & said.keys():
        raise CamfinderError(_not_recognised(source, cleaned))
    records, skipped = [], 0
    turned = _turned(cleaned[plan.start :], plan)

    def known_vendor(name: str) -> str:
        return vendor(name) or turned.get(values.key(name), "")

    for number, row in enumerate(cleaned[plan.start :], plan.start + 1):
        record = read_row(row, plan, source, number, known_vendor)
        if record is not None:
            records.append(record)
        elif any(row):
            skipped += 1
    return Known(source, form, tuple(records), plan.headers, skipped)


def _turned(rows: Sequence[Row], plan: Layout) -> Mapping[str, str]:
    """The brands of a list: what stands under `brand` far more often than under `model`."""
    counts: dict[str, Counter[str]] = {"brand": Counter(), "model": Counter()}
    for field, counted in counts.items():
        for at in plan.columns.get(field, ())[:1]:
            counted.update(values.key(row[at]) for row in rows if at < len(row) and row[at])
    brands, models = counts["brand"], counts["model"]
    return {name: name for name, count in brands.items() if count > 2 * models[name] + 1}


def _not_recognised(source: str, rows: Sequence[Row]) -> str:
    first = next(row for row in rows if any(row))
    shown = ", ".join(repr(cell[:40]) for cell in first if cell)[:200]
    return (
        f"{source}: no column of addresses, MACs, serial numbers or host names was recognised "
        f"({shown}); name one: --map address=HEADER"
    )


def read_row(
    row: Row, plan: Layout, source: str, number: int, vendor: NameVendor = nobody
) -> Record | None:
    """The record of a row; None for an empty row, a heading between rows, a comment."""
    cells = {
        field: [row[at] for at in places if at < len(row) and row[at]]
        for field, places in plan.columns.items()
    }
    texts = {field: cells[field][0] for field in _TEXTS if cells.get(field)}
    raw_addresses, raw_macs = cells.get("address", []), cells.get("mac", [])
    if not (texts or raw_addresses or raw_macs) or row[0].startswith("#"):
        return None
    notes: list[str] = []
    found_addresses = _all(raw_addresses, values.addresses)
    found_macs = _all(raw_macs, values.macs)
    if not found_macs:
        found_macs = _stray_mac(texts, raw_macs, raw_addresses, notes)
    if not found_addresses:
        found_addresses = _stray_address(texts, raw_addresses, raw_macs, notes)
    _swap_vendor(texts, vendor, notes)
    number_text = values.serial(texts.get("serial", ""))
    if texts.get("serial") and not number_text:
        notes.append(f"serial number {texts['serial'][:40]!r} identifies nothing")
    record = Record(
        source=source,
        row=number,
        addresses=found_addresses,
        macs=found_macs,
        serial=number_text or None,
        notes=tuple(notes),
        **{field: texts.get(field) for field in _TEXTS if field != "serial"},
    )
    return _named(record, raw_addresses) if record.usable or len(texts) > 1 else None


def _all(cells: Iterable[str], read: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for cell in cells for each in read(cell)))


def _stray_mac(
    texts: dict[str, str], raw: Sequence[str], raw_addresses: Sequence[str], notes: list[str]
) -> tuple[str, ...]:
    """A MAC that stands under another header, and what stands in its place."""
    for cell in raw_addresses:
        if found := values.macs(cell, numbers=False):
            notes.append("MAC found under address")
            return found
    for field in ("serial", "name", "model", "hostname"):
        text = texts.get(field, "")
        found = values.macs(text, numbers=False)
        # Some makers use the MAC as the serial number, and some serial numbers look like one.
        if not found or (field == "serial" and not raw and len(text) == 12):
            continue
        notes.append(f"MAC found under {field}")
        texts.pop(field)
        if raw and not values.addresses(raw[0]):
            texts[field] = raw[0]
        return found
    if raw and "serial" not in texts and len(values.bare(values.serial(raw[0]))) >= MIN_STRAY:
        notes.append("serial number found under mac")
        texts["serial"] = raw[0]
    return ()


def _stray_address(
    texts: dict[str, str], raw: Sequence[str], raw_macs: Sequence[str], notes: list[str]
) -> tuple[str, ...]:
    """An address that stands under another header, and what stands in its place."""
    for cell in raw_macs:
        if found := values.addresses(cell):
            notes.append("address found under mac")
            return found
    for field in ("name", "hostname", "serial", "model", "location"):
        found = values.addresses(texts.get(field, ""))
        if found:
            notes.append(f"address found under {field}")
            texts.pop(field)
            if raw:
                texts[field] = raw[0]
            return found
    return ()


def _swap_vendor(texts: dict[str, str], vendor: NameVendor, notes: list[str]) -> None:
    """Brand and model in each other's column."""
    brand, model = texts.get("brand", ""), texts.get("model", "")
    if model and vendor(model) and not (brand and vendor(brand)):
        texts["brand"] = model
        texts.pop("model")
        if brand:
            texts["model"] = brand
        notes.append("brand found under model")


def _named(record: Record, raw: Sequence[str]) -> Record:
    """A host name that stands in the column of addresses."""
    if record.addresses or record.hostname or not raw:
        return record
    text = raw[0].partition("://")[2] or raw[0]
    host = text.partition("/")[0].partition(":")[0]
    plain = host.replace("-", "").replace("_", "").replace(".", "")
    # `DHCP`, `static`, `see Peter` are no names: those of devices hold a digit, dash or dot.
    named = plain.isalnum() and not plain.isalpha() and not plain.isdigit() and len(host) <= 253
    named = named or (plain.isalpha() and plain != host)
    return replace(record, hostname=host) if named else record
