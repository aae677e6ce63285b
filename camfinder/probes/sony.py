"""Sony SNC setup tool, UDP 2380: `ENQ:allinfo`, answered with `KEY:value` fields.

STX (02), fields separated by ff, ETX (03); the answer is broadcast to the asker's port.
Source: UniversalScanner (capture).
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, clean, observe

PORT = 2380
REQUEST = b"\x02ENQ:allinfo\xff\x03"
STX, SEPARATOR, ETX = b"\x02", b"\xff", b"\x03"
FIELDS = {
    "MODEL": "sony.model",
    "SERIAL": "sony.serial",
    "SOFTVERSION": "sony.firmware",
    "IPADR": "sony.address",
    "WEBPORT": "sony.http_port",
}


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("sony", PORT, REQUEST, request="allinfo"),)


def parse(frame: Frame) -> Iterable[Observation]:
    """The fields of an answer; the enquiry has none of them."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(STX):
        return ()
    if b"\xffMODEL:" not in data[:512] and not data.startswith(b"\x02MODEL:"):
        return ()
    if b"\xffINFO:" not in data[:1024] and PORT not in {frame.source_port, frame.destination_port}:
        return ()
    facts = Facts()
    for field in data[1:].split(ETX, 1)[0].split(SEPARATOR)[:64]:
        name, _, value = clean(field).partition(":")
        if name == "MAC":
            facts.add_mac("sony.mac", value)
        elif key := FIELDS.get(name):
            facts.add(key, value)
    return (observe("sony", frame, facts),) if facts.has("sony.model") else ()


PROBE = Probe(
    name="sony",
    title="Sony SNC setup tool",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "sony.model": "MODEL: `SNC-VB600`",
        "sony.serial": "SERIAL",
        "sony.firmware": "SOFTVERSION: `1.14.0`",
        "sony.mac": "MAC",
        "sony.address": "IPADR",
        "sony.http_port": "WEBPORT",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "sony.model": Slot.MODEL,
            "sony.serial": Slot.SERIAL,
            "sony.firmware": Slot.FIRMWARE,
            "sony.mac": Slot.MAC,
            "sony.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    magics=(b"\x02MAC:", b"\x02MODEL:"),
)
