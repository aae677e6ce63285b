"""Live scans of big simulated networks at default settings: time, sends, what was found.

An attached /24 with 40 live devices whose dead addresses do not answer ARP, and a routed /24 with
40 live devices whose dead addresses are silent. Needs namespaces (root, or rootless ones).
"""

import json
import resource
import subprocess
import sys
import time
import warnings
from typing import Any

from camfinder.lab import scale
from camfinder.lab.building import Order
from camfinder.lab.run import command, lab
from camfinder.lab.state import State

LIVE = 40


def main() -> dict[str, float]:
    """Prints and gives the figures of both networks."""
    warnings.simplefilter("ignore")
    figures: dict[str, float] = {}
    for name, wanted in (
        ("attached /24", scale.attached(LIVE)),
        ("routed /24", scale.routed("10.78.0.0/24", LIVE)),
    ):
        figures |= {f"{name}: {key}": value for key, value in measure(name, wanted).items()}
    return figures


def measure(name: str, wanted: Order) -> dict[str, float]:
    """One network, one scan."""
    with lab(wanted) as running:
        started = time.monotonic()
        document, cpu_s = scan(running)
        wall_s = time.monotonic() - started
    cameras = [d for d in document["devices"] if d["surveillance"]]
    live = {address for device in cameras for address in device["addresses"]}
    per_host = document["run"]["ledger"]["per_host"]
    sends = sorted(per_host.get(address, 0) for address in live) or [0]
    figures = {
        "seconds": round(wall_s, 1),
        "CPU seconds": round(cpu_s, 1),
        "first device after seconds": document["run"]["first_device_s"] or -1,
        f"cameras of {LIVE}": len(cameras),
        "with model": sum(1 for device in cameras if device["model"]),
        "counted sends per camera, median": sends[len(sends) // 2],
        "counted sends per camera, most": sends[-1],
        "counted sends, most to any address": max(per_host.values(), default=0),
    }
    print(f"{name}: {figures}")
    return figures


def scan(running: State) -> tuple[dict[str, Any], float]:
    """The document, and the CPU time of the scanner."""
    networks = [n for n in running.networks if n != "10.77.0.0/24"] or list(running.networks)
    arguments = [sys.executable, "-m", "camfinder", "scan", *networks, "--json", "-q"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command(arguments, running), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(
        done.stdout
    ), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
