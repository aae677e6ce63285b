"""Commands that judge: policies, judge, --policy and --fail-on of replay, explain."""

import json
from pathlib import Path
from typing import Any

import pytest
from judged import MACS, device_of, document_of, information, knowledge, sadp, web

from camfinder.cli.app import run
from camfinder.cli.failing import COUNTS, words
from camfinder.document import DeviceRecordDoc, FindingDoc, RecordDoc, dumps, loads

ROOT = Path(__file__).resolve().parent.parent.parent
REPLAYED = ROOT / "pcaps" / "hikvision-sadp" / "capture.pcapng"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of this machine, no file of another test."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """A document with a Hikvision camera, an Annke and an Axis, not judged yet."""
    document = document_of()
    document.devices = [
        device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"])]),
        device_of([information("Annke", "I91BN"), sadp("I91BN", mac=MACS["hikvision"])]),
        device_of([information("Axis", "P3245-LVE"), web(title="AXIS P3245-LVE")]),
    ]
    for number, device in enumerate(document.devices, 1):
        device.addresses = [f"192.0.2.{number}"]
        device.address, device.id = device.addresses[0], f"ip-192.0.2.{number}"
    path = tmp_path / "inventory.json"
    path.write_bytes(dumps(document))
    return path


def _verdicts(text: str) -> list[dict[str, str]]:
    document: dict[str, Any] = json.loads(text)
    return [
        {f["id"]: f["verdict"] for f in device["findings"] if f["kind"] == "policy"}
        for device in document["devices"]
    ]


def test_policies_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Every policy with ids, dates and sources; the digest and date of the data."""
    assert run(["policies"]) == 0
    told = capsys.readouterr().out
    for policy in knowledge().policies.values():
        assert policy.id in told
        assert all(clause.source in told for clause in policy.clauses)
    assert f"digest {knowledge().digest}, checked {knowledge().checked}" in told


def test_one_policy_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """Its clauses with reference, makers, conditions; an unknown one is a usage error."""
    assert run(["policies", "us-1260h"]) == 0
    told = capsys.readouterr().out
    assert "Dahua (since 2022-10), Hikvision (not confirmed)" in told
    assert run(["policies", "no-such"]) == 2
    assert "no policy 'no-such'; known are" in capsys.readouterr().err


