"""Vivotek installation wizard, UDP 10000 (a port that Netwave boards use as well).

Request, 5 bytes: session, magic `4a5d8f1c`. Answer: the same, then records of type u8, length u8
and value, except that type 04 is followed by one byte of value and no length.
Source: UniversalScanner (capture).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import ask_udp, broadcast, wanted
from camfinder.wire.text import Facts, mac, observe
from camfinder.wire.tlv import take, u8

PORT = 10_000
MAGIC = bytes.fromhex("4a 5d 8f 1c")
REQUEST = b"\x02" + MAGIC
LONG_NAME, MAC, ADDRESS, BARE, WEB_PORT, MODEL = 0x01, 0x02, 0x03, 0x04, 0x06, 0x09
VENDORS = frozenset({"vivotek"})


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("vivotek", PORT, REQUEST),)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host that some evidence calls a Vivotek."""
    return ask_udp("vivotek", seen, PORT, REQUEST) if wanted(known, VENDORS, Slot.MODEL) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """The records of an answer; a request has none."""
    data = frame.payload
    if frame.transport is not Transport.UDP or data[1:5] != MAGIC or len(data) == len(REQUEST):
        return ()
    facts = Facts()
    at = len(REQUEST)
    for _ in range(64):
        if at >= len(data):
            break
        kind = data[at]
        if kind == BARE:
            at += 2
            continue
        value = take(data, at + 2, u8(data, at + 1))
        _add(facts, kind, value)
        at += 2 + len(value)
    return (observe("vivotek", frame, facts),) if len(facts) else ()


def _add(facts: Facts, kind: int, value: bytes) -> None:
    """The fact of one record."""
    if kind == LONG_NAME:
        facts.add("vivotek.name", value)
    elif kind == MODEL:
        facts.add("vivotek.model", value)
    elif kind == MAC and len(value) == 6:
        facts.add("vivotek.mac", mac(value))
    elif kind == ADDRESS and len(value) == 4:
        facts.add("vivotek.address", str(IPv4Address(value)) if any(value) else None)
    elif kind == WEB_PORT and len(value) == 2:
        facts.add("vivotek.http_port", int.from_bytes(value, "little"))


PROBE = Probe(
    name="vivotek",
    title="Vivotek installation wizard",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "vivotek.model": "record 09: `FD8134`",
        "vivotek.name": "record 01: model and host name",
        "vivotek.mac": "record 02",
        "vivotek.address": "record 03",
        "vivotek.http_port": "record 06",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "vivotek.model": Slot.MODEL,
            "vivotek.name": Slot.HOSTNAME,
            "vivotek.mac": Slot.MAC,
            "vivotek.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    follow_ups=follow_ups,
)
