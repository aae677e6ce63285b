"""Opening a store: its schema, other people's databases, and places where it cannot be."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from camfinder.store import tables
from camfinder.store.database import SCHEMA, Database, StoreError, known_versions, url_of


def test_migrations_make_the_tables(store: Database) -> None:
    """What the migrations build is what `tables` says, on both databases."""
    assert max(known_versions()) == SCHEMA
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_opening_again_changes_nothing(place: str) -> None:
    """A store that is up to date is opened as it is."""
    for _ in range(2):
        with Database(place) as database, database.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(tables.runs)) == 0


def test_a_newer_store_is_left_alone(place: str) -> None:
    """The error says so, and nothing in it is touched."""
    with Database(place) as database, database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9001'"))
    for _ in range(2):
        with pytest.raises(StoreError, match="newer camfinder"):
            Database(place)


@pytest.mark.parametrize("content", [b"no database, but long enough to be looked at" * 40, b"\x00"])
def test_a_file_that_is_no_store(tmp_path: Path, content: bytes) -> None:
    """It is named, and stays as it was."""
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="holiday"):
        Database(str(path))
    assert path.read_bytes() == content


def test_another_programs_database(tmp_path: Path) -> None:
    """Its tables are not mixed with ours."""
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="another program's"):
        Database(str(path))


def test_a_damaged_store(tmp_path: Path) -> None:
    """A store that was overwritten in the middle gives an error, not a traceback."""
    path = tmp_path / "store.db"
    Database(str(path)).close()
    data = bytearray(path.read_bytes())
    data[200 : len(data) - 100] = b"\xaa" * (len(data) - 300)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Database(str(path))


@pytest.mark.parametrize("place", ["mysql://x/y", "sqlserver+x://a"])
def test_other_urls_are_refused(place: str) -> None:
    """The message says which are taken."""
    with pytest.raises(StoreError, match="--db"):
        url_of(place)


def test_passwords_are_not_repeated() -> None:
    """A URL in an error message shows no password."""
    with pytest.raises(StoreError) as caught:
        Database("postgresql+psycopg://someone:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(caught.value)


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    """Commands that only read make no file."""
    path = tmp_path / "none.db"
    with pytest.raises(StoreError, match="no store"):
        Database(str(path), create=False)
    assert not path.exists()


def test_only_the_user_reads_it(tmp_path: Path) -> None:
    """An inventory of cameras is nobody else's business."""
    path = tmp_path / "new" / "store.db"
    Database(str(path)).close()
    assert path.stat().st_mode & 0o077 == 0


RUN = """
import contextlib, os, sys
sys.path[:0] = {path!r}
from pathlib import Path
from camfinder.cli.app import run
from camfinder.store.database import Database
{prepare}
sys.exit(run({arguments!r}))
"""

FILL = """
with open("{disk}/filler", "wb", buffering=0) as file:
    with contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    file.truncate(file.tell() - {free})
"""


def in_small_disk(tmp_path: Path, options: str, script: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python with a small disk mounted at `tmp_path/disk`, in a mount namespace of its own."""
    disk = tmp_path / "disk"
    disk.mkdir(exist_ok=True)
    mounted = f'mount -t tmpfs -o {options} none {disk} && exec {sys.executable} -c "$0"'
    unshare = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    trial = [*unshare, f"mount -t tmpfs none {disk}"]
    if subprocess.run(trial, check=False, capture_output=True).returncode:
        pytest.skip("no mount namespaces here")
    return subprocess.run([*unshare, mounted, script], check=False, capture_output=True, text=True)


def script(arguments: list[str], prepare: str) -> str:
    """The command, after something else."""
    return RUN.format(path=sys.path, prepare=prepare, arguments=arguments)


def replay(disk: Path) -> list[str]:
    """The recordings that come along, into a store on the disk."""
    captures = sorted((Path(__file__).parents[2] / "pcaps").glob("*/*.pcap*"))
    return ["replay", *map(str, captures), "--json", "-q", "--db", f"{disk}/store.db"]


def test_a_full_disk_never_loses_the_report(tmp_path: Path) -> None:
    """The report is printed, the error is clear, the code says so, earlier runs are there."""
    disk = tmp_path / "disk"
    before = f"""
run({replay(disk)!r})
print("----", flush=True)
"""
    after = f"""
code = run({replay(disk)!r})
print("----", flush=True)
os.unlink("{disk}/filler")
run(["runs", "--json", "--db", "{disk}/store.db"])
sys.exit(code)
"""
    prepare = before + FILL.format(disk=disk, free=140_000) + after
    done = in_small_disk(tmp_path, "size=6m", script([], prepare))
    first, second, stored = done.stdout.split("----")
    assert second.count('"evidence"') == first.count('"evidence"') > 50
    assert "disk is full" in done.stderr
    assert done.returncode == 2
    assert '"state": "complete"' in stored


def on_a_disc(tmp_path: Path, arguments: list[str], more: str = "") -> Any:
    """A command on a store that lies on read-only media."""
    disk = tmp_path / "disk"
    prepare = f"""
run({replay(disk)!r})
{more}
assert os.system("mount -o remount,ro {disk}") == 0
print("----", flush=True)
"""
    return in_small_disk(
        tmp_path, "size=6m", script([*arguments, "--db", f"{disk}/store.db"], prepare)
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "--json"], "DS-2CD2143G2-IS"),
        (["history", "10.77.0.11"], "DS-2CD2143G2-IS"),
        (["runs", "--json"], "complete"),
        (["explain", "10.77.0.11"], "DS-2CD2143G2-IS"),
    ],
)
def test_a_store_on_a_disc_is_read_in_place(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    """Its folder takes no journal: what was stored is told all the same."""
    done = on_a_disc(tmp_path, arguments)
    assert says in done.stdout.rpartition("----")[2], done.stderr
    assert done.returncode == 0


def test_a_store_on_a_disc_is_not_written(tmp_path: Path) -> None:
    """Commands that write say why they cannot."""
    done = on_a_disc(tmp_path, ["accept", "10.77.0.11"])
    assert done.returncode == 2
    assert "it is read-only; name another store" in done.stderr


def test_a_store_that_was_not_closed_is_not_read_without_its_journal(tmp_path: Path) -> None:
    """What only the journal holds would be missing, and nobody told."""
    left = f"""
Path("{tmp_path}/disk/store.db-wal").write_bytes(bytes(4096))
"""
    done = on_a_disc(tmp_path, ["report"], left)
    assert done.returncode == 2
    assert "copy it with store.db-wal" in done.stderr


def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    """A store that was asked for and cannot be made ends the command before it begins."""
    disk = tmp_path / "disk"
    done = in_small_disk(
        tmp_path, "size=1m", script(replay(disk), FILL.format(disk=disk, free=8192))
    )
    assert "disk is full" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


def test_a_read_only_place(tmp_path: Path) -> None:
    """The store that was named gives an error; the default one is done without."""
    disk = tmp_path / "disk"
    done = in_small_disk(tmp_path, "ro", script(replay(disk), ""))
    assert "store.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)
    default = f"os.environ.pop('CAMFINDER_DB'); os.environ['XDG_STATE_HOME'] = '{disk}'"
    done = in_small_disk(tmp_path, "ro", script(replay(disk)[:-2], default))
    assert "nothing is kept of this run" in done.stderr
    assert '"camfinder.inventory/1"' in done.stdout
    assert done.returncode == 0
