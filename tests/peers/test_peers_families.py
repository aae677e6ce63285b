"""MiniDLNA as a UPnP device, and avahi as a camera that speaks IPv6 alone."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from netns import Namespace, laboratory
from peer_programs import AVAHI
from scanning_lab import Ran, ran

pytestmark = [pytest.mark.netns, pytest.mark.peer, pytest.mark.slow(25)]

MINIDLNA = """
friendly_name=Media of the office
media_dir={folder}/media
db_dir={folder}/db
log_dir={folder}
network_interface=eth0
port=8200
inotify=no
serial=MD000077
"""


@contextmanager
def segment(program: str, *, address: str) -> Iterator[tuple[Namespace, Namespace]]:
    """A scanner 10.9.0.1 and the device, on one segment."""
    if os.geteuid() != 0 or shutil.which(program) is None:
        pytest.skip(f"needs root and the Debian package of {program}")
    with laboratory() as lab:
        scanner, device = lab.namespace("s"), lab.namespace("d")
        lab.cable(scanner, "eth0", "10.9.0.1/24", device, "eth0", address)
        for each in (scanner, device):
            each.await_ipv6("eth0")
            each.ip("route", "add", "default", "dev", "eth0")
        yield scanner, device


@contextmanager
def running(namespace: Namespace, command: list[str]) -> Iterator[None]:
    """A program in a namespace, given time to start."""
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespace.name, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(2)
        assert process.poll() is None, command
        yield
    finally:
        process.kill()
        process.wait(5)


def scan(scanner: Namespace, *arguments: str) -> Ran:
    """A scan from a namespace."""
    command = [sys.executable, "-m", "camfinder", "scan", "--json", "-q", *arguments]
    return ran(["ip", "netns", "exec", scanner.name, *command])


def test_media_server_is_no_camera(tmp_path: Path) -> None:
    """Its answer to M-SEARCH says plainly what it is: it is asked nothing further."""
    for name in ("media", "db"):
        (tmp_path / name).mkdir()
    (tmp_path / "conf").write_text(MINIDLNA.format(folder=tmp_path))
    with segment("minidlnad", address="10.9.0.2/24") as (scanner, device):
        server = ["minidlnad", "-S", "-f", str(tmp_path / "conf"), "-P", str(tmp_path / "pid")]
        with running(device, server):
            alone = scan(scanner, "10.9.0.2", "--only", "ssdp,upnp")
            whole = scan(scanner, "10.9.0.2")
    told = {e["value"] for e in alone.device("10.9.0.2")["evidence"] if e["probe"] == "ssdp"}
    assert any("MiniDLNA" in value for value in told)
    assert alone.document["run"]["ledger"]["requests"] == 0
    for done in (alone, whole):
        assert done.device("10.9.0.2")["surveillance"] is not True


def test_camera_by_multicast_dns_over_ipv6_alone(tmp_path: Path) -> None:
    """Avahi without IPv4: brand, model and MAC; the address with its zone."""
    services, state = tmp_path / "services", tmp_path / "run"
    services.mkdir()
    state.mkdir()
    record = "<txt-record>macaddress=B8A44F010203</txt-record>"
    name, kind = "AXIS P3245-V - B8A44F010203", "_axis-video._tcp"
    (services / "a.service").write_text(AVAHI.format(name=name, kind=kind, txt=record))
    (tmp_path / "conf").write_text(
        "[server]\nhost-name=cam6\nuse-ipv4=no\nuse-ipv6=yes\nenable-dbus=no\n[wide-area]\n[publish]\n"
    )
    mounts = f"mount --bind {services} /etc/avahi/services; mkdir -p /run/avahi-daemon;"
    mounts += f"mount --bind {state} /run/avahi-daemon"
    daemon = f"exec avahi-daemon -f {tmp_path / 'conf'} --no-drop-root --no-chroot --no-rlimits"
    command = ["unshare", "-m", "sh", "-c", f"{mounts}; {daemon}"]
    with (
        segment("avahi-daemon", address="10.8.0.2/24") as (scanner, device),
        running(device, command),
    ):
        done = scan(scanner, "10.9.0.0/29", "--only", "mdns")
    (camera,) = [d for d in done.document["devices"] if d["surveillance"]]
    assert (camera["brand"], camera["model"]) == ("Axis", "P3245-V")
    assert camera["mac"] == "b8:a4:4f:01:02:03"
    assert camera["address"].startswith("fe80::")
    assert camera["address"].endswith("%eth0")
