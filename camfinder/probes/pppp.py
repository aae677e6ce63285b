"""PPPP, the peer-to-peer protocol of many white-label cameras, UDP 32108: search of the network.

`f1300000` asks; `f141`, length u16 BE, then a device id: prefix of eight bytes, number u32 BE,
check letters of eight bytes, written `PREFIX-012345-ABCDE`. Packets that log in or open a session
are never sent; datagrams that some makers scramble are not read.
Source: aiopppp, pppp-dissector of magicus.
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import take, text, u16be, u32be

PORT = 32_108
REQUEST = bytes.fromhex("f1 30 00 00")
PUNCH, READY = b"\xf1\x41", b"\xf1\x42"
_PREFIX = re2.compile(r"^[A-Z0-9]{2,8}$")
_CHECK = re2.compile(r"^[A-Z0-9]{4,8}$")


def discover(_target: Target) -> Iterable[Query]:
    """To everybody; answers may take more than a second."""
    return (broadcast("pppp", PORT, REQUEST),)


def parse(frame: Frame) -> Iterable[Observation]:
    """The device id in an answer."""
    data = frame.payload
    if frame.transport is not Transport.UDP or data[:2] not in {PUNCH, READY} or len(data) < 24:
        return ()
    if PORT not in {frame.source_port, frame.destination_port} and u16be(data, 2) != len(data) - 4:
        return ()
    body = take(data, 4, 20)
    prefix, number, check = text(body, 0, 8), u32be(body, 8), text(body, 12, 8)
    if not _PREFIX.match(prefix) or not _CHECK.match(check):
        return ()
    facts = Facts()
    facts.add("pppp.uid", f"{prefix}-{number:06d}-{check}")
    facts.add("pppp.prefix", prefix)
    return (observe("pppp", frame, facts, raw=data[:24]),)


PROBE = Probe(
    name="pppp",
    title="PPPP camera search",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "pppp.uid": "device id: `VSTC-123456-ABCDE`",
        "pppp.prefix": "its prefix, which hints at the vendor",
    },
    parse=parse,
    declares=MappingProxyType({"pppp.uid": Slot.SERIAL}),
    discover=discover,
    magics=(PUNCH + b"\x00\x14",),
)
