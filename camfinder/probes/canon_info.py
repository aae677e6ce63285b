"""Canon: `/-wvhttp-01-/info.cgi` of the WebView-HTTP protocol, without a login on many models.

Source: Canon "WebView Livescope / WV-HTTP protocol specification": lines `s.hardware:=Canon
VB-H43`, `s.firmware:=1.0.2`; `:=` marks values that do not change, `=` others. Old firmware leaves
the `s.` out.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import ask_web, assignments, wanted, web_body
from camfinder.wire.text import Facts, observe

REQUEST = "GET /-wvhttp-01-/info.cgi"
VENDORS = frozenset({"canon"})
FIELDS = (
    ("hardware", "canon_info.model"),
    ("type", "canon_info.type"),
    ("firmware", "canon_info.firmware"),
)
_MARKS = (b"hardware:=", b"firmware:=")


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """One GET to a web server that some evidence calls a Canon."""
    return ask_web("canon_info", seen, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """Hardware, type and firmware of an info.cgi answer."""
    body = web_body(frame)
    if body is None or not any(mark in body[:16_384] for mark in _MARKS):
        return ()
    values = {name.removeprefix("s."): value for name, value in assignments(body, ":=").items()}
    facts = Facts()
    for name, key in FIELDS:
        value = values.get(name, "")
        if key == "canon_info.firmware" and value.lower().startswith("ver."):
            value = value[4:]
        facts.add(key, value)
    return (observe("canon_info", frame, facts),) if len(facts) else ()


PROBE = Probe(
    name="canon_info",
    title="Canon WebView information",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "canon_info.model": "hardware: `Canon VB-H43`",
        "canon_info.type": "type",
        "canon_info.firmware": "firmware: `1.0.2`, without a leading `Ver.`",
    },
    parse=parse,
    declares=MappingProxyType(
        {"canon_info.model": Slot.MODEL, "canon_info.firmware": Slot.FIRMWARE}
    ),
    free_text=frozenset({"canon_info.model", "canon_info.type"}),
    follow_ups=follow_ups,
    crosses_routers=True,
)
