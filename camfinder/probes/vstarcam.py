"""VStarcam, Wansview and other boards of the Eye4 family, UDP 8600.

Request `44480101`, answer `44480108` with fields at fixed offsets. From ec on the answer holds user
name and password: everything behind that offset is dropped unread.
Source: UniversalScanner (capture) and python-dvr DeviceManager.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, ParseError, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import mac, text, u16le

PORT = 8600
REQUEST = bytes.fromhex("44 48 01 01")
ANSWER = bytes.fromhex("44 48 01 08")
ACCOUNTS_AT = 0xEC
SIZE = 0xDC


def discover(_target: Target) -> Iterable[Query]:
    """To everybody, from the port that some answers go to."""
    return (broadcast("vstarcam", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer, cut where the accounts begin."""
    if frame.transport is not Transport.UDP or not frame.payload.startswith(ANSWER):
        return ()
    data = frame.payload[:ACCOUNTS_AT]
    if len(data) < SIZE:
        raise ParseError(f"VStarcam answer of {len(data)} bytes")
    facts = Facts()
    facts.add("vstarcam.answer", ANSWER.hex())
    facts.add("vstarcam.address", text(data, 0x04, 16))
    facts.add("vstarcam.mac", mac(data, 0x54))
    facts.add("vstarcam.http_port", u16le(data, 0x5A) or None)
    facts.add("vstarcam.serial", text(data, 0x5C, 32))
    facts.add("vstarcam.name", text(data, 0x7C, 32))
    facts.add("vstarcam.firmware", text(data, 0xCC, 16))
    if len(data) == ACCOUNTS_AT:
        facts.add("vstarcam.web", text(data, 0xDC, 16))
    return (observe("vstarcam", frame, facts, raw=data),)


PROBE = Probe(
    name="vstarcam",
    title="VStarcam and Wansview search",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "vstarcam.answer": "`44480108`: the board family answered",
        "vstarcam.serial": "serial or peer-to-peer id: `VSTC123456ABCDE`",
        "vstarcam.name": "name given by its owner",
        "vstarcam.firmware": "system version: `48.53.75.66`",
        "vstarcam.web": "version of the web pages",
        "vstarcam.mac": "MAC",
        "vstarcam.address": "IPv4 address",
        "vstarcam.http_port": "TCP port of the web server",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "vstarcam.serial": Slot.SERIAL,
            "vstarcam.name": Slot.HOSTNAME,
            "vstarcam.firmware": Slot.FIRMWARE,
            "vstarcam.mac": Slot.MAC,
            "vstarcam.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    magics=(ANSWER,),
)
