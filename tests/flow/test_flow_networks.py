"""Two attached subnets and a routed one; devices outside their subnet; IPv6."""

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from netns import Namespace, laboratory
from scanning_lab import Ran, camfinder, needs_namespaces, ran

from camfinder.lab import run
from camfinder.lab.building import Order, Place, Subnet, load_personas

pytestmark = [pytest.mark.netns, pytest.mark.slow(25)]
of_three = pytest.mark.xdist_group("flow-networks")

SCAN = [sys.executable, "-m", "camfinder", "scan", "--json", "-q"]
FIRST, SECOND, ROUTED = "10.77.0.0/24", "10.78.0.0/24", "10.79.0.0/24"
HOMES = {
    "hikvision-dome": "10.77.0.11",
    "bosch-camera": "10.78.0.15",
    "vstarcam-camera": "10.78.0.28",
    "dahua-nvr": "10.79.0.12",
    "sony-camera": "10.79.0.26",
    "axis-camera": "10.79.0.13",
}


@pytest.fixture(scope="module")
def three() -> Iterator[Ran]:
    """A scan of three subnets, two of them the scanner's own."""
    needs_namespaces()
    macs = {persona.id: persona.mac for persona in load_personas()}
    wanted = Order(
        mode="namespace",
        subnets=(
            Subnet(network=FIRST),
            Subnet(network=SECOND),
            Subnet(network=ROUTED, attached=False),
        ),
        places=tuple(Place(persona=p, address=a, mac=macs[p]) for p, a in HOMES.items()),
        hurry=True,
    )
    with run.lab(wanted) as running:
        yield camfinder(running, "scan", FIRST, SECOND, "10.79.0.10-29")


@of_three
@pytest.mark.parametrize("persona", HOMES)
def test_each_is_found_on_its_subnet(three: Ran, persona: str) -> None:
    """With its brand, by whatever reaches it there."""
    expect = next(p for p in load_personas() if p.id == persona).expect
    device = three.device(HOMES[persona])
    assert device["surveillance"] is True
    assert device["brand"] == expect.brand


def probes(device: dict[str, Any]) -> set[str]:
    """Who told of a device."""
    return {evidence["probe"] for evidence in device["evidence"]}


@of_three
def test_broadcast_leaves_by_every_attached_interface(three: Ran) -> None:
    """VStarcam answers nothing but its broadcast; it lives on the second subnet."""
    assert "vstarcam" in probes(three.device(HOMES["vstarcam-camera"]))


@of_three
def test_methods_that_cross_routers_are_used_beyond_one(three: Ran) -> None:
    """DHIP by unicast; Sony's broadcast does not get there."""
    assert "dhip" in probes(three.device(HOMES["dahua-nvr"]))
    assert "wsd" in probes(three.device(HOMES["axis-camera"]))
    assert "sony" not in probes(three.device(HOMES["sony-camera"]))


@of_three
def test_what_cannot_reach_the_routed_subnet_is_told(three: Ran) -> None:
    """By name, with a remedy; nothing of the kind about the attached ones."""
    spots = three.document["run"]["blind_spots"]
    (spot,) = [each for each in spots if ROUTED in each["what"]]
    assert "sony" in spot["why"]
    assert "wsd" not in spot["why"]
    assert not any(FIRST in each["what"] or SECOND in each["what"] for each in spots)


@of_three
def test_dead_attached_addresses_are_not_connected_to(three: Ran) -> None:
    """500 addresses, four devices and two routers' legs: nothing was sent to the others."""
    asked = three.document["run"]["ledger"]["per_host"]
    attached = [each for each in asked if not each.startswith("10.79.")]
    assert set(attached) <= {
        *HOMES.values(),
        "10.77.0.254",
        "10.78.0.254",
        "10.77.0.250",
        "10.78.0.250",
    }


@contextmanager
def segment(address: str = "10.9.0.2/24") -> Iterator[tuple[Namespace, Namespace]]:
    """A scanner 10.9.0.1 and a camera on one segment, with IPv6."""
    with laboratory() as lab:
        scanner, camera = lab.namespace("s"), lab.namespace("c")
        lab.cable(scanner, "eth0", "10.9.0.1/24", camera, "eth0", address)
        for each in (scanner, camera):
            each.await_ipv6("eth0")
        yield scanner, camera


