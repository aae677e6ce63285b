"""Fixtures for all tests. `CAMFINDER_STRICT=1` (set by CI) turns skips into failures."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from places import SHARED

pytest_plugins = ["store_places"]
STRICT = bool(os.environ.get("CAMFINDER_STRICT"))
REAL_TIME = ("netns", "peer", "slow")
# Elsewhere each run tries other examples; CI repeats the same ones: it judges the change.
settings.register_profile("strict", derandomize=True)
if STRICT:
    settings.load_profile("strict")
os.environ["CAMFINDER_DB"] = "none"  # no test's run goes to the store of whoever runs the tests


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real banners, captures and messages beside the checkout."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("no ../shared beside the checkout: real banners and captures are not here")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end no worker waits for one that got it last.

    Tests on real sockets and the clock of a busy machine have a second try, which the last line
    tells; what only computes has none.
    """
    items.sort(key=_seconds, reverse=True)
    for item in items:
        if any(item.get_closest_marker(name) for name in REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _seconds(item: pytest.Item) -> float:
    mark = item.get_closest_marker("slow")
    return 0.0 if mark is None else float(mark.args[0])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a part that is missing is a failure, not a skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and STRICT:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be missing: {report.longrepr}"
    return report
