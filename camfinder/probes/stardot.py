"""StarDot discovery, UDP 7364: one zero byte asks, the answer is text.

The text begins `StarDot`, and holds `Version x` and `id=<MAC>`.
Source: nx_open (one implementation).
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, decode, mac, observe

PORT = 7364
REQUEST = b"\x00"
MARK = b"StarDot "
_MODEL = re2.compile(
    r"StarDot(?: Technologies)?,? +([^\x00-\x1f,;=]{2,48}?)(?: +[Vv]ersion\b|[\x00-\x1f,;]|$)"
)
_VERSION = re2.compile(r"[Vv]ersion[ =:]{1,3}([0-9][\w.-]{0,31})")
_ID = re2.compile(r"(?i)\bid ?= ?([0-9a-f:.-]{12,17})")


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("stardot", PORT, REQUEST),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer."""
    data = frame.payload[:2048]
    if frame.transport is not Transport.UDP or MARK not in data[:64]:
        return ()
    text = decode(data)
    facts = Facts()
    facts.add("stardot.banner", text, 512)
    for key, pattern in (("stardot.model", _MODEL), ("stardot.firmware", _VERSION)):
        found = pattern.search(text)
        facts.add(key, found.group(1) if found else None)
    found = _ID.search(text)
    facts.add("stardot.mac", mac(found.group(1)) if found else None)
    return (observe("stardot", frame, facts),)


PROBE = Probe(
    name="stardot",
    title="StarDot discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "stardot.banner": "the whole text",
        "stardot.model": "what stands behind the maker's name: `NetCam SC5`",
        "stardot.firmware": "what stands behind `Version`",
        "stardot.mac": "id",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "stardot.model": Slot.MODEL,
            "stardot.firmware": Slot.FIRMWARE,
            "stardot.mac": Slot.MAC,
        }
    ),
    free_text=frozenset({"stardot.banner"}),
    discover=discover,
    magics=(MARK,),
)
