"""Big inventories: every format within its time and memory."""

import json
import subprocess
import sys

import pytest
from places import ROOT

from camfinder.reports import Report, all_reports

MOST_S = 5.0
MOST_MB = 500
# `ru_maxrss` survives exec: a child would show the peak of the test process that started it.
CHILD = """
import json, sys, time
from crowd import crowd
from camfinder.reports import report_for
document = crowd(10_000)
began = time.process_time()
size = len(report_for(sys.argv[1]).render(document))
spent = time.process_time() - began
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(json.dumps([spent, peak, size]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("report", all_reports(), ids=lambda report: report.name)
def test_ten_thousand_devices(report: Report) -> None:
    """Under 5 s of CPU and 500 MB with the document, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, f"x{report.suffix}"], capture_output=True, text=True,
        check=True, cwd=ROOT / "tests" / "reports", env={"PYTHONPATH": f"{ROOT}:."}, timeout=120,
    )  # fmt: skip
    spent, peak, size = json.loads(done.stdout)
    assert spent < MOST_S
    assert peak < MOST_MB
    assert size > 1_000_000
