"""`make new-vendor`: the file that a newcomer starts from holds as it is."""

from pathlib import Path

import pytest

from camfinder.match.check import check
from camfinder.match.engine import Engine
from camfinder.match.fingerprint import default_folder, read
from camfinder.model import Slot
from camfinder.probes import catalogue
from tools import new


@pytest.mark.parametrize("name", ["acme", "nordic-cam", "4cam"])
def test_the_file_passes_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nothing is complained of, and its example is recognised."""
    (tmp_path / "fingerprints").mkdir()
    monkeypatch.setattr(new, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["new.py", "vendor", name])
    assert new.main() == 0
    assert new.main() == 2  # it is there already
    found, unread = read([default_folder(), tmp_path / "fingerprints"])
    (rule,) = (each for each in found.rules if each.vendor == name)
    assert not [each for each in unread if name in each.file]
    assert not check(found, catalogue=catalogue(), only={rule.id, f"{name}.model.camera"})
    assert Engine(found, declares={}, free_text=frozenset()).cleaned(Slot.BRAND, name) == name


@pytest.mark.parametrize("name", ["Acme", "nordic_cam", "", "../x", "axis", "hik vision", "é"])
def test_other_names_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What is no id, and what is a vendor's name already."""
    (tmp_path / "fingerprints").mkdir()
    monkeypatch.setattr(new, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["new.py", "vendor", name])
    assert new.main() == 2
    assert not list((tmp_path / "fingerprints").iterdir())