def test_judge_puts_verdicts_into_the_document(
    inventory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--policy takes several ids; the document says by which data and day."""
    assert run(["judge", str(inventory), "--policy", "us-ndaa-889,uk-2022", "--json"]) == 0
    told = capsys.readouterr().out
    assert _verdicts(told) == [
        {"us-ndaa-889": "listed", "uk-2022": "listed"},
        {"us-ndaa-889": "listed-through-maker", "uk-2022": "listed-through-maker"},
        {"us-ndaa-889": "not-listed", "uk-2022": "not-listed"},
    ]
    policies = json.loads(told)["tool"]["policies"]
    assert policies["ids"] == "us-ndaa-889,uk-2022"
    assert (policies["digest"], policies["date"]) == (knowledge().digest, knowledge().checked)


def test_the_default_judges_no_policy(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --policy there is no verdict; posture is always there."""
    assert run(["judge", str(inventory), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    kinds = {f["kind"] for device in document["devices"] for f in device["findings"]}
    assert "posture" in kinds
    assert "policy" not in kinds
    assert document["tool"]["policies"] is None


def test_judging_twice_changes_nothing(inventory: Path, tmp_path: Path) -> None:
    """Findings are made anew, not added to; earlier verdicts stay where none is asked for."""
    once, twice, kept = (tmp_path / f"{name}.json" for name in ("once", "twice", "kept"))
    options = ["--policy", "au-2023", "--as-of", "2026-11-24"]
    assert run(["judge", str(inventory), *options, "-o", str(once)]) == 0
    assert run(["judge", str(once), *options, "-o", str(twice)]) == 0
    assert once.read_bytes() == twice.read_bytes()
    assert run(["judge", str(once), "-o", str(kept)]) == 0
    verdicts = _verdicts(kept.read_text())
    assert verdicts[0] == {"au-2023": "listed"}


def test_as_of(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rule of the day; a day that is none is a usage error."""
    options = ["judge", str(inventory), "--policy", "uk-2022", "--json", "--as-of"]
    assert run([*options, "2022-11-23"]) == 0
    assert {v["uk-2022"] for v in _verdicts(capsys.readouterr().out)} == {"not-listed"}
    assert run([*options, "yesterday"]) == 2
    assert "--as-of yesterday: no day" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--policy", "us-ndaa-889", "--fail-on", "listed"], 1),
        (["--policy", "us-ndaa-889", "--fail-on", "listed-through-maker"], 1),
        (["--policy", "us-ndaa-889", "--fail-on", "listed", "--as-of", "2018-01-01"], 0),
        (["--policy", "in-cctv", "--fail-on", "listed,listed-through-maker"], 0),
        (["--fail-on", "posture"], 1),
        (["--fail-on", "unrecorded", "--fail-on", "not-seen"], 0),
        (["--fail-on", "listed"], 2),
        (["--policy", "us-ndaa-889", "--fail-on", "bad-weather"], 2),
        (["--policy", "us-ndaa"], 2),
        (["--policies", "nowhere", "--policy", "uk-2022"], 2),
    ],
)
def test_fail_on(inventory: Path, options: list[str], code: int) -> None:
    """Exit code 1 where the named thing was found, 2 for what can never be counted."""
    assert run(["judge", str(inventory), *options]) == code


def test_settings_name_policies(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`policy = [...]` in camfinder.toml; the command line wins."""
    Path("camfinder.toml").write_text('policy = ["uk-2022", "au-2023"]\n', encoding="utf-8")
    assert run(["judge", str(inventory), "--json"]) == 0
    assert set(_verdicts(capsys.readouterr().out)[0]) == {"uk-2022", "au-2023"}
    assert run(["judge", str(inventory), "--json", "--policy", "ca-2025"]) == 0
    assert set(_verdicts(capsys.readouterr().out)[0]) == {"ca-2025"}


def test_own_policies_from_the_users_folder(
    inventory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in the user's configuration folder is judged like a shipped one."""
    folder = tmp_path / "config" / "camfinder" / "policies"
    folder.mkdir(parents=True)
    text = """schema = 1
checked = "2026-11-01"
[policy]
id = "approved"
name = "Approved makers"
jurisdiction = "ours"
[[clause]]
id = "approved-1"
name = "list"
kind = "own rule"
reference = "house rule 7"
effective = "2020-01-01"
scope = "only these"
approved = ["axis"]
relabelled = "yes"
source = "ours"
"""
    (folder / "approved.toml").write_text(text, encoding="utf-8")
    assert run(["judge", str(inventory), "--policy", "approved", "--json"]) == 0
    said = [v["approved"] for v in _verdicts(capsys.readouterr().out)]
    assert said == ["listed", "listed", "not-listed"]
    (folder / "approved.toml").write_text(text.replace('"axis"', '"axes"'), encoding="utf-8")
    assert run(["judge", str(inventory), "--policy", "approved"]) == 2
    told = capsys.readouterr().err
    assert "approved-1" in told
    assert "no maker 'axes'" in told


def test_explain_prints_findings(
    inventory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdict, clause, reason and, below it, the evidence with its bytes."""
    judged = tmp_path / "judged.json"
    assert run(["judge", str(inventory), "--policy", "us-ndaa-889", "-o", str(judged)]) == 0
    capsys.readouterr()
    assert run(["explain", "192.0.2.2", "--from", str(judged)]) == 0
    told = capsys.readouterr().out
    assert "policy us-ndaa-889: listed-through-maker" in told
    after = told.partition("policy us-ndaa-889")[2]
    assert "clause us-ndaa-889a; since 2019-08-13; by Pub. L. 115-232" in after
    assert "because sold as Annke" in after
    assert "hikvision.sadp.answer on sadp.serial" in after
    assert "bytes: " in after


def test_replay_judges(capsys: pytest.CaptureFixture[str]) -> None:
    """A recording judged in one go; the default judges no policy."""
    options = ["replay", str(REPLAYED), "-q", "--json"]
    assert run([*options, "--policy", "us-ndaa-889", "--fail-on", "listed"]) == 1
    document = loads(capsys.readouterr().out.encode(), "stdout")
    assert any(f.verdict == "listed" for d in document.devices for f in d.findings)
    assert run(options) == 0
    document = loads(capsys.readouterr().out.encode(), "stdout")
    assert not any(f.kind == "policy" for d in document.devices for f in d.findings)


def _finding(kind: str, verdict: str, *, kev: bool | None = None) -> FindingDoc:
    return FindingDoc(kind=kind, id="x", verdict=verdict, title="x", because="x", kev=kev)


def test_every_word_counts_its_own() -> None:
    """Each word of --fail-on counts what it names, and nothing else."""
    seen = {
        "listed": _finding("policy", "listed"),
        "listed-through-maker": _finding("policy", "listed-through-maker"),
        "kev": _finding("advisory", "affected", kev=True),
        "affected": _finding("advisory", "affected"),
        "posture": _finding("posture", "stated"),
    }
    for word, finding in seen.items():
        document = document_of()
        document.devices = [device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"])])]
        document.devices[0].findings = [finding]
        counted = {each for each in COUNTS if COUNTS[each](document)}
        assert counted == ({word, "affected"} if word == "kev" else {word})
    document = document_of()
    document.records = [RecordDoc(id="r1", source="a.csv", status="not-seen")]
    assert {each for each in COUNTS if COUNTS[each](document)} == {"not-seen"}
    document.devices = [device_of([sadp("DS-2CD2143G2-IS", mac=MACS["hikvision"])])]
    document.devices[0].record = DeviceRecordDoc(status="unrecorded")
    assert {each for each in COUNTS if COUNTS[each](document)} == {"not-seen", "unrecorded"}


def test_words_of_repeated_options() -> None:
    """Commas and repetition mean the same; each once, in order."""
    assert words(["a,b", " c ,a", ""]) == ("a", "b", "c")
