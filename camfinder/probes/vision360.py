"""360 Vision Technology discovery, UDP 3600: `DISCOVER`, answered by one line of text.

Answer: `DISCOVER TYPE=IPDOME KEY='<MAC>' ID=<serial>` and CRLF.
Source: UniversalScanner (capture).
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Observation, Query, Slot, Target, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.exchange import broadcast
from camfinder.wire.text import Facts, clean, mac, observe

PORT = 3600
REQUEST = b"DISCOVER\n"
MARK = b"DISCOVER TYPE="
_FIELD = re2.compile(r"\b(TYPE|KEY|ID)=(?:'([^']{0,64})'|(\S{1,64}))")
KEYS = {"TYPE": "vision360.type", "KEY": "vision360.mac", "ID": "vision360.serial"}


def discover(_target: Target) -> Iterable[Query]:
    """To everybody."""
    return (broadcast("vision360", PORT, REQUEST, source_port=PORT, reply_ports=(PORT,)),)


def parse(frame: Frame) -> Iterable[Observation]:
    """An answer; the question has no fields."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data.startswith(MARK):
        return ()
    facts = Facts()
    for name, quoted, bare in _FIELD.findall(clean(data, 512)):
        value = quoted or bare
        facts.add(KEYS[name], mac(value) if name == "KEY" else value)
    return (observe("vision360", frame, facts),) if len(facts) else ()


PROBE = Probe(
    name="vision360",
    title="360 Vision discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits={
        "vision360.type": "kind of camera: `IPDOME`",
        "vision360.mac": "KEY",
        "vision360.serial": "ID",
    },
    parse=parse,
    declares=MappingProxyType({"vision360.mac": Slot.MAC, "vision360.serial": Slot.SERIAL}),
    discover=discover,
    magics=(MARK,),
)
