"""Lists of the user on the command line: --known, --evidence, --map, reconcile, export netbox."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from books import device, document
from netbox_server import TOKEN, Netbox, running
from shipped import fingerprints
from test_records_sheets import repacked, workbook

from camfinder.cli import knowledge
from camfinder.cli.app import run
from camfinder.document import Document, dumps, loads

ROOT = Path(__file__).resolve().parent.parent.parent
REPLAYED = ROOT / "pcaps" / "hikvision-sadp" / "capture.pcapng"
MACS = ["00:40:8c:00:00:01", "44:19:b6:00:00:02"]


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fingerprints are read once for all tests here, instead of at each command."""
    monkeypatch.setattr(knowledge, "fingerprints", lambda _folders: fingerprints())


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings, no store of this machine, no file of another test."""
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("CAMFINDER_NETBOX_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """A scan of 10.0.0.0/24 that found two cameras."""
    made = document(
        [
            device(id="a", address="10.0.0.5", mac=MACS[0], brand="Axis", model="P3245-V"),
            device(id="b", address="10.0.0.6", mac=MACS[1], brand="Hikvision", firmware="5.7.15"),
        ],
        ["10.0.0.0/24", "not 10.0.0.200"],
    )
    path = tmp_path / "inventory.json"
    path.write_bytes(dumps(made))
    return path


def shown(capsys: pytest.CaptureFixture[str]) -> Document:
    """The document on stdout."""
    return loads(capsys.readouterr().out.encode(), "stdout")


def test_reconcile(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A messy list: what is recorded, what is not, what was not asked."""
    text = (
        "Kamerainventar;;\n\nBezeichnung;IP-Adresse;MAC-Adresse\nTür;10.0.0.5;00408C000001\n"
        "Hof;10.0.0.77;\nDach;10.9.9.9;\nKeller;10.0.0.200;\n"
    )
    Path("liste.csv").write_bytes(text.encode("cp1252"))
    assert run(["reconcile", str(inventory), "--known", "liste.csv", "--json"]) == 0
    made = shown(capsys)
    assert [d.record.status for d in made.devices if d.record] == ["recorded", "unrecorded"]
    assert [(r.name, r.status, r.in_scope) for r in made.records] == [
        ("Tür", "seen", True),
        ("Hof", "not-seen", True),
        ("Dach", "not-seen", False),
        ("Keller", "not-seen", False),
    ]
    assert run(["reconcile", str(inventory), "--known", "liste.csv"]) == 0
    told = capsys.readouterr()
    assert "4 records (table); columns: address='IP-Adresse'" in told.err
    assert "unrecorded" in told.out


