"""Lease files of DHCP servers: who was given which address.

Leases are an append-only log in some servers: the last word on an address counts, and a lease that
was released or has expired says nothing. Windows and Kea write tables; they are read as such, and
here only told apart.

Source: dhcpd.leases(5) of ISC DHCP 4.4; the Kea administrator's manual, memfile lease storage;
dnsmasq(8), lease file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import re2

from camfinder.records.record import Known, Record, Sighting
from camfinder.records.values import addresses, cell, macs

MAX_LEASE_LINES = 64
_ISC = re2.compile(r"(?m)^[ \t]*lease[ \t]+[0-9a-fA-F.:]+[ \t]*\{")
_ISC_START = re2.compile(r"^\s*lease\s+([0-9a-fA-F.:]+)\s*\{")
_DNSMASQ = re2.compile(
    r"^(?:[0-9]{1,12}) (?:[0-9A-Fa-f]{2}-)?([0-9A-Fa-f:]{17}) ([0-9A-Fa-f.:]+) (\S+) \S+\s*$"
)
_STAMP = re2.compile(r"(\d{4})/(\d{2})/(\d{2}) (\d{2}):(\d{2}):(\d{2})")
_ENDED = frozenset({"free", "expired", "released", "abandoned", "backup", "reset", "bootp"})


def is_isc(text: str) -> bool:
    """A lease file of ISC dhcpd."""
    return bool(_ISC.search(text[:65_536]))


def is_dnsmasq(text: str) -> bool:
    """A lease file of dnsmasq: the first line is a lease, or its DUID."""
    lines = [line for line in text[:4_096].splitlines() if line.strip()][:3]
    return bool(lines) and any(_DNSMASQ.match(line) for line in lines)


def is_kea(rows: Sequence[Sequence[str]]) -> bool:
    """A lease file of Kea: its header is fixed."""
    return bool(rows) and {"address", "hwaddr", "valid_lifetime"} <= set(rows[0])


def isc(text: str, source: str) -> Iterator[Sighting]:
    """The leases that hold, in the order of their addresses' first appearance."""
    found: dict[str, Sighting] = {}
    block: list[str] = []
    address, started = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if start := _ISC_START.match(line):
            address, started, block = start.group(1), number, [line]
        elif address and line.strip().startswith("}"):
            _take(found, _isc_lease(address, block, source, started), address)
            address = ""
        elif address and len(block) < MAX_LEASE_LINES:
            block.append(line)
    yield from found.values()


def _take(found: dict[str, Sighting], lease: Sighting | None, address: str) -> None:
    """Later entries of an address replace earlier ones."""
    found.pop(address, None)
    if lease is not None:
        found[address] = lease


def _isc_lease(address: str, block: Sequence[str], source: str, row: int) -> Sighting | None:
    state, mac, name, at = "", "", "", None
    for line in block[1:]:
        words = line.strip().rstrip(";").split()
        if words[:2] == ["binding", "state"] and len(words) > 2:
            state = words[2]
        elif words[:2] == ["hardware", "ethernet"] and len(words) > 2:
            mac = next(iter(macs(words[2])), "")
        elif words[:1] == ["client-hostname"]:
            name = line.partition('"')[2].rpartition('"')[0]
        elif words[:1] == ["starts"] and (stamp := _STAMP.search(line)):
            at = _moment([int(part) for part in stamp.groups()])
    read = addresses(address)
    if state in _ENDED or not read or not mac:
        return None
    raw = " ".join(line.strip() for line in block)
    return Sighting(source, row, "lease", read[0], mac, raw, cell(name) or None, at=at)


def _moment(parts: Sequence[int]) -> datetime | None:
    try:
        return datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=UTC)
    except ValueError:
        return None


def dnsmasq(text: str, source: str) -> Iterator[Sighting]:
    """The leases of a dnsmasq file; `*` is no name."""
    for number, line in enumerate(text.splitlines(), 1):
        entry = _DNSMASQ.match(line)
        if not entry:
            continue
        mac, address = macs(entry.group(1)), addresses(entry.group(2))
        if mac and address:
            name = None if entry.group(3) == "*" else cell(entry.group(3)) or None
            yield Sighting(source, number, "lease", address[0], mac[0], line, name)


def kea(rows: Sequence[Sequence[str]], source: str) -> Iterator[Sighting]:
    """The leases of Kea's log that hold: the last entry of an address, in state 0 (assigned)."""
    place = {name: at for at, name in enumerate(rows[0])}
    found: dict[str, Sighting] = {}
    for number, row in enumerate(rows[1:], 2):
        values = {name: row[at] for name, at in place.items() if at < len(row)}
        read, mac = addresses(values.get("address", "")), macs(values.get("hwaddr", ""))
        if not read:
            continue
        over = values.get("state", "0") not in {"", "0"} or values.get("valid_lifetime") == "0"
        name = cell(values.get("hostname", "").rstrip(".")) or None
        lease = (
            Sighting(source, number, "lease", read[0], mac[0], ",".join(row), name) if mac else None
        )
        _take(found, None if over else lease, read[0])
    yield from found.values()


def known(leases: Sequence[Sighting], source: str, form: str) -> Known:
    """Leases as records."""
    return Known(source, form, tuple(as_record(lease) for lease in leases))


def as_record(seen: Sighting) -> Record:
    """What somebody else has seen, as a record of what should be there."""
    record = Record(source=seen.source, row=seen.row, hostname=seen.hostname)
    return replace(
        record,
        addresses=(seen.address,) if seen.address else (),
        macs=(seen.mac,) if seen.mac else (),
    )
