"""A building of eight devices, scanned over real sockets, judged, reported and explained."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from camfinder.lab import run
from camfinder.lab.building import Subnet, available, order
from camfinder.lab.state import State

HERE = Path(__file__).resolve().parent
SHIPPED = ("hikvision-dome", "dahua-nvr", "annke-bullet", "amcrest-camera", "vivotek-camera")
POLICIES = "us-ndaa-889,us-fcc-covered-list,uk-2022,au-2023"
RIGHT = {
    "hikvision-dome": "listed",
    "dahua-nvr": "listed",
    "annke-bullet": "listed-through-maker",
    "amcrest-camera": "listed-through-maker",
    "lorex-camera": "listed-through-maker",
    "vivotek-camera": "not-listed",
    "grandstream-camera": "not-listed",
    "swann-camera": "cannot-tell",
}
pytestmark = [pytest.mark.netns, pytest.mark.slow(40), pytest.mark.xdist_group("judge-lab")]


def _camfinder(*arguments: str, inside: State | None = None) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "camfinder", *arguments]
    argv = run.command(argv, inside) if inside is not None else argv
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)


class Scanned:
    """What one scan of the building left."""

    def __init__(self, state: State, folder: Path, done: subprocess.CompletedProcess[str]) -> None:
        self.document: dict[str, Any] = json.loads((folder / "found.json").read_text("utf-8"))
        self.file = folder / "found.json"
        self.html = (folder / "found.html").read_text("utf-8")
        self.done = done
        self.address = {each.persona: each.address for each in state.residents}

    def device(self, persona: str) -> dict[str, Any]:
        """The device that this persona played."""
        address = self.address[persona]
        return next(d for d in self.document["devices"] if address in d["addresses"])


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanned]:
    """The building, scanned once."""
    personas = tmp_path_factory.mktemp("personas")
    for path in sorted((HERE / "personas").glob("*.toml")):
        shutil.copy(path, personas)
    for name in SHIPPED:
        source = resources.files("camfinder.lab") / "personas" / f"{name}.toml"
        (personas / f"{name}.toml").write_bytes(source.read_bytes())
    mode, why = available()
    if mode != "namespace":
        pytest.skip(f"no network namespaces here: {why}")
    subnets = (Subnet(network="10.78.3.0/24"),)
    folder = tmp_path_factory.mktemp("reports")
    with run.lab(order(personas, mode="namespace", subnets=subnets, hurry=True)) as state:
        outputs = [x for s in ("json", "html") for x in ("-o", str(folder / f"found.{s}"))]
        arguments = ["scan", *state.networks, "-q", "--policy", POLICIES, "--fail-on", "listed"]
        done = _camfinder(*arguments, *outputs, inside=state)
        yield Scanned(state, folder, done)


def test_every_device_has_the_right_verdict(scanned: Scanned) -> None:
    """Three relabels, two listed, two honest look-alikes, one open."""
    said = {
        persona: {
            f["id"]: f["verdict"]
            for f in scanned.device(persona)["findings"]
            if f["kind"] == "policy"
        }
        for persona in RIGHT
    }
    assert said == {p: dict.fromkeys(POLICIES.split(","), word) for p, word in RIGHT.items()}


def test_findings_hold_clause_date_and_evidence(scanned: Scanned) -> None:
    """The document says by which rule, since when, and on which bytes it rests."""
    policies = scanned.document["tool"]["policies"]
    assert len(policies["digest"]) == 12
    assert policies["date"]
    for persona in RIGHT:
        device = scanned.device(persona)
        known = {item["id"] for item in device["evidence"]}
        for finding in device["findings"]:
            if finding["kind"] == "policy":
                assert finding["clause"]
                assert finding["date"]
                assert finding["because"]
                assert finding["evidence"]
                assert set(finding["evidence"]) <= known


def test_fail_on_sets_the_exit_code(scanned: Scanned) -> None:
    """Two listed devices: exit code 1, and stderr says what."""
    assert scanned.done.returncode == 1
    assert "--fail-on listed: 2" in scanned.done.stderr


def test_explain_prints_the_chain(scanned: Scanned) -> None:
    """Verdict, clause, reason and bytes of the relabel, in words."""
    address = scanned.address["annke-bullet"]
    told = _camfinder("explain", address, "--from", str(scanned.file)).stdout
    assert "policy us-ndaa-889: listed-through-maker" in told
    assert "clause us-ndaa-889a; since 2019-08-13" in told
    assert "because sold as Annke" in told
    chain = told.partition("policy us-ndaa-889")[2].partition("policy us-fcc")[0]
    assert "sadp.serial" in chain
    assert "bytes: " in chain


def test_judged_again_by_the_rule_of_another_day(scanned: Scanned) -> None:
    """The same document by the rules of 2018: nothing is listed, and nothing else changed."""
    again = _camfinder(
        "judge", str(scanned.file), "--policy", POLICIES, "--as-of", "2018-01-01", "--json"
    )
    assert again.returncode == 0, again.stderr
    document = json.loads(again.stdout)
    words = {
        f["verdict"] for d in document["devices"] for f in d["findings"] if f["kind"] == "policy"
    }
    assert words == {"not-listed"}
    assert document["tool"]["policies"]["as_of"] == "2018-01-01"
    for before, after in zip(scanned.document["devices"], document["devices"], strict=True):
        assert {**before, "findings": None} == {**after, "findings": None}
