"""Each discovery method finds its device by itself: all other methods are switched off."""

import json
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from scanning_lab import needs_namespaces

from camfinder.lab import run
from camfinder.lab.building import Order, load_personas, order
from camfinder.model import Target
from camfinder.probes import all_probes

pytestmark = [pytest.mark.netns, pytest.mark.slow(20)]

ALONE = Path(__file__).with_name("alone.py")
DEVICES = Path(__file__).with_name("alone")
Found = dict[str, dict[str, list[str | None]]]

# Method, and a device of the building that comes along which answers it.
BUILDING = {
    "bosch_rcp": "bosch-camera", "dhip": "dahua-nvr", "hanwha": "hanwha-camera",
    "mdns": "axis-camera", "panasonic": "panasonic-camera", "pppp": "vstarcam-camera",
    "reolink": "reolink-camera", "sadp": "hikvision-dome", "sony": "sony-camera",
    "ssdp": "axis-camera", "tapo": "tapo-camera", "tvt": "tvt-nvr", "ubnt": "ubiquiti-camera",
    "vivotek": "vivotek-camera", "vstarcam": "vstarcam-camera", "wsd": "uniview-camera",
    "xiongmai": "xiongmai-camera",
}  # fmt: skip


def scans(wanted: Order) -> Found:
    """What each method alone finds in a lab."""
    needs_namespaces()
    with run.lab(wanted) as running:
        argv = run.command([sys.executable, str(ALONE), *running.networks], running)
        done = subprocess.run(argv, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    found: Found = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def in_building() -> Found:
    """In the building that comes along."""
    return scans(order(mode="namespace"))


@pytest.fixture(scope="module")
def in_folder() -> Found:
    """Among devices that answer one method each, with their fixed reply ports and broadcasts."""
    return scans(order(DEVICES, mode="namespace"))


def methods() -> Iterator[str]:
    """Every method that asks everybody."""
    here = Target(ip_address("192.0.2.1"), on_link=True)
    for probe in all_probes():
        if any(True for _ in probe.discover(here)):
            yield probe.name


def test_every_method_has_a_device() -> None:
    """A new method needs a responder here."""
    assert set(methods()) == set(BUILDING) | {each.stem for each in DEVICES.glob("*.toml")}


@pytest.mark.xdist_group("flow-alone-building")
@pytest.mark.parametrize(("method", "persona"), sorted(BUILDING.items()))
def test_found_by_its_method_alone(in_building: Found, method: str, persona: str) -> None:
    """The device, with its MAC from the payload or from the wire."""
    device = next(each for each in load_personas() if each.id == persona)
    found = in_building[method]
    assert f"10.77.0.{device.host}" in found
    assert found[f"10.77.0.{device.host}"][0] == device.mac


@pytest.mark.xdist_group("flow-alone-folder")
@pytest.mark.parametrize("method", sorted(each.stem for each in DEVICES.glob("*.toml")))
def test_device_that_speaks_nothing_else(in_folder: Found, method: str) -> None:
    """The answers come to fixed ports, by broadcast, or to a group, as the makers' devices do."""
    device = next(each for each in load_personas(DEVICES) if each.id == method)
    assert list(in_folder[method]) == [f"10.77.0.{device.host}"]
    assert in_folder[method][f"10.77.0.{device.host}"][0] == device.mac


@pytest.mark.xdist_group("flow-alone-folder")
def test_no_method_finds_what_is_not_its_own(in_folder: Found) -> None:
    """A device answers one method here; the others do not take its answer for theirs."""
    for method, found in in_folder.items():
        assert len(found) == (1 if (DEVICES / f"{method}.toml").exists() else 0), (method, found)