def scan(scanner: Namespace, *arguments: str) -> Ran:
    """A scan from a namespace."""
    return ran(["ip", "netns", "exec", scanner.name, *SCAN, *arguments])


@contextmanager
def answering(
    sock: socket.socket, answer: bytes, to: tuple[str, int] | None = None
) -> Iterator[None]:
    """Answers each datagram, to its sender or where told."""
    sock.settimeout(0.2)
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            try:
                _, sender = sock.recvfrom(65_535)
            except TimeoutError:
                continue
            sock.sendto(answer, to or sender)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        sock.close()


def member(namespace: Namespace, group: str, port: int, own: str) -> socket.socket:
    """A socket in a group."""
    with namespace:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))
    sock.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(own)
    )
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
    return sock


SADP = b"""<?xml version="1.0" encoding="UTF-8"?><ProbeMatch><Uuid>A</Uuid><Types>inquiry</Types>
<DeviceDescription>DS-2CD2143G2-IS</DeviceDescription>
<DeviceSN>DS-2CD2143G2-IS20220914AAWRF48120377</DeviceSN><MAC>44-19-b6-5a-31-07</MAC>
<IPv4Address>192.168.1.64</IPv4Address><SoftwareVersion>V5.7.12build 230328</SoftwareVersion>
<Activated>false</Activated></ProbeMatch>"""


def strict(namespace: Namespace, value: int) -> None:
    """Whether the kernel drops datagrams of strangers."""
    with namespace:
        for name in ("all", "eth0"):
            Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter").write_text(str(value), "ascii")


def test_device_outside_its_subnet_is_reported_with_both_addresses() -> None:
    """Factory address on the wire, another one in its own words; it is asked nothing."""
    with segment("192.0.0.64/24") as (scanner, camera):
        strict(scanner, 0)
        group = ("239.255.255.250", 37_020)
        with answering(member(camera, *group, "192.0.0.64"), SADP, group):
            done = scan(scanner, "10.9.0.0/29", "--only", "sadp")
    device = done.device("192.0.0.64")
    assert device["claimed_address"] == "192.168.1.64"
    assert device["model"] == "DS-2CD2143G2-IS"
    assert "192.0.0.64" not in done.document["run"]["ledger"]["per_host"]


def test_kernel_that_drops_strangers_is_a_blind_spot() -> None:
    """With strict rp_filter those devices stay unheard: the report says so."""
    with segment() as (scanner, _camera):
        strict(scanner, 1)
        done = scan(scanner, "10.9.0.0/30", "--only", "stardot")
        strict(scanner, 0)
        again = scan(scanner, "10.9.0.0/30", "--only", "stardot")
    assert any("rp_filter" in spot["why"] for spot in done.document["run"]["blind_spots"])
    assert not any("rp_filter" in spot["why"] for spot in again.document["run"]["blind_spots"])


def test_method_asked_for_by_name_that_cannot_run_is_incomplete() -> None:
    """The reply port is held by another program: a problem, a blind spot, exit code 3."""
    with segment() as (scanner, _camera):
        with scanner:
            holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            holder.bind(("", 7711))
        with holder:
            named = scan(scanner, "10.9.0.0/30", "--only", "hanwha")
            default = scan(scanner, "10.9.0.0/30", "--deadline", "60")
    assert named.code == 3
    assert default.code == 0
    for done in (named, default):
        assert any("7711" in spot["what"] for spot in done.document["run"]["blind_spots"])
        assert any(
            p["kind"] == "no_rights" and p["probe"] == "hanwha" for p in done.document["problems"]
        )


def test_without_layer_2_rights_the_scan_goes_on() -> None:
    """The blind spot names the right; the device is found by its open port all the same."""
    with segment() as (scanner, camera):
        with camera:
            listener = socket.create_server(("10.9.0.2", 80))
        weak = ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw"]
        with listener:
            done = ran(["ip", "netns", "exec", scanner.name, *weak, *SCAN, "10.9.0.0/29"])
    assert done.code == 0
    assert "10.9.0.2" in done.document["run"]["ledger"]["per_host"]
    (spot,) = [s for s in done.document["run"]["blind_spots"] if "layer-2" in s["why"]]
    assert "cap_net_raw" in spot["remedy"]


# --- IPv6


