"""`camfinder fingerprints new`: from a device that nobody knows to one that is named."""

import json
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import pytest
from capture_files import classic, framed

from camfinder.capture import synth
from camfinder.cli import app, knowledge
from camfinder.match.fingerprint import default_folder

ADDRESS, SERIAL, MAC = "10.20.30.40", "ZC48120377AF", "4c:11:bf:a7:b8:c9"
TITLE = f"Zephyrcam ZC-2010W Network Camera {MAC}"
PAGE = f"<html><head><title>{TITLE}</title></head></html>"
ANSWER = (
    "HTTP/1.1 200 OK\r\nServer: ZephyrWeb/3.2.1\r\nContent-Type: text/html\r\n"
    f"Content-Length: {len(PAGE)}\r\n\r\n{PAGE}"
)
CASE = {
    "id": "c1",
    "observations": [
        {"kind": "http.response", "value": ANSWER},
        {"kind": "onvif.scope.serial", "value": SERIAL},
        {"kind": "mac", "value": MAC},
    ],
}
NEW = ("--fact", "http.title", "--vendor", "zephyrcam", "--name", "Zephyrcam")


class Done(NamedTuple):
    """How a command line ended."""

    returncode: int
    stdout: str
    stderr: str


class Desk:
    """A folder with a case, a capture and a place for rules, and a command line in it.

    What is shipped are a few of the shipped files: one command takes 0.2 s so instead of 2 s.
    """

    def __init__(self, path: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capture = capture

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def run(self, *arguments: object) -> Done:
        """One command line."""
        self._capture.readouterr()
        code = app.run([str(each) for each in arguments])
        return Done(code, *self._capture.readouterr())


def capture() -> bytes:
    """A browser that gets the camera's page."""
    camera, client = (ip_address(ADDRESS), 80), (ip_address("10.20.30.9"), 50_000)
    request, answer = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ANSWER.encode()
    packets = [
        synth.tcp(client, camera, (99, 0), 2),
        synth.tcp(camera, client, (499, 100), 18),
        synth.tcp(client, camera, (100, 500), 24, request),
        synth.tcp(camera, client, (500, 100 + len(request)), 24, answer),
        synth.tcp(camera, client, (500 + len(answer), 100 + len(request)), 17),
    ]
    return classic([framed(each, mac=bytes.fromhex(MAC.replace(":", ""))) for each in packets])


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that name no vendor of another file."""
    folder = tmp_path_factory.mktemp("shipped")
    for name in ("_generic", "_neighbours", "axis", "hikvision"):
        text = (default_folder() / f"{name}.toml").read_text(encoding="utf-8")
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(
    tmp_path: Path,
    shipped: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Desk:
    """A folder with the case, the capture, and a place for rules."""
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE) + "\n")
    (tmp_path / "office.pcap").write_bytes(capture())
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(knowledge, "default_folder", lambda: shipped)
    return Desk(tmp_path, capfd)


def test_a_case_becomes_a_rule_that_names_it(folder: Desk) -> None:
    """Unknown before, named afterwards; the rule stands in the user's own folder, redacted."""
    before = json.loads(folder.run("identify", "cases.jsonl").stdout)
    assert before["brand"] is None
    done = folder.run("fingerprints", "new", "--from", "cases.jsonl", *NEW)
    assert done.returncode == 0, done.stderr
    own = folder / "config" / "camfinder" / "fingerprints" / "zephyrcam.toml"
    text = own.read_text()
    assert "a7:b8:c9" not in text
    read = tomllib.loads(text)
    (rule,) = read["rule"]
    assert rule["source"].startswith("observation of a scan, 20")
    assert (rule["proves"], rule["gives"]["model"]) == ("distinct", "{model}")
    assert rule["hit"][0]["gives"] == {"model": "ZC-2010W"}
    for step in ("fingerprints check", "rematch --dry-run", "everything private"):
        assert step in done.stderr
    after = json.loads(folder.run("identify", "cases.jsonl").stdout)
    assert (after["brand"], after["model"], after["kind"]) == ("Zephyrcam", "ZC-2010W", "camera")


@pytest.mark.parametrize("where", ["store", "document", "capture"])
def test_a_scanned_device_becomes_known(folder: Desk, where: str) -> None:
    """From a run of the store, its document, the capture itself: `rematch` then names it."""
    done = folder.run("replay", "office.pcap", "--db", "s.db", "-q", "-o", "report.json")
    assert done.returncode == 0
    source = {
        "store": ("--db", "s.db"),
        "document": ("--from", "report.json"),
        "capture": ("--from", "office.pcap"),
    }[where]
    # A document keeps one line of each service of a device that no rule knows: the server's.
    fact = ("--fact", "http.server", "--vendor", "zephyrcam", "--kind", "camera")
    asked = (*fact, "--proves", "distinct", "--firmware-group", "3.2.1")
    done = folder.run("fingerprints", "new", ADDRESS, *source, *asked, "--to", "mine")
    assert done.returncode == 0, done.stderr
    assert f"--fingerprints {'mine'}" in done.stderr
    told = folder.run("rematch", "--db", "s.db", "--fingerprints", "mine", "--json")
    fields = {(each["field"], each["after"]) for each in json.loads(told.stdout)}
    assert {("brand", "Zephyrcam"), ("kind", "camera"), ("firmware", "3.2.1")} <= fields


def test_without_a_fact_they_are_listed(folder: Desk) -> None:
    """Step by step: devices, facts, and each time what to say next; exit code 2."""
    both = json.dumps(CASE) + "\n" + json.dumps({**CASE, "id": "c2"}) + "\n"
    (folder / "cases.jsonl").write_text(both)
    done = folder.run("fingerprints", "new", "--from", "cases.jsonl")
    assert (done.returncode, "c2" in done.stdout) == (2, True)
    assert "fingerprints new DEVICE" in done.stderr
    done = folder.run("fingerprints", "new", "c2", "--from", "cases.jsonl")
    assert (done.returncode, TITLE[:40] in done.stdout) == (2, True)
    assert "--fact KEY" in done.stderr
    assert not (folder / "config").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("c9", "--fact", "http.title"), "c9: no such device"),
        (("c1", "--fact", "http.titel"), "not read of c1; without --fact all are listed"),
        (("c1", "--fact", "http.title"), "--vendor ID"),
        (("c1", "--fact", "http.title", "--vendor", "../x"), "an id of a-z, 0-9 and -"),
        (("c1", "--fact", "http.title", "--vendor", "hik", "--name", "Hikvision"), "hikvision"),
        (("c1", "--fact", "http.server", "--vendor", "zephyrcam"), "give --kind camera"),
        (("c1", "--fact", "http.server", "--vendor", "zephyrcam", "--kind", "cam"), "one of"),
        (("c1", "--fact", "http.title", "--proves", "sure"), "--proves sure: one of declared"),
        (("c1", *NEW, "--model-group", "XX"), "--model-group XX: does not stand"),
        (("c1", *NEW, "--part", "nowhere"), "--part nowhere: does not stand"),
        (("c1", *NEW, "--to", "gone/deep"), "gone/deep does not exist; make it first"),
        (("c1", *NEW, "--to", "mine/other.toml"), "stand in zephyrcam.toml"),
        (("c1", *NEW, "--id", "hikvision.x"), "call it zephyrcam."),
        (("c1", *NEW, "--id", "hikvision.sadp.answer"), "is there already"),
        (("c1", "--fact", "arp.mac", "--vendor", "zephyrcam"), "tells one device from others"),
        (
            ("c1", *NEW, "--part", "Network Camera", "--proves", "distinct"),
            "says nothing of its sender",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(folder: Desk, arguments: tuple[str, ...], says: str) -> None:
    """One clear line, exit code 2, nothing written."""
    done = folder.run("fingerprints", "new", *arguments, "--from", "cases.jsonl")
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.path.rglob("*.toml"))


