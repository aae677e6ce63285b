"""D-Link discovery (DDP), UDP 62976: cameras and other home devices, asked or on their own.

Question `fd fd`, sequence u16, `a1 00`, MAC ff*6, zeros. Answer and announcement `ff ff`, sequence,
`a0 00`, MAC at 06, address at 0c, length of the rest u16 LE at 14, description at 16, firmware at
76 (32 bytes each from 56 on), MAC at 96, hardware version at 9c, name at dc, address and mask at
11c. The name is the model until its owner changes it: it is a model only where it looks like one.
Source: nx_open (question, MAC, model text anywhere); a real capture of a DCS-935L for the rest.
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, byte_pattern, observe
from camfinder.wire.tlv import ipv4, mac, text

PORT = 62_976
REQUEST = bytes.fromhex("fd fd 06 00 a1 00 ff ff ff ff ff ff 00 00 00 00 00 00 01 00 00 00")
QUESTION, ANSWER = b"\xfd\xfd", b"\xff\xff"
SHORT, FULL = 0x20, 0x11C
_MODEL = re2.compile(r"^D[A-Z]{1,3}-[A-Z0-9]{2,10}$")
_MODEL_BYTES = byte_pattern(rb"(?:^|\x00|[^A-Z-])(D(?:CS|NR|VC|SH|CH)-[A-Z0-9]{2,10})(?:\x00|$)")
_VERSION = re2.compile(r"^[vV]?\d{1,3}\.\d[\w.-]{0,24}$")


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers are broadcast to the port that asked."""
    return (broadcast("dlink_ddp", PORT, REQUEST, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer or announcement."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(ANSWER) or len(data) < SHORT:
        return ()
    if PORT not in {frame.source_port, frame.destination_port} or data[5]:
        return ()
    facts = Facts()
    facts.add("dlink_ddp.answer", data[4:6].hex())
    facts.add("dlink_ddp.mac", mac(data, 0x06))
    if len(data) >= FULL:
        facts.add("dlink_ddp.address", ipv4(data, 0x0C))
        facts.add("dlink_ddp.description", text(data, 0x16, 64))
        version = text(data, 0x76, 32)
        facts.add("dlink_ddp.firmware", version if _VERSION.match(version) else None)
        facts.add("dlink_ddp.hardware", text(data, 0x9C, 64))
        name = text(data, 0xDC, 64)
        facts.add("dlink_ddp.name", name)
        facts.add("dlink_ddp.model", name if _MODEL.match(name) else None)
    if not facts.has("dlink_ddp.model") and (found := _MODEL_BYTES.search(data[:2048])):
        facts.add("dlink_ddp.model", found.group(1))
    return (observe("dlink_ddp", frame, facts),) if facts.has("dlink_ddp.mac") else ()


PROBE = Probe(
    name="dlink_ddp",
    title="D-Link discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "dlink_ddp.answer": "message word: `a000`",
        "dlink_ddp.model": "model, where the name still is one: `DCS-935L`",
        "dlink_ddp.name": "name given by its owner, the model at first",
        "dlink_ddp.description": "what it is in words: `Wireless Internet Camera`",
        "dlink_ddp.firmware": "`1.06`",
        "dlink_ddp.hardware": "hardware version: `A1`",
        "dlink_ddp.mac": "MAC",
        "dlink_ddp.address": "IPv4 address",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "dlink_ddp.model": Slot.MODEL,
            "dlink_ddp.name": Slot.HOSTNAME,
            "dlink_ddp.firmware": Slot.FIRMWARE,
            "dlink_ddp.mac": Slot.MAC,
            "dlink_ddp.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
)
