"""The fingerprints and parsers that a command works with."""

from collections.abc import Sequence
from pathlib import Path

from camfinder.judge.posture import STATES
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import Fingerprints, default_folder, load
from camfinder.model import CamfinderError
from camfinder.probes import catalogue


def fingerprints(folders: Sequence[Path]) -> Fingerprints:
    """The shipped fingerprints, then the user's folder, then those named on the command line.

    Raises:
        CamfinderError: A folder is missing, a file is broken.
    """
    import platformdirs

    own = Path(platformdirs.user_config_dir("camfinder")) / "fingerprints"
    for folder in folders:
        if not folder.is_dir():
            raise CamfinderError(f"--fingerprints {folder}: no such folder")
    return load([default_folder(), *([own] if own.is_dir() else []), *folders])


def engine(folders: Sequence[Path]) -> Engine:
    """The compiled engine over these fingerprints."""
    facts = catalogue()
    return Engine(
        fingerprints(folders),
        declares=facts.declares,
        free_text=facts.free_text,
        keep=STATES,
    )
