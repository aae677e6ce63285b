"""Asking below IP: frames that scapy reads, and neighbours in namespaces that answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from netns import Namespace, laboratory
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    ICMPv6MLQuery2,
    ICMPv6ND_NS,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
    RouterAlert,
)
from scapy.layers.l2 import ARP, Ether

from camfinder.model import Address, Frame
from camfinder.net.interfaces import Links
from camfinder.net.layer2 import (
    Layer2,
    arp_request,
    echo_request,
    listener_query,
    solicitation,
)
from camfinder.net.pace import Pace

MAC = bytes.fromhex("2ca59c001041")
OWN, WANTED = IPv4Address("10.9.0.1"), IPv4Address("10.9.0.77")
LOCAL, TARGET = IPv6Address("fe80::1"), IPv6Address("fe80::aabb:ccff:fedd:eeff")


def sums_up(packet: Any) -> bool:
    """The ICMPv6 checksum is the one that scapy computes."""
    icmp = packet[IPv6].payload
    while not hasattr(icmp, "cksum"):
        icmp = icmp.payload
    sent = icmp.cksum
    del icmp.cksum
    again = Ether(bytes(packet))[IPv6].payload
    while not hasattr(again, "cksum"):
        again = again.payload
    return bool(sent == again.cksum)


def test_arp_request() -> None:
    """Broadcast, of our own address, for one address; 60 bytes as the wire wants."""
    data = arp_request(MAC, OWN, WANTED)
    packet = Ether(data)
    assert len(data) == 60
    assert (packet.dst, packet.src) == ("ff:ff:ff:ff:ff:ff", "2c:a5:9c:00:10:41")
    arp = packet[ARP]
    assert (arp.op, arp.psrc, arp.pdst) == (1, "10.9.0.1", "10.9.0.77")
    assert (arp.hwsrc, arp.hwdst) == ("2c:a5:9c:00:10:41", "00:00:00:00:00:00")


def test_neighbour_solicitation() -> None:
    """To the solicited-node group with hop limit 255, with our own hardware address."""
    packet = Ether(solicitation(MAC, LOCAL, TARGET))
    assert packet.dst == "33:33:ff:dd:ee:ff"
    assert (packet[IPv6].dst, packet[IPv6].hlim) == ("ff02::1:ffdd:eeff", 255)
    assert packet[ICMPv6ND_NS].tgt == str(TARGET)
    assert packet[ICMPv6NDOptSrcLLAddr].lladdr == "2c:a5:9c:00:10:41"
    assert sums_up(packet)


def test_echo_to_all_nodes() -> None:
    """It does not leave the link."""
    packet = Ether(echo_request(MAC, LOCAL, 77))
    assert (packet.dst, packet[IPv6].dst) == ("33:33:00:00:00:01", "ff02::1")
    assert packet[IPv6].hlim == 1
    assert packet[ICMPv6EchoRequest].id == 77
    assert sums_up(packet)


def test_listener_query() -> None:
    """Version 2, general, with the router alert and the S flag: no router's timers move."""
    packet = Ether(listener_query(MAC, LOCAL))
    query = packet[ICMPv6MLQuery2]
    assert (packet[IPv6].dst, packet[IPv6].hlim) == ("ff02::1", 1)
    assert packet[RouterAlert].value == 0
    assert (query.mladdr, query.mrd, query.S, query.sources_number) == ("::", 1000, 1, 0)
    assert sums_up(packet)


@contextmanager
def segment() -> Iterator[tuple[Namespace, Namespace]]:
    """A scanner 10.9.0.1 and a camera 10.9.0.2 on one segment, with IPv6."""
    with laboratory() as lab:
        scanner, camera = lab.namespace("s"), lab.namespace("c")
        lab.cable(scanner, "eth0", "10.9.0.1/24", camera, "eth0", "10.9.0.2/24")
        camera.address("eth0", "fd00:9::2/64")
        scanner.address("eth0", "fd00:9::1/64")
        for each in (scanner, camera):
            each.await_ipv6("eth0")
        yield scanner, camera


async def asked(
    addresses: list[Address], frames: list[Frame], *, all_nodes: bool = False
) -> Layer2:
    """One interface asked for these addresses."""
    interface = Links().named("eth0")
    assert interface is not None
    sent: list[Address] = []
    layer = Layer2(interface, pace=Pace(1000), heard=frames.append, sent=sent.append)
    try:
        await layer.ask(lambda: addresses, len(addresses))
        if all_nodes:
            await layer.call_all()
    finally:
        layer.close()
    assert set(sent) == set(addresses)
    return layer


@pytest.mark.netns
def test_who_is_there_answers() -> None:
    """The living address with its MAC, the dead one not; a link-local one with its zone."""
    with segment() as (scanner, camera):
        with camera:
            interface = Links().named("eth0")
        assert interface is not None
        assert interface.link_local is not None
        local = IPv6Address(f"{interface.link_local}".partition("%")[0])
        here = ip_address("10.9.0.2")
        dead = ip_address("10.9.0.3")
        frames: list[Frame] = []
        with scanner:
            layer = asyncio.run(asked([here, dead, ip_address("fd00:9::2"), local], frames))
        zoned = IPv6Address(f"{local}%eth0")
        assert set(layer.there) == {here, ip_address("fd00:9::2"), zoned}
        assert len(set(layer.there.values())) == 1
        assert {frame.source for frame in frames} >= {here, zoned}


@pytest.mark.netns
def test_all_nodes_show_themselves() -> None:
    """By an echo answer or a listener report, without their address being known."""
    with segment() as (scanner, camera):
        with camera:
            interface = Links().named("eth0")
        assert interface is not None
        frames: list[Frame] = []
        with scanner:
            layer = asyncio.run(asked([], frames, all_nodes=True))
        assert interface.link_local in layer.there
        kinds = {
            frame.payload[54] if frame.payload[20] == 58 else frame.payload[62] for frame in frames
        }
        assert {129, 143} <= kinds
