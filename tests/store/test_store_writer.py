"""Written as it goes: what is lost by a kill, and several writers at once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_help import onvif, run

from camfinder.model import Ledger, Problem, ProblemKind
from camfinder.store import keeping, reading, runs, tables
from camfinder.store.content import Plan
from camfinder.store.database import Database, StoreError
from camfinder.store.entries import Entry
from camfinder.store.writer import Writer

WRITE = """
import sys, time
sys.path[:0] = {path!r}
from store_help import onvif
from camfinder.store import runs
from camfinder.store.content import Plan
from camfinder.store.database import Database
from camfinder.store.writer import Writer
database = Database({place!r})
run = runs.begin(database, site=None, mode="scan", plan=Plan(targets=["10.0.0.0/24"]))
writer = Writer(database, run)
print("ready", flush=True)
for number in range(100_000):
    writer.observed(number, onvif("10.0.0.1", model=f"M{{number}}"))
    print(number, time.time(), flush=True)
    time.sleep(0.002)
"""


def test_a_kill_loses_the_last_second_at_most(place: str) -> None:
    """What was observed more than a second before kill -9 is there, in order, without gaps."""
    script = WRITE.format(path=sys.path, place=place)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        lines: list[bytes] = []
        until = time.monotonic() + 2.2
        while time.monotonic() < until:
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        killed = time.time()
        lines += process.stdout.readlines()
    said = [line.split() for line in lines if line.count(b" ") == 1]
    early = [int(number) for number, at in said if killed - float(at) > 1.0]
    with Database(place) as database:
        plan = Plan(targets=["10.0.0.0/24"])
        _, past = runs.take_up(database, site=None, plan=plan)
    stored = [seen.first("onvif.model") for seen in past.observations]
    assert len(early) > 100
    assert stored == [f"M{number}" for number in range(len(stored))]
    assert len(stored) > max(early)


def test_a_running_run_is_not_taken_up(store: Database) -> None:
    """Nor one that was finished, nor one of another scope or site."""
    plan = Plan(targets=["10.0.0.0/24"])
    number = runs.begin(store, site="north", mode="scan", plan=plan)
    with pytest.raises(StoreError, match="still runs"):
        runs.take_up(store, site="north", plan=plan)
    for site, other in ((None, plan), ("north", Plan(targets=["10.0.1.0/24"]))):
        with pytest.raises(StoreError, match="unfinished"):
            runs.take_up(store, site=site, plan=other)
    assert not runs.is_alive(f"{os.uname().nodename} {2**22 + 1} 77", datetime.now(UTC))
    assert runs.is_alive(runs.this_process(), datetime.now(UTC))
    assert runs.is_alive("elsewhere 1 1", datetime.now(UTC))
    assert not runs.is_alive("elsewhere 1 1", datetime.now(UTC) - timedelta(minutes=5))
    assert number == 1


def test_what_was_done_is_remembered(store: Database) -> None:
    """Entries, the ledger and last sightings come back as they were."""
    plan = Plan(targets=["10.0.0.0/24"])
    number = runs.begin(store, site=None, mode="scan", plan=plan)
    writer = Writer(store, number)
    at = datetime(2026, 3, 1, 2, 3, 4, 5, tzinfo=UTC)
    entries = [
        Entry("asked", b"\x00" * 16, "10.0.0.1", 80, "", (3, 1, 20), at),
        Entry("port", b"", "fe80::1%eth0", 554, "open", (1, 0, 7), at),
    ]
    for entry in entries:
        writer.noted(entry, Ledger(1, 2, 3))
    writer.close()
    with store.writing() as connection:  # as if the process had ended
        connection.execute(sa.update(tables.runs).values(process="elsewhere 1 1", beat_at=at))
    _, past = runs.take_up(store, site=None, plan=None)
    assert list(past.entries) == entries
    assert past.ledger == Ledger(1, 2, 3)


def test_what_was_sent_last_stays_lost(store: Database) -> None:
    """A process that is killed before it asks again leaves that to the next one."""
    number = runs.begin(store, site=None, mode="scan", plan=Plan(targets=["10.0.0.0/24"]))
    writer = Writer(store, number)
    end = datetime(2026, 3, 1, 2, 3, 4, 5, tzinfo=UTC)
    for what, before_s in (("sent", 2.0), ("resolve", 1.0), ("asked", 0.1), ("sent", 0.1)):
        at = end - timedelta(seconds=before_s)
        writer.noted(Entry(what, b"k" * 16, "10.0.0.1", 80, "", (1, 0, 1), at), Ledger())
    writer.close()
    ended = sa.update(tables.runs).values(process="elsewhere 1 1", beat_at=end)
    with store.writing() as connection:
        connection.execute(ended)
    for later_s in (0, 1, 60):
        _, past = runs.take_up(store, site=None, plan=None)
        assert [entry.what for entry in past.entries] == ["sent", "resolve", "asked", "lost"]
        with store.writing() as connection:
            connection.execute(ended.values(beat_at=end + timedelta(seconds=later_s)))


def test_lists_are_read_anew_by_who_goes_on(store: Database) -> None:
    """What others have seen comes after all that the run sees, so it goes until then."""
    cut = Problem(ProblemKind.SKIPPED, None, None, "deadline")
    told = run(store, [onvif("10.0.0.1", manufacturer="AXIS")], problems=(cut,))
    list_says = replace(onvif("10.0.0.2"), probe="import", origin="arp.txt#1")
    keeping.finish(store, 1, told, [list_says, list_says])
    with store.reading() as connection:
        assert len(list(reading.observations(connection, 1))) == 3
    _, past = runs.take_up(store, site=None, plan=None)
    assert [seen.probe for seen in past.observations] == ["onvif"]


def test_two_runs_at_once(place: str) -> None:
    """Four writers, each with its own connection: every run and every device is whole."""
    Database(place).close()

    def one(worker: int) -> None:
        with Database(place) as database:
            for turn in range(3):
                cameras = [
                    onvif(
                        f"10.0.{worker}.{n}",
                        manufacturer="AXIS",
                        mac=f"ac:cc:8e:00:0{worker}:{n:02x}",
                    )
                    for n in range(1, 30)
                ]
                run(database, cameras, month=turn + 1, site=f"s{worker % 2}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    with Database(place) as database, database.reading() as connection:
        stored = runs.listing(connection)
        assert [each.state for each in stored] == ["complete"] * 12
        for each in stored:
            document = reading.document(connection, each)
            assert len({device.id for device in document.devices}) == 29
            assert len(list(reading.observations(connection, each.id))) == 29


def test_first_runs_at_once_make_one_schema(place: str) -> None:
    """Several processes that open an empty store at the same time all find it ready."""
    script = (
        f"import sys; sys.path[:0] = {sys.path!r}\nfrom camfinder.store.database import Database\n"
    )
    script += f"Database({place!r}).close()"
    starts = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [process.wait() for process in starts] == [0, 0, 0]


def test_a_store_that_fails_is_tried_again(tmp_path: Path) -> None:
    """Nothing is dropped while the database cannot be written."""
    place = str(tmp_path / "store.db")
    with Database(place) as database:
        number = runs.begin(database, site=None, mode="scan", plan=Plan())
        with database.engine.connect() as connection:
            from sqlalchemy import text

            connection.execute(text("ALTER TABLE observations RENAME TO away"))
            connection.commit()
            writer = Writer(database, number)
            writer.observed(0, onvif("10.0.0.1", model="M0"))
            time.sleep(0.5)
            assert isinstance(writer.error, StoreError)
            connection.execute(text("ALTER TABLE away RENAME TO observations"))
            connection.commit()
        writer.observed(1, onvif("10.0.0.1", model="M1"))
        writer.close()
        with database.reading() as connection:
            assert len(list(reading.observations(connection, number))) == 2
