"""Edimax discovery, UDP 20560: cameras and smart plugs.

Head of 22 bytes: MAC (all ff in the question), `EDIMAX` padded to 12, then `00 a1 ff 5e` for the
question and `01 a1 fe 5e` for an answer; behind it model (14 bytes), version (8), name.
Source: three public implementations of the question (openHAB, a Node script, HEdiPlug); the answer
from the bytes of a plug that the last of them quotes. That cameras use the same layout is not
established, so a field that does not look like one is left out.
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import ask_udp, broadcast, wanted
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import mac, text, text_to_end

PORT = 20_560
MARK = b"EDIMAX"
REQUEST = b"\xff" * 6 + MARK.ljust(12, b"\x00") + bytes.fromhex("00 a1 ff 5e")
HEAD = len(REQUEST)
VENDORS = frozenset({"edimax"})
_MODEL = re2.compile(r"^[A-Z]{2}-?\d{3,5}[A-Za-z0-9-]{0,8}$")
_VERSION = re2.compile(r"^[vV]?\d{1,3}(?:\.\d{1,5}){1,3}[a-z]?$")


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("edimax", PORT, REQUEST),)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """To one host that some evidence calls an Edimax."""
    return ask_udp("edimax", seen, PORT, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer: the mark behind a MAC of its own."""
    data = frame.payload
    if frame.transport is not Transport.UDP or data[6:12] != MARK or len(data) <= HEAD:
        return ()
    hardware = mac(data, 0)
    if hardware is None:
        return ()
    facts = Facts()
    facts.add("edimax.answer", "EDIMAX")
    facts.add("edimax.mac", hardware)
    if len(data) > 0x2C:
        model, version = text(data, 0x16, 14), text(data, 0x24, 8)
        facts.add("edimax.model", model if _MODEL.match(model) else None)
        facts.add("edimax.firmware", version if _VERSION.match(version) else None)
        facts.add("edimax.name", text_to_end(data[: 0x2C + 128], 0x2C))
    return (observe("edimax", frame, facts, raw=data[: 0x2C + 128]),)


PROBE = Probe(
    name="edimax",
    title="Edimax discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "edimax.answer": "`EDIMAX`",
        "edimax.model": "model: `SP2101W`, `IC3116W`",
        "edimax.firmware": "version: `1.03`",
        "edimax.name": "name given by its owner",
        "edimax.mac": "MAC",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "edimax.model": Slot.MODEL,
            "edimax.firmware": Slot.FIRMWARE,
            "edimax.name": Slot.HOSTNAME,
            "edimax.mac": Slot.MAC,
        }
    ),
    discover=discover,
    follow_ups=follow_ups,
)
