"""Runs: begun, taken up again, listed, found by number or date, and removed after their time."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from camfinder.model import Ledger
from camfinder.store import tables
from camfinder.store.content import Plan, observation_of, pack_json, unpack_json
from camfinder.store.database import Database, StoreError
from camfinder.store.entries import IMPORTED, Entry, Past

ELSEWHERE_S = 60.0
"""A run of another machine that has not written for so long has ended."""

LOST = timedelta(seconds=0.6)
"""What was sent so shortly before the last transaction may have been answered into the void.

With the time from one transaction to the next (`writer.EVERY_S`) that is the last second of the
process.
"""

COMPLETE, PARTIAL, RUNNING = "complete", "partial", "running"

_RUN = tables.runs.c


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run of the store.

    Attributes:
        id: Its number.
        site: Name of the network; None where none was given.
        mode: `scan`, `replay` or `listen`.
        state: `running` (or killed), `partial` (interrupted, deadline), `complete`.
        plan: What was asked for.
        started_at: UTC.
        ended_at: None while it runs, or where it was killed.
        stored_at: When anything was stored last; of a replay long after its traffic.
    """

    id: int
    site: str | None
    mode: str
    state: str
    plan: Plan
    started_at: datetime
    ended_at: datetime | None
    stored_at: datetime

    @property
    def title(self) -> str:
        """For people."""
        site = f" at {self.site}" if self.site else ""
        return f"run {self.id} of {self.started_at:%Y-%m-%d %H:%M}{site}"


def _stored(row: Any) -> StoredRun:
    return StoredRun(
        row.id,
        row.site or None,
        row.mode,
        row.state,
        unpack_json(row.plan, Plan),
        row.started_at,
        row.ended_at,
        row.beat_at,
    )


_COLUMNS = (
    _RUN.id,
    _RUN.site,
    _RUN.mode,
    _RUN.state,
    _RUN.plan,
    _RUN.started_at,
    _RUN.ended_at,
    _RUN.beat_at,
)


def begin(database: Database, *, site: str | None, mode: str, plan: Plan) -> int:
    """A new run; its number.

    Raises:
        StoreError: The database fails.
    """
    now = datetime.now(UTC)
    row = {
        "site": site or "",
        "mode": mode,
        "state": RUNNING,
        "plan": pack_json(plan),
        "started_at": now,
        "beat_at": now,
        "process": this_process(),
        "ledger": "0 0 0",
    }
    with database.writing() as connection:
        made = connection.execute(sa.insert(tables.runs).values(**row).returning(_RUN.id))
        return int(made.scalar_one())


def unfinished(database: Database, site: str | None) -> Plan:
    """What the last scan of a site was asked to do, where it did not come to its end.

    Raises:
        StoreError: It did, or there is none.
    """
    with database.reading() as connection:
        scans = [run for run in listing(connection, site or "") if run.mode == "scan"]
    if not scans or scans[-1].state == COMPLETE:
        raise StoreError("--resume: the last scan is finished; name targets to start another one")
    return scans[-1].plan


def take_up(database: Database, *, site: str | None, plan: Plan | None) -> tuple[StoredRun, Past]:
    """The last scan of this plan that did not come to its end; from now on it is ours.

    Args:
        database: The open store.
        site: Name of the network.
        plan: Same targets, exclusions and ports; None for whatever was scanned last.

    Raises:
        StoreError: There is none, or it still runs.
    """
    with database.writing() as connection:
        rows = connection.execute(
            sa.select(*_COLUMNS, _RUN.process, _RUN.ledger)
            .where(_RUN.site == (site or ""), _RUN.mode == "scan")
            .order_by(_RUN.id.desc())
        )
        fits = (row for row in rows if plan is None or _same(unpack_json(row.plan, Plan), plan))
        row = next(fits, None)
        if row is None or row.state == COMPLETE:
            raise StoreError(
                "--resume: no scan of this scope is unfinished; start one without --resume"
            )
        if row.state == RUNNING and is_alive(row.process, row.beat_at):
            raise StoreError(f"--resume: run {row.id} still runs ({row.process}); wait for its end")
        _give_up(connection, row)
        past = _past(connection, row)
        ours = {"process": this_process(), "state": RUNNING, "beat_at": datetime.now(UTC)}
        connection.execute(sa.update(tables.runs).where(_RUN.id == row.id).values(**ours))
    return _stored(row), past


