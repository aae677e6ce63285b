"""A live scan of third-party programs: what they are, and that none but cameras are cameras."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from netns import laboratory
from peer_programs import peers

pytestmark = [
    pytest.mark.netns,
    pytest.mark.peer,
    pytest.mark.slow(30),
    pytest.mark.xdist_group("peers"),
]


@pytest.fixture(scope="module")
def devices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Address to device, as one scan by the command line reports them."""
    if os.geteuid() != 0:
        pytest.skip("third-party devices in namespaces need root")
    with laboratory() as lab, peers(lab, tmp_path_factory.mktemp("peers")) as scanner:
        command = [sys.executable, "-m", "camfinder", "scan", "10.9.0.11-16", "--json", "-q"]
        done = subprocess.run(
            ["ip", "netns", "exec", scanner.name, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        yield {address: d for d in document["devices"] for address in d["addresses"]}


def test_axis_by_avahi_is_an_axis_camera(devices: dict[str, Any]) -> None:
    """Avahi's `_axis-video._tcp`: brand, model and MAC out of the instance and its TXT."""
    device = devices["10.9.0.11"]
    assert (device["surveillance"], device["brand"], device["model"]) == (True, "Axis", "P3245-V")
    assert device["mac"] == "b8:a4:4f:01:02:03"


def test_printer_by_avahi_is_no_camera(devices: dict[str, Any]) -> None:
    """`_ipp._tcp` is a printer's."""
    assert not devices["10.9.0.12"]["surveillance"]


def test_pc_by_wsdd_is_no_camera(devices: dict[str, Any]) -> None:
    """A PC answers WS-Discovery too."""
    assert not devices["10.9.0.13"]["surveillance"]


def test_publisher_with_onvif_scopes_is_a_camera(devices: dict[str, Any]) -> None:
    """The wsdiscovery package's publisher with ONVIF scopes: brand and model."""
    device = devices["10.9.0.14"]
    assert device["surveillance"] is True
    assert (device["brand"], device["model"]) == ("Vivotek", "SD9384-EHL")


def test_rtsp_server_alone_is_no_camera(devices: dict[str, Any]) -> None:
    """A GStreamer RTSP server is a media server; it may be anything."""
    assert devices["10.9.0.15"]["surveillance"] is not True


def test_hikvision_page_by_nginx_is_of_the_family(devices: dict[str, Any]) -> None:
    """The page names the maker of the platform; the label stays open."""
    device = devices["10.9.0.16"]
    assert device["surveillance"] is True
    assert device["maker"] == "Hikvision"
