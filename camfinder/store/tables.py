"""The tables of the store: one schema for SQLite and PostgreSQL.

Times are microseconds since 1970-01-01 UTC. Texts that came from the network may hold anything;
`Exact` brings them through both databases unchanged. The schema is made by the migrations in
`versions/`; a test holds these tables and the migrations together.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

ESCAPE = "\x1a"
"""SUBSTITUTE, then four hex digits: a character that a database cannot hold."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Exact(TypeDecorator[str]):
    """Text that comes back as it was: NUL (PostgreSQL has none) and lone surrogates escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What is stored."""
        return None if value is None else escaped(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """What was meant."""
        return None if value is None else unescaped(value)


def escaped(text: str) -> str:
    """Text without NUL, lone surrogates, or the escape character itself."""
    if text.isprintable():  # neither of the three is
        return text
    return "".join(
        f"{ESCAPE}{ord(c):04x}" if c in "\x00\x1a" or "\ud800" <= c <= "\udfff" else c for c in text
    )


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    if ESCAPE not in text:
        return text
    first, *rest = text.split(ESCAPE)
    return first + "".join(chr(int(part[:4], 16)) + part[4:] for part in rest)


class Moment(TypeDecorator[datetime]):
    """A time in UTC to the microsecond."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """What is stored."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What was meant."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _run() -> Column[Any]:
    return Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Exact, nullable=False),  # empty: no name was given
    Column("mode", Text, nullable=False),  # scan, replay, listen
    Column("state", Text, nullable=False),  # running, partial, complete
    Column("plan", LargeBinary, nullable=False),  # what was asked for, for --resume (content.Plan)
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("beat_at", Moment, nullable=False),  # when the writer last wrote
    Column("process", Exact, nullable=False),  # who writes: host, process, start of the process
    Column("ledger", Text, nullable=False),  # datagrams, connections, requests so far
    Column("head", LargeBinary),  # the document without its devices
    Index(None, "site", "started_at"),
)

observations = Table(
    "observations",
    metadata,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("probe", Text, nullable=False),
    Column("address", Exact),
    Column("port", Integer, nullable=False),
    Column("transport", Text, nullable=False),
    Column("mac", Text),
    Column("seen_at", Moment, nullable=False),
    Column("last_seen", Moment),
    Column("content", LargeBinary, nullable=False),  # facts, origin, raw bytes (content.pack)
)

journal = Table(
    "journal",
    metadata,
    _run(),
    Column("number", Integer, primary_key=True),
    Column("what", Text, nullable=False),  # asked, sent, port ... (entries.Entry)
    Column("key", LargeBinary, nullable=False),  # of the query (content.key)
    Column("address", Exact, nullable=False),
    Column("port", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("spent", Text, nullable=False),  # sends, requests, packets that the address cost so far
    Column("at", Moment, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Exact, nullable=False),
    Column("name", Exact, nullable=False),  # `id` in documents
    Column("first_run", Integer, nullable=False),
    Column("last_run", Integer, nullable=False),
    # Set where two devices turned out to be one box.
    Column("successor", ForeignKey("devices.id", ondelete="SET NULL")),
    UniqueConstraint("site", "name"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("site", Exact, primary_key=True),
    Column("name", Exact, primary_key=True),
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("sort", Text, primary_key=True),  # macs, serials, uuids, certificates
    Column("value", Exact, primary_key=True),
)

sightings = Table(
    "sightings",
    metadata,
    _run(),
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, nullable=False),  # where its document is: parts.part, then place
    Column("place", Integer, nullable=False),
    Column("surveillance", Boolean),
    Column("possible", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "device"),
)

claims = Table(
    "claims",
    metadata,
    _run(),
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("rank", Integer, primary_key=True),  # 0: the value that reports show
    Column("value", Exact, nullable=False),
    Column("strength", Text, nullable=False),  # empty: seen, not claimed (address, port, tried)
    sqlite_with_rowid=False,
)

parts = Table(
    "parts",
    metadata,
    _run(),
    Column("part", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # some devices' documents (content.pack_json)
)

findings = Table(
    "findings",
    metadata,
    _run(),
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("finding", Exact, nullable=False),  # `id` in documents
    Column("verdict", Text, nullable=False),
    Index(None, "finding", "verdict"),
)

triage = Table(
    "triage",
    metadata,
    Column("device", ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Text),  # accepted, false-positive
    Column("note", Exact),
    Column("label", Exact),
    Column("at", Moment, nullable=False),
)
