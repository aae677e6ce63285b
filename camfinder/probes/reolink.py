"""Reolink: its search on UDP 2000, and its protocol Baichuan on TCP 9000 where it is overheard.

Baichuan head, little-endian: magic `f0debc0a`, message id u32, body length u32, channel and offset
at 0c, response code u16 at 10, class u16 at 12. Bodies of old firmware are XML XOR a key of eight
bytes and the offset; bodies under AES are left alone. A client's messages hold a password hash:
only what the server says is read, and of that only device and version information is kept.
The layout of the search answer (UDP 3000) is not published: address and id are taken from its text.
Source: neolink (dissector notes, sample messages). `C2D_C` would open a session: never sent.
"""

from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, ParseError, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import broadcast, is_answer
from camfinder.wire.text import Facts, decode, observe
from camfinder.wire.tlv import take, u8, u16le, u32le

TCP_PORT, ASK_PORT, REPLY_PORT = 9000, 2000, 3000
REQUEST = bytes.fromhex("aa aa 00 00")
MAGIC = bytes.fromhex("f0 de bc 0a")
KEY = bytes.fromhex("1f 2d 3c 4b 5a 69 78 ff")
LOGIN, VERSION = 1, 80
SHORT_HEAD, LONG_HEAD = 20, 24
MAX_BODY = 65_536
FIELDS = (
    ("type", "reolink.type"),
    ("typeInfo", "reolink.type_info"),
    ("channelNum", "reolink.channels"),
)
VERSION_FIELDS = (
    ("name", "reolink.name"),
    ("type", "reolink.model"),
    ("serialNumber", "reolink.serial"),
    ("hardwareVersion", "reolink.hardware"),
    ("firmwareVersion", "reolink.firmware"),
    ("buildDay", "reolink.build_date"),
)
_UID = re2.compile(r"(?:^|[^0-9A-Z])(9527[0-9A-Z]{12})(?:$|[^0-9A-Z])")
_ADDRESS = re2.compile(r"(?:^|[^0-9.])((?:\d{1,3}\.){3}\d{1,3})(?:$|[^0-9.])")


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers come to port 3000."""
    return (broadcast("reolink", ASK_PORT, REQUEST, reply_ports=(REPLY_PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """A search answer, or what a server says on its TCP port."""
    if frame.transport is Transport.UDP:
        return _search(frame)
    data = frame.payload
    from_client = frame.destination_port == TCP_PORT and frame.source_port != TCP_PORT
    if not is_answer(frame, Transport.TCP) or not data.startswith(MAGIC) or from_client:
        return ()
    if len(data) < SHORT_HEAD:
        raise ParseError(f"Baichuan head of {len(data)} bytes")
    facts = Facts()
    facts.add("reolink.answer", "baichuan")
    body = _xml(data)
    kept = data[:LONG_HEAD]
    if body and _read(u32le(data, 4), body, facts):
        kept = data[: _head_size(data) + u32le(data, 8)]
    return (observe("reolink", frame, facts, raw=kept),)


def _head_size(data: bytes) -> int:
    """Some classes have four more bytes of head."""
    return LONG_HEAD if u16le(data, 0x12) in {0x0000, 0x6414} else SHORT_HEAD


def _xml(data: bytes) -> bytes:
    """The body without its veil where that makes XML of it, else empty."""
    if u32le(data, 4) not in {LOGIN, VERSION} or len(data) <= LONG_HEAD:
        return b""
    size, offset = u32le(data, 8), u8(data, 0x0C)
    veiled = data[_head_size(data) : _head_size(data) + min(size, MAX_BODY)]
    plain = bytes(byte ^ KEY[(offset + at) % 8] ^ offset for at, byte in enumerate(veiled))
    return next((text for text in (plain, veiled) if text.startswith(b"<?xml")), b"")


def _read(message: int, body: bytes, facts: Facts) -> bool:
    """Adds what the body says of the device; False where it says nothing of it."""
    fields, element = (
        (FIELDS, "DeviceInfo") if message == LOGIN else (VERSION_FIELDS, "VersionInfo")
    )
    found = soap.find(soap.parse(body), element)
    if found is None:
        return False
    values = {soap.local(child): soap.text_of(child) for child in found}
    for name, key in fields:
        facts.add(key, values.get(name))
    return True


def _search(frame: Frame) -> Iterable[Observation]:
    """Address and id out of the printable text of an answer to port 3000."""
    data = frame.payload
    if REPLY_PORT not in {frame.source_port, frame.destination_port} or len(data) < 24:
        return ()
    text = decode(
        bytes(byte if 32 <= byte < 127 else 0 for byte in take(data, 0, min(len(data), 2048)))
    )
    uid = _UID.search(text)
    if uid is None:
        return ()
    facts = Facts()
    facts.add("reolink.answer", "search")
    facts.add("reolink.uid", uid.group(1))
    if found := _ADDRESS.search(text):
        with suppress(ValueError):
            facts.add("reolink.address", str(IPv4Address(found.group(1))))
    return (observe("reolink", frame, facts),)


PROBE = Probe(
    name="reolink",
    title="Reolink search and Baichuan",
    touch=Touch.MULTICAST,
    ports=frozenset({TCP_PORT, ASK_PORT, REPLY_PORT}),
    emits={
        "reolink.answer": "`baichuan` or `search`",
        "reolink.uid": "peer-to-peer id, sixteen characters from `9527` on",
        "reolink.address": "IPv4 address in a search answer",
        "reolink.type": "DeviceInfo type: `ipc`, `nvr`",
        "reolink.type_info": "DeviceInfo typeInfo",
        "reolink.channels": "DeviceInfo channelNum",
        "reolink.name": "VersionInfo name, given by its owner",
        "reolink.model": "VersionInfo type: `E1`, `RLC-410`",
        "reolink.serial": "VersionInfo serialNumber",
        "reolink.hardware": "VersionInfo hardwareVersion",
        "reolink.firmware": "VersionInfo firmwareVersion: `v3.0.0.136_20121102`",
        "reolink.build_date": "VersionInfo buildDay",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "reolink.address": Slot.CLAIMED_ADDRESS,
            "reolink.name": Slot.HOSTNAME,
            "reolink.model": Slot.MODEL,
            "reolink.serial": Slot.SERIAL,
            "reolink.firmware": Slot.FIRMWARE,
        }
    ),
    discover=discover,
)
