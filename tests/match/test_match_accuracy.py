"""The accuracy on the open corpus does not fall below accuracy.toml."""

import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT


@pytest.mark.slow(10)
def test_accuracy_reaches_its_thresholds(shared: Path) -> None:
    """`make accuracy` passes: thresholds may only rise."""
    assert shared.is_dir()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "accuracy.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
