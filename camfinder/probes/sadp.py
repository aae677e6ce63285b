"""SADP, Hikvision's search protocol: multicast XML on UDP 37020, and a link-layer variant.

Only the inquiry is ever sent; every other message type of the protocol changes something.
Source: answers of Hikvision devices and their relabels; layout of the link-layer frames
(ethertype 0x8033) after the public `hiktools` dissector:

| offset | bytes | meaning |
|---|---|---|
| 00 | 21 | constant |
| 01 | 1 | 02 request, 01 response |
| 0a | 1 | 03 inquiry, 04 its answer, 02 online |
| 0e | 6 | sender's MAC |
| 14 | 4 | sender's IPv4 address |
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from types import MappingProxyType
from uuid import UUID, uuid5

import re2
from lxml import etree

from camfinder.model import (
    Address,
    Direction,
    Frame,
    Observation,
    ParseError,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import soap, tlv
from camfinder.wire.text import Facts, byte_pattern, observe

PORT = 37020
GROUP = IPv4Address("239.255.255.250")
BROADCAST = IPv4Address("255.255.255.255")
ETHERTYPE = b"\x80\x33"
_NAMESPACE = UUID("0f8f7f0e-91d4-5d7c-8f2b-6d1f1b3a7d20")
_TEXTS = MappingProxyType(
    {
        "DeviceDescription": "sadp.model",
        "DeviceSN": "sadp.serial",
        "DeviceType": "sadp.device_type",
        "AnalogChannelNum": "sadp.analog_channels",
        "DigitalChannelNum": "sadp.digital_channels",
        "CommandPort": "sadp.port",
        "HttpPort": "sadp.http_port",
        "BootTime": "sadp.boot_time",
    }
)
_TAGS = (*_TEXTS, "MAC", "IPv4Address", "IPv6Address", "SoftwareVersion", "Activated",
         "OEMInfo", "OEMinfo", "DetailOEMCode", "Types")  # fmt: skip
_SECRET = byte_pattern(rb"(?is)(<(?:Salt|Password|Code|Key|[\w]*Answer[\w]*)>)[^<]*")
_BUILD = re2.compile(r"(?i)\s*build\s*")


def inquiry(address: Address) -> bytes:
    """The inquiry as one datagram; its UUID is echoed and means nothing else."""
    identity = str(uuid5(_NAMESPACE, f"sadp {address}")).upper()
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Probe><Uuid>{identity}</Uuid><Types>inquiry</Types></Probe>"
    ).encode()


def discover(target: Target) -> Iterable[Query]:
    """The inquiry to the group and by broadcast; some firmware answers to the group's port."""
    if target.address.version != 4:
        return
    for transport, address in ((Transport.MULTICAST, GROUP), (Transport.BROADCAST, BROADCAST)):
        yield Query(
            probe="sadp",
            transport=transport,
            address=address,
            port=PORT,
            payload=inquiry(target.address),
            request="inquiry",
            reply_ports=(PORT,),
            source_port=PORT,
            listen_s=4.0,
            repeats=2 if transport is Transport.MULTICAST else 1,
        )


