"""D-Link NIPCA: `/common/info.cgi`, open without a login on many D-Link and TRENDnet cameras.

Source: D-Link "Network IP Camera Application Programming Interface (NIPCA)", section Common,
info.cgi: `key=value` lines.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import add_fields, ask_web, assignments, wanted, web_body
from camfinder.wire.text import Facts, observe

REQUEST = "GET /common/info.cgi"
VENDORS = frozenset({"d-link", "dlink", "trendnet"})
FIELDS = (
    ("model", "dlink_info.model"),
    ("product", "dlink_info.product"),
    ("brand", "dlink_info.brand"),
    ("version", "dlink_info.firmware"),
    ("build", "dlink_info.build"),
    ("hw_version", "dlink_info.hardware"),
    ("name", "dlink_info.name"),
    ("macaddr", "dlink_info.mac"),
    ("ipaddr", "dlink_info.address"),
)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """One GET to a web server that some evidence calls a D-Link or TRENDnet."""
    return ask_web("dlink_info", seen, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """The answer of info.cgi: lines with a model, a MAC and a version."""
    body = web_body(frame)
    if body is None or b"macaddr=" not in body[:8192] or b"model=" not in body[:8192]:
        return ()
    values = assignments(body)
    if not values.get("model") or not ({"nipca", "hw_version", "version"} & values.keys()):
        return ()
    facts = Facts()
    add_fields(facts, values, FIELDS)
    return (observe("dlink_info", frame, facts),)


PROBE = Probe(
    name="dlink_info",
    title="D-Link camera information (NIPCA)",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "dlink_info.model": "model: `DCS-932L`",
        "dlink_info.product": "product: what it is in words",
        "dlink_info.brand": "brand: `D-Link`, `TRENDnet`",
        "dlink_info.firmware": "version: `1.14`",
        "dlink_info.build": "build: `04`",
        "dlink_info.hardware": "hw_version: `B`",
        "dlink_info.name": "name given by its owner",
        "dlink_info.mac": "macaddr",
        "dlink_info.address": "ipaddr",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "dlink_info.brand": Slot.BRAND,
            "dlink_info.model": Slot.MODEL,
            "dlink_info.firmware": Slot.FIRMWARE,
            "dlink_info.mac": Slot.MAC,
            "dlink_info.name": Slot.HOSTNAME,
            "dlink_info.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    follow_ups=follow_ups,
    crosses_routers=True,
)
