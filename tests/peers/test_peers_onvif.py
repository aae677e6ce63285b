"""IPyCam, an ONVIF camera in Python, as a device: discovered, and asked with an account."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from netns import Namespace
from scanning_lab import Ran, ran
from test_peers_families import segment

pytestmark = [pytest.mark.netns, pytest.mark.peer, pytest.mark.xdist_group("peers-onvif")]

# Pictures are never asked for: the packages that would make them are not installed.
DEVICE = """
import sys, time
from unittest.mock import MagicMock
sys.modules["cv2"] = sys.modules["numpy"] = MagicMock()
from ipycam import CameraConfig, IPCamera
camera = IPCamera(CameraConfig(
    name="Entrance", manufacturer="Nordcam", model="NC-900", serial_number="NC900077",
    firmware_version="4.2.1", local_ip="10.9.0.2", onvif_port=8080, username="viewer",
    password="s3cret of the lab"))
camera.start()
print("ready", flush=True)
time.sleep(600)
"""
ACCOUNT = '["10.9.0.2"]\nuser = "viewer"\npassword = "{}"\n'


def scan(scanner: Namespace, *arguments: str | Path) -> Ran:
    """A scan of the camera."""
    command = [sys.executable, "-m", "camfinder", "scan", "10.9.0.2", "--json", "-q"]
    return ran(["ip", "netns", "exec", scanner.name, *command, *map(str, arguments)])


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Ran, Ran]:
    """Without an account, with a wrong one, with the right one."""
    folder = tmp_path_factory.mktemp("onvif")
    only = ("--only", "wsd,http,onvif", "--ports", "8080")
    accounts = [folder / "wrong", folder / "right"]
    for path, password in zip(accounts, ("guess", "s3cret of the lab"), strict=True):
        path.write_text(ACCOUNT.format(password))
        path.chmod(0o600)
    with segment("ip", address="10.9.0.2/24") as (scanner, device):
        command = ["ip", "netns", "exec", device.name, sys.executable, "-W", "ignore", "-c", DEVICE]
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                without = scan(scanner, *only)
                wrong, right = (scan(scanner, *only, "--credentials", path) for path in accounts)
            finally:
                process.kill()
    return without, wrong, right


def told(done: Ran) -> tuple[Any, ...]:
    """What the device service says to an account."""
    device = done.device("10.9.0.2")
    return device["model"], device["firmware"], device["serial"]


def test_it_is_a_camera(scans: tuple[Ran, Ran, Ran]) -> None:
    """By its answer to WS-Discovery; it tells a stranger nothing more."""
    device = scans[0].device("10.9.0.2")
    assert (device["surveillance"], device["kind"]) == (True, "camera")
    assert told(scans[0]) == (None, None, None)


def test_login_by_token(scans: tuple[Ran, Ran, Ran]) -> None:
    """It refuses by 401 without a challenge: the token is the way in."""
    assert told(scans[2]) == ("NC-900", "4.2.1", "NC900077")
    assert not [p for p in scans[2].document["problems"] if p["kind"] == "needs_login"]


def test_refusal_is_final(scans: tuple[Ran, Ran, Ran]) -> None:
    """A wrong password costs one request, and is told once."""
    assert told(scans[1]) == (None, None, None)
    (problem,) = [p for p in scans[1].document["problems"] if p["kind"] == "needs_login"]
    assert problem["address"] == "10.9.0.2"
    counts = [each.document["run"]["ledger"]["requests"] for each in scans]
    assert counts[1] - counts[0] == 1
