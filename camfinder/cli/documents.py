"""Reading inventory documents that earlier runs wrote."""

import sys
from pathlib import Path

from camfinder.document import Document, loads
from camfinder.model import CamfinderError


def read_document(path: Path) -> Document:
    """The document in a file; `-` is standard input.

    Raises:
        CamfinderError: The file is missing or no inventory document.
    """
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CamfinderError(
            f"{path}: {error.strerror}; make one with `camfinder scan TARGET -o FILE.json`"
        ) from error
    return loads(data, str(path))


def stored_document(run: str, site: str | None, db: str | None) -> Document:
    """The document of a stored run, with triage and the changes since the run before.

    Raises:
        CamfinderError: There is no store, or no such run.
    """
    from camfinder.cli.opening import opened
    from camfinder.store import reading, runs

    with opened(db) as database, database.reading() as connection:
        return reading.document(connection, runs.find(connection, run, site))


def document_of(source: Path | None, run: str, site: str | None, db: str | None) -> Document:
    """The document in a file; without one that of a stored run.

    Raises:
        CamfinderError: It cannot be read, or is not there.
    """
    return stored_document(run, site, db) if source is None else read_document(source)
