"""Arecont Vision discovery, UDP 69: the question's text comes back with MAC and model number.

Question: `Arecont_Vision-AV2000` and 01 (02 would set the address and is never sent). Answer, from
port 69, 32 bytes at least: the same text, MAC at 16, model number u16 BE at 22.
Source: nx_open and a second public client (text, port, MAC, least size); UniversalScanner (model).
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import mac, u16be

PORT = 69
TEXT = b"Arecont_Vision-AV2000"
REQUEST = TEXT + b"\x01"
MAC_AT, MODEL_AT, SIZE = 0x16, 0x22, 0x20


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("arecont", PORT, REQUEST),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer; the question is shorter, and an order to set the address comes to port 69."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(TEXT) or len(data) < SIZE:
        return ()
    if data[len(TEXT)] == 2 and frame.destination_port == PORT:
        return ()
    facts = Facts()
    facts.add("arecont.answer", TEXT)
    facts.add("arecont.mac", mac(data, MAC_AT))
    number = u16be(data, MODEL_AT) if len(data) >= MODEL_AT + 2 else 0
    facts.add("arecont.model_number", number or None)
    facts.add("arecont.model", f"AV{number}" if 1000 <= number <= 65_000 else None)
    return (observe("arecont", frame, facts),)


PROBE = Probe(
    name="arecont",
    title="Arecont Vision discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "arecont.answer": "`Arecont_Vision-AV2000`",
        "arecont.mac": "MAC",
        "arecont.model_number": "model number as sent: `5105`",
        "arecont.model": "the same as the maker writes it, `AV5105`, without its letters behind",
    },
    parse=parse,
    declares=MappingProxyType({"arecont.mac": Slot.MAC, "arecont.model": Slot.MODEL}),
    discover=discover,
    magics=(TEXT,),
)
