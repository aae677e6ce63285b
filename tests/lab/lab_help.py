"""A building for this test process, and everything that its devices answer."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Literal, NamedTuple

from camfinder.lab import run
from camfinder.lab.building import Order, Subnet, order
from camfinder.lab.state import Resident, State


class Heard(NamedTuple):
    """What a device of the running lab answered, by question, and who it is."""

    mode: str
    resident: Resident
    answers: Mapping[str, list[bytes]]


def own_order(
    mode: Literal["namespace", "loopback"], *, hurry: bool = True, lifetime_s: float = 600.0
) -> Order:
    """A building for this test process only: xdist workers share the loopback."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) + 100
    network = "10.77.0.0/24" if mode == "namespace" else f"127.77.{worker}.0/24"
    subnets = (Subnet(network=network),)
    return order(None, mode=mode, subnets=subnets, hurry=hurry, lifetime_s=lifetime_s)


def asked(running: State) -> dict[str, Heard]:
    """What every device answers to the plain questions, by persona."""
    by_address = {resident.address: resident for resident in running.residents}
    argv = [sys.executable, "-m", "camfinder.lab.ask", *by_address, "--wait", "0.6"]
    argv += ["--shift", str(running.port_shift)]
    done = subprocess.run(run.command(argv, running), capture_output=True, check=True, timeout=60)
    heard: dict[str, dict[str, list[bytes]]] = {
        resident.persona: defaultdict(list) for resident in running.residents
    }
    for line in done.stdout.splitlines():
        said = json.loads(line)
        if said["source"] in by_address:
            persona = by_address[said["source"]].persona
            answers, answer = heard[persona][said["question"]], bytes.fromhex(said["hex"])
            if answer not in answers:  # a broadcast reaches every ear on its port
                answers.append(answer)
    return {
        resident.persona: Heard(running.mode, resident, heard[resident.persona])
        for resident in running.residents
    }
