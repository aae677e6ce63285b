"""Listening: a building that boots, a mirror port, no rights; and not one frame goes out."""

import json
import os
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import msgspec
import pytest
from netns import Laboratory, Namespace, laboratory
from scanning_lab import Document, Ran, needs_namespaces, ran
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from shipped import engine

from camfinder.capture.decode import Decoder
from camfinder.capture.records import Record
from camfinder.flow.reader import Reader
from camfinder.flow.sightings import Sightings
from camfinder.lab import run
from camfinder.lab.building import load_personas, order
from camfinder.lab.certificates import context
from camfinder.lab.persona import Persona
from camfinder.lab.seat import seat
from camfinder.probes import all_probes

pytestmark = [pytest.mark.netns, pytest.mark.slow(75), pytest.mark.xdist_group("flow-listen")]

COUNTING = Path(__file__).with_name("counting.py")
LISTEN = [sys.executable, "-m", "camfinder", "listen", "--json", "-q"]
REPLAY = [sys.executable, "-m", "camfinder", "replay", "--json", "-q"]
HNAP = (
    b'<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soap:Body><GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/">'
    b"<GetDeviceSettingsResult>OK</GetDeviceSettingsResult><Type>ConnectedHomeClient</Type>"
    b"<VendorName>D-Link</VendorName><ModelName>DCS-8000LH</ModelName>"
    b"<FirmwareVersion>1.06</FirmwareVersion></GetDeviceSettingsResponse></soap:Body></soap:Envelope>"
)
SPS = bytes.fromhex("6764 0028 acd9 4078 0227 e5c0 4400 0003 0004")


