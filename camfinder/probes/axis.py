"""Axis: basic device information and the brand parameters, over HTTP without a login.

Source: Axis VAPIX library, "Basic device information" (getAllUnrestrictedProperties is open to
anonymous callers) and "Parameter management" (param.cgi, groups Brand and Properties).
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import (
    add_fields,
    ask_web,
    assignments,
    inner,
    json_object,
    wanted,
    web_body,
)
from camfinder.wire.text import Facts, mac, observe

REQUEST = "POST /axis-cgi/basicdeviceinfo.cgi"
BODY = b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
HEADERS = (("Content-Type", "application/json"),)
VENDORS = frozenset({"axis"})
FIELDS = (
    ("Brand", "axis.brand"),
    ("ProdNbr", "axis.model"),
    ("ProdShortName", "axis.short_name"),
    ("ProdFullName", "axis.full_name"),
    ("ProdType", "axis.product_type"),
    ("ProdVariant", "axis.variant"),
    ("SerialNumber", "axis.serial"),
    ("Version", "axis.firmware"),
    ("HardwareID", "axis.hardware_id"),
    ("BuildDate", "axis.build_date"),
)
PARAMETERS = {
    **{f"Brand.{name}": key for name, key in FIELDS[:6]},
    "Properties.System.SerialNumber": "axis.serial",
    "Properties.System.HardwareID": "axis.hardware_id",
    "Properties.Firmware.Version": "axis.firmware",
    "Properties.Firmware.BuildDate": "axis.build_date",
}


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """One POST to a web server that some evidence calls an Axis."""
    return ask_web("axis", seen, REQUEST, BODY, HEADERS) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """The property list as JSON, or `root.Brand...=` lines of param.cgi."""
    body = web_body(frame)
    if body is None:
        return ()
    facts = Facts()
    if b'"propertyList"' in body[:4096] and b'"ProdNbr"' in body:
        add_fields(facts, inner(json_object(body), "data", "propertyList"), FIELDS)
    elif b"Brand.ProdNbr=" in body[:65_536] or b"Properties.Firmware.Version=" in body[:65_536]:
        _parameters(body, facts)
    if not facts.has("axis.model") and not facts.has("axis.firmware"):
        return ()
    for value in [fact.value for fact in facts.done() if fact.key == "axis.serial"]:
        facts.add("axis.mac", mac(value))
    return (observe("axis", frame, facts),)


def _parameters(body: bytes, facts: Facts) -> None:
    for name, value in assignments(body).items():
        if key := PARAMETERS.get(name.removeprefix("root.")):
            facts.add(key, value)


PROBE = Probe(
    name="axis",
    title="Axis device information (VAPIX)",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "axis.brand": "Brand: `AXIS`, or the label of a relabelled unit",
        "axis.model": "ProdNbr: `M1065-LW`",
        "axis.short_name": "ProdShortName: `AXIS M1065-LW`",
        "axis.full_name": "ProdFullName: `AXIS M1065-LW Network Camera`",
        "axis.product_type": "ProdType: `Network Camera`, `Network Video Door Station`",
        "axis.variant": "ProdVariant",
        "axis.serial": "SerialNumber: twelve digits, the MAC",
        "axis.mac": "the same as a MAC",
        "axis.firmware": "Version: `9.80.1`",
        "axis.hardware_id": "HardwareID",
        "axis.build_date": "BuildDate of the firmware",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "axis.brand": Slot.BRAND,
            "axis.model": Slot.MODEL,
            "axis.firmware": Slot.FIRMWARE,
            "axis.serial": Slot.SERIAL,
            "axis.mac": Slot.MAC,
        }
    ),
    free_text=frozenset({"axis.full_name"}),
    follow_ups=follow_ups,
    crosses_routers=True,
)
