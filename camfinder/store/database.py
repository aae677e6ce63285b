"""Opening the database: SQLite by file, PostgreSQL by URL; its schema brought up to date.

Errors of the database become one clear line. A database of a newer camfinder is left alone.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc

from camfinder.model import CamfinderError
from camfinder.store import tables

SCHEMA = "0001"
"""The newest migration in `versions/`."""

PAGE_BYTES = 8192
"""Observations are near 1 KB: larger pages waste less at their ends."""

BUSY_S = 30.0
"""How long one writer waits for another."""

CONNECT_S = 10
"""How long a PostgreSQL server may take to answer."""

_MAGIC = b"SQLite format 3\x00"
_WRITES = "camfinder_writes"


class StoreError(CamfinderError):
    """The store cannot be opened, read or written; the message says why and what to do."""


def url_of(place: str) -> sa.URL:
    """The URL of a database: as given, or of an SQLite file.

    Raises:
        StoreError: It is no URL, or one of another database.
    """
    if "://" not in place:
        return sa.URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = sa.make_url(place)
    except exc.ArgumentError as error:
        raise StoreError(f"--db {place}: no file and no URL ({error})") from error
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise StoreError(
            f"--db {url.render_as_string()}: give an SQLite file, or"
            " postgresql+psycopg://user@host/database"
        )
    return url


class Database:
    """An open store; `close` it, or use it as a context manager.

    Args:
        place: A file name or a URL.
        create: Make the file where it is missing.

    Raises:
        StoreError: It cannot be opened, is no store, or was written by a newer camfinder.
    """

    def __init__(self, place: str, *, create: bool = True) -> None:
        self.url = url_of(place)
        self.name = self.url.render_as_string(hide_password=True)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self.name = self.url.database or ""
            self._check_file(create=create)
        patience = {"timeout": BUSY_S} if self.sqlite else {"connect_timeout": CONNECT_S}
        opener = {"creator": _in_place(Path(self.name))} if self._is_fixed() else {}
        self.engine = sa.create_engine(self.url, connect_args=patience, **opener)
        if self.sqlite:
            event.listen(self.engine, "connect", _on_connect)
            event.listen(self.engine, "begin", _on_begin)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _check_file(self, *, create: bool) -> None:
        path = Path(self.name)
        try:
            if not path.exists():
                if not create:
                    raise StoreError(f"no store at {path}: `camfinder scan` makes it; or give --db")
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(mode=0o600)  # an inventory is for nobody else
            with path.open("rb") as file:
                start = file.read(len(_MAGIC))
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}; name another place with --db") from error
        if start not in {b"", _MAGIC}:  # SQLite would write over a very short file
            raise StoreError(f"{path} is no camfinder store; name another one with --db")

    def _is_fixed(self) -> bool:
        """Whether it is an SQLite file whose folder takes no journal: a disc, a foreign snapshot.

        Raises:
            StoreError: The journal that lies beside it holds what the file has not.
        """
        if not self.sqlite or os.access(Path(self.name).parent, os.W_OK):
            return False
        journal = Path(f"{self.name}-wal")
        if journal.exists() and journal.stat().st_size:
            raise StoreError(
                f"{self.name} was not closed, and its folder cannot be written: copy it with "
                f"{journal.name} to where you can write, and name it with --db"
            )
        return True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads; it sees one state throughout.

        Raises:
            StoreError: The database fails.
        """
        with clear_errors(self.name), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes: all of it is stored, or nothing.

        Raises:
            StoreError: The database fails.
        """
        writer = self.engine.execution_options(**{_WRITES: True})
        with clear_errors(self.name), writer.connect() as connection, connection.begin():
            yield connection

    def insert(self, table: sa.Table) -> Any:
        """An INSERT of the dialect, for `on_conflict_do_update`."""
        from sqlalchemy.dialects import postgresql, sqlite

        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def lock(self, connection: sa.Connection) -> None:
        """Until the end of the transaction nobody else decides who is who.

        SQLite has one writer at a time anyway.
        """
        if not self.sqlite:
            connection.execute(sa.text("LOCK TABLE devices IN SHARE ROW EXCLUSIVE MODE"))

    def _prepare(self) -> None:
        """Bring the schema to `SCHEMA`."""
        with self.reading() as connection:
            found = _schema(connection, self.name)
        if found == SCHEMA:
            return
        with self.writing() as connection:
            if not self.sqlite:  # two first runs at once: one makes the tables
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(3702037020)"))
            if _schema(connection, self.name) != SCHEMA:
                _migrate(connection)


def _in_place(path: Path) -> Callable[[], sqlite3.Connection]:
    """Opens a file that nobody changes meanwhile, without locks and a journal (SQLite, URI)."""
    place = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    return partial(sqlite3.connect, place, uri=True, check_same_thread=False)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for pragma in (f"page_size = {PAGE_BYTES}", "journal_mode = WAL"):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError:  # a read-only place: reading works without
            break
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail instead of wait.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _schema(connection: sa.Connection, name: str) -> str | None:
    """The migration that the database is at; None for an empty database.

    Raises:
        StoreError: It is another program's database, or a newer one.
    """
    found = set(sa.inspect(connection).get_table_names())
    if not found:
        return None
    if not {"alembic_version", "runs", "observations"} <= found:
        raise StoreError(f"{name} is another program's database; name another one with --db")
    version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if version is not None and str(version) not in known_versions():
        raise StoreError(
            f"{name} was written by a newer camfinder (schema {version}, this one knows {SCHEMA}):"
            " update camfinder, or name another store with --db; nothing was changed"
        )
    return None if version is None else str(version)


def known_versions() -> frozenset[str]:
    """The migrations that this camfinder has."""
    folder = Path(__file__).parent / "versions"
    return frozenset(path.name.partition("_")[0] for path in folder.glob("[0-9]*.py"))


def _migrate(connection: sa.Connection) -> None:
    """Run the migrations that are missing, in the connection's transaction."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    here = Path(__file__).parent
    scripts = ScriptDirectory(str(here), version_locations=[str(here / "versions")])

    def upgrade(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - alembic's own commands do

    context = MigrationContext.configure(
        connection, opts={"fn": upgrade, "script": scripts, "target_metadata": tables.metadata}
    )
    with Operations.context(context):
        context.run_migrations()


@contextmanager
def clear_errors(name: str) -> Iterator[None]:
    """Errors of the database as one line that says what to do.

    Raises:
        StoreError: For any of them.
    """
    try:
        yield
    except exc.DBAPIError as error:
        raise StoreError(f"store {name}: {_why(error.orig)}") from error
    except exc.SQLAlchemyError as error:
        raise StoreError(f"store {name}: {error}") from error
    except OSError as error:
        raise StoreError(f"store {name}: {error.strerror or error}") from error


_REMEDIES = (
    ("disk is full", "the disk is full; make room, or name another store with --db"),
    ("No space left", "the disk is full; make room, or name another store with --db"),
    ("disk I/O error", "the disk is full or broken; name another store with --db"),
    ("readonly", "it is read-only; name another store with --db"),
    ("read-only", "it is read-only; name another store with --db"),
    ("locked", "another program holds it; wait for it to end"),
    ("not a database", "this file is no camfinder store; name another one with --db"),
    ("malformed", "the file is damaged; restore it, or name another store with --db"),
    ("unable to open", "it cannot be opened or made there; name another place with --db"),
)


def _why(error: BaseException | None) -> str:
    text = " ".join(str(error).split())
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in text), None)
    return f"{remedy} ({text})" if remedy else text
