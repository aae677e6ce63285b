"""`camfinder advisories`, and advisories in replay and judge, as a user sees them."""

import json
from pathlib import Path
from typing import Any

import pytest

from camfinder.cli.app import run


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Data and settings folders of this test alone."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def catalogue(path: Path) -> Path:
    """A KEV catalogue of one entry."""
    entry = {"cveID": "CVE-2024-3721", "vendorProject": "TBK", "dateAdded": "2026-10-01"}
    path.write_text(
        json.dumps(
            {
                "title": "x",
                "catalogVersion": "2026.10.02",
                "dateReleased": "2026-10-02T00:00:00Z",
                "vulnerabilities": [entry],
            }
        )
    )
    return path


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """All, of one vendor, exploited ones only; digest and age at the end."""
    assert run(["advisories"]) == 0
    assert "190 advisories; digest " in capsys.readouterr().out
    assert run(["advisories", "--vendor", "CP Plus"]) == 0
    out = capsys.readouterr().out
    assert "CVE-2023-3704" in out
    assert "2 advisories" in out
    assert run(["advisories", "--kev"]) == 0
    assert "22 advisories" in capsys.readouterr().out
    assert run(["advisories", "--vendor", "nobody"]) == 2


def test_import_and_status(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An import is told, counts at once, and its age is known."""
    assert run(["advisories", "status"]) == 0
    assert "nothing yet" in capsys.readouterr().out
    assert run(["advisories", "import", str(catalogue(data / "kev.json"))]) == 0
    assert "1 records, 1 kept" in capsys.readouterr().out
    assert run(["advisories", "status"]) == 0
    out = capsys.readouterr().out
    assert "kev.json: kev of 2026-10-02" in out
    assert "190 advisories, 23 known to be exploited" in out
    assert run(["advisories", "--kev"]) == 0
    assert "CVE-2024-3721" in capsys.readouterr().out


def test_a_broken_feed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one clear line, nothing stored."""
    (data / "x.json").write_text("{")
    assert run(["advisories", "import", str(data / "x.json")]) == 2
    assert "nothing was imported" in capsys.readouterr().err
    assert not (data / "data").exists()


def judged(
    data: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, Any]]:
    """Exit code and document of judging a vulnerable camera."""
    from datetime import UTC, datetime

    from vulnerable import device

    from camfinder.document import SCHEMA, Document, LedgerDoc, RunDoc, ToolDoc, dumps

    now = datetime(2026, 11, 24, tzinfo=UTC)
    document = Document(
        schema=SCHEMA,
        tool=ToolDoc(version="1", fingerprints="x"),
        run=RunDoc(mode="scan", scope=[], started_at=now, ended_at=now, ledger=LedgerDoc()),
        devices=[device("Hikvision", "DS-2CD2143G0-I", "V5.5.82 build 190220")],
    )
    (data / "run.json").write_bytes(dumps(document))
    code = run(["judge", str(data / "run.json"), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_judge_with_fail_on(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Advisories are always judged; kev and affected end in exit code 1; the data's age is told."""
    code, document = judged(data, capsys, "--fail-on", "kev,affected", "--as-of", "2026-11-24")
    assert code == 1
    findings = document["devices"][0]["findings"]
    found = {each["id"]: each for each in findings if each["kind"] == "advisory"}
    assert found["CVE-2021-36260"]["verdict"] == "affected"
    assert found["CVE-2021-36260"]["kev_date"] == "2022-01-10"
    told = document["tool"]["advisories"]
    assert told["as_of"] == "2026-11-24"
    assert len(told["digest"]) == 12


def test_judge_of_an_earlier_day(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a day before the notice nothing was known; before the catalogue's day it was no KEV."""
    assert judged(data, capsys, "--fail-on", "affected", "--as-of", "2020-01-01")[0] == 0
    assert judged(data, capsys, "--fail-on", "kev", "--as-of", "2021-12-31")[0] == 0
    assert judged(data, capsys, "--fail-on", "kev", "--as-of", "2022-01-10")[0] == 1


def test_own_advisories(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the user's folder counts; a broken one is an error before anything is judged."""
    folder = data / "config" / "camfinder" / "advisories"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        'schema = 1\nvendor = "acme"\nchecked = "2026-11-01"\n[[advisory]]\nid = "MINE-1"\n'
        'title = "t"\nstatus = "confirmed"\nsource = ["s"]\n[[advisory.affected]]\nmodels = "m"\n'
        'scheme = "none"\nall_versions = true\n'
    )
    assert run(["advisories"]) == 0
    assert "191 advisories" in capsys.readouterr().out
    (folder / "mine.toml").write_text("schema = 1\n")
    assert run(["advisories"]) == 2
    assert "mine.toml" in capsys.readouterr().err
