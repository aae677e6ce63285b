"""Whatever list somebody has, read: which form it is shows in the bytes, not in the file's name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from camfinder.document import DeviceDoc, loads
from camfinder.model import CamfinderError
from camfinder.records import leases, neighbours, nmap, sheets, text
from camfinder.records.record import Known, Record, Sighting
from camfinder.records.tables import NameVendor, nobody, read_table

MAX_BYTES = 64 << 20
"""A longer file is refused: a list of 100,000 cameras has 20 MB."""

_OWN_SHEETS = frozenset({"devices", "findings", "blind spots"})
"""Sheets of our own workbooks: of these, `devices` is the list."""


def read_known(
    data: bytes, name: str, said: Mapping[str, str], vendor: NameVendor = nobody
) -> Known:
    """The records in a file.

    Args:
        data: The file.
        name: Its name, for messages and as the source of the records.
        said: Field to the header of its column (`--map`).
        vendor: Knows vendors by their names.

    Raises:
        CamfinderError: It is empty, broken, too long, or nothing in it is recognised.
    """
    _check(data, name)
    if _is_workbook(data):
        return _workbook(data, name, said, vendor)
    if nmap.is_nmap(data):
        return leases.known(list(nmap.nmap(data, name)), name, "nmap XML")
    if _is_document(data):
        return _inventory(data, name)
    content = text.decode(data, name)
    seen = None if said else _sightings(content, name)
    read = (
        _table(content, name, said, vendor)
        if seen is None
        else leases.known(seen[1], name, seen[0])
    )
    return replace(read, trouble=text.trouble(data, name))


def read_sightings(data: bytes, name: str, said: Mapping[str, str]) -> tuple[str, list[Sighting]]:
    """What a file of evidence has seen, with the form that it was read as.

    Nmap's XML, ARP and MAC tables as switches print them, lease files; any table with a column of
    MACs or addresses.

    Raises:
        CamfinderError: It is empty, broken, too long, or nothing in it is recognised.
    """
    _check(data, name)
    if nmap.is_nmap(data):
        return "nmap XML", list(nmap.nmap(data, name))
    if _is_workbook(data):
        known = _workbook(data, name, said, nobody)
    else:
        content = text.decode(data, name)
        seen = None if said else _sightings(content, name)
        if seen is not None:
            return seen
        document = _is_document(data)
        known = _inventory(data, name) if document else _table(content, name, said, nobody)
    found = list(chain.from_iterable(map(_seen, known.records)))
    if not found:
        raise CamfinderError(f"{name}: no addresses or MACs in it; name a column: --map mac=HEADER")
    return known.form, found


def _check(data: bytes, name: str) -> None:
    if len(data) > MAX_BYTES:
        raise CamfinderError(
            f"{name} is longer than {MAX_BYTES >> 20} MiB; "
            "keep the columns with addresses, MACs and names, or split it"
        )
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise CamfinderError(f"{name} is empty; give a list with a column of addresses or MACs")


def _is_workbook(data: bytes) -> bool:
    """An XLSX, or an old XLS, which the reader of workbooks refuses in words."""
    return sheets.is_archive(data) or data.startswith(b"\xd0\xcf\x11\xe0")


def _is_document(data: bytes) -> bool:
    """JSON: an earlier inventory."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _table(content: str, name: str, said: Mapping[str, str], vendor: NameVendor) -> Known:
    """Rows and columns of a text."""
    rows = sheets.csv_rows(content, name)
    if leases.is_kea(rows) and not said:
        return leases.known(list(leases.kea(rows, name)), name, "Kea leases")
    return read_table(rows, name, said, vendor)


def _sightings(content: str, name: str) -> tuple[str, list[Sighting]] | None:
    """Lease files and tables of neighbours; None where it is neither."""
    forms: tuple[
        tuple[str, Callable[[str], bool], Callable[[str, str], Iterable[Sighting]]], ...
    ] = (
        ("ISC dhcpd leases", leases.is_isc, leases.isc),
        ("dnsmasq leases", leases.is_dnsmasq, leases.dnsmasq),
        ("ARP or MAC table", neighbours.is_neighbours, neighbours.neighbours),
    )
    for form, fits, read in forms:
        if fits(content):
            return form, list(read(content, name))
    return None


def _workbook(data: bytes, name: str, said: Mapping[str, str], vendor: NameVendor) -> Known:
    """All visible sheets that are lists; it is no list where none of them is."""
    found: list[Known] = []
    complaint: CamfinderError | None = None
    own = False
    for title, rows in sheets.xlsx_sheets(data, name):
        own = own or title == "devices"
        if own and title in _OWN_SHEETS - {"devices"} | {"records"}:
            continue
        try:
            found.append(read_table(rows, f"{name}#{title}", said, vendor, form="workbook"))
        except CamfinderError as error:
            complaint = complaint or error
    if not found:
        raise complaint or CamfinderError(f"{name} has no visible sheet; unhide the list")
    return Known(
        name,
        "workbook",
        tuple(record for known in found for record in known.records),
        found[0].columns,
        sum(known.skipped for known in found),
    )


def _inventory(data: bytes, name: str) -> Known:
    """An earlier inventory document: what was seen then is what is known now."""
    document = loads(data, name)
    records = (_of_device(device, name, document.run.site) for device in document.devices)
    return Known(name, "inventory document", tuple(record for record in records if record.usable))


def _of_device(device: DeviceDoc, source: str, site: str | None) -> Record:
    macs = [device.mac, *(c.value for c in device.claims.get("mac", []) if c.strength != "hint")]
    return Record(
        source=source,
        row=None,
        addresses=tuple(dict.fromkeys(filter(None, (device.address, *device.addresses)))),
        macs=tuple(dict.fromkeys(mac for mac in macs if mac)),
        serial=device.serial,
        hostname=device.hostname,
        brand=device.brand,
        model=device.model,
        firmware=device.firmware,
        uuid=device.endpoint_uuid,
        site=site,
        name=None,
    )


def _seen(record: Record) -> Iterator[Sighting]:
    """A row of any table as what somebody has seen."""
    raw = " ".join(filter(None, (*record.addresses, *record.macs, record.hostname)))
    row, macs = record.row or 0, record.macs or (None,)
    if len(macs) == 1:
        for address in record.addresses or ((None,) if record.macs else ()):
            kind = "arp" if record.macs else "list"
            yield Sighting(record.source, row, kind, address, macs[0], raw, record.hostname)
    else:
        for mac in macs:
            yield Sighting(record.source, row, "mac-table", None, mac, raw, record.hostname)
