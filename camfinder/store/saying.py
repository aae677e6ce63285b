"""What people say of devices: accepted, false positive, a label. It is kept over runs."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from camfinder.document import TriageDoc
from camfinder.store import reading, tables
from camfinder.store.database import Database
from camfinder.store.reading import Found

ACCEPTED, FALSE_POSITIVE = "accepted", "false-positive"


def say(database: Database, what: str, site: str | None, **said: str | None) -> Found:
    """Note something about a device; what is not named stays as it was.

    Args:
        database: The open store.
        what: Its id, an earlier id, a MAC, or the address it was last seen at.
        site: Its site, where the name alone does not tell.
        said: Of `status`, `note`, `label`; None takes it back.

    Raises:
        StoreError: There is no such device, or the database fails.
    """
    with database.writing() as connection:
        found = reading.find_device(connection, what, site)
        before = reading.triage(connection, [found.id]).get(found.id, _nothing())
        row: dict[str, Any] = {
            "status": before.status,
            "note": before.note,
            "label": before.label,
            **said,
            "at": datetime.now(UTC),
        }
        if row["status"] is None and row["label"] is None:
            connection.execute(sa.delete(tables.triage).where(tables.triage.c.device == found.id))
        else:
            statement = database.insert(tables.triage).values(device=found.id, **row)
            connection.execute(statement.on_conflict_do_update(index_elements=["device"], set_=row))
    return found


def _nothing() -> TriageDoc:
    return TriageDoc(at=datetime.now(UTC))
