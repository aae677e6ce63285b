"""Real banners with known truth: nobody is accused who should not be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judged import described, verdict

from camfinder.document import DeviceDoc

NAMED = {"Hikvision", "Dahua", "Huawei", "ZTE", "Hytera", "HiLook", "HiWatch", "EZVIZ"}
SELL_THEM = {"Annke", "Interlogix", "Swann", "Amcrest", "Lorex", "CP Plus", "Honeywell"}
OF_THE_PRC = NAMED | {"Uniview", "Xiongmai", "TVT", "Tiandy", "Milesight", "Foscam", "Hipcam"}
OF_THE_PRC |= {"HeroSpeed", "Provision-ISR", "Night Owl", "Zmodo", "Apexis"}
pytestmark = [pytest.mark.slow(8), pytest.mark.xdist_group("judge-corpus")]
ACCUSED = {"listed", "listed-through-maker"}


def _cases(shared: Path) -> Iterator[tuple[dict[str, Any], DeviceDoc]]:
    for line in (shared / "corpus" / "banners-dev.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        device = described(case["observations"])
        if device is not None and (device.surveillance or device.possible):
            yield case, device


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[tuple[dict[str, Any], DeviceDoc]]:
    """Every case of which something might be said."""
    return list(_cases(shared))


@pytest.mark.parametrize(
    ("policy", "may_be"),
    [("us-ndaa-889", NAMED | SELL_THEM), ("uk-2022", OF_THE_PRC | SELL_THEM)],
)
def test_only_the_right_makers_are_accused(
    cases: list[tuple[dict[str, Any], DeviceDoc]], policy: str, may_be: set[str]
) -> None:
    """Accused are only devices of named makers, or of brands that sell theirs."""
    accused = 0
    for case, device in cases:
        finding = verdict(device, policy)
        if finding is None or finding.verdict not in ACCUSED:
            continue
        accused += 1
        assert case["camera"] is True, case["id"]
        assert case["truth"]["vendor"] in may_be, (case["id"], finding.because)
    assert accused >= 12, "the corpus holds devices of named makers: some have to be found"


def test_what_names_its_maker_is_listed(
    cases: list[tuple[dict[str, Any], DeviceDoc]],
) -> None:
    """A device that says it is Hikvision's or Dahua's is never cleared."""
    for case, device in cases:
        if device.brand in {"Hikvision", "Dahua"} and device.surveillance:
            finding = verdict(device, "us-ndaa-889")
            assert finding is not None, case["id"]
            assert finding.verdict in {"listed", "cannot-tell"}, case["id"]
