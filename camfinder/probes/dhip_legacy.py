"""The search protocol of Dahua devices before about 2015: binary, UDP 5050.

Source: answers of such devices; layout of an answer:

| offset | bytes | meaning |
|---|---|---|
| 00 | 1 | b3 |
| 02 | 2 LE | length of the section with MAC and model |
| 04 | 2 LE | length of the fixed part behind the 32-byte header (58) |
| 14 | 2 LE | length of the text section |
| 28 | 16 | device type |
| 38 | 4 | IPv4 address |
| 62 | 2 LE | TCP port |
| 20 + [04] | 17 | MAC as text, then the model, then `Key:Value` lines |
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import Direction, Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import tlv
from camfinder.wire.text import Facts, decode, observe

PORT = 5050
BROADCAST = IPv4Address("255.255.255.255")
_REQUEST = b"\xa3\x01\x00\x01" + bytes(12) + b"\x02" + bytes(15)
_LINES = MappingProxyType({"name": "dhip.name", "serialno": "dhip.serial", "device": "dhip.model"})


def discover(target: Target) -> Iterable[Query]:
    """The search by broadcast; answers come to the same port."""
    if target.address.version == 4:
        yield Query(
            probe="dhip_legacy",
            transport=Transport.BROADCAST,
            address=BROADCAST,
            port=PORT,
            payload=_REQUEST,
            request="search",
            reply_ports=(PORT,),
            source_port=PORT,
            listen_s=3.0,
        )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer."""
    data = frame.payload
    if frame.direction is Direction.REQUEST or data[:1] != b"\xb3" or frame.source_port != PORT:
        return ()
    if tlv.u8(data, 0x10) != 2:
        return ()
    fixed_end = 0x20 + tlv.u16le(data, 0x04)
    section = tlv.take(data, fixed_end, tlv.u16le(data, 0x02))
    facts = Facts()
    facts.add_mac("dhip.mac", section[:17])
    facts.add("dhip.model", section[17:].split(b"\x00", 1)[0])
    facts.add("dhip.class", tlv.text(data, 0x28, 16))
    facts.add("dhip.address", tlv.ipv4(data, 0x38))
    facts.add("dhip.port", tlv.u16le(data, 0x62) or None)
    _lines(data[fixed_end + len(section) :], facts)
    return (observe("dhip_legacy", frame, facts),)


def _lines(text: bytes, facts: Facts) -> None:
    """The `Key:Value` lines of the text section."""
    for line in decode(text[:8192]).splitlines()[:64]:
        key, _, value = line.partition(":")
        name = key.strip("\x00 ").lower()
        if name == "ipv6addr":
            address = value.partition("/")[0].partition(";")[0]
            if not address.lower().startswith("fe80"):
                facts.add("dhip.address", address)
        elif (fact := _LINES.get(name)) and not (fact == "dhip.model" and facts.has(fact)):
            facts.add(fact, value)


PROBE = Probe(
    name="dhip_legacy",
    title="Dahua search protocol before DHIP",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "dhip.model": "DeviceType: the model, on old firmware only the class",
            "dhip.class": "DeviceClass: IPC, NVR, HCVR, VTO, ...",
            "dhip.serial": "SerialNo, unless it is all zeros",
            "dhip.mac": "mac",
            "dhip.address": "IPAddress of IPv4Address and IPv6Address, without prefix length",
            "dhip.name": "MachineName",
            "dhip.port": "Port of the maker's own protocol",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "dhip.model": Slot.MODEL,
            "dhip.serial": Slot.SERIAL,
            "dhip.mac": Slot.MAC,
            "dhip.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    free_text=frozenset({"dhip.name"}),
    discover=discover,
)
