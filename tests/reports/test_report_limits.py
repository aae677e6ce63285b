"""Big inventories: every format within its memory (benchmarks/bench_report.py has the times)."""

import json
import subprocess
import sys

import pytest
from places import ROOT

from camfinder.reports import all_reports

MOST_MB = 500
# One process makes the document and forks for each format. `ru_maxrss` would survive the fork,
# and an exec before it: the peak of a child begins anew in /proc.
CHILD = """
import json, os
from crowd import crowd
from camfinder.reports import all_reports
document = crowd(10_000)
for report in all_reports():
    if os.fork() == 0:
        size = len(report.render(document))
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
        print(json.dumps([report.name, peak, size]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0
"""


@pytest.mark.slow(30)
def test_ten_thousand_devices() -> None:
    """Under 500 MB with the document, each format in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, text=True,
        check=True, cwd=ROOT / "tests" / "reports", env={"PYTHONPATH": f"{ROOT}:."}, timeout=300,
    )  # fmt: skip
    measured = {
        name: (peak, size) for name, peak, size in map(json.loads, done.stdout.split("\n")[:-1])
    }
    assert set(measured) == {report.name for report in all_reports()}
    assert {name: peak for name, (peak, _size) in measured.items() if peak >= MOST_MB} == {}
    assert {name: size for name, (_peak, size) in measured.items() if size <= 1_000_000} == {}