def queries(target: Target) -> Iterable[Query]:
    """The inquiry to one address; silence proves nothing."""
    if target.open_ports:
        return
    yield Query(
        probe="sadp",
        transport=Transport.UDP,
        address=target.address,
        port=PORT,
        payload=inquiry(target.address),
        request="inquiry",
        listen_s=3.0,
    )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer or an announcement; an inquiry gives nothing."""
    if frame.transport is Transport.ETHERNET:
        return _link_layer(frame)
    data = frame.payload
    if frame.direction is Direction.REQUEST or not soap.looks_like_xml(data):
        return ()
    if b"Envelope" in data or not (b"<ProbeMatch" in data or b"<Hello" in data):
        return ()
    fields = _fields(data)
    if not {"DeviceSN", "DeviceDescription", "MAC"} & fields.keys():
        return ()
    raw = bytes(_SECRET.sub(rb"\1", data))
    return (observe("sadp", frame, _facts(fields), raw=raw),)


def _fields(data: bytes) -> dict[str, str]:
    """Tag to text, of the elements or, where the XML is too broken for those, by pattern."""
    fields: dict[str, str] = {}
    try:
        root: etree._Element | None = soap.parse(data)
    except ParseError:
        if b"<!" in data:
            raise
        root = None
    if root is not None:
        for element in soap.iter_named(root, *_TAGS):
            fields.setdefault(soap.local(element), soap.text_of(element))
    for tag in _TAGS:
        if not fields.get(tag) and (text := soap.loose_text(data, tag)):
            fields[tag] = text
    return {tag: text for tag, text in fields.items() if text}


def _facts(fields: dict[str, str]) -> Facts:
    facts = Facts()
    for tag, key in _TEXTS.items():
        facts.add(key, fields.get(tag))
    facts.add_mac("sadp.mac", fields.get("MAC"))
    for tag in ("IPv4Address", "IPv6Address"):
        if fields.get(tag) not in {"0.0.0.0", "::", "::0"}:
            facts.add("sadp.address", fields.get(tag))
    facts.add("sadp.firmware", _BUILD.sub(" build ", fields.get("SoftwareVersion", "")))
    if "Activated" in fields:  # some firmware cannot spell false
        facts.add("sadp.activated", fields["Activated"].lower() == "true")
    for tag in ("OEMInfo", "OEMinfo", "DetailOEMCode"):
        if fields.get(tag, "N/A").upper() != "N/A":
            facts.add("sadp.oem", fields[tag])
    counts = [fields.get(tag, "") for tag in ("AnalogChannelNum", "DigitalChannelNum")]
    if any(counts):
        facts.add(
            "sadp.channels", sum(int(n) for n in counts if n.isdecimal() and len(n) < 5) or None
        )
    return facts


def _link_layer(frame: Frame) -> Iterable[Observation]:
    """A sender of an answer or announcement of the link-layer variant (heard, never asked)."""
    data = frame.payload
    if data[12:14] != ETHERTYPE or data[14:15] != b"\x21":
        return ()
    message = data[14:]
    if tlv.u8(message, 0x01) != 1 and tlv.u8(message, 0x0A) != 2:
        return ()
    facts = Facts()
    facts.add_mac("sadp.mac", tlv.take(message, 0x0E, 6))
    address = tlv.ipv4(message, 0x14)
    facts.add("sadp.address", address)
    if not facts.has("sadp.mac"):
        return ()
    return (observe("sadp", frame, facts, address=IPv4Address(address) if address else None),)


PROBE = Probe(
    name="sadp",
    title="Hikvision SADP",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "sadp.model": "DeviceDescription",
            "sadp.serial": "DeviceSN, whole: model, date and number",
            "sadp.mac": "MAC",
            "sadp.address": "IPv4Address, IPv6Address",
            "sadp.firmware": "SoftwareVersion as V5.5.6 build 180326",
            "sadp.activated": "true; false is the factory state without a password",
            "sadp.oem": "OEMInfo or DetailOEMCode: whose label",
            "sadp.device_type": "DeviceType, a number of the maker's tables",
            "sadp.analog_channels": "number of analog channels",
            "sadp.digital_channels": "number of IP channels",
            "sadp.channels": "sum of the two",
            "sadp.port": "CommandPort",
            "sadp.http_port": "HttpPort",
            "sadp.boot_time": "BootTime, the device's local time",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "sadp.model": Slot.MODEL,
            "sadp.serial": Slot.SERIAL,
            "sadp.mac": Slot.MAC,
            "sadp.address": Slot.CLAIMED_ADDRESS,
            "sadp.firmware": Slot.FIRMWARE,
            "sadp.channels": Slot.CHANNELS,
        }
    ),
    discover=discover,
    queries=queries,
    crosses_routers=False,
)
