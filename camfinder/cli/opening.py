"""The store that a command works on: where it is, and opening it."""

from pathlib import Path

from camfinder.model import CamfinderError
from camfinder.store.database import Database

NONE = "none"
"""What `--db` takes for no store at all."""


def default_place() -> str:
    """The store of this user: `camfinder.db` in the XDG state folder."""
    import platformdirs

    return str(Path(platformdirs.user_state_dir("camfinder")) / "camfinder.db")


def opened(db: str | None, *, create: bool = False) -> Database:
    """The store that a command works on.

    Raises:
        CamfinderError: There is none, or it cannot be opened.
    """
    if db == NONE:
        raise CamfinderError("--db none: this command needs a store")
    return Database(db or default_place(), create=create)
