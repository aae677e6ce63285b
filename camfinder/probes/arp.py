"""ARP: who has which address on the attached network. Nothing is asked here; sweeps do that.

Source: RFC 826 (packet format), RFC 5227 section 1.1 (a sender address of zero is a probe);
IEEE 802.1Q and 802.1ad for tags in front.
"""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import Frame, Observation, ParseError, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, mac, observe
from camfinder.wire.tlv import take, u16be

ARP = 0x0806
TAGS = frozenset({0x8100, 0x88A8, 0x9100})
ETHERNET_IPV4 = bytes.fromhex("0001 0800 06 04")


def parse(frame: Frame) -> Iterable[Observation]:
    """Sender MAC and address of an ARP packet; a request tells them as well as an answer."""
    if frame.transport is not Transport.ETHERNET or len(frame.payload) < 14:
        return ()
    at = 12
    for _ in range(3):
        if u16be(frame.payload, at) not in TAGS:
            break
        at += 4
        if at + 2 > len(frame.payload):
            return ()
    if u16be(frame.payload, at) != ARP:
        return ()
    packet = take(frame.payload, at + 2, 28)
    if packet[:6] != ETHERNET_IPV4 or u16be(packet, 6) not in {1, 2}:
        return ()
    sender, address = packet[8:14], IPv4Address(packet[14:18])
    if sender[0] & 1:
        raise ParseError("ARP sender is a group address")
    found = mac(sender)
    if found is None or address.is_unspecified or address.is_multicast or address.is_loopback:
        return ()
    facts = Facts()
    facts.add("arp.mac", found)
    facts.add("arp.address", str(address))
    return (replace(observe("arp", frame, facts, address=address), mac=found),)


PROBE = Probe(
    name="arp",
    title="ARP",
    touch=Touch.PASSIVE,
    ports=frozenset(),
    emits={
        "arp.mac": "MAC of the sender",
        "arp.address": "IPv4 address that it holds",
    },
    parse=parse,
    declares=MappingProxyType({"arp.mac": Slot.MAC}),
)
