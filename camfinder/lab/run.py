"""The lab started, entered and stopped: what the commands and the tests call."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from camfinder.lab import state as states
from camfinder.lab.building import Order, Subnet, available, order
from camfinder.lab.state import State
from camfinder.model import CamfinderError

_READY_S = 60.0
_STOP_S = 5.0


def up(
    personas_dir: Path | None = None,
    *,
    subnets: Sequence[Subnet] = (),
    foreground: bool = False,
    hurry: bool = False,
    seed: int = 1,
    lifetime_s: float = 3600.0,
) -> State:
    """The lab runs in the background and every service answers; a running one is left alone.

    Args:
        personas_dir: Folder of persona files; None for those that come along.
        subnets: In order of the personas' `subnet`; without any one attached /24.
        foreground: Comes back only when the lab has ended; Ctrl-C ends it.
        hurry: Devices answer without the delays of real ones.
        seed: Same seed, same delays.
        lifetime_s: It ends by itself after this time.

    Raises:
        CamfinderError: Bad persona files, or the lab cannot be built here.
    """
    place = states.folder()
    with _locked(place):
        running = states.load(place)
        if running is None or not running.alive:
            wanted = order(
                personas_dir, subnets=subnets, seed=seed, hurry=hurry, lifetime_s=lifetime_s
            )
            running = _start(wanted, place, tied=False)[1]
    if foreground:
        _watch(running)
    return running


def status() -> State | None:
    """The running lab of this user, or None."""
    running = states.load(states.folder())
    return running if running is not None and running.alive else None


def down() -> bool:
    """No lab of this user runs and nothing of it is left; True where one ran."""
    place = states.folder()
    with _locked(place):
        running = states.load(place)
        ran = running is not None and running.alive
        if running is not None and ran:
            _end(running)
        states.forget(place)
    return ran


@contextmanager
def lab(wanted: Order) -> Generator[State]:
    """A lab of its own for this block: for tests, benchmarks and demos, beside any other.

    Raises:
        CamfinderError: It cannot be built here.
    """
    with tempfile.TemporaryDirectory(prefix="camfinder-lab-") as folder:
        process, running = _start(wanted, Path(folder), tied=True)
        try:
            yield running
        finally:
            if process.stdin:
                process.stdin.close()  # it is tied to this
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def enter(argv: Sequence[str], running: State | None = None) -> int:
    """Runs a command where the scanner stands, and gives its exit code.

    Ctrl-C is the command's: a scan writes its report then.

    Args:
        argv: Program and arguments.
        running: Which lab; None for the one that `up` started.

    Raises:
        CamfinderError: No lab runs.
    """
    with subprocess.Popen(command(argv, running)) as process:  # noqa: S603 - the user's
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the terminal has told the command too
                continue


def command(argv: Sequence[str], running: State | None = None) -> list[str]:
    """The command line that runs a command where the scanner stands.

    Raises:
        CamfinderError: No lab runs.
    """
    running = running or status()
    if running is None or not running.alive:
        raise CamfinderError("no lab is running: start one with `camfinder lab up`")
    if not running.scanner:
        return list(argv)
    inside = [sys.executable, "-m", "camfinder.lab.inside", running.scanner, running.user]
    return [*inside, "--", *argv]


@contextmanager
def _locked(place: Path) -> Generator[None]:
    """One `up` or `down` at a time; the lock file goes when the lab's folder has gone."""
    lock = place.with_suffix(".lock")
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(OSError):
            if os.fstat(descriptor).st_ino == lock.stat().st_ino:
                break
        os.close(descriptor)  # its last holder has removed it
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        yield
    finally:
        if not place.exists():
            lock.unlink()
        os.close(descriptor)


def _start(wanted: Order, place: Path, *, tied: bool) -> tuple[subprocess.Popen[bytes], State]:
    """Starts the player and waits until it is ready."""
    states.clear(place)
    log = place / "player.log"
    argv = [sys.executable, "-m", "camfinder.lab.player", str(place), *(["--tied"] if tied else [])]
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own module
            argv, stdin=subprocess.PIPE, stdout=errors, stderr=errors, start_new_session=not tied
        )
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with suppress(BrokenPipeError):
        process.stdin.write(msgspec.json.encode(wanted) + b"\n")
        process.stdin.flush()
    if not tied:
        process.stdin.close()
    last = time.monotonic() + _READY_S
    while time.monotonic() < last and process.poll() is None:
        running = states.load(place)
        if running is not None:
            why = available()[1] if wanted.mode == "loopback" else ""
            return process, msgspec.structs.replace(running, why=why)
        time.sleep(0.02)
    process.kill()
    process.wait()
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    states.clear(place)
    raise CamfinderError(f"the lab did not start: {lines[-1] if lines else 'no word from it'}")


def _end(running: State) -> None:
    for number, patience_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, _STOP_S)):
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
        last = time.monotonic() + patience_s
        while time.monotonic() < last:
            if not running.alive:
                return
            time.sleep(0.02)


def _watch(running: State) -> None:
    try:
        while running.alive:
            time.sleep(0.2)
    except KeyboardInterrupt:
        down()
