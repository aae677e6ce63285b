"""The shipped fingerprints, read and compiled once for all tests of a process."""

from functools import cache

from camfinder.judge.posture import STATES
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import Fingerprints, default_folder, load
from camfinder.probes import catalogue


@cache
def fingerprints() -> Fingerprints:
    """Without the folders of whoever runs the tests."""
    return load([default_folder()])


@cache
def engine() -> Engine:
    """As the commands make it."""
    facts = catalogue()
    return Engine(fingerprints(), declares=facts.declares, free_text=facts.free_text, keep=STATES)