def member6(namespace: Namespace, groups: tuple[str, ...], port: int) -> socket.socket:
    """A socket in IPv6 groups."""
    with namespace:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        index = socket.if_nametoindex("eth0")
        sock.bind(("::", port))
        for group in groups:
            request = socket.inet_pton(socket.AF_INET6, group) + struct.pack("=I", index)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
    return sock


def link_local(namespace: Namespace) -> str:
    """The camera's link-local address."""
    with namespace:
        for line in Path("/proc/thread-self/net/if_inet6").read_text("ascii").splitlines():
            digits, *_, name = line.split()
            if name == "eth0" and digits.startswith("fe80"):
                return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))
    raise AssertionError("no link-local address")


MATCH = b"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:Action>
http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body>
<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:0d6f2a10-0000-4000-8000-00000000a001
</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/name/VIVOTEK onvif://www.onvif.org/hardware/FD9369</d:Scopes>
<d:XAddrs>http://[fe80::1]/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches>
</s:Body></s:Envelope>"""
FOUND = (
    b"HTTP/1.1 200 OK\r\nST: urn:axis-com:service:BasicService:1\r\n"
    b"USN: uuid:Upnp-BasicDevice-1_0-ACCC8E000001::urn:axis-com:service:BasicService:1\r\n"
    b"SERVER: Linux/2.6, UPnP/1.0, Portable SDK\r\nLOCATION: http://[fe80::1]/r.xml\r\n\r\n"
)


@pytest.mark.parametrize(
    ("method", "groups", "port", "answer"),
    [
        ("wsd", ("ff02::c",), 3702, MATCH),
        ("ssdp", ("ff02::c",), 1900, FOUND),
        ("ssdp", ("ff05::c",), 1900, FOUND),
    ],
)
def test_found_by_multicast_over_ipv6_alone(
    method: str, groups: tuple[str, ...], port: int, answer: bytes
) -> None:
    """The scan is of an IPv4 subnet: the camera is reported with its zone, and asked nothing."""
    with segment("10.8.0.2/24") as (scanner, camera):
        with answering(member6(camera, groups, port), answer):
            done = scan(scanner, "10.9.0.0/29", "--only", method)
        device = done.device(f"{link_local(camera)}%eth0")
    assert device["surveillance"] is True
    assert not any("fe80" in host for host in done.document["run"]["ledger"]["per_host"])


def test_link_local_subnet_as_a_target() -> None:
    """Nobody can sweep a /64: who answers the call to all nodes is asked, in its zone."""
    page = (
        b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n"
        b'WWW-Authenticate: Basic realm="Vivotek Network Camera"\r\n\r\n'
    )
    with segment() as (scanner, camera):
        local = link_local(camera)
        with camera:
            address = (local, 80, 0, socket.if_nametoindex("eth0"))
            listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            listener.bind(address)
            listener.listen()
        with serving(listener, page):
            done = scan(scanner, "fe80::/64%eth0", "--ports", "80")
    device = done.device(f"{local}%eth0")
    assert device["address"] == f"{local}%eth0"
    assert "http" in probes(device)
    assert any("too many addresses" in spot["why"] for spot in done.document["run"]["blind_spots"])


@contextmanager
def serving(listener: socket.socket, page: bytes) -> Iterator[None]:
    """Answers each connection with one page."""
    over = threading.Event()
    listener.settimeout(0.2)

    def work() -> None:
        while not over.is_set():
            try:
                sock, _ = listener.accept()
            except TimeoutError:
                continue
            with sock:
                sock.settimeout(2)
                if sock.recv(4096):
                    sock.sendall(page)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        listener.close()


def test_small_ipv6_subnet_is_asked_below_ip_first() -> None:
    """Of 256 addresses only the one that answers neighbour discovery is connected to."""
    with segment() as (scanner, camera):
        camera.address("eth0", "fd00:9::22/64")
        scanner.address("eth0", "fd00:9::1/64")
        with camera:
            listener = socket.create_server(("fd00:9::22", 80), family=socket.AF_INET6)
        with serving(listener, b"HTTP/1.1 200 OK\r\nServer: test\r\n\r\n"):
            done = scan(scanner, "fd00:9::/120", "--ports", "80")
    assert set(done.document["run"]["ledger"]["per_host"]) <= {"fd00:9::22", "fd00:9::1"}
    assert "fd00:9::22" in done.document["run"]["ledger"]["per_host"]
