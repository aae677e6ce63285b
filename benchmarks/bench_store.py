"""The store with a million observations: time of `report` and `history`, and what it takes on disk.

Fifty runs of a thousand devices with twenty observations each; raw bytes of 600 on average, half of
each random (what a device says differs), half text that repeats. The figures in seconds are those
of the work after start-up; the command lines as a whole are measured beside them.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import sqlalchemy as sa

from camfinder.cli.knowledge import engine
from camfinder.document import Document, build
from camfinder.match.engine import Engine
from camfinder.match.identify import identify
from camfinder.model import Fact, Inventory, Observation, Run, Transport
from camfinder.store import keeping, reading, runs, tables
from camfinder.store.content import Plan, observation_row
from camfinder.store.database import Database

RUNS, DEVICES, EACH = 50, 1000, 20
RAW = 600
PROBES = ("http", "rtsp", "onvif", "wsd", "upnp")
START = datetime(2025, 1, 1, tzinfo=UTC)
HOURS_BETWEEN = timedelta(days=7)
LINE = b"Server: Boa/0.94.14rc21\r\nConnection: close\r\nContent-Type: text/html\r\nAccept: */*\r\n"


def main() -> dict[str, float]:
    """Fills a store, then measures; prints and gives the figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "store.db"
        started = time.perf_counter()
        with Database(str(place)) as database:
            raw = fill(database)
        filled = time.perf_counter() - started
        figures = measure(place)
        figures["raw bytes per observation"] = raw / (RUNS * DEVICES * EACH)
        figures["filled in seconds"] = filled
    print(f"store: {RUNS * DEVICES * EACH:,} observations in {RUNS} runs of {DEVICES} devices")
    for name, value in figures.items():
        print(f"  {name:36} {value:12,.3f}")
    return figures


def fill(database: Database) -> int:
    """The runs; the sum of raw bytes."""
    loaded = engine(())
    chance = random.Random(7)  # noqa: S311 - the same bytes each time
    plan = Plan(targets=["10.0.0.0/16"], covers=[(4, "10.0.0.1", "10.0.255.254")])
    raw = 0
    for turn in range(RUNS):
        at = START + turn * HOURS_BETWEEN
        number = runs.begin(database, site=None, mode="scan", plan=plan)
        seen = list(observations(chance, turn, at))
        raw += sum(len(each.raw) for each in seen)
        rows = [observation_row(number, n, each) for n, each in enumerate(seen)]
        with database.writing() as connection:
            connection.execute(sa.insert(tables.observations), rows)
        keeping.finish(database, number, document(loaded, seen, at))
    return raw


def observations(chance: random.Random, turn: int, at: datetime) -> Iterator[Observation]:
    """What a run sees: every device says twenty things."""
    for n in range(DEVICES):
        address = IPv4Address("10.0.0.0") + 1 + n
        firmware = f"10.{turn // 10}.{n % 7}"
        told = {
            "onvif": ("onvif.manufacturer", "AXIS", "onvif.model", "P3245-LV"),
            "wsd": ("onvif.mac", f"ac:cc:8e:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"),
            "upnp": ("onvif.firmware", firmware, "onvif.serial", f"ACCC8E{n:06X}"),
        }
        for turn_of in range(EACH):
            probe = PROBES[turn_of % len(PROBES)]
            pairs = told.get(probe, ("http.status", str(200 + turn_of)))
            facts = tuple(map(Fact, pairs[::2], pairs[1::2]))
            length = chance.randrange(200, 2 * RAW - 199)
            text = (LINE * (length // len(LINE) + 1))[: length // 2]
            raw = chance.randbytes(length - len(text)) + text
            yield Observation(probe, address, 80, Transport.HTTP, facts, at, "live eth0", raw)


def document(loaded: Engine, seen: list[Observation], at: datetime) -> Document:
    """The run's document."""
    devices = identify([(each, loaded.evidence(each)) for each in seen], loaded.fingerprints)
    run = Run("scan", None, ("10.0.0.0/16",), at, at + timedelta(minutes=20))
    return build(Inventory(run, devices, (), loaded.fingerprints.digest))


def measure(place: Path) -> dict[str, float]:
    """Seconds and bytes."""
    size = sum(path.stat().st_size for path in place.parent.glob(f"{place.name}*"))
    with Database(str(place)) as database:

        def report() -> None:
            with database.reading() as connection:
                reading.document(connection, runs.find(connection))

        def history() -> None:
            with database.reading() as connection:
                found = reading.find_device(connection, "10.0.1.44")
                for run, change in reading.history(connection, found):
                    one = reading.device_in(connection, run.id, found.members)
                    reading.evidence_for(change, one)

        return {
            "bytes on disk, GB": size / 1e9,
            "report of the latest run, s": seconds(report),
            "history of one device, s": seconds(history),
            "camfinder report --json, s": command(place, "report", "--json"),
            "camfinder report, s": command(place, "report"),
            "camfinder history, s": command(place, "history", "10.0.1.44"),
            "camfinder --version, s": command(place, "--version"),
        }


def seconds(what: Callable[[], None]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        what()
        times.append(time.perf_counter() - started)
    return min(times)


def command(place: Path, *arguments: str) -> float:
    """A whole command line, the best of three, with compiled modules."""
    environment = {**os.environ, "CAMFINDER_DB": str(place)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    argv = [sys.executable, "-m", "camfinder", *arguments]

    def once() -> None:
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=environment)

    return seconds(once)


if __name__ == "__main__":
    main()
