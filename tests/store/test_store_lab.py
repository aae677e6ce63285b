"""Real scans of a simulated building: a year of it in both databases; one that is cut short."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from store_help import loaded
from test_store_year import Told, told

from camfinder.cli import scanning
from camfinder.document import Document, build
from camfinder.flow.plan import Plan
from camfinder.flow.scan import scan
from camfinder.lab import run as lab
from camfinder.lab.building import Subnet, order
from camfinder.model import Ledger, Observation
from camfinder.net.scope import Scope
from camfinder.probes import all_probes
from camfinder.store import keeping, reading, runs
from camfinder.store.database import Database
from camfinder.store.entries import Entry, Past
from camfinder.store.writer import Writer

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
NETWORK = f"127.78.{WORKER}.0/24"
PREFIX = NETWORK.removesuffix("0/24")

PERSONA = """
schema = 1
id = "{name}"
title = "{name}"
host = {host}
mac = "{mac}"

[expect]
kind = "camera"
surveillance = true

[[http]]
port = {port}

[onvif]
port = {port}
manufacturer = "{manufacturer}"
model = "{model}"
firmware = "{firmware}"
serial = "{serial}"
open = ["GetDeviceInformation"]
"""

Camera = Mapping[str, str]
PORT = 8899
"""Nobody needs a right to listen here, and a scan takes what is here for ONVIF."""


def camera(manufacturer: str, model: str, firmware: str, serial: str) -> Camera:
    """What it says of itself."""
    return {
        "manufacturer": manufacturer,
        "model": model,
        "firmware": firmware,
        "serial": serial,
    }


GATE = camera("AXIS", "P3245-LV", "10.12.130", "B8A44F100001")
YARD = camera("Hanwha Vision", "XNV-8080R", "1.41.02", "ZN7A70GM300411F")
HALL = camera("VIVOTEK", "FD9369", "0112d", "0002D1832C5F")
DOOR = camera("Bosch", "NDE-3502-AL", "7.80.0129", "044518807925120014")
ROOF = camera("Hikvision", "DS-2CD2042WD-I", "V5.4.5", "0123456789")


def folder(path: Path, cameras: Mapping[int, Camera]) -> Path:
    """Persona files of these cameras, by host number."""
    path.mkdir()
    for host, said in cameras.items():
        values = {"mac": f"00:40:8c:00:00:{host:02x}", **said}
        text = PERSONA.format(name=f"cam{host}", host=host, port=PORT, **values)
        (path / f"cam{host}.toml").write_text(text, encoding="utf-8")
    return path


class Both:
    """One journal for two writers: the same scan in two stores."""

    past: Past | None = None

    def __init__(self, *writers: Writer) -> None:
        self.writers = writers

    def observed(self, number: int, observation: Observation) -> None:
        """To both."""
        for writer in self.writers:
            writer.observed(number, observation)

    def again(self, number: int, at: datetime) -> None:
        """To both."""
        for writer in self.writers:
            writer.again(number, at)

    def noted(self, entry: Entry, ledger: Ledger | None) -> None:
        """To both."""
        for writer in self.writers:
            writer.noted(entry, ledger)


def year() -> list[dict[int, Camera]]:
    """Who lives where in each of the twelve months."""
    months: list[dict[int, Camera]] = [{11: GATE, 12: YARD, 13: HALL, 14: DOOR}]

    def then(**changed: Camera | None) -> None:
        after = {**months[-1], **{int(host[1:]): one for host, one in changed.items()}}
        months.append({host: one for host, one in after.items() if one})

    newer = {**GATE, "firmware": "10.12.208"}
    then(h15={**HALL, "serial": "0002D1999999"})  # 2: one is added
    then(h11=newer)  # 3: the gate is upgraded
    then(h11=None, h31=newer)  # 4: and moves
    then(h12=None, h11=YARD)  # 5: the yard gets the gate's old address
    then(h15=None)  # 6: the added one is removed
    then()  # 7: nothing happens
    then(h14={**DOOR, "serial": "044518807925129999"})  # 8: the door's is replaced by its like
    then(h13=None, h32={**HALL, "firmware": "0113a"})  # 9: moved, upgraded
    then(h15={**HALL, "serial": "0002D1999999"})  # 10: the removed one comes back
    then(h11={**YARD, "manufacturer": "Honeywell"})  # 11: the yard's is relabelled
    then(h41=ROOF, h42=ROOF)  # 12: two with an example serial number
    return months


def script() -> dict[int, list[Told]]:
    """What the store has to say of each month."""
    gate, yard = "mac-b8a44f100001", "serial-hanwha-zn7a70gm300411f"
    hall, added = "mac-0002d1832c5f", "mac-0002d1999999"
    door = ["serial-bosch-044518807925120014", "serial-bosch-044518807925129999"]
    at = PREFIX
    return {
        2: [("appeared", added, None, None, f"Vivotek FD9369 {at}15")],
        3: [("changed", gate, "firmware", "10.12.130", "10.12.208")],
        4: [("changed", gate, "address", f"{at}11", f"{at}31")],
        5: [("changed", yard, "address", f"{at}12", f"{at}11")],
        6: [("gone", added, None, f"Vivotek FD9369 {at}15", None)],
        8: [
            ("appeared", door[1], None, None, f"Bosch NDE-3502-AL {at}14"),
            ("gone", door[0], None, f"Bosch NDE-3502-AL {at}14", None),
        ],
        9: [
            ("changed", hall, "address", f"{at}13", f"{at}32"),
            ("changed", hall, "firmware", "0112d", "0113a"),
        ],
        10: [("appeared", added, None, None, f"Vivotek FD9369 {at}15")],
        11: [("changed", yard, "brand", "Hanwha Vision", "Honeywell")],
        12: [
            ("appeared", f"ip-{at}41", None, None, f"Hikvision DS-2CD2042WD-I {at}41"),
            ("appeared", f"ip-{at}42", None, None, f"Hikvision DS-2CD2042WD-I {at}42"),
        ],
    }


def scanned(stores: tuple[Database, ...]) -> Document:
    """One scan of the lab, written into the stores as it goes."""
    ports = ((PORT,), (554,))
    plan = Plan(Scope.parse([f"{PREFIX}10-45"]), tiers=ports)
    asked = scanning.asked(plan, None, [])
    numbers = [runs.begin(store, site=None, mode="scan", plan=asked) for store in stores]
    both = Both(*(Writer(store, number) for store, number in zip(stores, numbers, strict=True)))
    probes = [probe for probe in all_probes() if probe.name in {"http", "onvif"}]
    inventory = asyncio.run(scan(plan, engine=loaded(), probes=probes, journal=both, strict=True))
    for writer, store, number in zip(both.writers, stores, numbers, strict=True):
        writer.close()
        keeping.finish(store, number, build(inventory))
    return build(inventory)


@pytest.mark.slow(50)
def test_a_year_of_scans_in_two_stores(postgres: str, tmp_path: Path) -> None:
    """Twelve real scans; both stores tell exactly what happened, month by month."""
    import psycopg

    with psycopg.connect(f"{postgres.replace('+psycopg', '')}/postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS lab_{WORKER}")  # of a first try
        admin.execute(f"CREATE DATABASE lab_{WORKER}")
    with (
        Database(str(tmp_path / "store.db")) as sqlite,
        Database(f"{postgres}/lab_{WORKER}") as server,
    ):
        for month, cameras in enumerate(year(), 1):
            personas = folder(tmp_path / str(month), cameras)
            wanted = order(personas, subnets=[Subnet(network=NETWORK)], mode="loopback", hurry=True)
            with lab.lab(wanted):
                document = scanned((sqlite, server))
            assert len(document.surveillance) == len(cameras), month
        for store in (sqlite, server):
            with store.reading() as connection:
                stored = runs.listing(connection)
                assert [run.state for run in stored] == ["complete"] * 12
                for month, run in enumerate(stored, 1):
                    found = reading.changes_of(connection, run) or []
                    assert told(found) == script().get(month, []), month


def sends(path: Path) -> int:
    """Everything that was sent."""
    ledger = json.loads(path.read_text(encoding="utf-8"))["run"]["ledger"]
    return int(ledger["datagrams"] + ledger["connections"] + ledger["requests"])


@pytest.mark.slow(40)
def test_a_deadline_can_be_resumed(tmp_path: Path) -> None:
    """A scan that ran out of time goes on where it was, once, and is complete then."""
    personas = folder(tmp_path / "personas", year()[0])
    wanted = order(personas, subnets=[Subnet(network=NETWORK)], mode="loopback", hurry=True)
    place, output = str(tmp_path / "store.db"), str(tmp_path / "out.json")
    argv = [sys.executable, "-m", "camfinder", "scan", f"{PREFIX}10-30", "--rate", "30", "-q"]
    argv += ["--only", "http,onvif", "--ports", f"{PORT},8080", "--db", place, "-o", output]

    def run(*more: str) -> tuple[int, Any]:
        done = subprocess.run([*argv, *more], check=False, stdout=subprocess.DEVNULL)
        return done.returncode, json.loads(Path(output).read_text(encoding="utf-8"))

    with lab.lab(wanted):
        assert run("--db", "none")[0] == 0
        whole = sends(Path(output))
        code, first = run("--deadline", "1")
        assert code == 3
        assert sends(Path(output)) < whole
        code, second = run("--resume")
        assert code == 0
        assert len(second["devices"]) >= len(first["devices"])
        assert whole <= sends(Path(output)) <= whole + 30
        argv.remove(output)
        argv.remove("-o")
    done = subprocess.run([*argv, "--resume"], check=False, capture_output=True, text=True)
    assert (done.returncode, "start one without" in done.stderr) == (2, True)


def test_nothing_to_resume(tmp_path: Path) -> None:
    """A scan that was never begun cannot be taken up; the message says what to do."""
    argv = [sys.executable, "-m", "camfinder", "scan", "127.0.0.1", "--resume", "-q"]
    place = str(tmp_path / "store.db")
    done = subprocess.run([*argv, "--db", place], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "start one without --resume" in done.stderr
