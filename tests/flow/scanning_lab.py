"""Scans from inside a lab, by the command line."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from camfinder.lab.building import available
from camfinder.lab.run import command
from camfinder.lab.state import State

Document = dict[str, Any]


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    document: Document
    errors: str

    def device(self, address: str) -> dict[str, Any]:
        """The device that has this address."""
        found = [d for d in self.document["devices"] if address in d["addresses"]]
        assert len(found) == 1, (address, found)
        return dict(found[0])


def needs_namespaces() -> None:
    """Skips where the lab has no namespaces."""
    if available()[0] != "namespace":
        pytest.skip(f"no network namespaces: {available()[1]}")


def camfinder(running: State, *arguments: str | Path, timeout_s: float = 120) -> Ran:
    """A command with `--json`, where the scanner stands."""
    argv = [sys.executable, "-m", "camfinder", *map(str, arguments), "--json", "-q"]
    return ran(command(argv, running), timeout_s)


def ran(argv: Sequence[str], timeout_s: float = 120) -> Ran:
    """A command that prints a document."""
    done = subprocess.run(argv, capture_output=True, check=False, timeout=timeout_s)
    errors = done.stderr.decode()
    assert done.stdout, errors
    return Ran(done.returncode, json.loads(done.stdout), errors)
