"""Documents, changes and histories out of the store."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from camfinder.document import ChangeDoc, DeviceDoc, Document, EvidenceDoc, TriageDoc
from camfinder.match.values import mac_text
from camfinder.model import Observation
from camfinder.store import changes, tables
from camfinder.store.changes import RunView, View
from camfinder.store.content import observation_of, unpack_json
from camfinder.store.database import StoreError
from camfinder.store.runs import COMPLETE, StoredRun, ended, listing

_DEVICE, _SEEN, _CLAIM = tables.devices.c, tables.sightings.c, tables.claims.c
_LOT = 500
"""Values in one IN list: SQLite takes 32,766, PostgreSQL 65,535."""


def document(connection: sa.Connection, run: StoredRun, *, compared: bool = True) -> Document:
    """The document of a run, with today's names, triage, and the changes since the run before.

    Args:
        connection: In a transaction.
        run: A run that has ended.
        compared: Fill `changes`.

    Raises:
        StoreError: The run has no document.
    """
    head = connection.execute(
        sa.select(tables.runs.c.head).where(tables.runs.c.id == run.id)
    ).scalar()
    if head is None:
        raise StoreError(
            f"{run.title} has no report: it was killed; go on with `camfinder scan --resume`, or"
            f" make one of what it saw with `camfinder rematch --run {run.id}`"
        )
    found: Document = unpack_json(head, Document)
    found.devices = list(_devices(connection, run.id))
    if compared:
        found.changes = changes_of(connection, run)
    return found


def _devices(connection: sa.Connection, run: int) -> Iterator[DeviceDoc]:
    names = _names(connection, run)
    notes = triage(connection, [device for device, _ in names.values()])
    table = tables.parts.c
    rows = connection.execute(
        sa.select(table.part, table.data).where(table.run == run).order_by(table.part)
    )
    for part, data in rows:
        for place, one in enumerate(unpack_json(data, list[DeviceDoc])):
            number, one.id = names[part, place]
            one.triage = notes.get(number)
            yield one


def _names(connection: sa.Connection, run: int) -> dict[tuple[int, int], tuple[int, str]]:
    """Device and name by place in the document."""
    rows = connection.execute(
        sa.select(_SEEN.part, _SEEN.place, _SEEN.device, _DEVICE.name)
        .join(tables.devices, _DEVICE.id == _SEEN.device)
        .where(_SEEN.run == run)
    )
    return {(part, place): (device, name) for part, place, device, name in rows}


def triage(connection: sa.Connection, devices: Iterable[int]) -> dict[int, TriageDoc]:
    """What people said of these devices, or of the ones that they turned out to be."""
    notes = {
        row.device: TriageDoc(status=row.status, note=row.note, label=row.label, at=row.at)
        for row in connection.execute(sa.select(tables.triage))
    }
    homes = _homes(connection) if notes else {}
    said = {device: notes.get(homes.get(device, device)) for device in devices}
    return {
        device: note or notes[device] for device, note in said.items() if note or device in notes
    }


def fill(connection: sa.Connection, run: StoredRun, document: Document) -> None:
    """Put triage and changes into the document of a run that was just stored."""
    names = {name: device for device, name in _names(connection, run.id).values()}
    notes = triage(connection, names.values())
    for one in document.devices:
        one.triage = notes.get(names.get(one.id, 0))
    document.changes = changes_of(connection, run)


def changes_of(connection: sa.Connection, run: StoredRun) -> list[ChangeDoc] | None:
    """The changes since the run before; None where there is none."""
    before = run_before(connection, run)
    return None if before is None else compare(connection, before, run)


def run_before(connection: sa.Connection, run: StoredRun) -> StoredRun | None:
    """The run of the same sort at the same site that came before: a scan is no capture."""
    runs = ended(listing(connection, run.site or ""))
    before = [each for each in runs if each.id < run.id and each.mode == run.mode]
    return before[-1] if before else None


def compare(
    connection: sa.Connection, before: StoredRun, after: StoredRun, *, everything: bool = False
) -> list[ChangeDoc]:
    """The changes from one run to another one."""
    views = [view(connection, before), view(connection, after)]
    homes = _homes(connection)
    rows = connection.execute(
        sa.select(_DEVICE.id).where(
            _DEVICE.site == (after.site or ""), _DEVICE.first_run < after.id
        )
    )
    met = frozenset(homes.get(device, device) for (device,) in rows)
    return changes.compare(*views, met=met, everything=everything)


def view(connection: sa.Connection, run: StoredRun, devices: Sequence[int] = ()) -> RunView:
    """A run for comparisons; all of its devices, or these."""
    return _views(connection, [run], devices)[0]


def _views(
    connection: sa.Connection, runs: Sequence[StoredRun], devices: Sequence[int] = ()
) -> list[RunView]:
    ids = [run.id for run in runs]
    homes = _homes(connection)
    slots: dict[tuple[int, int], dict[str, list[tuple[str, str]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    seen: dict[int, dict[int, View]] = defaultdict(dict)
    for at in range(0, len(ids), _LOT):
        lot = ids[at : at + _LOT]
        told = sa.select(tables.claims).where(_CLAIM.run.in_(lot))
        met = (
            sa.select(_SEEN.run, _SEEN.device, _SEEN.surveillance, _SEEN.possible, _DEVICE.name)
            .join(tables.devices, _DEVICE.id == _SEEN.device)
            .where(_SEEN.run.in_(lot))
        )
        if devices:
            told = told.where(_CLAIM.device.in_(devices))
            met = met.where(_SEEN.device.in_(devices))
        for row in connection.execute(told.order_by(_CLAIM.run, _CLAIM.device, _CLAIM.rank)):
            slots[row.run, row.device][row.slot].append((row.value, row.strength))
        for row in connection.execute(met):
            home = homes.get(row.device, row.device)
            told_here = {s: tuple(v) for s, v in slots[row.run, row.device].items()}
            if home not in seen[row.run] or home == row.device:
                seen[row.run][home] = View(
                    home, row.name, row.surveillance, row.possible, told_here
                )
    return [
        RunView(
            run.id,
            run.mode,
            run.state == COMPLETE,
            changes.spans_of(run.plan),
            run.ended_at or run.started_at,
            seen[run.id],
        )
        for run in runs
    ]


def _homes(connection: sa.Connection) -> dict[int, int]:
    """Devices that turned out to be another one, and which."""
    rows = connection.execute(
        sa.select(_DEVICE.id, _DEVICE.successor).where(_DEVICE.successor.is_not(None))
    )
    after = {row.id: int(row.successor) for row in rows}
    homes = {}
    for device, successor in after.items():
        home, steps = successor, 0
        while home in after and steps < len(after):
            home, steps = after[home], steps + 1
        homes[device] = home
    return homes


@dataclass(frozen=True, slots=True)
class Found:
    """A device of the store.

    Attributes:
        id: Its number.
        site: Its site, empty for none.
        name: Its id in documents.
        last_run: The run that saw it last.
        members: Its number and those of devices that turned out to be it.
    """

    id: int
    site: str
    name: str
    last_run: int
    members: tuple[int, ...]


def find_device(connection: sa.Connection, what: str, site: str | None = None) -> Found:
    """The device by id, earlier id, MAC, or the address it was last seen at.

    Raises:
        StoreError: There is none, or several at several sites.
    """
    homes = _homes(connection)
    for search in (_by_name, _by_alias, _by_mac, _by_address):
        numbers = {homes.get(n, n) for n in search(connection, what.strip())}
        query = sa.select(tables.devices).where(_DEVICE.id.in_(numbers))
        if site is not None:
            query = query.where(_DEVICE.site == site)
        rows = list(connection.execute(query))
        if len(rows) > 1:
            names = ", ".join(f"{r.name}{f' at {r.site}' if r.site else ''}" for r in rows)
            raise StoreError(f"{what} may be {names}: give its id, or --site")
        if rows:
            row = rows[0]
            members = [row.id, *(device for device, home in homes.items() if home == row.id)]
            lasts = connection.execute(
                sa.select(sa.func.max(_DEVICE.last_run)).where(_DEVICE.id.in_(members))
            )
            return Found(row.id, row.site, row.name, int(lasts.scalar_one()), tuple(members))
    raise StoreError(f"{what}: no such device in the store; name it by id, MAC or last address")


def _by_name(connection: sa.Connection, what: str) -> set[int]:
    return set(connection.scalars(sa.select(_DEVICE.id).where(_DEVICE.name == what)))


def _by_alias(connection: sa.Connection, what: str) -> set[int]:
    table = tables.aliases.c
    return set(connection.scalars(sa.select(table.device).where(table.name == what)))


def _by_mac(connection: sa.Connection, what: str) -> set[int]:
    mac = mac_text(what)
    table = tables.identities.c
    query = sa.select(table.device).where(table.sort == "macs", table.value == mac)
    return set(connection.scalars(query)) if mac else set()


def _by_address(connection: sa.Connection, what: str) -> set[int]:
    """Whoever was last seen there."""
    query = (
        sa.select(_CLAIM.device, _CLAIM.run, _DEVICE.site)
        .join(tables.devices, sa.and_(_DEVICE.id == _CLAIM.device, _DEVICE.last_run == _CLAIM.run))
        .where(_CLAIM.slot == "address", _CLAIM.value == what)
    )
    rows = list(connection.execute(query))
    last: dict[str, int] = {}
    for _device, run, site in rows:
        last[site] = max(run, last.get(site, 0))
    return {device for device, run, site in rows if run == last[site]}


def history(connection: sa.Connection, found: Found) -> list[tuple[StoredRun, ChangeDoc]]:
    """The events of a device in order, each with the run that noticed it."""
    runs = ended(listing(connection, found.site))
    views = _views(connection, runs, found.members)
    by_id = {run.id: run for run in runs}
    return [(by_id[run], change) for run, change in changes.history(views, found.id)]


def device_in(connection: sa.Connection, run: int, devices: Sequence[int]) -> DeviceDoc | None:
    """One device's document in one run, without the rest of it."""
    seen = connection.execute(
        sa.select(_SEEN.part, _SEEN.place, _SEEN.device).where(
            _SEEN.run == run, _SEEN.device.in_(devices)
        )
    ).first()
    if seen is None:
        return None
    table = tables.parts.c
    data = connection.execute(
        sa.select(table.data).where(table.run == run, table.part == seen.part)
    ).scalar_one()
    one: DeviceDoc = unpack_json(data, list[DeviceDoc])[seen.place]
    one.id = connection.execute(
        sa.select(_DEVICE.name).where(_DEVICE.id == seen.device)
    ).scalar_one()
    one.triage = triage(connection, [seen.device]).get(seen.device)
    return one


