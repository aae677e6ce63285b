"""The command line as a user meets it: results on stdout, one clear line on bad input, codes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

CASE = ROOT / "pcaps" / "hikvision-sadp" / "capture.pcapng"


def run(*arguments: object, cwd: Path | None = None, text: str | None = None) -> Any:
    """One command line; keeps nothing in the user's store."""
    environment = {**os.environ, "NO_COLOR": "1", "XDG_STATE_HOME": str(cwd or "/nonexistent")}
    return subprocess.run(
        [sys.executable, "-m", "camfinder", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=cwd,
        input=text,
        env=environment,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "nowhere.pcap", "--no-store"), "cannot read nowhere.pcap: No such file"),
        (("scan", "10.0.0.0/33"), "not a network"),
        (("scan", "8.8.8.8"), "--allow-public"),
        (("scan",), "no targets"),
        (("scan", "127.0.0.1", "--ports", "9100"), "printers print"),
        (("scan", "127.0.0.1", "--ports", "80-"), "no port"),
        (("scan", "127.0.0.1", "-o", "report.docx"), "no report format has this suffix"),
        (("scan", "127.0.0.1", "-o", "missing/report.html"), "does not exist; make it first"),
        (("replay", "x.pcap", "--fingerprints", "missing"), "no such folder"),
        (("explain", "10.0.0.1", "--from", "missing.json"), "missing.json"),
        (("report", "missing.json"), "missing.json"),
        (("identify", "missing.jsonl"), "give a file of cases or -"),
        (("fingerprints", "show", "nobody"), "no such vendor or rule"),
        (("scna", "127.0.0.1"), "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_gets_one_clear_line(
    arguments: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    """What is wrong and what to do, exit code 2, no traceback, nothing on stdout."""
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_every_command_is_told_in_a_whole_sentence(tmp_path: Path) -> None:
    """The list of commands wraps what does not fit its line, instead of cutting it."""
    shown = run("--help", cwd=tmp_path).stdout
    assert "..." not in shown.partition("Commands:")[2]
    assert "Say what this machine allows" in shown


def test_broken_fingerprints_are_named(tmp_path: Path) -> None:
    """File, rule and remedy stand in the complaint."""
    (tmp_path / "acme.toml").write_text('schema = 1\n[vendor]\nid = "acme"\nname = "A"\nodd = 1\n')
    done = run("replay", CASE, "--no-store", "--fingerprints", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "acme.toml" in done.stderr


def test_broken_settings_are_named(tmp_path: Path) -> None:
    """A settings file that is no TOML is named, with what to do."""
    (tmp_path / "camfinder.toml").write_text("rate = \n")
    done = run("scan", "127.0.0.1", cwd=tmp_path)
    assert done.returncode == 2
    assert "camfinder.toml" in done.stderr


def test_settings_files_are_weaker_than_flags(tmp_path: Path) -> None:
    """./camfinder.toml gives defaults, a flag wins."""
    (tmp_path / "camfinder.toml").write_text('[scan]\nports = "81"\n')
    assert "ports: 81" in run("scan", "127.0.0.1", "--dry-run", cwd=tmp_path).stdout
    done = run("scan", "127.0.0.1", "--dry-run", "--ports", "82", cwd=tmp_path)
    assert "ports: 82" in done.stdout


def test_replay_writes_every_format_it_is_asked_for(tmp_path: Path) -> None:
    """The table on stdout, a file per -o, what was written on stderr."""
    done = run(
        "replay", CASE, "--no-store", "-o", "a.html", "-o", "a.json", "-o", "a.csv", cwd=tmp_path
    )
    assert done.returncode == 0
    assert "DS-2CD2143G2-IS" in done.stdout
    assert {path.name for path in tmp_path.glob("a.*")} == {"a.html", "a.json", "a.csv"}
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["schema"] == "camfinder.inventory/1"
    assert len(document["run"]["sources"][0]["sha256"]) == 64


def test_json_alone_stands_on_stdout(tmp_path: Path) -> None:
    """`--json | jq` works: progress and notes go to stderr."""
    document = json.loads(run("replay", CASE, "--no-store", "--json", cwd=tmp_path).stdout)
    assert "DS-2CD2143G2-IS" in {device["model"] for device in document["devices"]}


def test_what_was_found_is_reported_beside_an_unreadable_file(tmp_path: Path) -> None:
    """One bad file of several: the rest is reported, the exit code is 2."""
    done = run("replay", CASE, "nowhere.pcap", "--no-store", "-q", cwd=tmp_path)
    assert done.returncode == 2
    assert "DS-2CD2143G2-IS" in done.stdout
    assert "nowhere.pcap" in done.stderr


def test_truncated_capture_is_incomplete(tmp_path: Path) -> None:
    """What stands before the cut is reported, the exit code is 3."""
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(CASE.read_bytes()[:-40])
    done = run("replay", cut, "--no-store", "-q", cwd=tmp_path)
    assert done.returncode == 3
    assert "Hikvision" in done.stdout


def test_explain_goes_down_to_the_bytes(tmp_path: Path) -> None:
    """Claim, rule, fact, place and bytes of one device out of a document."""
    run("replay", CASE, "--no-store", "-o", "a.json", cwd=tmp_path)
    done = run("explain", "10.77.0.11", "--from", "a.json", cwd=tmp_path)
    assert done.returncode == 0
    for part in ("model = DS-2CD2143G2-IS", "sadp.model", "capture.pcapng#", "bytes:"):
        assert part in done.stdout


def test_identify_answers_every_line(tmp_path: Path) -> None:
    """A bad line gets an error object and exit code 2; the other lines are answered."""
    good = {"id": "a", "observations": [{"kind": "http.title", "value": "AXIS P3245-V"}]}
    done = run("identify", "-", cwd=tmp_path, text=json.dumps(good) + "\n{broken\n")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["id"], first["brand"], first["model"]) == ("a", "Axis", "P3245-V")
    assert "error" in second
    assert done.returncode == 2


@pytest.mark.parametrize(
    "line", [b'{"id": "caf\xe9"}', b"[" * 200_000, b'"\\ud800'], ids=["bytes", "deep", "half"]
)
def test_a_line_that_is_no_json_costs_the_others_nothing(line: bytes, tmp_path: Path) -> None:
    """Bytes that are no UTF-8, brackets without end: an error in their place."""
    good = b'{"id": "a", "observations": [{"kind": "http.title", "value": "AXIS P3245-V"}]}'
    (tmp_path / "cases.jsonl").write_bytes(line + b"\n" + good + b"\n")
    done = run("identify", "cases.jsonl", cwd=tmp_path)
    first, second = (json.loads(told) for told in done.stdout.splitlines())
    assert (first["line"], second["model"], done.returncode) == (1, "P3245-V", 2)
    assert first["error"]
    assert "Traceback" not in done.stderr


def test_a_hostile_document_is_explained(tmp_path: Path) -> None:
    """Terminal escapes in any field, evidence that is missing, bytes that are no base64."""
    run("replay", CASE, "--no-store", "-o", "a.json", cwd=tmp_path)
    document = json.loads((tmp_path / "a.json").read_text())
    (device,) = [d for d in document["devices"] if "10.77.0.11" in d["addresses"]]
    escape = "\x1b]0;owned\x07"
    device |= {"addresses": ["10.77.0.11", escape], "address": escape, "mac": None, "kind": escape}
    device["evidence"][0] |= {"fact": escape, "fingerprint": escape, "excerpt": "abcde"}
    device["claims"]["model"][0]["evidence"].append("nowhere")
    (tmp_path / "b.json").write_text(json.dumps(document))
    done = run("explain", "10.77.0.11", "--from", "b.json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\\x1b]0;owned" in done.stdout


@pytest.mark.parametrize(
    "text", [b'{"schema": ' + b"[" * 200_000, b'{"schema": "\xff"}'], ids=["deep", "bytes"]
)
def test_a_broken_document_is_named(text: bytes, tmp_path: Path) -> None:
    """Whatever the bytes are: one line that says what it should be."""
    (tmp_path / "b.json").write_bytes(text)
    done = run("report", "b.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "b.json is not an inventory document" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupted_scan_still_reports(tmp_path: Path) -> None:
    """Ctrl-C: exit code 130, the report is written, and it says that it was interrupted."""
    process = subprocess.Popen(
        [sys.executable, "-m", "camfinder", "scan", "127.9.0.0/16", "--rate", "20",
         "--no-store", "-o", "a.json"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    while "sweep" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.stderr.read()
    assert process.wait(30) == 130
    document = json.loads((tmp_path / "a.json").read_text())
    assert "interrupted" in {problem["kind"] for problem in document["problems"]}
    process.stderr.close()


def test_deadline_is_incomplete(tmp_path: Path) -> None:
    """A run that ends at its deadline says how much was not asked; exit code 3."""
    done = run(
        "scan", "127.9.0.0/20", "--deadline", "4", "--rate", "20", "-q", "--no-store", cwd=tmp_path
    )
    assert done.returncode == 3


def test_recording_can_be_replayed(tmp_path: Path) -> None:
    """`scan --record` keeps what was sent and heard, named in the report with its digest."""
    done = run(
        "scan", "127.0.0.1", "--ports", "9", "-q", "--no-store", "--record", "r.pcapng",
        "-o", "a.json", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0
    source = json.loads((tmp_path / "a.json").read_text())["run"]["sources"][0]
    assert (source["name"], len(source["sha256"])) == ("r.pcapng", 64)
    assert run("replay", "r.pcapng", "--no-store", "-q", cwd=tmp_path).returncode == 0
