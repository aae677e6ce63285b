"""Better fingerprints applied to what was seen before; the network is not touched."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from camfinder.document import ChangeDoc, DeviceDoc, DeviceRecordDoc, Document
from camfinder.match.lineage import face, pair
from camfinder.model import Device, Inventory, Observation, Problem, ProblemKind, Run
from camfinder.records.renewing import by_id, renewed
from camfinder.records.tables import NameVendor, nobody
from camfinder.store import keeping, reading
from camfinder.store.changes import View
from camfinder.store.database import Database
from camfinder.store.runs import StoredRun

Identify = Callable[[Iterable[Observation]], tuple[Device, ...]]
"""Observations to devices, by the fingerprints of today."""

Build = Callable[[Inventory], Document]
"""An inventory to its document, judged where judgement is wanted."""

FIELDS = (
    "kind", "surveillance", "brand", "maker", "model", "firmware", "serial", "mac", "hostname",
    "channels", "confidence",
)  # fmt: skip
"""What is told where it is otherwise; knowledge gained and lost counts, too."""

_WORDS = {True: "true", False: "false"}


def rematch(
    database: Database,
    run: StoredRun,
    identify: Identify,
    build: Build,
    digest: str,
    *,
    vendor: NameVendor = nobody,
    keep: bool = True,
) -> list[ChangeDoc]:
    """Identify the devices of a run anew; what is otherwise now.

    Devices that stay the same box keep their name. A run that was killed gets its document.

    Args:
        database: The open store.
        run: The run; its plan and times stay as they are.
        identify: With the engine of today.
        build: Makes the document.
        digest: Of the fingerprints of today.
        vendor: Knows vendors by their names, for what records say.
        keep: Store the result; without, only say what would change.

    Raises:
        StoreError: The database fails; what was stored before stays.
    """
    with database.reading() as connection:
        devices = identify(reading.observations(connection, run.id))
        before = [] if run.ended_at is None else reading.held(connection, run)
        old = None if run.ended_at is None else reading.document(connection, run, compared=False)
        tried = _tried(reading.view(connection, run).devices.values())
        if old is None:
            tried = keeping.tried_in(connection, run.id)
    made = build(_inventory(run, devices, digest))
    if old is not None:
        made.run, made.problems, made.records = old.run, old.problems, old.records
    held = pair(
        [face(one, number) for number, one in before],
        [face(one, place) for place, one in enumerate(made.devices)],
    ).known
    by_number = dict(before)
    kept = [by_number[held[place]] if place in held else None for place in range(len(made.devices))]
    _recorded(made, kept, vendor)
    changes = list(_changes([one for _, one in before], made.devices, kept, made.run.ended_at))
    if keep:
        with database.writing() as connection:
            database.lock(connection)
            site = run.site or ""
            keeping.keep(database, connection, run.id, site, made, tried=tried, held=held)
    return changes


def _inventory(run: StoredRun, devices: Sequence[Device], digest: str) -> Inventory:
    killed = Problem(ProblemKind.INTERRUPTED, None, None, "the run was killed before its end")
    told = Run(
        mode=run.mode,
        site=run.site,
        scope=tuple(run.plan.targets),
        started_at=run.started_at,
        ended_at=run.ended_at or run.stored_at,
    )
    return Inventory(
        run=told,
        devices=tuple(devices),
        problems=() if run.ended_at else (killed,),
        fingerprints_digest=digest,
    )


def _recorded(made: Document, kept: Sequence[DeviceDoc | None], vendor: NameVendor) -> None:
    """What records said of a box they say of it still, under the id that it has here."""
    records = by_id(made.records)
    ids = {}
    for now, then in zip(made.devices, kept, strict=True):
        if then is not None:
            ids[then.id] = now.id
            now.record = then.record and renewed(then.record, records, now, vendor)
        elif records:
            now.record = DeviceRecordDoc(status="unrecorded")
    for record in made.records:
        record.devices = [ids[name] for name in record.devices if name in ids]


def _tried(views: Iterable[View]) -> dict[str, dict[int, str]]:
    """What the claims remember of connection attempts, by address."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for view in views:
        is_open = set((view.value("port") or "").split())
        for address in view.all("address"):
            for port in (view.value("tried") or "").split():
                found[address][int(port)] = "open" if port in is_open else "closed"
    return found


def _changes(
    before: Sequence[DeviceDoc],
    after: Sequence[DeviceDoc],
    kept: Sequence[DeviceDoc | None],
    at: datetime,
) -> Iterator[ChangeDoc]:
    """Field by field; a box that fell apart, or two that became one, appear and go."""
    for now, then in zip(after, kept, strict=True):
        if then is None:
            yield ChangeDoc(kind="appeared", device=now.id, after=_title(now), at=at)
            continue
        for name in FIELDS:
            was, is_now = _shown(then, name), _shown(now, name)
            if was != is_now:
                yield ChangeDoc(
                    kind="changed", device=then.id, field=name, before=was, after=is_now, at=at
                )
    left = {one.id for one in kept if one is not None}
    for then in before:
        if then.id not in left:
            yield ChangeDoc(kind="gone", device=then.id, before=_title(then), at=at)


def _shown(device: DeviceDoc, name: str) -> str | None:
    value = getattr(device, name)
    if value is None or isinstance(value, str):
        return value
    return _WORDS[value] if isinstance(value, bool) else str(value)


def _title(device: DeviceDoc) -> str:
    return " ".join(filter(None, (device.brand, device.model, device.address))) or device.id
