"""The end of a run: which device is which of earlier runs, and its document stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from camfinder.document import DeviceDoc, Document
from camfinder.match.lineage import TIERS, Face, face, pair
from camfinder.match.names import bare, vendor_key
from camfinder.model import Observation
from camfinder.store import tables
from camfinder.store.content import observation_row, pack_json
from camfinder.store.database import Database
from camfinder.store.runs import COMPLETE, PARTIAL, RUNNING

PART = 32
"""Devices whose documents are compressed together: alike ones cost little."""

SHOWN = (
    "kind", "brand", "maker", "model", "firmware", "serial", "mac", "hostname", "endpoint_uuid",
    "channels", "claimed_address",
)  # fmt: skip
"""Slots whose reported value is kept at rank 0."""

_BEST = ("mac-", "serial-", "uuid-", "ip-")
"""Beginnings of ids, from the best identity to the worst (`match.identify`)."""

Tried = Mapping[str, Mapping[int, str]]
"""Address to port to what a connection attempt found (`net.dial.PortState`)."""


def finish(
    database: Database, run: int, document: Document, imported: Sequence[Observation] = ()
) -> None:
    """Store the document of a run, all of it or nothing; its devices get their stored names.

    Args:
        database: The open store.
        run: Number of the run.
        document: Judged and compared with records already; its ids are changed in place where
            the store knows the device by a better or an earlier name.
        imported: What others have seen, in the document already: kept for `rematch`.

    Raises:
        StoreError: The database fails; what was stored before stays.
    """
    with database.writing() as connection:
        database.lock(connection)
        site = str(
            connection.execute(
                sa.select(tables.runs.c.site).where(tables.runs.c.id == run)
            ).scalar_one()
        )
        tried = tried_in(connection, run)
        keep(database, connection, run, site, document, tried=tried)
        _import(connection, run, imported)
        _forget(connection, run, site)


def keep(
    database: Database,
    connection: sa.Connection,
    run: int,
    site: str,
    document: Document,
    *,
    tried: Tried,
    held: Mapping[int, int] | None = None,
) -> None:
    """Store a document in the connection's transaction, in place of what the run had before.

    Args:
        database: For its dialect.
        connection: In a writing transaction.
        run: Number of the run.
        site: Its site, empty for none.
        document: Its ids are changed in place.
        tried: What connection attempts found.
        held: Place in the document to device, where that is settled already (rematch).
    """
    for table in (tables.sightings, tables.claims, tables.parts, tables.findings):
        connection.execute(sa.delete(table).where(table.c.run == run))
    people = _People(database, connection, run, site)
    before = [device.id for device in document.devices]
    numbers = people.assign(document.devices, held or {})
    renamed = dict(zip(before, (device.id for device in document.devices), strict=True))
    for record in document.records:
        record.devices = [renamed.get(name, name) for name in record.devices]
    _sightings(connection, run, document.devices, numbers, tried)
    head = msgspec.structs.replace(document, devices=[], changes=None)
    # One host that was skipped does not make a run partial; a deadline names no address.
    complete = not any(
        p.kind == "interrupted" or (p.kind in {"skipped", "bug"} and p.address is None)
        for p in document.problems
    )
    connection.execute(
        sa.update(tables.runs)
        .where(tables.runs.c.id == run)
        .values(
            state=COMPLETE if complete else PARTIAL,
            started_at=document.run.started_at,
            ended_at=document.run.ended_at,
            head=pack_json(head),
        )
    )


def _import(connection: sa.Connection, run: int, imported: Sequence[Observation]) -> None:
    """After what the run saw itself."""
    table = tables.observations
    last = connection.execute(sa.select(sa.func.max(table.c.number)).where(table.c.run == run))
    first = (last.scalar() or 0) + 1
    rows = [observation_row(run, *item) for item in enumerate(imported, first)]
    if rows:
        connection.execute(sa.insert(table), rows)


def _forget(connection: sa.Connection, run: int, site: str) -> None:
    """A complete run is not taken up again, nor are those cut short before it."""
    done = sa.select(tables.runs.c.id).where(
        tables.runs.c.site == site,
        tables.runs.c.state != RUNNING,
        tables.runs.c.id <= run,
        sa.exists().where(tables.runs.c.id == run, tables.runs.c.state == COMPLETE).correlate(None),
    )
    connection.execute(sa.delete(tables.journal).where(tables.journal.c.run.in_(done)))


def abandon(database: Database, run: int) -> None:
    """A run that ended without a document is no run that still goes on."""
    with database.writing() as connection:
        connection.execute(
            sa.update(tables.runs)
            .where(tables.runs.c.id == run, tables.runs.c.state == RUNNING)
            .values(state=PARTIAL, beat_at=datetime.now(UTC))
        )


def tried_in(connection: sa.Connection, run: int) -> dict[str, dict[int, str]]:
    """What the connection attempts of a run found at last."""
    notes = tables.journal.c
    rows = connection.execute(
        sa.select(notes.address, notes.port, notes.state)
        .where(notes.run == run, notes.what == "port")
        .order_by(notes.number)
    )
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for address, port, state in rows:
        found[address][port] = state
    return found


class _People:
    """The devices of one site and their names."""

    def __init__(self, database: Database, connection: sa.Connection, run: int, site: str) -> None:
        self._database = database
        self._connection = connection
        self._run = run
        self._site = site
        devices = tables.devices
        rows = list(connection.execute(sa.select(devices).where(devices.c.site == site)))
        self._rows: dict[int, Any] = {row.id: row for row in rows}
        self._names: dict[str, int] = {row.name: row.id for row in rows}

    def assign(self, seen: Sequence[DeviceDoc], held: Mapping[int, int]) -> list[int]:
        """The device numbers of the seen ones, new ones made; names put into the documents."""
        faces = [face(device, place) for place, device in enumerate(seen)]
        known = [each for each in self._known() if each.key not in set(held.values())]
        found = pair(known, [each for each in faces if each.key not in held])
        known_as = {**found.known, **held}
        numbers = []
        for place, device in enumerate(seen):
            number = known_as.get(place)
            if number is None:
                number = self._new(device)
            else:
                self._met(number, device)
            numbers.append(number)
        self._identify(dict(zip(numbers, faces, strict=True)))
        self._merge(found.merged)
        return numbers

    def _known(self) -> Iterator[Face]:
        """The faces of the site's devices, merged ones with those that they are."""
        identities = defaultdict(set)
        rows = self._connection.execute(
            sa.select(tables.identities)
            .join(tables.devices, tables.devices.c.id == tables.identities.c.device)
            .where(tables.devices.c.site == self._site)
        )
        for device, sort, value in rows:
            identities[self._home(device), sort].add(value)
        looks = self._looks()
        last: dict[int, int] = defaultdict(int)
        for row in self._rows.values():
            home = self._home(row.id)
            last[home] = max(last[home], row.last_run)
        for device, row in self._rows.items():
            if row.successor is not None:
                continue
            of_sort = {sort: frozenset(identities[device, sort]) for sort in TIERS}
            slots = looks.get(device, {})
            names = {vendor_key(v) for slot in ("brand", "maker") for v in slots.get(slot, [])}
            yield Face(
                key=device,
                **of_sort,
                addresses=frozenset(slots.get("address", [])),
                vendors=frozenset(names - {""}),
                model=bare("".join(slots.get("model", []))),
                last=last[device],
            )

    def _looks(self) -> dict[int, dict[str, list[str]]]:
        """Addresses, names and model of each device's last sighting."""
        claims, devices = tables.claims, tables.devices
        shown = sa.or_(
            claims.c.slot == "address",
            sa.and_(claims.c.slot.in_(("brand", "maker", "model")), claims.c.rank == 0),
        )
        rows = self._connection.execute(
            sa.select(claims.c.device, claims.c.slot, claims.c.value)
            .join(
                devices,
                sa.and_(devices.c.id == claims.c.device, devices.c.last_run == claims.c.run),
            )
            .where(devices.c.site == self._site, shown)
        )
        found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for device, slot, value in rows:
            found[device][slot].append(value)
        return found

    def _home(self, device: int) -> int:
        """The device that this one turned out to be."""
        seen = set()
        while (after := self._rows[device].successor) is not None and device not in seen:
            seen.add(device)
            device = after
        return device

    def _new(self, device: DeviceDoc) -> int:
        name, number = device.id, 2
        while name in self._names:
            name = f"{device.id}-{number}"
            number += 1
        made = self._connection.execute(
            sa.insert(tables.devices)
            .values(site=self._site, name=name, first_run=self._run, last_run=self._run)
            .returning(tables.devices.c.id)
        ).scalar_one()
        self._names[name] = made
        self._alias(device.id, made)
        device.id = name
        return int(made)

    def _met(self, number: int, device: DeviceDoc) -> None:
        """A known device was seen: it keeps its name, unless a better one is free."""
        row = self._rows[number]
        name = row.name
        if _rank(device.id) < _rank(name) and device.id not in self._names:
            self._alias(name, number)
            name = device.id
            self._names[name] = number
        self._alias(device.id, number)
        changed = {
            "name": name,
            "first_run": min(row.first_run, self._run),
            "last_run": max(row.last_run, self._run),
        }
        self._connection.execute(
            sa.update(tables.devices).where(tables.devices.c.id == number).values(**changed)
        )
        device.id = name

    def _alias(self, name: str, number: int) -> None:
        """Another name of a device; the latest device to have it keeps it."""
        if self._names.get(name) == number:
            return
        row = {"site": self._site, "name": name, "device": number}
        statement = self._database.insert(tables.aliases).values(**row)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["site", "name"], set_={"device": number}
            )
        )

    def _identify(self, faces: Mapping[int, Face]) -> None:
        rows = [
            {"device": number, "sort": sort, "value": value}
            for number, one in faces.items()
            for sort in TIERS
            for value in one.values(sort)
        ]
        if rows:
            statement = self._database.insert(tables.identities).on_conflict_do_nothing()
            self._connection.execute(statement, rows)

    def _merge(self, merged: Mapping[int, int]) -> None:
        for number, home in merged.items():
            self._connection.execute(
                sa.update(tables.devices)
                .where(tables.devices.c.id == number)
                .values(successor=home)
            )


