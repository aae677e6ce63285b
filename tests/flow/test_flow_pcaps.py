"""Each case of pcaps/, replayed by itself, gives its expected.json; each method has a case."""

import json
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from shipped import engine
from truth import letters

from camfinder.capture.pcap import Capture
from camfinder.document import Document, build, dumps
from camfinder.flow.reader import Reader
from camfinder.flow.replay import replay
from camfinder.model import Frame
from camfinder.probes import Probe, all_probes

CASES = sorted(path.parent for path in (ROOT / "pcaps").glob("*/expected.json"))
SLOTS = ("kind", "brand", "maker", "model", "firmware", "serial")


@pytest.fixture(scope="session")
def loaded() -> Any:
    """The shipped fingerprints, compiled once."""
    return engine()


def wrong(truth: dict[str, Any], document: Document) -> list[str]:
    """What the document says of one device that is not so, or does not say and must."""
    found = [d for d in document.devices if truth["ip"] in d.addresses]
    if not found:
        return ["missing"] if truth["must"] else []
    device = found[0]
    lines = []
    if bool(truth["surveillance"]) is not bool(device.surveillance) and (
        device.surveillance or "surveillance" in truth["must"]
    ):
        lines.append(f"surveillance {device.surveillance}")
    if "mac" in truth["must"] and device.mac != truth["mac"]:
        lines.append(f"mac {device.mac}")
    for slot in SLOTS:
        ours, right = getattr(device, slot), truth[slot]
        silent = ours in {None, "unknown"}
        if (silent and slot in truth["must"]) or (
            not silent and truth["surveillance"] and letters(ours) != letters(right)
        ):
            lines.append(f"{slot} {ours!r}, not {right!r}")
    return lines


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_recording_gives_what_is_expected(case: Path, loaded: Any) -> None:
    """Each device that speaks is right as far as the traffic shows it, and no other is a camera."""
    capture = case / "capture.pcapng"
    document = build(replay([capture], engine=loaded, probes=all_probes(), strict=True))
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))["devices"]
    complaints = {truth["ip"]: lines for truth in expected if (lines := wrong(truth, document))}
    known = {truth["ip"] for truth in expected}
    assert complaints == {}
    assert [d.address for d in document.surveillance if not known & set(d.addresses)] == []


def devices_of(case: Path) -> set[str]:
    """Addresses and MACs of the devices that a case is about."""
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return {truth[name] for truth in expected["devices"] for name in ("ip", "mac")}


@pytest.fixture(scope="session")
def methods_of_cases() -> dict[Path, dict[str, set[str]]]:
    """Case to method to the addresses and MACs that it tells something about."""
    found: dict[Path, dict[str, set[str]]] = {}
    for case in CASES:
        reader = Reader(all_probes(), lambda _problem: None, strict=True)
        by_method = found.setdefault(case, {})
        for frame in Capture(case / "capture.pcapng", case.name, strict=True).frames():
            for seen in reader.read(frame) if isinstance(frame, Frame) else ():
                by_method.setdefault(seen.probe, set()).update({str(seen.address), str(seen.mac)})
    return found


@pytest.mark.parametrize("probe", all_probes(), ids=lambda probe: probe.name)
def test_each_method_has_a_case(
    methods_of_cases: dict[Path, dict[str, set[str]]], probe: Probe, loaded: Any
) -> None:
    """Of every method there is recorded traffic, and replayed alone it gives a device of it."""
    cases = [
        case
        for case, told in methods_of_cases.items()
        if told.get(probe.name, set()) & devices_of(case)
    ]
    assert cases, f"no case of pcaps/ shows {probe.name}: see tools/record_pcaps.py"
    document = build(
        replay([cases[0] / "capture.pcapng"], engine=loaded, probes=[probe], strict=True)
    )
    found = {text for each in document.devices for text in (*each.addresses, each.mac)}
    assert found & devices_of(cases[0])
    expected = json.loads((cases[0] / "expected.json").read_text(encoding="utf-8"))["devices"]
    for truth in expected:
        assert wrong({**truth, "must": []}, document) == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_no_account_comes_out(case: Path, loaded: Any) -> None:
    """Accounts and communities in the traffic stand nowhere in the document."""
    capture = case / "capture.pcapng"
    text = dumps(build(replay([capture], engine=loaded, probes=all_probes(), strict=True)))
    assert [word for word in (b"lab-user-", b"lab-secret-") if word in text] == []


def test_cases_explain_themselves() -> None:
    """Each case has a recording, its truth and a page that says how it was made."""
    assert len(CASES) >= 13
    assert all((case / "README.md").is_file() for case in CASES)
    assert all((case / "capture.pcapng").stat().st_size < 300_000 for case in CASES)
