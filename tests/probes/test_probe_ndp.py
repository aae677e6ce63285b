"""IPv6 neighbours: frames that scapy composes, read field by field."""

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent
from scapy.layers.inet6 import (
    ICMPv6EchoReply,
    ICMPv6EchoRequest,
    ICMPv6MLReport,
    ICMPv6MLReport2,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6ND_RA,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    IPv6,
    IPv6ExtHdrHopByHop,
    RouterAlert,
)
from scapy.layers.l2 import Dot1Q, Ether

from camfinder.model import Frame, Transport
from camfinder.probes.ndp import PROBE

MAC, ROUTER = "2c:a5:9c:00:10:41", "00:00:5e:00:53:01"
LOCAL, GLOBAL = "fe80::2ea5:9cff:fe00:1041", "2001:db8::41"


def link(packet: Any) -> Frame:
    """A link-layer frame; nothing else of its sender is known."""
    return frame(bytes(packet), 0, Transport.ETHERNET, source=None)


def ip6(source: str = LOCAL, mac: str = MAC) -> Any:
    """Ethernet and IPv6 from a node to a group."""
    return Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src=source, dst="ff02::1", hlim=255)


ADVERTISEMENT = bytes(
    ip6(GLOBAL, ROUTER) / ICMPv6ND_NA(tgt=GLOBAL) / ICMPv6NDOptDstLLAddr(lladdr=MAC)
)
REPORT = bytes(
    ip6() / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLReport2(records_number=0)
)


def test_advertisement_tells_its_target() -> None:
    """Address and MAC of the option, not of whoever carried the frame."""
    seen = one(PROBE, link(ADVERTISEMENT))
    assert facts(PROBE, link(ADVERTISEMENT)) == {
        "ndp.message": "advertisement",
        "ndp.mac": MAC,
        "ndp.address": GLOBAL,
    }
    assert (str(seen.address), seen.mac) == (GLOBAL, MAC)


@pytest.mark.parametrize(
    ("packet", "word"),
    [
        (
            ip6(GLOBAL) / ICMPv6ND_NS(tgt="2001:db8::1") / ICMPv6NDOptSrcLLAddr(lladdr=MAC),
            "solicitation",
        ),
        (ip6() / ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(lladdr=MAC), "router"),
        (ip6() / ICMPv6EchoReply(), "echo"),
        (ip6() / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / ICMPv6MLReport(), "listener"),
        (REPORT, "listener"),
        (
            Ether(src=MAC) / Dot1Q(vlan=7) / IPv6(src=LOCAL, dst="ff02::1") / ICMPv6EchoReply(),
            "echo",
        ),
    ],
)
def test_sender_of_the_other_messages(packet: Any, word: str) -> None:
    """By its option, or, where it is link-local, by the frame."""
    found = facts(PROBE, link(packet))
    assert (found["ndp.message"], found["ndp.mac"]) == (word, MAC)


def test_zone_comes_from_the_carrier() -> None:
    """Whoever caught the frame knows the interface."""
    caught = replace(link(REPORT), source=ip_address(f"{LOCAL}%eth1"))
    assert str(one(PROBE, caught).address) == f"{LOCAL}%eth1"


@pytest.mark.parametrize(
    "packet",
    [
        ip6() / ICMPv6EchoRequest(),
        ip6(GLOBAL, ROUTER) / ICMPv6EchoReply(),
        ip6("::") / ICMPv6ND_NS(tgt=LOCAL),
        Ether(src=MAC, type=0x0800) / bytes(80),
        b"",
    ],
)
def test_what_tells_of_nobody(packet: Any) -> None:
    """Requests, answers through a router, duplicate address detection, other packets."""
    assert silent(PROBE, link(packet))


def test_option_without_length_is_broken() -> None:
    """Neither endless nor accepted."""
    rejects(PROBE, link(ADVERTISEMENT[:79] + b"\0" + ADVERTISEMENT[80:]))


def test_damage() -> None:
    """Cut after each byte, and each byte changed."""
    attack(PROBE, link(ADVERTISEMENT))
    attack(PROBE, link(REPORT))


@FUZZ
@given(payload=damaged([ADVERTISEMENT, REPORT]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, link(payload))