def test_a_file_is_added_to_and_never_written_over(folder: Desk) -> None:
    """The second rule stands behind the first; the same id again gets the next number."""
    new = ("new", "--from", "cases.jsonl", "--to", "mine")
    assert folder.run("fingerprints", *new, *NEW).returncode == 0
    first = (folder / "mine" / "zephyrcam.toml").read_text() + "# kept\n"
    (folder / "mine" / "zephyrcam.toml").write_text(first)
    assert (
        folder.run("fingerprints", *new, *NEW, "--part", "Zephyrcam", "--kind", "camera").returncode
        == 0
    )
    text = (folder / "mine" / "zephyrcam.toml").read_text()
    assert text.startswith(first)
    ids = [rule["id"] for rule in tomllib.loads(text)["rule"]]
    assert ids == ["zephyrcam.http.title", "zephyrcam.http.title.2"]
    again = folder.run("fingerprints", *new, *NEW, "--id", "zephyrcam.http.title")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_a_link_is_not_followed(folder: Desk) -> None:
    """A file that lies elsewhere is left alone."""
    (folder / "mine" / "zephyrcam.toml").symlink_to(folder / "elsewhere.toml")
    done = folder.run("fingerprints", "new", "--from", "cases.jsonl", *NEW, "--to", "mine")
    assert (done.returncode, "is no plain file" in done.stderr) == (2, True)
    assert not (folder / "elsewhere.toml").exists()


def test_stdout_writes_nothing(folder: Desk) -> None:
    """The whole file on stdout, complaints and advice on stderr."""
    done = folder.run("fingerprints", "new", "--from", "cases.jsonl", *NEW, "--to", "-")
    assert done.returncode == 0
    assert tomllib.loads(done.stdout)["vendor"]["name"] == "Zephyrcam"
    assert not (folder / "config").exists()


