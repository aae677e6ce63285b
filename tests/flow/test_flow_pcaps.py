"""Each case of pcaps/, replayed by itself, gives its expected.json."""

import json
from pathlib import Path
from typing import Any

import pytest
from places import ROOT
from truth import letters

from camfinder.cli.knowledge import engine
from camfinder.document import Document, build
from camfinder.flow.replay import replay
from camfinder.probes import all_probes

CASES = sorted(path.parent for path in (ROOT / "pcaps").glob("*/expected.json"))
SLOTS = ("kind", "brand", "maker", "model", "firmware", "serial")


@pytest.fixture(scope="session")
def loaded() -> Any:
    """The shipped fingerprints, compiled once."""
    return engine(())


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


def test_cases_explain_themselves() -> None:
    """Each case has a recording, its truth and a page that says how it was made."""
    assert len(CASES) >= 9
    assert all((case / "README.md").is_file() for case in CASES)
    assert all((case / "capture.pcapng").stat().st_size < 300_000 for case in CASES)
