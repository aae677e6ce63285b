"""Arecont Vision: `/get?model=...`, `/get?mac`, `/get?fwversion`, one `name=value` line each.

Source: Arecont Vision "AV HTTP programmer's reference", section get; the answers' form also in two
public clients that take what stands behind the first `=`.
"""

from collections.abc import Iterable
from types import MappingProxyType

import re2

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import ask_web, wanted, web_body
from camfinder.wire.text import Facts, clean, mac, observe

MODEL = "GET /get?model=fullname"
MAC = "GET /get?mac"
FIRMWARE = "GET /get?fwversion"
VENDORS = frozenset({"arecont", "arecont-vision"})
_LINE = re2.compile(
    r"(?i)^(model|mac|fwversion)(?: ?= ?(?:fullname|releasename))?"
    r" ?= ?([^\s=<>][^=<>\r\n]{0,63})\s*$"
)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """Two GETs to a web server that some evidence calls an Arecont."""
    if wanted(known, VENDORS, Slot.MODEL):
        yield from ask_web("arecont_http", seen, MODEL)
    if wanted(known, VENDORS, Slot.MAC):
        yield from ask_web("arecont_http", seen, MAC)


def parse(frame: Frame) -> Iterable[Observation]:
    """The one line of an answer to `/get?`, where the question is known."""
    if "/get?" not in frame.request:
        return ()
    body = web_body(frame)
    found = _LINE.match(clean(body, 256)) if body else None
    if found is None:
        return ()
    name, value = found.group(1).lower(), found.group(2)
    facts = Facts()
    if name == "model":
        facts.add("arecont_http.model", value)
    elif name == "mac":
        facts.add("arecont_http.mac", mac(value))
    else:
        facts.add("arecont_http.firmware", value)
    return (observe("arecont_http", frame, facts),) if len(facts) else ()


PROBE = Probe(
    name="arecont_http",
    title="Arecont Vision parameters",
    touch=Touch.UNICAST,
    ports=frozenset({80}),
    emits={
        "arecont_http.model": "model=fullname: `AV10225PMTIR`",
        "arecont_http.mac": "mac",
        "arecont_http.firmware": "fwversion",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "arecont_http.model": Slot.MODEL,
            "arecont_http.mac": Slot.MAC,
            "arecont_http.firmware": Slot.FIRMWARE,
        }
    ),
    follow_ups=follow_ups,
    crosses_routers=True,
)