def test_a_redacted_document_is_refused(folder: Desk) -> None:
    """Its values are pseudonyms: a rule on them would never fire."""
    folder.run("replay", "office.pcap", "--no-store", "-q", "-o", "a.json")
    document = json.loads((folder / "a.json").read_text())
    (folder / "a.json").write_text(json.dumps({**document, "redacted": True}))
    done = folder.run("fingerprints", "new", "--from", "a.json")
    assert (done.returncode, "is redacted" in done.stderr) == (2, True)


RULE = """schema = 1
[[rule]]
id = "axis.overlay"
fact = "http.title"
match = '^Zephyrcam'
proves = "distinct"
gives = {{ brand = "axis", kind = "{kind}" }}
source = "made up"
[[rule.hit]]
text = "Zephyrcam"
[[rule.miss]]
text = "x"
"""


def test_folders_lie_over_each_other(folder: Desk) -> None:
    """The user's own folder over the shipped one, --fingerprints over both, the last one wins."""
    own = folder / "config" / "camfinder" / "fingerprints"
    own.mkdir(parents=True)
    case = folder.run("identify", "cases.jsonl")
    assert (case.returncode, json.loads(case.stdout)["brand"]) == (0, None)  # an empty folder
    (own / "axis.toml").write_text(RULE.format(kind="recorder"))
    found = json.loads(folder.run("identify", "cases.jsonl").stdout)
    assert (found["brand"], found["kind"]) == ("Axis", "recorder")
    (folder / "mine" / "axis.toml").write_text(RULE.format(kind="encoder"))
    last = folder / "last"
    last.mkdir()
    shown = ("show", "axis.overlay", "--json", "--fingerprints", "mine")
    rules = json.loads(folder.run("fingerprints", *shown).stdout)["rules"]
    assert [rule["gives"]["kind"] for rule in rules] == ["encoder"]
    (last / "axis.toml").write_text(RULE.format(kind="doorbell"))
    found = folder.run(
        "identify", "cases.jsonl", "--fingerprints", "mine", "--fingerprints", "last"
    )
    assert json.loads(found.stdout)["kind"] == "doorbell"


def test_a_shipped_rule_is_replaced_by_its_id(folder: Desk) -> None:
    """An overlay mends a wrong rule without the program being changed."""
    case = {"id": "1", "observations": [{"kind": "http.server", "value": "Boa/0.94 Zephyr"}]}
    (folder / "cases.jsonl").write_text(json.dumps(case) + "\n")
    shipped = folder.run("fingerprints", "show", "axis", "--json")
    rules = json.loads(shipped.stdout)["rules"]
    rule = RULE.format(kind="camera").replace("axis.overlay", rules[0]["id"])
    rule = rule.replace("http.title", "http.server").replace("^Zephyrcam", "Zephyr$")
    (folder / "mine" / "axis.toml").write_text(rule)
    found = folder.run("identify", "cases.jsonl", "--fingerprints", "mine")
    assert json.loads(found.stdout)["brand"] == "Axis"
    after = folder.run("fingerprints", "show", rules[0]["id"], "--json", "--fingerprints", "mine")
    (shown,) = json.loads(after.stdout)["rules"]
    assert shown["file"] == "mine/axis.toml"
    assert len(rules) > 5


def test_check_lists_all_complaints(folder: Desk) -> None:
    """Unreadable and wrong rules together, each with file, rule and remedy; exit code 2."""
    text = RULE.format(kind="camera").replace('text = "x"', 'text = "Zephyrcam"')
    broken = RULE.format(kind="webcam").replace("axis.overlay", "axis.second").split("\n", 1)[1]
    (folder / "mine" / "axis.toml").write_text(text + broken)
    done = folder.run("fingerprints", "check", "--fingerprints", "mine")
    assert done.returncode == 2
    found = [line for line in done.stdout.splitlines() if line.startswith("mine/axis.toml: ")]
    assert "axis.second: gives.kind 'webcam'; one of:" in found[0]
    assert "axis.overlay: miss 'Zephyrcam' fires on http.title; make match" in found[1]
    assert "complaints" in done.stdout.splitlines()[-1]
    done = folder.run("fingerprints", "check", "axis", "--fingerprints", "mine")
    assert done.stdout.splitlines()[:-1] == found
    done = folder.run("fingerprints", "check", "axes")
    assert (done.returncode, "axes: no such vendor" in done.stderr) == (2, True)


def test_what_there_is_can_be_read_by_programs(folder: Desk) -> None:
    """`list`, `facts`, `schema` as JSON."""
    vendors = json.loads(folder.run("fingerprints", "list", "--json").stdout)
    axis = next(each for each in vendors if each["id"] == "axis")
    assert axis["rules"] > 5
    assert axis["models"] > 1
    facts = json.loads(folder.run("fingerprints", "facts", "--json").stdout)
    assert {"http.title", "sadp.model"} <= {each["fact"] for each in facts}
    assert json.loads(folder.run("fingerprints", "schema").stdout)["title"]
    assert "Axis" in folder.run("fingerprints", "show", "Axis Communications").stdout
