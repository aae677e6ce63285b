"""IPv6 neighbours, overheard: who has which address, and who listens to which groups.

A neighbour advertisement tells address and MAC in its own fields; a solicitation and the router
messages carry the sender's; a listener report or an echo answer from a link-local address came
straight from its sender, so that the frame's source is its MAC. What asks for them on an attached
subnet is the layer-2 sweep.
Source: RFC 4861 sections 4.1 to 4.6, RFC 2710 section 3, RFC 3810 section 5, RFC 4443 section 4.2;
RFC 8200 section 4.3 (hop-by-hop options); IEEE 802.1Q and 802.1ad for tags in front.
"""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv6Address
from types import MappingProxyType

from camfinder.model import Address, Frame, Observation, ParseError, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, mac, observe
from camfinder.wire.tlv import take, u8, u16be

IPV6 = 0x86DD
TAGS = frozenset({0x8100, 0x88A8, 0x9100})
ICMPV6, HOP_BY_HOP = 58, 0
ECHO_ANSWER, REPORT, SOLICIT_ROUTER, ROUTER, SOLICIT, ADVERTISE, REPORT_2 = (
    129, 131, 133, 134, 135, 136, 143,
)  # fmt: skip
MESSAGES = {
    ECHO_ANSWER: "echo",
    REPORT: "listener",
    REPORT_2: "listener",
    SOLICIT_ROUTER: "router-solicitation",
    ROUTER: "router",
    SOLICIT: "solicitation",
    ADVERTISE: "advertisement",
}
OPTIONS_AT = {SOLICIT_ROUTER: 8, ROUTER: 16, SOLICIT: 24, ADVERTISE: 24}
SOURCE_LINK, TARGET_LINK = 1, 2
MAX_OPTIONS = 16


def parse(frame: Frame) -> Iterable[Observation]:
    """Address and MAC of the node that a message is of; requests tell them as well."""
    if frame.transport is not Transport.ETHERNET or len(frame.payload) < 14 + 40 + 8:
        return ()
    data, at = frame.payload, 12
    for _ in range(3):
        if u16be(data, at) not in TAGS:
            break
        at += 4
    if u16be(data, at) != IPV6:
        return ()
    packet = data[at + 2 :]
    if len(packet) < 48 or packet[0] >> 4 != 6:
        return ()
    start = _start(packet)
    if start is None or u8(packet, start) not in MESSAGES:
        return ()
    return _observed(frame, packet, start)


def _start(packet: bytes) -> int | None:
    """Where the ICMPv6 message begins; None for other packets."""
    if packet[6] == ICMPV6:
        return 40
    if packet[6] != HOP_BY_HOP or packet[40] != ICMPV6:
        return None
    start = 48 + packet[41] * 8
    return start if start + 8 <= len(packet) else None


def _observed(frame: Frame, packet: bytes, start: int) -> Iterable[Observation]:
    kind = packet[start]
    source = IPv6Address(packet[8:24])
    address = IPv6Address(take(packet, start + 8, 16)) if kind == ADVERTISE else source
    if address.is_unspecified or address.is_multicast or address.is_loopback:
        return ()
    found = None
    if kind in OPTIONS_AT:
        wanted = TARGET_LINK if kind == ADVERTISE else SOURCE_LINK
        found = mac(_link(packet, start + OPTIONS_AT[kind], wanted))
    if found is None and source == address and source.is_link_local:
        found = mac(frame.payload[6:12])
    if found is None:
        return ()
    facts = Facts()
    facts.add("ndp.message", MESSAGES[kind])
    facts.add("ndp.mac", found)
    facts.add("ndp.address", str(address))
    seen = observe("ndp", frame, facts, address=_zoned(address, frame.source))
    return (replace(seen, mac=found),)


def _link(packet: bytes, at: int, wanted: int) -> bytes:
    """The link-layer address option of this kind; empty where there is none.

    Raises:
        ParseError: An option without length.
    """
    for _ in range(MAX_OPTIONS):
        if at + 8 > len(packet):
            break
        size = packet[at + 1] * 8
        if not size:
            raise ParseError("neighbour discovery option of length 0")
        if packet[at] == wanted:
            return packet[at + 2 : at + 8]
        at += size
    return b""


def _zoned(address: IPv6Address, sender: Address | None) -> Address:
    """With the zone, where whoever caught the frame knew it."""
    zone = getattr(sender, "scope_id", None)
    if zone and address.is_link_local:
        return IPv6Address(f"{address}%{zone}")
    return address


PROBE = Probe(
    name="ndp",
    title="IPv6 neighbour and listener discovery",
    touch=Touch.PASSIVE,
    ports=frozenset(),
    emits=MappingProxyType(
        {
            "ndp.message": "`advertisement`, `solicitation`, `router`, `router-solicitation`, "
            "`listener` or `echo`",
            "ndp.mac": "MAC of the node",
            "ndp.address": "IPv6 address that it holds",
        }
    ),
    parse=parse,
    declares=MappingProxyType({"ndp.mac": Slot.MAC}),
)
