"""Xiongmai (NetSurveillance, Sofia, DVRIP): search on UDP 34569, and messages of its TCP protocol.

Head of 20 bytes: ff, version, session u32 at 04, sequence u32 at 08, message id u16 LE at 0e,
length u32 LE at 10; then JSON. 1530 asks, 1531 answers, others write; on TCP 34567 everything but
the greeting needs a login, so that is only read where it is overheard.
Source: python-dvr DeviceManager, sofiactl, DVRIP notes of KostasEreksonas.
"""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import (
    add_fields,
    ask_udp,
    broadcast,
    inner,
    is_answer,
    json_object,
    scalar,
    wanted,
)
from camfinder.wire.text import Facts, clean, observe
from camfinder.wire.tlv import u16le, u32le

PORT, TCP_PORT = 34_569, 34_567
HEAD = 20
REQUEST = bytes.fromhex("ff 00 00 00 00 00 00 00 00 00 00 00 00 00 fa 05 00 00 00 00")
MAX_MESSAGES = 16
VENDORS = frozenset({"xiongmai"})
COMMON = (
    ("HostName", "xiongmai.name"),
    ("MAC", "xiongmai.mac"),
    ("SN", "xiongmai.serial"),
    ("DeviceType", "xiongmai.device_type"),
    ("Version", "xiongmai.firmware"),
    ("BuildDate", "xiongmai.build_date"),
    ("ChannelNum", "xiongmai.channels"),
    ("TCPPort", "xiongmai.port"),
    ("HttpPort", "xiongmai.http_port"),
)
SYSTEM = (
    ("DeviceModel", "xiongmai.model"),
    ("HardWare", "xiongmai.hardware"),
    ("SoftWareVersion", "xiongmai.firmware"),
    ("SerialNo", "xiongmai.serial"),
    ("BuildTime", "xiongmai.build_date"),
    ("VideoInChannel", "xiongmai.channels"),
    ("DigChannel", "xiongmai.digital_channels"),
)


def discover(_target: Target) -> Iterable[Query]:
    """To everybody, from the port that the answers go to."""
    return (broadcast("xiongmai", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host that some evidence calls a Xiongmai."""
    if wanted(known, VENDORS):
        yield from ask_udp("xiongmai", seen, PORT, REQUEST, source_port=PORT, reply_ports=(PORT,))


def parse(frame: Frame) -> Iterable[Observation]:
    """The network or system part of each message; everything else in them is left alone."""
    if not is_answer(frame, Transport.UDP, Transport.TCP):
        return ()
    found = []
    for message in _messages(frame.payload):
        facts = Facts()
        _read(json_object(message), facts)
        if len(facts) > 1:
            found.append(observe("xiongmai", frame, facts, raw=message))
    return tuple(found)


def _messages(data: bytes) -> Iterator[bytes]:
    """The JSON of the messages that are worth reading."""
    if data.startswith(b"{"):
        if b'"SystemInfo"' in data[:4096] or b'"NetWork.NetCommon"' in data[:4096]:
            yield data
        return
    at = 0
    for _ in range(MAX_MESSAGES):
        if len(data) - at <= HEAD or data[at] != 0xFF or data[at + 1] > 1:
            return
        size = u32le(data, at + 0x10)
        body = data[at + HEAD : at + HEAD + size]
        if u16le(data, at + 0x0E) in {1531, 1021, 1043} and body.startswith(b"{"):
            yield body
        at += HEAD + size


def _read(message: dict[str, Any], facts: Facts) -> None:
    common, system = inner(message, "NetWork.NetCommon"), inner(message, "SystemInfo")
    if common:
        facts.add("xiongmai.answer", "NetCommon")
        add_fields(facts, common, COMMON)
        facts.add("xiongmai.address", _address(scalar(common, "HostIP")))
    if system:
        facts.add("xiongmai.answer", "SystemInfo")
        add_fields(facts, system, SYSTEM)


def _address(text: str | None) -> str | None:
    """`0x0A01A8C0`, the last byte first, as dotted text."""
    digits = clean(text or "").lower().removeprefix("0x")
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return None
    return ".".join(str(byte) for byte in reversed(raw)) if len(raw) == 4 and any(raw) else None


PROBE = Probe(
    name="xiongmai",
    title="Xiongmai NetSurveillance search",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT, TCP_PORT}),
    emits={
        "xiongmai.answer": "`NetCommon` or `SystemInfo`",
        "xiongmai.name": "HostName",
        "xiongmai.mac": "MAC",
        "xiongmai.address": "HostIP",
        "xiongmai.serial": "SN or SerialNo",
        "xiongmai.model": "DeviceModel: the board, `50X50-WG`",
        "xiongmai.hardware": "HardWare: chip and board, `XM530_50X50-WG_8M`",
        "xiongmai.firmware": "SoftWareVersion: `V5.00.R02.00030747.10010.349f17.0000000`",
        "xiongmai.build_date": "BuildDate or BuildTime",
        "xiongmai.device_type": "DeviceType, a number",
        "xiongmai.channels": "analogue channels",
        "xiongmai.digital_channels": "network channels",
        "xiongmai.port": "TCP port of the device protocol, 34567 as a rule",
        "xiongmai.http_port": "TCP port of the web server",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "xiongmai.name": Slot.HOSTNAME,
            "xiongmai.mac": Slot.MAC,
            "xiongmai.address": Slot.CLAIMED_ADDRESS,
            "xiongmai.serial": Slot.SERIAL,
            "xiongmai.model": Slot.MODEL,
            "xiongmai.firmware": Slot.FIRMWARE,
        }
    ),
    discover=discover,
    follow_ups=follow_ups,
)