def evidence_for(
    change: ChangeDoc, device: DeviceDoc | None, *, at_most: int = 3
) -> list[EvidenceDoc]:
    """What in a device's document shows the change: the items that carry its new, or old, value."""
    if device is None:
        return []
    ids: Mapping[str, Any] = {item.id: item for item in device.evidence}
    slots = [change.field] if change.field else ["kind", "brand", "model", "maker"]
    carried = [
        ids[key]
        for slot in slots
        for claim in device.claims.get(slot or "", [])[:1]
        for key in claim.evidence
        if key in ids
    ]
    if change.field == "address":
        wanted = set((change.after or "").split(", ")) | set((change.before or "").split(", "))
        carried = [item for item in device.evidence if item.address in wanted]
    elif change.field == "ports":
        numbers = f"{change.before or ''}, {change.after or ''}".replace("/tcp", "").split(", ")
        carried = [item for item in device.evidence if str(item.port) in numbers]
    return list({item.id: item for item in carried or device.evidence}.values())[:at_most]


def proofs(
    connection: sa.Connection, before: StoredRun, after: StoredRun, found: Sequence[ChangeDoc]
) -> list[list[EvidenceDoc]]:
    """The evidence of each change: of both runs where a value changed, else of the one that saw."""
    names = {
        run.id: {name: device for device, name in _names(connection, run.id).values()}
        for run in (before, after)
    }
    homes = _homes(connection)

    def shown(change: ChangeDoc, run: StoredRun, number: int | None) -> list[EvidenceDoc]:
        home = homes.get(number or 0, number)
        members = [n for n in names[run.id].values() if homes.get(n, n) == home]
        return evidence_for(change, device_in(connection, run.id, members))

    told = []
    for change in found:
        number = names[after.id].get(change.device) or names[before.id].get(change.device)
        items = [] if change.kind == "gone" else shown(change, after, number)
        items += [] if change.kind == "appeared" else shown(change, before, number)
        told.append(items)
    return told


