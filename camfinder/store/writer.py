"""Writes while a run goes on: a thread of its own, a few transactions a second.

What was observed and what was asked is stored in the order in which it happened, in one
transaction, so that a question never counts as asked while its answer is missing.
"""

import queue
import threading
import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from camfinder.model import Ledger, Observation
from camfinder.store import tables
from camfinder.store.content import observation_row
from camfinder.store.database import Database, StoreError
from camfinder.store.entries import Entry, Past

EVERY_S = 0.3
"""Between two transactions: with the time they take, less than a second is ever lost."""

_END = object()


class Writer:
    """The journal of one run (`entries.Journal`); `close` it before the run is finished.

    A database that fails is tried again with the next transaction; nothing is dropped meanwhile.

    Args:
        database: The open store.
        run: Number of the run.
        past: What an earlier process left, of a resumed run.

    Attributes:
        error: Why the last transaction failed; None while all is well.
    """

    def __init__(self, database: Database, run: int, past: Past | None = None) -> None:
        self.error: StoreError | None = None
        self._past = past
        self._database = database
        self._run = run
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._number = len(past.entries) if past else 0
        self._pending = _Pending()
        self._ledger: Ledger | None = None
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)
        self._thread.start()

    @property
    def past(self) -> Past | None:
        """What there is to go on from."""
        return self._past

    def observed(self, number: int, observation: Observation) -> None:
        """A new observation."""
        self._queue.put((number, observation))

    def again(self, number: int, at: datetime) -> None:
        """The same was said again."""
        self._queue.put((number, at))

    def noted(self, entry: Entry, ledger: Ledger | None) -> None:
        """Something was done."""
        self._queue.put((entry, ledger))

    def close(self) -> None:
        """Store what is left.

        Raises:
            StoreError: The database fails still.
        """
        if self._thread.is_alive():
            self._queue.put((_END, None))
            self._thread.join()
        if self.error is not None:
            raise self.error

    def _work(self) -> None:
        ended = False
        while not ended:
            ended = self._gather()
            try:
                self._store()
            except StoreError as error:
                self.error = error
            else:
                self.error = None

    def _gather(self) -> bool:
        """Everything of the next interval; True at the end."""
        until = time.monotonic() + EVERY_S
        while (left := until - time.monotonic()) > 0:
            try:
                what, how = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if what is _END:
                return True
            self._take(what, how)
        return False

    def _take(self, what: Any, how: Any) -> None:
        pending = self._pending
        if isinstance(how, Observation):
            pending.observations[what] = how
        elif isinstance(how, datetime):
            pending.again[what] = how
        else:
            pending.entries.append((self._number, what))
            self._number += 1
            self._ledger = how or self._ledger

    def _store(self) -> None:
        pending = self._pending
        with self._database.writing() as connection:
            pending.write(connection, self._run)
            beat: dict[str, Any] = {"beat_at": datetime.now(UTC)}
            if self._ledger is not None:
                sent = self._ledger
                beat["ledger"] = f"{sent.datagrams} {sent.connections} {sent.requests}"
            connection.execute(
                sa.update(tables.runs).where(tables.runs.c.id == self._run).values(**beat)
            )
        self._pending = _Pending()


class _Pending:
    """What the next transaction stores."""

    def __init__(self) -> None:
        self.observations: dict[int, Observation] = {}
        self.again: dict[int, datetime] = {}
        self.entries: list[tuple[int, Entry]] = []

    def write(self, connection: sa.Connection, run: int) -> None:
        if self.observations:
            rows = [observation_row(run, *item) for item in self.observations.items()]
            connection.execute(sa.insert(tables.observations), rows)
        if self.again:
            table = tables.observations
            moved = (
                sa.update(table)
                .where(table.c.run == run, table.c.number == sa.bindparam("seen_number"))
                .values(last_seen=sa.bindparam("seen_last"))
            )
            rows = [{"seen_number": n, "seen_last": at} for n, at in self.again.items()]
            connection.execute(moved, rows)
        if self.entries:
            rows = [
                {
                    **entry._asdict(),
                    "run": run,
                    "number": n,
                    "spent": " ".join(map(str, entry.spent)),
                }
                for n, entry in self.entries
            ]
            connection.execute(sa.insert(tables.journal), rows)
