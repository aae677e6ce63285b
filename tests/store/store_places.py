"""A store of each sort: SQLite in a file, and a PostgreSQL server started for the tests.

A plugin of `tests/conftest.py`; packages are imported where they are needed, not by every test.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from camfinder.store.database import Database

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _tool(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([*map(str, FOLDERS), os.environ["PATH"]]))


@pytest.fixture(scope="session")
def postgres() -> Generator[str]:
    """The URL of a server of our own, without a database name; it ends with the tests."""
    initdb, server = _tool("initdb"), _tool("postgres")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL here: install Debian's postgresql")
    # The server refuses to run as root.
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="camfinder-pg-"))
    folder.chmod(0o777)
    try:
        data = folder / "data"
        make = [initdb, "-D", str(data), "-U", "camfinder", "-A", "trust", "--no-sync"]
        subprocess.run([*become, *make, "-E", "UTF8"], check=True, capture_output=True)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        options = {"listen_addresses": "127.0.0.1", "fsync": "off", "unix_socket_directories": ""}
        settings = [f"-c{key}={value}" for key, value in options.items()]
        command = [*become, server, "-D", str(data), "-p", str(port), *settings]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=log) as process,
        ):
            try:
                yield _ready(process, port)
            finally:
                process.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ready(process: "subprocess.Popen[bytes]", port: int) -> str:
    """The URL, when the server answers."""
    import psycopg

    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user="camfinder", dbname="postgres", connect_timeout=1
            ).close()
        except psycopg.OperationalError:
            import time

            time.sleep(0.05)
        else:
            return f"postgresql+psycopg://camfinder@127.0.0.1:{port}"
    pytest.fail("PostgreSQL did not start")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store is to be: value of `--db`."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    import psycopg

    server = request.getfixturevalue("postgres")
    name = f"store_{os.urandom(6).hex()}"
    url = server.replace("+psycopg", "")
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def store(place: str) -> Generator["Database"]:
    """An open, empty store."""
    from camfinder.store.database import Database

    with Database(place) as database:
        yield database
