"""What is known of a running lab: `state.json` in its folder."""

import os
import stat
import tempfile
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import msgspec

from camfinder.lab.persona import Expect, Table
from camfinder.model import CamfinderError

_NAME = "state.json"


class Resident(Table, frozen=True, kw_only=True):
    """A device of the running lab and the truth about it."""

    persona: str
    title: str
    address: str
    mac: str
    expect: Expect


class State(Table, frozen=True, kw_only=True):
    """A running lab.

    Attributes:
        pid: The player's process.
        started: Its start in clock ticks since boot, so that a reused number is noticed.
        mode: `namespace` or `loopback`.
        why: Why not namespaces; empty with them.
        networks: What to scan.
        scanner: Path of the scanner's network namespace; empty with loopback.
        user: Path of the user namespace around it; empty as root.
        port_shift: Added to ports below 1024.
        residents: Who lives there, crowds apart.
    """

    pid: int
    started: int
    mode: str
    why: str = ""
    networks: tuple[str, ...]
    scanner: str = ""
    user: str = ""
    port_shift: int = 0
    residents: tuple[Resident, ...] = ()

    @property
    def alive(self) -> bool:
        """The player still runs."""
        return process_start(self.pid) == self.started

    def holds(self, address: str) -> bool:
        """The address is in one of the lab's networks."""
        return any(IPv4Address(address) in IPv4Network(each) for each in self.networks)


def process_start(pid: int) -> int:
    """When a process started, in clock ticks since boot; 0 where there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] == "Z" else int(fields[19])


def folder() -> Path:
    """The folder of this user's lab: in the XDG runtime directory, else a private one in /tmp.

    Raises:
        CamfinderError: Somebody else owns it.
    """
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if not os.access(base, os.W_OK):
        base = Path(tempfile.gettempdir())
    made = base / f"camfinder-lab-{os.getuid()}"
    made.mkdir(mode=0o700, exist_ok=True)
    found = made.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise CamfinderError(f"{made} belongs to somebody else")
    return made


def load(place: Path) -> State | None:
    """The lab of this folder, running or crashed; None where there is none."""
    try:
        return msgspec.json.decode((place / _NAME).read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        return None


def save(place: Path, state: State) -> None:
    """Others see the lab from here on."""
    new = place / f".{_NAME}"
    new.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    new.replace(place / _NAME)


def unlink_state(place: Path) -> None:
    """The lab has ended by itself."""
    (place / _NAME).unlink(missing_ok=True)


def clear(place: Path) -> None:
    """Nothing of an earlier lab is in the folder."""
    for name in (_NAME, f".{_NAME}", "player.log"):
        (place / name).unlink(missing_ok=True)


def forget(place: Path) -> None:
    """The lab is unknown from here on; its folder goes too where nothing else is in it."""
    clear(place)
    with suppress(OSError):
        place.rmdir()
