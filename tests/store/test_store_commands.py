"""The commands on the store, from the command line: codes, JSON, what they say."""

import json
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_help import EVERYWHERE, onvif, run, seen

from camfinder.cli.app import run as cli
from camfinder.store import runs
from camfinder.store.database import Database
from camfinder.store.writer import Writer

GATE = {"manufacturer": "AXIS", "model": "P3245-LV", "mac": "ac:cc:8e:10:20:30"}
YARD = {"manufacturer": "VIVOTEK", "model": "FD9369", "serial": "0002D1A98765"}


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A store of two runs: the gate is upgraded, the yard's camera appears."""
    path = str(tmp_path / "store.db")
    with Database(path) as database:
        run(database, [onvif("10.0.0.1", **GATE, firmware="10.1")])
        both = [onvif("10.0.0.1", **GATE, firmware="10.2"), onvif("10.0.0.2", **YARD)]
        run(database, both, month=2)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command prints; its exit code is as expected."""
    assert cli(arguments) == code
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """What a command prints as JSON."""
    return json.loads(said(capsys, *arguments, "--json", code=code))


def test_diff(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Latest two by default, others by number or day; each change with evidence."""
    found = told(capsys, "diff", "--db", place)
    assert (found["before"]["run"], found["after"]["run"]) == (1, 2)
    appeared, changed = found["changes"]
    assert (appeared["kind"], appeared["after"]) == ("appeared", "Vivotek FD9369 10.0.0.2")
    assert (changed["field"], changed["before"], changed["after"]) == ("firmware", "10.1", "10.2")
    assert [item["value"] for item in changed["evidence"]] == ["10.2", "10.1"]
    assert all(change["evidence"] for change in found["changes"])
    assert told(capsys, "diff", "2026-01-06", "2", "--db", place)["changes"] == found["changes"]
    assert told(capsys, "diff", "2", "2", "--db", place)["changes"] == []
    assert "10.2" in said(capsys, "diff", "--db", place)
    assert "nothing changed" in said(capsys, "diff", "2", "2", "--db", place)