def _rank(name: str) -> int:
    return next((n for n, start in enumerate(_BEST) if name.startswith(start)), len(_BEST))


def _sightings(
    connection: sa.Connection,
    run: int,
    devices: Sequence[DeviceDoc],
    numbers: Sequence[int],
    tried: Tried,
) -> None:
    seen, claims, findings = [], [], []
    for place, (device, number) in enumerate(zip(devices, numbers, strict=True)):
        here = {"run": run, "device": number}
        seen.append(
            {
                **here,
                "part": place // PART,
                "place": place % PART,
                "surveillance": device.surveillance,
                "possible": device.possible,
                "seen_at": device.last_seen,
            }
        )
        claims += [{**here, **row} for row in _claims(device, tried)]
        findings += [
            {**here, "number": n, "kind": f.kind, "finding": f.id, "verdict": f.verdict}
            for n, f in enumerate(device.findings)
        ]
    parts = [
        {"run": run, "part": at // PART, "data": pack_json(devices[at : at + PART])}
        for at in range(0, len(devices), PART)
    ]
    lots = (
        (tables.sightings, seen),
        (tables.claims, claims),
        (tables.findings, findings),
        (tables.parts, parts),
    )
    for table, rows in lots:
        if rows:
            connection.execute(sa.insert(table), rows)


def _claims(device: DeviceDoc, tried: Tried) -> Iterator[dict[str, Any]]:
    for slot in sorted({*SHOWN, *device.claims}):
        listed = device.claims.get(slot, [])
        value = getattr(device, slot, None)
        rest = [claim for claim in listed if value is None or claim.value != str(value)]
        strengths = {claim.value: claim.strength for claim in listed}
        if value is not None:
            yield _row(slot, 0, str(value), strengths.get(str(value), ""))
        for rank, claim in enumerate(rest, 1):
            yield _row(slot, rank, claim.value, claim.strength)
    places = dict.fromkeys([*filter(None, [device.address]), *device.addresses])
    for rank, address in enumerate(places):
        yield _row("address", rank, address, "")
    states: dict[int, str] = {}
    for address in device.addresses:
        states.update(tried.get(address, {}))
    is_open = {port for port, state in states.items() if state == "open"}
    is_open |= {service.port for service in device.services if service.transport == "tcp"}
    if is_open:
        yield _row("port", 0, _listed(is_open), "")
    if states:
        yield _row("tried", 0, _listed(is_open | set(states)), "")


def _listed(ports: Iterable[int]) -> str:
    return " ".join(str(port) for port in sorted(ports))


def _row(slot: str, rank: int, value: str, strength: str) -> dict[str, Any]:
    return {"slot": slot, "rank": rank, "value": value, "strength": strength}
