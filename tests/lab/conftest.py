"""A running building for the tests: on the loopback, and in namespaces where they work."""

from collections.abc import Generator

import pytest
from lab.lab_help import Heard, asked, own_order

from camfinder.lab import run
from camfinder.lab.building import available


@pytest.fixture(
    scope="session",
    params=["loopback", pytest.param("namespace", marks=pytest.mark.netns)],
)
def building(request: pytest.FixtureRequest) -> Generator[dict[str, Heard]]:
    """Every device of the building that comes along, and what it answered."""
    if request.param == "namespace" and available()[0] != "namespace":
        pytest.skip(f"no network namespaces: {available()[1]}")
    with run.lab(own_order(request.param)) as running:
        yield asked(running)