def test_diff_codes(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """1 where something named appeared or changed; an accepted device may appear."""
    assert cli(["diff", "--db", place, "--fail-on", "gone"]) == 0
    assert cli(["diff", "--db", place, "--fail-on", "gone,appeared"]) == 1
    said(capsys, "accept", "10.0.0.2", "--note", "ordered", "--db", place)
    assert cli(["diff", "--db", place, "--fail-on", "appeared"]) == 0
    assert cli(["diff", "--db", place, "--fail-on", "changed"]) == 1
    assert cli(["diff", "--db", place, "--fail-on", "burnt"]) == 2
    assert cli(["diff", "7", "--db", place]) == 2
    assert cli(["diff", "1", "1x", "--db", place]) == 2


def test_history(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By address, MAC, or id; the events in order with their runs."""
    for name in ("10.0.0.1", "AC-CC-8E-10-20-30", "mac-accc8e102030"):
        found = told(capsys, "history", name, "--db", place)
        events = [(e["run"], e["kind"], e["field"]) for e in found["events"]]
        assert events == [(1, "appeared", None), (2, "changed", "firmware")]
        assert found["device"] == "mac-accc8e102030"
    assert "firmware" in said(capsys, "history", "10.0.0.1", "--db", place)
    assert cli(["history", "10.9.9.9", "--db", place]) == 2


def test_triage_is_kept_and_shown(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In the report of every run, in history and explain, until it is taken back."""
    said(capsys, "accept", "10.0.0.1", "--note", "front \x1b[31mdoor", "--db", place)
    said(capsys, "label", "10.0.0.1", "gate", "--db", place)
    said(capsys, "false-positive", "10.0.0.2", "--db", place)
    for number in ("1", "2"):
        document = told(capsys, "report", "--run", number, "--db", place)
        triage = document["devices"][0]["triage"]
        assert (triage["status"], triage["label"]) == ("accepted", "gate")
        assert triage["note"] == "front \x1b[31mdoor"
    with Database(place) as database:
        run(database, [onvif("10.0.0.99", **GATE)], month=3)
    document = told(capsys, "report", "--db", place)
    assert document["devices"][0]["triage"]["label"] == "gate"
    shown = said(capsys, "explain", "mac-accc8e102030", "--db", place)
    assert "accepted; label gate" in shown
    assert "\x1b" not in shown + said(capsys, "history", "10.0.0.99", "--db", place)
    said(capsys, "accept", "10.0.0.99", "--clear", "--db", place)
    said(capsys, "label", "10.0.0.99", "", "--db", place)
    assert told(capsys, "report", "--db", place)["devices"][0]["triage"] is None


def test_triage_is_in_every_report(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status, label and note, for people and for programs; the terminal has no room for notes."""
    said(capsys, "accept", "10.0.0.1", "--note", "by order 7", "--db", place)
    said(capsys, "label", "10.0.0.1", "north gate", "--db", place)
    shown = " ".join(said(capsys, "report", "--db", place).split())
    assert "accepted" in shown
    assert "north" in shown
    for suffix in ("csv", "html", "md", "xlsx", "txt", "json", "jsonl"):
        output = Path(place).with_name(f"report.{suffix}")
        said(capsys, "report", "--db", place, "-o", str(output))
        told = output.read_bytes()
        if suffix == "xlsx":
            with zipfile.ZipFile(output) as packed:
                told = b"".join(packed.read(name) for name in packed.namelist())
        assert b"accepted" in told.lower(), suffix
        assert b"gate" in told, suffix
        assert (b"by order 7" in told) is (suffix != "txt"), suffix


def test_report_of_the_store(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The latest run with its changes, or another one; every format takes it."""
    document = told(capsys, "report", "--db", place)
    assert [change["kind"] for change in document["changes"]] == ["appeared", "changed"]
    assert told(capsys, "report", "--run", "1", "--db", place)["changes"] is None
    assert told(capsys, "report", "--run", "2026-01-05", "--db", place)["changes"] is None
    output = str(Path(place).with_suffix(".html"))
    said(capsys, "report", "--db", place, "-o", output)
    assert "Vivotek" in Path(output).read_text(encoding="utf-8")
    assert cli(["report", "--run", "77", "--db", place]) == 2
    assert cli(["report", "--db", f"{place}.none"]) == 2


def test_prune_keeps_the_last_run(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Old runs go with all that they saw; the last one, names and triage stay."""
    said(capsys, "label", "10.0.0.1", "gate", "--db", place)
    assert "0 runs" in said(capsys, "prune", "--keep", "90d", "--db", place)
    old = datetime.now(UTC) - timedelta(days=91)
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE runs SET beat_at = ?", (int(old.timestamp() * 1e6),))
    connection.close()
    assert "1 runs" in said(capsys, "prune", "--keep", "90d", "--db", place)
    assert [each["id"] for each in told(capsys, "runs", "--db", place)] == [2]
    with sqlite3.connect(place) as connection:
        for table in ("observations", "sightings", "claims", "parts", "findings", "journal"):
            (count,) = connection.execute(f"SELECT count(*) FROM {table} WHERE run = 1").fetchone()  # noqa: S608
            assert count == 0
    connection.close()
    document = told(capsys, "report", "--db", place)
    assert document["devices"][0]["triage"]["label"] == "gate"
    assert cli(["prune", "--keep", "soon", "--db", place]) == 2


RULES = """
schema = 1

[vendor]
id = "gatekeeper"
name = "Gatekeeper"
source = "made up for this test"

[[rule]]
id = "gatekeeper.http.title"
fact = "http.title"
match = '^Gatekeeper (?P<model>GK-[0-9]+)$'
gives = { kind = "camera", brand = "gatekeeper", maker = "gatekeeper", model = "{model}" }
proves = "distinct"
source = "made up for this test"

[[rule.hit]]
text = "Gatekeeper GK-100"

[[rule.miss]]
text = "Gatekeeper"
"""


def test_rematch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Better fingerprints name what was unknown; the device keeps its id, ports stay known."""
    place, folder = str(tmp_path / "store.db"), tmp_path / "better"
    tried = {"10.0.0.7": {80: "open", 554: "closed"}}
    with Database(place) as database:
        first = run(database, [seen("http", "10.0.0.7", title="Gatekeeper GK-100")], tried=tried)
        assert first.devices[0].brand is None
    assert told(capsys, "rematch", "--db", place) == []
    folder.mkdir()
    (folder / "gatekeeper.toml").write_text(RULES, encoding="utf-8")
    better = ("rematch", "--fingerprints", str(folder), "--db", place)
    for arguments in ((*better, "--dry-run"), better):
        changes = {c["field"]: c["after"] for c in told(capsys, *arguments)}
        assert changes["kind"] == "camera"
        assert changes["brand"] == "Gatekeeper"
        assert changes["model"] == "GK-100"
        assert changes["surveillance"] == "true"
    document = told(capsys, "report", "--db", place)
    (device,) = document["devices"]
    assert (device["id"], device["model"]) == ("ip-10.0.0.7", "GK-100")
    assert told(capsys, *better) == []
    with sqlite3.connect(place) as connection:
        kept = dict(connection.execute("SELECT slot, value FROM claims WHERE strength = ''"))
    connection.close()
    assert (kept["port"], kept["tried"]) == ("80", "80 554")


def test_a_killed_run_can_be_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no report of its own; rematch makes one of what it saw."""
    place = str(tmp_path / "store.db")
    with Database(place) as database:
        number = runs.begin(database, site=None, mode="scan", plan=EVERYWHERE)
        writer = Writer(database, number)
        writer.observed(0, onvif("10.0.0.1", **GATE))
        writer.close()
    assert cli(["report", "--run", "1", "--db", place]) == 2
    assert "rematch --run 1" in capsys.readouterr().err
    (change,) = told(capsys, "rematch", "--run", "1", "--db", place)
    assert (change["kind"], change["device"]) == ("appeared", "mac-accc8e102030")
    document = told(capsys, "report", "--db", place)
    assert document["devices"][0]["model"] == "P3245-LV"
    assert [problem["kind"] for problem in document["problems"]] == ["interrupted"]


def test_a_replay_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stored or not, the ids are the same; two sites are two networks."""
    capture = str(next((Path(__file__).parents[2] / "pcaps").glob("axis*/*.pcap*")))
    place = str(tmp_path / "store.db")
    first = told(capsys, "replay", capture, "-q", "--db", place, "--site", "a")
    other = told(capsys, "replay", capture, "-q", "--db", place, "--site", "b")
    assert (first["changes"], other["changes"]) == (None, None)
    lone = told(capsys, "replay", capture, "-q", "--no-store")
    assert [d["id"] for d in lone["devices"]] == [d["id"] for d in first["devices"]]
    assert [r["site"] for r in told(capsys, "runs", "--db", place)] == ["a", "b"]
    assert len(told(capsys, "runs", "--site", "a", "--db", place)) == 1
    stored = told(capsys, "report", "--site", "b", "--db", place)
    assert stored["devices"] == other["devices"]


def test_fail_on_appeared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that saw somebody new exits with 1, where there is a run to compare with."""
    pcaps = Path(__file__).parents[2] / "pcaps"
    one, more = (
        [str(path) for path in sorted(pcaps.glob(pattern))]
        for pattern in ("axis*/*.pcap*", "*/*.pcap*")
    )
    place = str(tmp_path / "store.db")
    options = ["-q", "--json", "--db", place, "--fail-on", "appeared"]
    assert cli(["replay", *one, *options]) == 0
    assert cli(["replay", *more, *options]) == 1
    capsys.readouterr()