@contextmanager
def listening(argv: Sequence[str]) -> Iterator[list[Ran]]:
    """A listener from the moment that its ears are open; behind the block, what it left."""
    left: list[Ran] = []
    aloud = [each for each in argv if each != "-q"]
    with subprocess.Popen(aloud, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"listening ..." not in process.stderr.readline():
            assert process.poll() is None
        yield left
        out, errors = process.communicate(timeout=120)
    left.append(Ran(process.returncode, json.loads(out), errors.decode()))


def announces(persona: Persona) -> bool:
    """Whether the device says something by itself, by a method graded A or B."""
    return bool(
        (persona.wsd and persona.wsd.hello)
        or persona.mdns
        or (persona.ssdp and persona.ssdp.notify)
        or any(udp.announce for udp in persona.udp)
    )


@pytest.fixture(scope="module", autouse=True)
def booting() -> Iterator[Callable[[], Ran]]:
    """A minute of a building that boots, as it sounds: the other tests of this file run meanwhile.

    Each device begins at a moment of its own and says what its protocols have it say: Hello once,
    multicast DNS and NOTIFY twice, makers' broadcasts once.
    """
    needs_namespaces()
    wanted = msgspec.structs.replace(order(mode="namespace"), boot_s=(8.0, 55.0))
    with run.lab(wanted) as running, ThreadPoolExecutor(1) as pool:
        listen = [*LISTEN, "--for", "60", "-i", "eth0"]
        argv = [sys.executable, str(COUNTING), "eth0", *listen]
        heard = pool.submit(ran, run.command(argv, running))
        yield heard.result


@pytest.fixture(scope="module")
def building(booting: Callable[[], Ran]) -> Ran:
    """What was heard, when the minute is over."""
    return booting()


@contextmanager
def mirror() -> Iterator[tuple[Namespace, Namespace, Namespace]]:
    """A camera, a server, and a monitor that hears both: their switch sends all everywhere."""
    with laboratory() as lab:
        switch = lab.namespace("sw")
        switch.ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0", "ageing_time", "0")
        switch.ip("link", "set", "br0", "up")
        yield (
            _plugged(lab, switch, "cam", "10.9.0.2/24"),
            _plugged(lab, switch, "srv", "10.9.0.3/24"),
            _plugged(lab, switch, "mon", ""),
        )


def _plugged(lab: Laboratory, switch: Namespace, label: str, address: str) -> Namespace:
    made = lab.namespace(label)
    lab.cable(made, "eth0", address, switch, f"to{label}", "")
    switch.ip("link", "set", f"to{label}", "master", "br0")
    return made


def converse(camera: Namespace, server: Namespace) -> None:
    """DHCP, DNS, a stream, an RTSP head, TLS to a cloud, and an app that visits the camera."""
    with server:
        listeners = [socket.create_server(("10.9.0.3", port)) for port in (443,)]
    with camera:
        listeners.append(socket.create_server(("10.9.0.2", 554)))
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.bind(("10.9.0.2", 68))
        sender.sendto(_dhcp(), ("255.255.255.255", 67))
        sender.sendto(_question("litedev.hik-connect.com"), ("10.9.0.3", 53))
        sender.sendto(b"\x80\x60" + bytes(10) + SPS, ("10.9.0.3", 5004))
        out = socket.create_connection(("10.9.0.3", 443), timeout=3)
    out.sendall(_client_hello(b"mqtt-cluster.arloxcld.com"))
    with server:
        asking = socket.create_connection(("10.9.0.2", 554), timeout=3)
    answering, _ = listeners[1].accept()
    asking.sendall(b"OPTIONS rtsp://10.9.0.2/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    answering.recv(1000)
    answering.sendall(
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Hipcam RealServer/V1.0\r\n"
        b"Public: OPTIONS, DESCRIBE, SETUP\r\n\r\n"
    )
    asking.recv(1000)
    _visit(camera, server)
    for sock in (sender, out, asking, answering, *listeners):
        sock.close()


def _visit(camera: Namespace, server: Namespace) -> None:
    """An app reads the camera's HNAP settings, and meets its certificate under TLS 1.2."""
    persona = next(each for each in load_personas() if each.id == "tapo-camera")
    (certificate,) = (each.certificate for each in persona.http if each.certificate)
    shown = context(seat(persona, IPv4Address("10.9.0.2"), IPv4Network("10.9.0.0/24")), certificate)
    with camera:
        web, secure = (socket.create_server(("10.9.0.2", port)) for port in (80, 443))
    with server:
        app = socket.create_connection(("10.9.0.2", 80), timeout=3)
        client = socket.create_connection(("10.9.0.2", 443), timeout=3)
    answering, _ = web.accept()
    app.sendall(b"GET /HNAP1/ HTTP/1.1\r\nHost: 10.9.0.2\r\n\r\n")
    answering.recv(1000)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(HNAP)}\r\n\r\n"
    answering.sendall(head.encode() + HNAP)
    app.recv(2000)
    shaken, _ = secure.accept()
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(shown.wrap_socket, shaken, server_side=True)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        wrapped = trusting.wrap_socket(client)
        served.result(3).close()
    for sock in (web, secure, app, answering, wrapped):
        sock.close()


def _dhcp() -> bytes:
    options = bytes((53, 1, 3)) + b"\x0c\x0dIPC-ENTRANCE1" + b"\xff"
    head = struct.pack("!BBBBIHH4B", 1, 1, 6, 0, 7, 0, 0, 10, 9, 0, 2) + bytes(12)  # renewing
    mac = bytes.fromhex("4419b65a3107") + bytes(10)
    return head + mac + bytes(192) + bytes.fromhex("63825363") + options


def _question(name: str) -> bytes:
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return bytes.fromhex("1a2b01000001000000000000") + labels + bytes((0, 0, 1, 0, 1))


def _client_hello(name: bytes) -> bytes:
    entry = b"\0" + len(name).to_bytes(2) + name
    names = b"\0\0" + (len(entry) + 2).to_bytes(2) + len(entry).to_bytes(2) + entry
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\1" + b"\1\0" + len(names).to_bytes(2) + names
    message = b"\1" + len(body).to_bytes(3) + body
    return b"\x16\3\1" + len(message).to_bytes(2) + message


@pytest.fixture(scope="module")
def overheard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Ran]:
    """What a monitor heard live, and what a replay of tcpdump's recording of it gives."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    capture = tmp_path_factory.mktemp("mirror") / "mirror.pcap"
    with mirror() as (camera, server, monitor):
        enter = ["ip", "netns", "exec", monitor.name]
        dump = subprocess.Popen(
            [*enter, "tcpdump", "-q", "-U", "-i", "eth0", "-w", str(capture)],
            stderr=subprocess.PIPE,
        )
        assert dump.stderr is not None
        dump.stderr.readline()  # it listens
        with listening([*enter, *LISTEN, "--promisc", "--for", "3", "-i", "eth0"]) as heard:
            converse(camera, server)
        dump.terminate()
        dump.wait()
    return heard[0], ran(
        [sys.executable, "-m", "camfinder", "replay", str(capture), "--json", "-q"]
    )


def told(ran: Ran) -> set[tuple[str, str]]:
    """Facts about the camera that some evidence rests on."""
    found = [d for d in ran.document["devices"] if "10.9.0.2" in d["addresses"]]
    return {(e["fact"], e["value"]) for device in found for e in device["evidence"]}


@pytest.mark.parametrize(
    "fact",
    [
        ("dhcp.hostname", "IPC-ENTRANCE1"),
        ("cloud.platform", "Hikvision"),
        ("cloud.brand", "Arlo"),
        ("rtp.codec", "h264"),
        ("rtsp.server", "Hipcam RealServer/V1.0"),
        ("dhcp.mac", "44:19:b6:5a:31:07"),
        ("hnap.model", "DCS-8000LH"),
        ("hnap.firmware", "1.06"),
        ("tls.subject", "C=CN,O=TPRI,CN=TPRI-DEVICE"),
    ],
)
def test_mirror_port_shows_what_others_say(
    overheard: tuple[Ran, Ran], fact: tuple[str, str]
) -> None:
    """Each in a conversation between two other machines."""
    assert fact in told(overheard[0])


def test_replay_of_the_same_traffic_gives_the_same_facts(overheard: tuple[Ran, Ran]) -> None:
    """Live and recorded frames go through the same decoder."""
    assert told(overheard[0]) == told(overheard[1])


def test_camera_seen_by_its_cloud_alone_is_possible() -> None:
    """A hint makes no camera of it, and accuses nobody."""
    packet = Ether(src="2c:a5:9c:00:10:41") / IP(src="10.9.0.2", dst="10.9.0.1") / UDP(dport=53)
    data = bytes(packet / _question("fw.ring.com"))
    problems: list[Any] = []
    sightings = Sightings(engine(), problems.append)
    reader = Reader(all_probes(), problems.append, strict=True)
    for frame in Decoder("test").feed(Record(1, 0, 1, data, len(data))):
        for observation in reader.read(frame):
            sightings.add(observation)
    (device,) = sightings.devices()
    assert (device.surveillance, device.confidence, device.maker) == (None, "low", None)
    assert device.brand in {None, "Ring"}


@contextmanager
def without_rights() -> Iterator[list[str]]:
    """How a command is run without the right to packet sockets, as an ordinary user's is."""
    yield ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"]


