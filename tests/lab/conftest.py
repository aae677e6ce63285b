"""A running building for the tests: on the loopback, and in namespaces where they work."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Mapping
from typing import NamedTuple

import pytest

from camfinder.lab import run
from camfinder.lab.building import Subnet, available, order
from camfinder.lab.state import Resident, State


class Heard(NamedTuple):
    """What a device of the running lab answered, by question, and who it is."""

    mode: str
    resident: Resident
    answers: Mapping[str, list[bytes]]


def own_order(mode: str, **more: object) -> run.Order:
    """A building for this test process only: xdist workers share the loopback."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) + 100
    network = "10.77.0.0/24" if mode == "namespace" else f"127.77.{worker}.0/24"
    return order(None, mode=mode, subnets=(Subnet(network=network),), **more)  # type: ignore[arg-type]


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


@pytest.fixture(
    scope="session",
    params=["loopback", pytest.param("namespace", marks=pytest.mark.netns)],
)
def building(request: pytest.FixtureRequest) -> Generator[dict[str, Heard]]:
    """Every device of the building that comes along, and what it answered."""
    if request.param == "namespace" and available()[0] != "namespace":
        pytest.skip(f"no network namespaces: {available()[1]}")
    with run.lab(own_order(request.param, hurry=True)) as running:
        yield asked(running)
