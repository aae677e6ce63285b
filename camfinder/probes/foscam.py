"""Foscam and Netwave MJPEG boards, UDP 10000 (a port that Vivotek uses as well): `MO_I` messages.

Head of 23 bytes: magic, type u16 LE, flag, 8 bytes of key, payload size u32 LE at 0f, u32 at 13.
The answer, type 1 and 87 bytes, is broadcast to port 10000; with flag 1 all behind the head is XOR
the key, over and over. Many clones speak it: the protocol names no label.
Source: UniversalScanner (captures, plain and under the key); python-dvr DeviceManager.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, ParseError, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, mac, observe
from camfinder.wire.tlv import ipv4, take, text, u16be, u16le

PORT = 10_000
MAGIC = b"MO_I"
REQUEST = MAGIC + bytes.fromhex("0000 00 0000000000000000 04 00000000000000 00000001")
HEAD, SIZE = 0x17, 0x57


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; the answers are broadcast to the same port."""
    return (broadcast("foscam", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer of type 1; requests are type 0."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(MAGIC) or u16le(data, 4) != 1:
        return ()
    if len(data) < SIZE:
        raise ParseError(f"MO_I answer of {len(data)} bytes")
    if data[6] == 1:
        key = data[7:15]
        plain = bytes(byte ^ key[at % 8] for at, byte in enumerate(data[HEAD:]))
        data = data[:HEAD] + plain
    facts = Facts()
    serial = text(data, 0x17, 13)
    facts.add("foscam.answer", "MO_I")
    facts.add("foscam.serial", serial)
    facts.add("foscam.mac", mac(serial))
    facts.add("foscam.name", text(data, 0x24, 21))
    facts.add("foscam.address", ipv4(data, 0x39))
    for key_name, at in (("foscam.firmware", 0x4D), ("foscam.web", 0x51)):
        version = take(data, at, 4)
        if any(version[1:]):  # x.0.0.0 is a filler: no build was ever numbered so
            facts.add(key_name, ".".join(str(part) for part in version))
    facts.add("foscam.http_port", u16be(data, 0x55) or None)
    return (observe("foscam", frame, facts),)


PROBE = Probe(
    name="foscam",
    title="Foscam and Netwave search",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "foscam.answer": "`MO_I`: the board family answered",
        "foscam.serial": "id, twelve digits: the MAC as a rule",
        "foscam.mac": "the same where it is a MAC",
        "foscam.name": "name given by its owner",
        "foscam.address": "IPv4 address",
        "foscam.firmware": "`11.37.2.49`",
        "foscam.web": "version of the web pages, `2.4.10.1`",
        "foscam.http_port": "TCP port of the web server",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "foscam.serial": Slot.SERIAL,
            "foscam.mac": Slot.MAC,
            "foscam.name": Slot.HOSTNAME,
            "foscam.address": Slot.CLAIMED_ADDRESS,
            "foscam.firmware": Slot.FIRMWARE,
        }
    ),
    discover=discover,
    magics=(MAGIC,),
)
