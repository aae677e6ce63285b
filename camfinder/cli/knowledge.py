"""The fingerprints and parsers that a command works with."""

from collections.abc import Sequence
from pathlib import Path

from camfinder.judge.posture import STATES
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import Fingerprints, default_folder, load
from camfinder.model import CamfinderError
from camfinder.probes import catalogue


def fingerprints(folders: Sequence[Path]) -> Fingerprints:
    """The fingerprints of `layers`.

    Raises:
        CamfinderError: A folder is missing, a file is broken.
    """
    return load(layers(folders))


def layers(folders: Sequence[Path]) -> list[Path]:
    """The shipped folder, then the user's own, then those named on the command line.

    Raises:
        CamfinderError: A folder is missing.
    """
    for folder in folders:
        if not folder.is_dir():
            raise CamfinderError(f"--fingerprints {folder}: no such folder")
    own = own_folder()
    return [default_folder(), *([own] if any(own.glob("*.toml")) else []), *folders]


def own_folder() -> Path:
    """Where the user's own fingerprints are looked for, whether it is there or not."""
    import platformdirs

    return Path(platformdirs.user_config_dir("camfinder")) / "fingerprints"


def engine(folders: Sequence[Path]) -> Engine:
    """The compiled engine over these fingerprints."""
    facts = catalogue()
    return Engine(
        fingerprints(folders),
        declares=facts.declares,
        free_text=facts.free_text,
        keep=STATES,
    )
