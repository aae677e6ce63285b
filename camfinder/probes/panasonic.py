"""Panasonic and i-PRO easy IP setup, UDP 10670, answers broadcast to 10669.

Head of 48 bytes: message u16 BE (0001 search), length of the records u16 BE, source 000d or 000e,
own MAC at 06, requester's MAC at 0c and address at 12; then records of tag and length u16 BE, end
`ffff` and two bytes of check. Message 0021 would set the address and is never sent.
Source: Easy_IP (tool and notes; byte 23 = 02 makes recorders answer too); UniversalScanner, whose
records begin five bytes later: both starts are tried.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import Frame, Observation, ParseError, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import ipv4, mac, take, u16be

PORT, REPLY_PORT = 10_670, 10_669
HEAD = 0x30
ASKED = bytes.fromhex(
    "0020 0021 0022 0023 0025 0028 0040 0041 0042 0044 00a5 00a6 00a7 00a8 00ad 00b3 00b4 00b7 00b8"
)
TAIL = bytes.fromhex("ffff 1170")
ANSWER, SEARCH = 0x000E, 0x000D
END = 0xFFFF
TEXTS = {
    0x00A7: "panasonic.name",
    0x00A8: "panasonic.model",
    0x00A9: "panasonic.firmware",
    0x00AA: "panasonic.sub_version",
    0x00D1: "panasonic.serial",
}
KINDS = {0x91: "camera", 0x92: "recorder"}
_Records = dict[int, bytes]


def request(address: IPv4Address) -> bytes:
    """The search; a broadcast MAC stands for the asker's own, as another tool does."""
    return (
        bytes.fromhex("0001 002a 000d 0000 0000 0000")
        + b"\xff" * 6
        + address.packed
        + bytes.fromhex("0000 2011 1e11 231f 1e19 1300 0002 0100 0000 0000 0000 0000 0000")
        + bytes.fromhex("fff0 0026")
        + ASKED
        + TAIL
    )


def discover(target: Target) -> Iterable[Query]:
    """To everybody on an IPv4 interface, from the port that the answers are broadcast to."""
    if isinstance(target.address, IPv4Address):
        payload = request(target.address)
        yield broadcast(
            "panasonic", PORT, payload, source_port=REPLY_PORT, reply_ports=(REPLY_PORT,)
        )


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer to a search, whoever asked."""
    data = frame.payload
    ports = {frame.source_port, frame.destination_port}
    if frame.transport is not Transport.UDP or not {PORT, REPLY_PORT} & ports:
        return ()
    if len(data) < HEAD + 4 or u16be(data, 0) != 1 or u16be(data, 4) == SEARCH:
        return ()
    records = _records(data)
    facts = Facts()
    facts.add("panasonic.answer", f"{u16be(data, 4):04x}")
    facts.add("panasonic.mac", mac(data, 6))
    facts.add("panasonic.address", ipv4(records[0x20], 0) if len(records[0x20]) == 4 else None)
    for tag, key in TEXTS.items():
        facts.add(key, records.get(tag, b"").split(b"\x00", 1)[0])
    kind = int.from_bytes(records.get(0xA6, b"")[-1:], "big")
    facts.add("panasonic.kind", KINDS.get(kind))
    if len(records.get(0x25, b"")) == 2:
        facts.add("panasonic.http_port", int.from_bytes(records[0x25], "big"))
    return (observe("panasonic", frame, facts),)


def _records(data: bytes) -> _Records:
    """Tag to value, from the first start that leads through to an address record.

    Raises:
        ParseError: No start does.
    """
    for start in (HEAD, HEAD + 5, HEAD + 4):
        try:
            found = _walk(data, start)
        except ParseError:
            continue
        if 0x20 in found:
            return found
    raise ParseError("Panasonic answer without readable records")


def _walk(data: bytes, at: int) -> _Records:
    found: _Records = {}
    while at + 4 <= len(data) and len(found) < 128:
        tag = u16be(data, at)
        if tag == END:
            break
        size = u16be(data, at + 2)
        found.setdefault(tag, take(data, at + 4, size))
        at += 4 + size
    return found


PROBE = Probe(
    name="panasonic",
    title="Panasonic and i-PRO easy IP setup",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT, REPLY_PORT}),
    emits={
        "panasonic.answer": "source word of the head, hexadecimal",
        "panasonic.model": "record 00a8: `WV-S2536L`",
        "panasonic.name": "record 00a7, given by its owner",
        "panasonic.firmware": "record 00a9: `1.46`",
        "panasonic.sub_version": "record 00aa",
        "panasonic.serial": "record 00d1",
        "panasonic.kind": "record 00a6: `camera` or `recorder`",
        "panasonic.mac": "MAC",
        "panasonic.address": "record 0020",
        "panasonic.http_port": "record 0025",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "panasonic.model": Slot.MODEL,
            "panasonic.name": Slot.HOSTNAME,
            "panasonic.firmware": Slot.FIRMWARE,
            "panasonic.serial": Slot.SERIAL,
            "panasonic.kind": Slot.KIND,
            "panasonic.mac": Slot.MAC,
            "panasonic.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
)
