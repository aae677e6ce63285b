"""`make demo`: a lab on this machine, scanned over real sockets, with the reports of it."""

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

from camfinder.lab.building import order
from camfinder.lab.run import command, lab
from camfinder.lab.state import Resident, State

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "demo"
SLOTS = ("kind", "brand", "maker", "model", "firmware")


def main() -> int:
    """Start the lab, scan it, write the reports, compare with what the devices really are."""
    warnings.simplefilter("ignore")
    FOLDER.mkdir(exist_ok=True)
    with lab(order()) as running:
        why = f" ({running.why})" if running.why else ""
        print(f"A building of {len(running.residents)} devices runs, mode {running.mode}{why}.")
        print(f"$ camfinder scan {' '.join(running.networks)} -o demo/inventory.html ...\n")
        code = scan(running)
    if code:
        print(f"the scan ended with exit code {code}")
        return code
    document = json.loads((FOLDER / "inventory.json").read_text(encoding="utf-8"))
    wrong = [line for resident in running.residents for line in mistakes(resident, document)]
    for line in wrong:
        print(line)
    if not wrong:
        print(f"\nAll {len(running.residents)} devices are right, and no neighbour is a camera.")
    print("Open demo/inventory.html; the same is in demo/inventory.json and demo/inventory.csv.")
    return 1 if wrong else 0


def scan(running: State) -> int:
    """One scan from the scanner's place in the lab; its exit code."""
    outputs = [
        argument
        for suffix in ("html", "json", "csv")
        for argument in ("-o", str(FOLDER / f"inventory.{suffix}"))
    ]
    arguments = [sys.executable, "-m", "camfinder", "scan", "--no-store", *running.networks]
    arguments += outputs
    return subprocess.run(command(arguments, running), check=False).returncode


def mistakes(resident: Resident, document: dict[str, Any]) -> list[str]:
    """What the inventory says of a device that is not so."""
    found = [d for d in document["devices"] if resident.address in d["addresses"]]
    if not found:
        return (
            [f"{resident.address} {resident.title}: missed"] if resident.expect.surveillance else []
        )
    device = found[0]
    lines = []
    if bool(device["surveillance"]) != bool(resident.expect.surveillance):
        lines.append(f"surveillance is {device['surveillance']}")
    if resident.expect.surveillance:
        lines += [
            f"{slot} is {device[slot]!r}, not {wanted!r}"
            for slot in SLOTS
            if (wanted := getattr(resident.expect, slot)) != device[slot]
        ]
    return [f"{resident.address} {resident.title}: {line}" for line in lines]


if __name__ == "__main__":
    sys.exit(main())