def settled(connection: sa.Connection) -> frozenset[str]:
    """Names of devices that somebody accepted or called a false positive."""
    rows = connection.execute(
        sa.select(_DEVICE.name)
        .join(tables.triage, tables.triage.c.device == _DEVICE.id)
        .where(tables.triage.c.status.is_not(None))
    )
    return frozenset(row.name for row in rows)


def counts(connection: sa.Connection) -> dict[int, int]:
    """How many surveillance devices each run saw."""
    rows = connection.execute(
        sa.select(_SEEN.run, sa.func.count())
        .where(_SEEN.surveillance.is_(True))
        .group_by(_SEEN.run)
    )
    return {run: number for run, number in rows}  # noqa: C416 - rows are no pairs to mypy


def observations(connection: sa.Connection, run: int) -> Iterator[Observation]:
    """What a run saw, in order."""
    table = tables.observations
    rows = connection.execution_options(yield_per=1000).execute(
        sa.select(table).where(table.c.run == run).order_by(table.c.number)
    )
    for row in rows:
        yield observation_of(row)


def held(connection: sa.Connection, run: StoredRun) -> list[tuple[int, DeviceDoc]]:
    """The devices of a stored document with their numbers."""
    names = _names(connection, run.id)
    numbers = {name: device for device, name in names.values()}
    return [(numbers[one.id], one) for one in _devices(connection, run.id)]
