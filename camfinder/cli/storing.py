"""The store as commands use it: where it is, and a run kept in it while it goes on."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from camfinder.cli.codes import Exit
from camfinder.cli.opening import NONE, opened
from camfinder.document import Document
from camfinder.model import CamfinderError, Observation
from camfinder.store import keeping, reading, runs
from camfinder.store.content import Plan
from camfinder.store.database import Database, StoreError
from camfinder.store.entries import Past
from camfinder.store.writer import Writer


class Kept:
    """One run, and where it is kept.

    Attributes:
        journal: Takes what is seen and done; None where nothing is kept.
    """

    def __init__(
        self, database: Database | None = None, run: int = 0, past: Past | None = None
    ) -> None:
        self._database = database
        self._run = run
        self.journal = None if database is None else Writer(database, run, past)

    def finish(self, document: Document, imported: Sequence[Observation] = ()) -> Exit:
        """Store the document and fill in what the store knows; a failure is told, not raised.

        Args:
            document: Changed in place.
            imported: What others have seen.
        """
        if self._database is None or self.journal is None:
            return Exit.OK
        try:
            self.journal.close()
            keeping.finish(self._database, self._run, document, imported)
            with self._database.reading() as connection:
                run = runs.find(connection, str(self._run))
                reading.fill(connection, run, document)
        except StoreError as error:
            print(f"camfinder: this run is not in the store: {error}", file=sys.stderr)
            return Exit.USAGE
        return Exit.OK

    def close(self) -> None:
        """A run that ended early can be taken up again."""
        if self._database is None or self.journal is None:
            return
        try:
            self.journal.close()
            keeping.abandon(self._database, self._run)
        except StoreError as error:
            print(f"camfinder: {error}", file=sys.stderr)
        self._database.close()


@contextmanager
def kept(
    db: str | None,
    *,
    no_store: bool,
    mode: str,
    site: str | None,
    plan: Plan,
    resume: bool = False,
) -> Iterator[Kept]:
    """A run kept in the store; one that was not asked for and does not work is done without.

    Args:
        db: Value of `--db`.
        no_store: Value of `--no-store`.
        mode: `scan`, `replay` or `listen`.
        site: Name of the network.
        plan: What was asked for.
        resume: Take up the last unfinished scan of this plan.

    Raises:
        CamfinderError: The store that was named cannot be used; there is nothing to resume.
    """
    if (no_store or db == NONE) and resume:
        raise CamfinderError("--resume needs the store")
    run = Kept() if no_store or db == NONE else _begin(db, mode, site, plan, resume=resume)
    try:
        yield run
    finally:
        run.close()


def _begin(db: str | None, mode: str, site: str | None, plan: Plan, *, resume: bool) -> Kept:
    try:
        database = opened(db, create=True)
        try:
            if resume:
                taken, past = runs.take_up(database, site=site, plan=plan)
                seen = len(past.observations)
                print(f"going on with {taken.title}: {seen} answers are there", file=sys.stderr)
                return Kept(database, taken.id, past)
            return Kept(database, runs.begin(database, site=site, mode=mode, plan=plan))
        except BaseException:
            database.close()
            raise
    except StoreError as error:
        if db is not None or resume:
            raise
        print(f"camfinder: nothing is kept of this run: {error}", file=sys.stderr)
        return Kept()


def unfinished(db: str | None, site: str | None) -> Plan:
    """What the last unfinished scan was asked to do.

    Raises:
        CamfinderError: There is none.
    """
    with opened(db) as database:
        return runs.unfinished(database, site)
