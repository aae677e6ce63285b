"""Each real capture of ../shared/captures, replayed by itself, agrees with its index."""

import json
from pathlib import Path
from typing import Any

import pytest
from places import SHARED
from shipped import engine
from truth import Truth

from camfinder.document import DeviceDoc, Document, build
from camfinder.flow.replay import replay
from camfinder.probes import all_probes

INDEX = SHARED / "captures" / "index.jsonl"
LINES = (
    [json.loads(line) for line in INDEX.read_text(encoding="utf-8").splitlines()]
    if INDEX.exists()
    else []
)
CASES = [line for line in LINES if line["kind"] != "robustness"]
LEFT_OUT: dict[tuple[str, str], str] = {}
"""(file, address): why the truth there is not carried by a protocol built so far."""


@pytest.fixture(scope="session")
def loaded() -> Any:
    """The shipped fingerprints, compiled once."""
    return engine()


def replayed(name: str, loaded: Any) -> Document:
    """The document of one capture; parser bugs are raised."""
    path = Path(SHARED / "captures" / name)
    return build(replay([path], engine=loaded, probes=all_probes(), strict=True))


def at(document: Document, truth: dict[str, Any]) -> list[DeviceDoc]:
    """The devices at the truth's address or MAC."""
    wanted = {truth.get("ip"), truth.get("ipv6"), *truth.get("other_ips", ())} - {None}
    return [
        device
        for device in document.devices
        if wanted & set(device.addresses) or (truth.get("mac") and device.mac == truth["mac"])
    ]


def as_answer(device: DeviceDoc) -> dict[str, Any]:
    """The fields that the truth speaks of."""
    names = ("surveillance", "kind", "brand", "maker", "model", "firmware", "serial", "mac")
    return {name: getattr(device, name) for name in (*names, "confidence")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_capture_agrees_with_its_index(case: dict[str, Any], loaded: Any) -> None:
    """Each listed device is right, and no other is called a camera."""
    document = replayed(case["file"], loaded)
    complaints = {}
    expected: set[str] = set()
    for truth in case["expect"]["devices"]:
        found = at(document, truth)
        expected |= {device.id for device in found}
        if truth.get("camera") is True and len(found) != 1:
            complaints[truth["ip"]] = [f"{len(found)} devices there"]
        for device in found:
            lenient = {**truth, "mac": None} if str(truth.get("mac")).startswith("02:") else truth
            wrong = Truth(SHARED).complaints(
                as_answer(device), {**case["expect"], **truth, "device": lenient}
            )
            if wrong and (case["file"], truth["ip"]) not in LEFT_OUT:
                complaints[str(truth["ip"])] = wrong
    others = [d for d in document.surveillance if d.id not in expected]
    assert complaints == {}
    assert [(d.address, d.brand, d.model) for d in others] == []


@pytest.mark.parametrize(
    "case", [line for line in LINES if line["kind"] == "robustness"], ids=lambda c: c["file"]
)
def test_odd_capture_is_survived(case: dict[str, Any], loaded: Any) -> None:
    """Odd link types, broken and fuzzed files: no bug, no camera, or one clear error."""
    from camfinder.model import CamfinderError

    try:
        document = replayed(case["file"], loaded)
    except CamfinderError as error:
        assert case["expect"].get("decode") == "skip", str(error)
        assert "\n" not in str(error)
    else:
        assert document.surveillance == []
        assert not [p for p in document.problems if p.kind == "bug"]


def test_captures_are_here(shared: Path) -> None:
    """The folder of captures was found, and the lists above are not empty."""
    assert (shared / "captures" / "index.jsonl").is_file()
    assert len(CASES) >= 19