@pytest.mark.parametrize("join", [False, True])
def test_without_rights_ports_are_bound(join: bool) -> None:
    """Broadcasts are heard; groups only with --join, which is said; exit code 3 for --promisc."""
    if os.geteuid() != 0:
        pytest.skip("needs root to give rights away")
    with mirror() as (camera, _server, monitor), without_rights() as weak:
        monitor.address("eth0", "10.9.0.9/24")
        argv = ["ip", "netns", "exec", monitor.name, *weak, *LISTEN, "--for", "2", "--promisc"]
        with (
            listening([*argv, *["--join"] * join]) as heard,
            camera,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        ):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind(("10.9.0.2", 34_569))
            body = json.dumps({"NetWork.NetCommon": {"HostName": "H", "MAC": "00:12:17:4d:a0:63"}})
            head = b"\xff" + bytes(13) + b"\xfb\x05" + len(body).to_bytes(4, "little")
            sock.sendto(head + body.encode(), ("255.255.255.255", 34_569))
            interface = socket.inet_aton("10.9.0.2")
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
            sock.sendto(_notify(), ("239.255.255.250", 1900))
    document = heard[0].document
    facts = {(e["probe"]) for d in document["devices"] for e in d["evidence"]}
    assert "xiongmai" in facts
    assert ("ssdp" in facts) is join
    assert heard[0].code == 3
    whats = " ".join(spot["what"] for spot in document["run"]["blind_spots"])
    assert "ARP, DHCP" in whats
    assert ("announcements to multicast groups" in whats) is not join


def _notify() -> bytes:
    return (
        b"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:alive\r\n"
        b"NT: urn:axis-com:service:BasicService:1\r\n"
        b"USN: uuid:Upnp-BasicDevice-1_0-ACCC8E000001::urn:axis-com:service:BasicService:1\r\n"
        b"SERVER: Linux/2.6, UPnP/1.0, Portable SDK\r\nLOCATION: http://10.9.0.2/r.xml\r\n\r\n"
    )


def test_not_one_frame_is_sent(building: Ran) -> None:
    """Of no protocol: counted on the interface while devices spoke around it."""
    assert building.errors.split()[-1] == "0", building.errors
    assert building.document["run"]["ledger"]["datagrams"] == 0
    assert building.code == 0


def test_devices_that_announce_themselves_are_identified(building: Ran) -> None:
    """Nine of ten: what they are, and whose."""
    wanted = [p for p in load_personas() if p.expect.surveillance and announces(p)]
    by_address = {a: d for d in building.document["devices"] for a in d["addresses"]}
    right = [p.id for p in wanted if _is_right(p, by_address.get(f"10.77.0.{p.host}"))]
    assert len(wanted) >= 10
    assert len(right) >= 0.9 * len(wanted), {p.id for p in wanted} - set(right)


def _is_right(persona: Persona, device: Document | None) -> bool:
    if device is None or device["surveillance"] is not True:
        return False
    expect = persona.expect
    named = expect.brand is None or device["brand"] == expect.brand
    return device["kind"] == expect.kind and named


def test_neighbours_are_no_cameras(building: Ran) -> None:
    """Printers and televisions announce themselves as well."""
    others = {f"10.77.0.{p.host}" for p in load_personas() if not p.expect.surveillance}
    for device in building.document["devices"]:
        if others & set(device["addresses"]):
            assert device["surveillance"] is not True, device["addresses"]
