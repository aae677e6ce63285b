"""Ubiquiti discovery, UDP 10001, versions 1 and 2: cameras, door stations, recorders, and radios.

Request: version, command, length 0000. Answer: the same head, then records of type u8, length u16
BE and value.
Source: nmap ubiquiti-discovery and UniversalScanner (two independent readings, captures);
unifi-discovery for type 24 (hexadecimal 18 and 20 hold ids).
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from types import MappingProxyType

import re2

from camfinder.model import Fact, Frame, Known, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import EVERYBODY, ask_udp, wanted
from camfinder.wire.text import Facts, clean, mac, observe
from camfinder.wire.tlv import records, take, u16be

PORT = 10_001
GROUP = IPv4Address("233.89.188.1")
V1 = bytes.fromhex("01 00 00 00")
V2 = bytes.fromhex("02 08 00 00")
ANSWERS = {(1, 0x00), (2, 0x06), (2, 0x09), (2, 0x0B)}
VENDORS = frozenset({"ubiquiti"})
TEXTS = {
    0x03: "ubnt.firmware",
    0x0B: "ubnt.name",
    0x0C: "ubnt.product",
    0x14: "ubnt.model",
    0x15: "ubnt.model",
    0x16: "ubnt.version",
}
_VERSION_TEXT = re2.compile(r"^[A-Za-z][\w-]{1,32}(?:\.[\w-]{1,32}){0,3}\.v\d+\.\d+[\w.+-]{0,96}$")


def discover(_target: Target) -> Iterable[Query]:
    """Both versions, to the group and to everybody."""
    for payload, request in ((V1, "v1"), (V2, "v2")):
        for transport, address in (
            (Transport.MULTICAST, GROUP),
            (Transport.BROADCAST, EVERYBODY),
        ):
            yield Query("ubnt", transport, address, PORT, payload, request=request, repeats=2)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """Both versions to one host; the answer crosses routers."""
    if wanted(known, VENDORS):
        yield from ask_udp("ubnt", seen, PORT, V1, request="v1")
        yield from ask_udp("ubnt", seen, PORT, V2, request="v2")


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer or announcement; a bare version text, as others quote it, is read too."""
    data = frame.payload
    if frame.transport is not Transport.UDP:
        return ()
    if len(data) <= 4 or (data[0], data[1]) not in ANSWERS:
        return _quoted(frame)
    area = take(data, 4, u16be(data, 2))
    facts = Facts()
    facts.add("ubnt.answer", f"v{data[0]}")
    for kind, value in records(area, 0, 1, 2):
        facts.extend(_record(kind, value))
    return (observe("ubnt", frame, facts),) if len(facts) > 1 else ()


def _record(kind: int, value: bytes) -> Iterator[Fact]:
    """The facts of one record."""
    if kind in TEXTS:
        yield Fact(TEXTS[kind], clean(value))
    elif kind in {0x01, 0x13} and len(value) == 6:
        yield Fact("ubnt.mac", mac(value) or "")
    elif kind == 0x02 and len(value) == 10:
        yield Fact("ubnt.mac", mac(value[:6]) or "")
        if any(value[6:]):
            yield Fact("ubnt.address", str(IPv4Address(value[6:])))
    elif kind == 0x0A and len(value) == 4:
        yield Fact("ubnt.uptime", str(int.from_bytes(value, "big")))


def _quoted(frame: Frame) -> Iterable[Observation]:
    """`unifi-protect.arm64.v1.13.2...` alone: the version record without its head."""
    if PORT not in {frame.source_port, frame.destination_port} or len(frame.payload) > 192:
        return ()
    text = clean(frame.payload)
    if not _VERSION_TEXT.match(text):
        return ()
    facts = Facts()
    facts.add("ubnt.firmware", text)
    return (observe("ubnt", frame, facts),)


PROBE = Probe(
    name="ubnt",
    title="Ubiquiti discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "ubnt.answer": "`v1` or `v2`",
        "ubnt.model": "record 14 or 15: `UVC G4 Pro` where it is there",
        "ubnt.product": "record 0c: platform or model, `UVC G4 Pro`, `UDM`",
        "ubnt.firmware": "record 03: `UVC.S5L.v4.46.18.67.ceacbaa.211202.1017`",
        "ubnt.version": "record 16: the number alone",
        "ubnt.name": "record 0b: host name",
        "ubnt.mac": "records 01, 02, 13",
        "ubnt.address": "record 02",
        "ubnt.uptime": "seconds",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "ubnt.model": Slot.MODEL,
            "ubnt.product": Slot.MODEL,
            "ubnt.firmware": Slot.FIRMWARE,
            "ubnt.name": Slot.HOSTNAME,
            "ubnt.mac": Slot.MAC,
            "ubnt.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    follow_ups=follow_ups,
    crosses_routers=True,
)
