"""Third-party programs as devices, each in a namespace of its own on one switch.

| address | program | what it is |
|---|---|---|
| 10.9.0.11 | avahi | `_axis-video._tcp` |
| 10.9.0.12 | avahi | `_ipp._tcp`: a printer |
| 10.9.0.13 | wsdd | a Windows-like PC on WS-Discovery |
| 10.9.0.14 | wsdiscovery (Python) | ONVIF scopes |
| 10.9.0.15 | GStreamer RTSP server | a media server, no camera |
| 10.9.0.16 | nginx | a page as a Hikvision camera serves it |
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from netns import Laboratory, Namespace

PROGRAMS = ("avahi-daemon", "wsdd", "nginx", "unshare")
SYSTEM_PYTHON = "/usr/bin/python3"

AVAHI = """<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>{name}</name><service><type>{kind}</type><port>80</port>{txt}</service></service-group>
"""

PUBLISHER = """
import time
from wsdiscovery import QName, Scope
from wsdiscovery.publishing import ThreadedWSPublishing
publisher = ThreadedWSPublishing()
publisher.start()
onvif = "onvif://www.onvif.org/"
publisher.publishService(
    types=[QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")],
    scopes=[Scope(onvif + "hardware/SD9384-EHL"), Scope(onvif + "name/VIVOTEK%20SD9384-EHL"),
            Scope(onvif + "type/video_encoder"), Scope(onvif + "Profile/Streaming")],
    xAddrs=["http://10.9.0.14/onvif/device_service"],
)
print("ready", flush=True)
time.sleep(600)
"""

RTSP = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_service("554")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc ! rtpvrawpay name=pay0 )")
server.get_mount_points().add_factory("/test", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
"""

NGINX = """
daemon off; pid {folder}/pid; error_log stderr; user root;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  types {{ text/html html asp; }}
  server {{ listen 80; root {folder}/www;
    location = / {{ return 302 /doc/page/login.asp?_1600; }} }}
}}
"""
HIKVISION_PAGE = """<!doctype html><html><head><title>login</title>
<script>var g_szCacheTime = "V4.0.1build200917"; document.title = "iVMS";</script>
<script src="../script/lib/seajs/seajs/sea-min.js"></script>
<script src="../script/lib/seajs/config/sea-config.js?version=1"></script></head>
<body ng-controller="loginController"><label ng-bind="oLan.username"></label></body></html>
"""


@contextmanager
def peers(lab: Laboratory, folder: Path) -> Iterator[Namespace]:
    """All programs run; gives the scanner's namespace."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"Debian packages are missing: {', '.join(missing)}")
    switch = lab.namespace("switch")
    switch.ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    switch.ip("link", "set", "br0", "up")

    def host(label: str, address: str) -> Namespace:
        made = lab.namespace(label)
        lab.cable(made, "eth0", f"{address}/24", switch, f"to{label}", "")
        switch.ip("link", "set", f"to{label}", "master", "br0")
        made.ip("route", "add", "default", "dev", "eth0")
        return made

    scanner = host("scan", "10.9.0.1")
    running: list[subprocess.Popen[str]] = []
    try:
        axis = "AXIS P3245-V - B8A44F010203", "_axis-video._tcp", "macaddress=B8A44F010203"
        running.append(_avahi(host("axis", "10.9.0.11"), folder / "a", "cam-axis", *axis))
        printer = "HP LaserJet 400", "_ipp._tcp", "ty=HP LaserJet 400 M401"
        running.append(_avahi(host("ipp", "10.9.0.12"), folder / "b", "printer", *printer))
        running.append(_start(host("wsdd", "10.9.0.13"), ["wsdd", "-i", "eth0", "-n", "OFFICE-PC"]))
        running.append(_python(host("pub", "10.9.0.14"), sys.executable, PUBLISHER))
        running.append(_python(host("rtsp", "10.9.0.15"), SYSTEM_PYTHON, RTSP))
        running.append(_nginx(host("nginx", "10.9.0.16"), folder / "c"))
        time.sleep(3)
        yield scanner
    finally:
        for process in running:
            process.kill()
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)


def _start(namespace: Namespace, command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["ip", "netns", "exec", namespace.name, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _python(namespace: Namespace, python: str, program: str) -> subprocess.Popen[str]:
    process = _start(namespace, [python, "-W", "ignore", "-c", program])
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        pytest.skip(f"{python} cannot play this device: a Debian package is missing")
    return process


def _avahi(
    namespace: Namespace, folder: Path, host: str, name: str, kind: str, txt: str
) -> subprocess.Popen[str]:
    services, state = folder / "services", folder / "run"
    services.mkdir(parents=True)
    state.mkdir()
    record = f"<txt-record>{txt}</txt-record>"
    (services / "a.service").write_text(AVAHI.format(name=name, kind=kind, txt=record))
    (folder / "conf").write_text(
        f"[server]\nhost-name={host}\nuse-ipv6=no\nenable-dbus=no\n[wide-area]\n[publish]\n"
    )
    mounts = f"mount --bind {services} /etc/avahi/services; mkdir -p /run/avahi-daemon;"
    mounts += f"mount --bind {state} /run/avahi-daemon"
    daemon = f"exec avahi-daemon -f {folder / 'conf'} --no-drop-root --no-chroot --no-rlimits"
    return _start(namespace, ["unshare", "-m", "sh", "-c", f"{mounts}; {daemon}"])


def _nginx(namespace: Namespace, folder: Path) -> subprocess.Popen[str]:
    page = folder / "www" / "doc" / "page" / "login.asp"
    page.parent.mkdir(parents=True)
    page.write_text(HIKVISION_PAGE)
    (folder / "conf").write_text(NGINX.format(folder=folder))
    return _start(namespace, ["nginx", "-c", str(folder / "conf"), "-p", str(folder)])
