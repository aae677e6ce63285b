"""Settings: flags > CAMFINDER_* > ./camfinder.toml > the user's folder > /etc/camfinder.

A settings file has a table per command (`[scan]`, `[replay]`, ...) whose keys are the long options
without dashes; keys above the tables hold for every command.
"""

import tomllib
from pathlib import Path
from typing import Any

from camfinder.model import CamfinderError

COMMANDS = (
    *("scan", "replay", "listen", "identify", "explain", "judge", "report", "policies"),
    *("reconcile",),
    *("diff", "history", "runs", "prune", "rematch", "accept", "false-positive", "label"),
)


def files() -> tuple[Path, ...]:
    """Where settings are looked for, the weakest first."""
    import platformdirs

    return (
        Path("/etc/camfinder/camfinder.toml"),
        Path(platformdirs.user_config_dir("camfinder")) / "camfinder.toml",
        Path("camfinder.toml"),
    )


def defaults() -> dict[str, Any]:
    """The defaults of all commands, by command and parameter name.

    Raises:
        CamfinderError: A settings file is broken.
    """
    merged: dict[str, Any] = {}
    for path in files():
        for command, values in _read(path).items():
            merged.setdefault(command, {}).update(values)
    return merged


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CamfinderError(f"{path}: {error}; mend the settings file or remove it") from error
    common = {key: value for key, value in found.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in found.items() if isinstance(value, dict)}
    unknown = sorted(set(tables) - set(COMMANDS))
    if unknown:
        raise CamfinderError(f"{path}: no command [{unknown[0]}]; tables are {', '.join(COMMANDS)}")
    return {
        command: {
            key.replace("-", "_"): value
            for key, value in {**common, **tables.get(command, {})}.items()
        }
        for command in COMMANDS
    }
