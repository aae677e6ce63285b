"""`camfinder report` on a document: several outputs in one go, and for sharing."""

import json
from pathlib import Path

import pytest
from crowd import crowd

from camfinder.cli.app import run
from camfinder.document import dumps


@pytest.fixture(autouse=True)
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inventory of twenty devices in a folder of this test alone."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "inventory.json"
    path.write_bytes(dumps(crowd(20)))
    return path


def test_several_formats_in_one_go(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every -o is written; the table goes to stdout."""
    assert run(["report", str(inventory), "-o", "a.html", "-o", "a.csv", "-o", "a.jsonl"]) == 0
    assert all(Path(f"a.{suffix}").stat().st_size > 1000 for suffix in ("html", "csv", "jsonl"))
    assert "wrote a.html" in capsys.readouterr().err


def test_redacted(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--redact hides serial numbers, MACs and names on stdout and in files; addresses stay."""
    device = crowd(20).devices[4]
    assert run(["report", str(inventory), "--redact", "--json", "-o", "a.html"]) == 0
    for text in (capsys.readouterr().out, Path("a.html").read_text(encoding="utf-8")):
        for secret in (device.mac, device.serial, device.hostname, "Ministry of Works"):
            assert secret is not None
            assert secret not in text
        assert str(device.address) in text
    assert "are pseudonyms" in Path("a.html").read_text(encoding="utf-8")


def test_redacted_addresses(inventory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--redact-addresses hides them as well, and implies --redact."""
    assert run(["report", str(inventory), "--redact-addresses", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["redacted"]
    assert "10.20." not in json.dumps(shown)
    assert not shown["devices"][0]["mac"].startswith(str(crowd(20).devices[0].mac)[:8])
