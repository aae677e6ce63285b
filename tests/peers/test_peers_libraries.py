"""Libraries of other people: their clients ask our lab, their devices answer our scan."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from netns import Namespace
from places import ROOT
from scanning_lab import needs_namespaces
from test_peers_families import running, scan, segment

from camfinder.lab import run
from camfinder.lab.building import order

pytestmark = [
    pytest.mark.netns,
    pytest.mark.peer,
    pytest.mark.slow(30),
    pytest.mark.xdist_group("peers-libraries"),
]

LIBRARIES = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("libraries.py"))]
PERSONAS = ROOT / "camfinder" / "lab" / "personas"
MINIUPNPD = """
ext_ifname=eth0
ext_ip=52.0.0.1
listening_ip=eth0
http_port=5000
enable_natpmp=no
enable_upnp=yes
secure_mode=yes
friendly_name=Office router
manufacturer_name=Debian
model_name=Gateway
uuid=5f2a1b00-1dd2-11b2-8000-00163e000001
allow 1024-65535 10.9.0.0/24 1024-65535
"""


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the libraries' own searches find in a lab of three devices."""
    needs_namespaces()
    folder = tmp_path_factory.mktemp("personas")
    alone = ROOT / "tests" / "flow" / "alone" / "kasa.toml"
    for file in (PERSONAS / "tapo-camera.toml", PERSONAS / "ubiquiti-camera.toml", alone):
        shutil.copy(file, folder)
    found = {}
    with run.lab(order(folder, mode="namespace", hurry=True)) as running_lab:
        for search in ("kasa-search", "unifi-search"):
            argv = run.command([*LIBRARIES, search], running_lab)
            done = subprocess.run(argv, capture_output=True, check=True, timeout=60)
            found[search] = json.loads(done.stdout)
    return found


def test_kasa_finds_the_labs_cameras(searches: dict[str, dict[str, Any]]) -> None:
    """Python-kasa opens the cipher of the old camera and reads the new one's answer."""
    found = searches["kasa-search"]
    assert set(found) == {"10.77.0.18", "10.77.0.37"}
    old = found["10.77.0.37"]["system"]["get_sysinfo"]
    assert (old["model"], old["mic_type"]) == ("KC999(US)", "IOT.IPCAMERA")
    assert found["10.77.0.18"]["result"]["device_model"].startswith("C210")


def test_unifi_finds_the_labs_camera(searches: dict[str, dict[str, Any]]) -> None:
    """Unifi-discovery reads MAC, platform, name and firmware out of the lab's answer."""
    assert searches["unifi-search"] == {
        "10.77.0.19": [
            "e0:63:da:8e:41:c7",
            "UVC G4 Bullet",
            "Gate",
            "UVC.S5L.v4.69.55.67.2ac1e04.230914.0741",
        ]
    }


@contextmanager
def library(namespace: Namespace, *arguments: str) -> Iterator[None]:
    """A device of a library, from the moment it is ready."""
    argv = ["ip", "netns", "exec", namespace.name, *LIBRARIES, *arguments]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert "ready\n" in process.stdout  # HAP-python says other things first
        yield
    finally:
        process.kill()
        process.communicate()


def test_device_with_the_cipher_of_kasa() -> None:
    """Our question is one that python-kasa's cipher opens; our parser reads what it closes."""
    with segment("ip", address="10.9.0.2/24") as (scanner, device), library(device, "kasa-device"):
        old = scan(scanner, "10.9.0.2", "--only", "kasa").device("10.9.0.2")
        new = scan(scanner, "10.9.0.2", "--only", "tapo").device("10.9.0.2")
    assert (old["surveillance"], old["brand"], old["firmware"]) == (True, "TP-Link", "2.3.22")
    assert old["model"].startswith("KC420WS")
    assert old["mac"] == "50:c7:bf:00:20:99"
    assert (new["surveillance"], new["brand"]) == (True, "TP-Link")
    assert new["model"].startswith("C520WS")
    assert new["mac"] == "50:c7:bf:00:20:98"


@pytest.mark.parametrize(("part", "is_camera"), [("homekit-camera", True), ("homekit-lamp", False)])
def test_homekit_accessory(part: str, is_camera: bool) -> None:
    """HAP-python's accessory by mDNS: its category says whether it is a camera."""
    with (
        segment("ip", address="10.9.0.2/24") as (scanner, device),
        library(device, part, "10.9.0.2"),
    ):
        found = scan(scanner, "10.9.0.2", "--only", "mdns").device("10.9.0.2")
    assert (found["surveillance"] is True) is is_camera
    assert (found["kind"] == "camera") is is_camera
    assert {each["probe"] for each in found["evidence"]} <= {"mdns", "arp"}


def test_router_by_miniupnpd_is_no_camera(tmp_path: Path) -> None:
    """Its answer names a gateway; the description is read, and a whole scan finds no camera."""
    (tmp_path / "conf").write_text(MINIUPNPD)
    server = ["miniupnpd", "-d", "-f", str(tmp_path / "conf"), "-P", str(tmp_path / "pid")]
    with segment("miniupnpd", address="10.9.0.2/24") as (scanner, device), running(device, server):
        alone = scan(scanner, "10.9.0.2", "--only", "ssdp,upnp")
        whole = scan(scanner, "10.9.0.2")
    for done in (alone, whole):
        assert done.device("10.9.0.2")["surveillance"] is not True
    told = {each["value"] for each in alone.device("10.9.0.2")["evidence"]}
    assert any("MiniUPnPd" in value or "InternetGatewayDevice" in value for value in told)