def test_a_list_that_is_not_what_it_says(
    inventory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Marked as UTF-8, written by a Windows program: read, told on stderr and in the document."""
    text = "Bezeichnung;IP-Adresse\nTür;10.0.0.5\n"
    Path("liste.csv").write_bytes(b"\xef\xbb\xbf" + text.encode("cp1252"))
    Path("arp.txt").write_bytes(
        b"\xef\xbb\xbf" + "? (10.0.0.9) at 44:19:b6:00:00:09 [ether] on Büro\n".encode("cp1252")
    )
    lists = ["--known", "liste.csv", "--evidence", "arp.txt"]
    assert run(["reconcile", str(inventory), *lists, "--json"]) == 0
    told = capsys.readouterr()
    made = loads(told.out.encode(), "stdout")
    assert [(r.name, r.status) for r in made.records] == [("Tür", "seen")]
    assert [p.detail.partition(" ")[0] for p in made.problems] == ["liste.csv", "arp.txt"]
    for problem in made.problems:
        assert problem.detail in told.err


def test_columns_that_are_said_and_kept(
    inventory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--map names a column, --save-map keeps it, the file does it the next time."""
    Path("liste.csv").write_text("Knoten,Bemerkung\n10.0.0.5,B8A4\n", encoding="utf-8")
    lists = ["reconcile", str(inventory), "--json", "--known", "liste.csv"]
    assert run([*lists, "--map", "name=Bemerkung", "--save-map", "spalten.toml"]) == 0
    assert shown(capsys).records[0].name == "B8A4"
    assert 'name = "Bemerkung"' in Path("spalten.toml").read_text(encoding="utf-8")
    assert run([*lists, "--map", "spalten.toml"]) == 0
    assert shown(capsys).records[0].name == "B8A4"
    assert run([*lists, "--map", "liste.csv:name=#2", "--map", "other.csv:mac=#9"]) == 0
    assert shown(capsys).records[0].name == "B8A4"


@pytest.mark.parametrize(
    ("word", "code"),
    [("unrecorded", 1), ("not-seen", 1), ("answered-otherwise", 1), ("recorded-differently", 0)],
)
def test_fail_on(inventory: Path, word: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 for what the lists show; addresses that nobody asked do not count."""
    rows = "IP,MAC\n10.0.0.5,44:19:b6:ff:ff:ff\n10.0.0.77,\n10.9.9.9,\n"
    Path("l.csv").write_text(rows, encoding="utf-8")
    assert run(["reconcile", str(inventory), "--known", "l.csv", "--fail-on", word]) == code
    if word == "not-seen":
        assert "--fail-on not-seen: 1" in capsys.readouterr().err


def test_fail_on_without_a_list(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A word that could never count is refused before anything is read."""
    assert run(["replay", str(REPLAYED), "--fail-on", "unrecorded"]) == 2
    assert "nothing to compare with; add --known FILE" in capsys.readouterr().err
    assert run(["reconcile", str(inventory)]) == 2


def test_lists_in_a_run_that_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """Replay compares and stores; the stored document names the same devices."""
    assert run(["replay", str(REPLAYED), "--json", "-q", "--db", "none"]) == 0
    first = shown(capsys).devices[0]
    Path("l.csv").write_text(f"IP\n{first.address}\n", encoding="utf-8")
    Path("arp.txt").write_text("10.99.0.1 dev e lladdr 44:19:b6:12:34:56 STALE\n", encoding="utf-8")
    arguments = ["replay", str(REPLAYED), "-q", "--db", "x.db", "--known", "l.csv"]
    for _ in range(2):
        assert run([*arguments, "--evidence", "arp.txt", "--json"]) == 0
        made = shown(capsys)
        assert made.records[0].status == "seen"
        names = {each.id for each in made.devices}
        assert set(made.records[0].devices) <= names
        added = next(each for each in made.devices if each.address == "10.99.0.1")
        assert added.possible
        assert added.record is not None


def test_a_stored_run_and_the_records(capsys: pytest.CaptureFixture[str]) -> None:
    """Reported against a list, and put into NetBox, without a document in between."""
    assert run(["replay", str(REPLAYED), "--json", "-q", "--db", "x.db"]) == 0
    first = shown(capsys).devices[0]
    Path("l.csv").write_text(f"IP\n{first.address}\n10.98.0.1\n", encoding="utf-8")
    assert run(["report", "--db", "x.db", "--known", "l.csv", "--json"]) == 0
    made = shown(capsys)
    assert [record.status for record in made.records] == ["seen", "not-seen"]
    assert run(["report", "--db", "x.db", "--json"]) == 0
    assert shown(capsys).records == []
    netbox = Netbox("4.3")
    netbox.add("dcim/sites", name="Rathaus", slug="rathaus")
    with running(netbox):
        export = ["export", "netbox", "--url", netbox.url, "--site", "rathaus", "--db", "x.db"]
        assert run([*export, "--run", "7"]) == 2
        assert run([*export, "--apply"]) == 0
        assert len(netbox.tables["dcim/devices"]) == len(made.surveillance)
        assert run([*export, "--run", "1", "--apply"]) == 0
        assert "0 steps done" in capsys.readouterr().err
        netbox.tables["dcim/devices"].clear()
        for device_ in made.surveillance:
            assert run(["false-positive", device_.id, "--db", "x.db"]) == 0
        assert run([*export, "--apply"]) == 0
        assert netbox.tables["dcim/devices"] == {}


NMAP = """<?xml version="1.0"?><nmaprun start="1793000000"><host><status state="up"/>
<address addr="10.99.0.2" addrtype="ipv4"/><address addr="00:40:8C:12:34:57" addrtype="mac"/>
<hostnames><hostname name="gate.example" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="554"><state state="open"/><service name="rtsp" product="x"/>
</port></ports></host></nmaprun>"""


def test_rematch_sees_what_the_lists_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Records and imported evidence of a stored run are there after it as they were before."""
    assert run(["replay", str(REPLAYED), "--json", "-q", "--db", "none"]) == 0
    first = shown(capsys).devices[0]
    lines = "IP,MAC,Firmware\n", f"{first.address},{first.mac},9.9.9\n"
    Path("l.csv").write_text("".join(lines), encoding="utf-8")
    Path("arp.txt").write_text("10.99.0.1 dev e lladdr 44:19:b6:12:34:56 STALE\n", encoding="utf-8")
    Path("nmap.xml").write_text(NMAP, encoding="utf-8")
    arguments = ["replay", str(REPLAYED), "-q", "--db", "x.db", "--known", "l.csv", "--json"]
    assert run([*arguments, "--evidence", "arp.txt", "--evidence", "nmap.xml"]) == 0
    before = shown(capsys)
    assert any(each.address == "10.99.0.2" and each.services for each in before.devices)
    assert run(["rematch", "--db", "x.db", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["report", "--db", "x.db", "--json"]) == 0
    after = shown(capsys)
    assert {each.id: each.record for each in after.devices} == {
        each.id: each.record for each in before.devices
    }
    differs = [d.field for each in after.devices if each.record for d in each.record.differs]
    assert differs == ["firmware"]
    assert after.records == before.records
    assert after.run.sources == before.run.sources
    slots = ("address", "addresses", "mac", "hostname", "possible", "claims", "services")
    for then, now in zip(before.devices, after.devices, strict=True):
        assert [getattr(now, slot) for slot in slots] == [getattr(then, slot) for slot in slots]
        assert [item.where for item in now.evidence] == [item.where for item in then.evidence]


def _xlsx_bomb() -> bytes:
    return repacked(workbook([["a"]]), {"xl/sharedStrings.xml": b" " * (80 << 20)})


def _one_gigabyte(path: Path) -> None:
    """A sparse file: it has the length, not the blocks."""
    path.write_bytes(b"IP,Name\n10.0.0.5,Tor\n")
    os.truncate(path, 1 << 30)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("big.csv", _one_gigabyte, "longer than 64 MiB"),
        ("bomb.xlsx", lambda path: path.write_bytes(_xlsx_bomb()), "would unpack to 80 MiB"),
        ("empty.csv", lambda path: path.write_bytes(b""), "is empty"),
        ("missing.csv", Path, "No such file"),
        ("folder.csv", lambda path: path.mkdir(), "Is a directory"),
        ("names.csv", lambda path: path.write_text("Farbe\nrot\n"), "no column of addresses"),
    ],
)
def test_wrong_files(
    inventory: Path, name: str, make: Any, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 2, and the inventory is as it was."""
    make(Path(name))
    before = inventory.read_bytes()
    for option in ("--known", "--evidence"):
        arguments = ["reconcile", str(inventory), option, name, "-o", str(inventory)]
        assert run(arguments) == 2
        error = capsys.readouterr().err.strip().splitlines()
        assert len(error) == 1
        assert message in error[0] or (option == "--evidence" and name == "names.csv")
    assert inventory.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [["--map", "adress=IP"], ["--map", "address=Nirgends"], ["--map", "missing.toml"]],
)
def test_wrong_maps(
    inventory: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A field or header that is not there is refused with those that are."""
    Path("l.csv").write_text("IP\n10.0.0.5\n", encoding="utf-8")
    assert run(["reconcile", str(inventory), "--known", "l.csv", *arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_export_netbox(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan first; with --apply it is written, and NetBox is a list that records all."""
    netbox = Netbox("4.3")
    netbox.add("dcim/sites", name="Rathaus", slug="rathaus")
    with running(netbox):
        export = ["export", "netbox", str(inventory), "--url", netbox.url, "--site", "Rathaus"]
        assert run(export) == 0
        told = capsys.readouterr()
        assert "add dcim.devices" in told.out
        assert "nothing is written without --apply" in told.err
        assert netbox.writes == []
        assert run([*export, "--apply"]) == 0
        assert len(netbox.tables["dcim/devices"]) == 2
        capsys.readouterr()
        assert run([*export, "--apply"]) == 0
        assert "0 steps done" in capsys.readouterr().err
        known = ["reconcile", str(inventory), "--json", "--known"]
        assert run([*known, f"{netbox.url}?sit=rathaus", "-o", "out.json"]) == 0
        assert "?sit=rathaus leaves no device out" in capsys.readouterr().err
        assert run([*known, netbox.url]) == 0
        assert [r.status for r in shown(capsys).records] == ["seen", "seen"]


def test_token_file(
    inventory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The token comes from a file; a wrong one is refused without showing it."""
    monkeypatch.delenv("CAMFINDER_NETBOX_TOKEN")
    netbox = Netbox("4.3")
    with running(netbox):
        arguments = ["reconcile", str(inventory), "--known", netbox.url, "--json"]
        assert run(arguments) == 2
        assert "--netbox-token-file" in capsys.readouterr().err
        Path("token").write_text(TOKEN + "\n", encoding="utf-8")
        assert run([*arguments, "--netbox-token-file", "token"]) == 0
        assert json.loads(capsys.readouterr().out)["records"] == []
        Path("token").write_text("geheim-geheim", encoding="utf-8")
        assert run([*arguments, "--netbox-token-file", "token"]) == 2
        assert "geheim" not in capsys.readouterr().err