def _give_up(connection: sa.Connection, row: Any) -> None:
    """Mark what is to be asked again, in the store: we may be killed before we come to it."""
    notes = tables.journal.c
    connection.execute(
        sa.update(tables.journal)
        .where(
            notes.run == row.id,
            notes.what.in_(("sent", "resolve")),
            notes.at > row.beat_at - LOST,
        )
        .values(what="lost")
    )
    seen = tables.observations.c
    connection.execute(  # lists are read anew, and come last again
        sa.delete(tables.observations).where(seen.run == row.id, seen.probe.in_(IMPORTED))
    )


def _same(one: Plan, other: Plan) -> bool:
    mine = (one.targets, one.exclude, one.ports, one.only)
    return mine == (other.targets, other.exclude, other.ports, other.only)


def _past(connection: sa.Connection, row: Any) -> Past:
    seen = tables.observations
    notes = tables.journal
    observations = connection.execute(
        sa.select(seen).where(seen.c.run == row.id).order_by(seen.c.number)
    )
    entries = connection.execute(
        sa.select(notes).where(notes.c.run == row.id).order_by(notes.c.number)
    )
    datagrams, connections, requests = (int(number) for number in row.ledger.split())
    return Past(
        observations=tuple(observation_of(each) for each in observations),
        entries=tuple(_entry(each) for each in entries),
        started_at=row.started_at,
        ledger=Ledger(datagrams, connections, requests),
    )


def _entry(row: Any) -> Entry:
    sends, requests, wire = (int(number) for number in row.spent.split())
    return Entry(
        row.what, row.key, row.address, row.port, row.state, (sends, requests, wire), row.at
    )


def this_process() -> str:
    """Who writes: host, process, and the moment it started, in clock ticks after boot."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def is_alive(process: str, beat_at: datetime) -> bool:
    """Whether the process that wrote this still runs."""
    host, pid, started = process.rsplit(" ", 2)
    if host != socket.gethostname():
        return (datetime.now(UTC) - beat_at).total_seconds() < ELSEWHERE_S
    return int(started) == _started(int(pid)) != 0


def _started(pid: int) -> int:
    """When a process started, in clock ticks after boot; 0 where it does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    fields = stat.rpartition(")")[2].split()  # proc(5): state is field 3, starttime field 22
    return 0 if fields[0] in {"Z", "X"} else int(fields[19])


def listing(connection: sa.Connection, site: str | None = None) -> list[StoredRun]:
    """All runs in order; only those of a site where one is given (empty: those without)."""
    query = sa.select(*_COLUMNS).order_by(_RUN.id)
    if site is not None:
        query = query.where(_RUN.site == site)
    return [_stored(row) for row in connection.execute(query)]


def ended(runs: Sequence[StoredRun]) -> list[StoredRun]:
    """Those that have a document."""
    return [run for run in runs if run.ended_at is not None]


def find(connection: sa.Connection, what: str = "latest", site: str | None = None) -> StoredRun:
    """A run by what people write: `latest`, its number, or a day or time (the last run until then).

    Raises:
        StoreError: There is no such run.
    """
    runs = listing(connection, site)
    if what.isdecimal() and len(what) < 10:
        found = [run for run in runs if run.id == int(what)]
    elif what == "latest":
        found = ended(runs)[-1:]
    else:
        until = _until(what)
        found = [run for run in ended(runs) if run.started_at < until][-1:]
    if not found:
        where = f" at site {site!r}" if site else ""
        raise StoreError(f"the store has no run {what!r}{where}; `camfinder runs` lists them")
    return found[0]


def _until(what: str) -> datetime:
    """The end of a day, or a moment.

    Raises:
        StoreError: It is neither.
    """
    try:
        moment = datetime.fromisoformat(what)
    except ValueError as error:
        raise StoreError(
            f"{what!r} names no run: give its number, `latest`, or a day such as 2026-11-24"
        ) from error
    if len(what) <= 10:
        moment += timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def remove(database: Database, before: datetime) -> int:
    """Remove runs that were stored before a moment; how many.

    The last run of every site stays, and so do devices with their names and triage.

    Raises:
        StoreError: The database fails.
    """
    with database.writing() as connection:
        runs = listing(connection)
        last = {run.site: run.id for run in ended(runs)}
        old = [run.id for run in runs if run.stored_at < before and last.get(run.site) != run.id]
        for run in old:
            connection.execute(sa.delete(tables.runs).where(_RUN.id == run))
    if old and database.sqlite:
        with database.engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
    return len(old)
