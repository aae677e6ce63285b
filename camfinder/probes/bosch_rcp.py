"""Bosch RCP+ automatic detection, UDP 1757, answers to 1758: binary, or XML on newer firmware.

Request, 12 bytes: magic `9939a427`, transaction id, `ff00`, answer port. Binary answer, 32 bytes:
magic, id, MAC at 08, `03ff`, address at 10, mask, gateway in network order.
Source: UniversalScanner (captures of both forms). Telegrams that set the address exist and are
never sent.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import (
    Frame,
    Known,
    Observation,
    ParseError,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import ask_udp, broadcast, wanted
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import ipv4, mac

PORT, REPLY_PORT = 1757, 1758
MAGIC = bytes.fromhex("99 39 a4 27")
REQUEST = MAGIC + b"camf" + bytes.fromhex("ff 00 06 de")
SIZE = 32
NAMESPACE = "OEMExt00:device-1-0"
VENDORS = frozenset({"bosch"})
FIELDS = (
    ("friendlyName", "bosch_rcp.model"),
    ("unitName", "bosch_rcp.name"),
    ("serialNumber", "bosch_rcp.serial"),
    ("unitIPAddress", "bosch_rcp.address"),
    ("deviceTypeIDs", "bosch_rcp.device_type"),
    ("HTTPPort", "bosch_rcp.http_port"),
)


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers come to the port named in the request."""
    return (broadcast("bosch_rcp", PORT, REQUEST, reply_ports=(REPLY_PORT,)),)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host that some evidence calls a Bosch."""
    if wanted(known, VENDORS, Slot.MODEL):
        yield from ask_udp("bosch_rcp", seen, PORT, REQUEST, reply_ports=(REPLY_PORT,))


def parse(frame: Frame) -> Iterable[Observation]:
    """Either form of answer; the request has twelve bytes and gives nothing."""
    data = frame.payload
    if frame.transport is not Transport.UDP:
        return ()
    facts = Facts()
    if data.startswith(MAGIC):
        if len(data) <= len(REQUEST):
            return ()
        if len(data) < SIZE:
            raise ParseError(f"Bosch answer of {len(data)} bytes")
        facts.add("bosch_rcp.answer", "binary")
        facts.add("bosch_rcp.mac", mac(data, 0x08))
        facts.add("bosch_rcp.address", ipv4(data, 0x10))
    elif soap.looks_like_xml(data) and NAMESPACE.encode() in data[:512]:
        _read_xml(data, facts)
    return (observe("bosch_rcp", frame, facts),) if len(facts) > 1 else ()


def _read_xml(data: bytes, facts: Facts) -> None:
    device = soap.find(soap.parse(data), "device")
    if device is None:
        raise ParseError("Bosch answer without a device")
    values = {soap.local(child): soap.text_of(child) for child in device}
    facts.add("bosch_rcp.answer", "xml")
    for element, key in FIELDS:
        facts.add(key, values.get(element))
    facts.add_mac("bosch_rcp.mac", values.get("physAddress"))


PROBE = Probe(
    name="bosch_rcp",
    title="Bosch RCP+ detection",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT, REPLY_PORT}),
    emits={
        "bosch_rcp.answer": "`binary` or `xml`",
        "bosch_rcp.model": "friendlyName: product name, `FLEXIDOME IP starlight 7000 VR`",
        "bosch_rcp.name": "unitName, given by its owner",
        "bosch_rcp.serial": "serialNumber",
        "bosch_rcp.mac": "physAddress",
        "bosch_rcp.address": "IPv4 address",
        "bosch_rcp.device_type": "deviceTypeIDs, hexadecimal",
        "bosch_rcp.http_port": "TCP port of the web server",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "bosch_rcp.model": Slot.MODEL,
            "bosch_rcp.name": Slot.HOSTNAME,
            "bosch_rcp.serial": Slot.SERIAL,
            "bosch_rcp.mac": Slot.MAC,
            "bosch_rcp.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    free_text=frozenset({"bosch_rcp.model"}),
    discover=discover,
    follow_ups=follow_ups,
    magics=(MAGIC,),
)
