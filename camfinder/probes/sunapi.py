"""Hanwha SUNAPI: whether a password was set, asked without one.

The only request is the status check that the maker documents as open; every other `msubmenu` of
that program sets the password. Device information is read where an answer is overheard.
Source: Hanwha "SUNAPI Application Programmer's Guide" 2.6, chapters 4 and 5: answers are JSON or
`key=value` lines, depending on the firmware.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from camfinder.model import Frame, Known, Observation, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire.exchange import add_fields, ask_web, assignments, json_object, wanted, web_body
from camfinder.wire.text import Facts, observe

REQUEST = "GET /init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view"
VENDORS = frozenset({"hanwha", "hanwha-vision", "hanwha-techwin", "samsung", "samsung-techwin"})
STATUS_FIELDS = (
    ("MaxChannel", "sunapi.channels"),
    ("Manufacturer", "sunapi.manufacturer"),
    ("SpecialType", "sunapi.special_type"),
)
DEVICE_FIELDS = (
    ("Model", "sunapi.model"),
    ("SerialNumber", "sunapi.serial"),
    ("FirmwareVersion", "sunapi.firmware"),
    ("DeviceType", "sunapi.device_type"),
    ("DeviceName", "sunapi.name"),
    ("ConnectedMACAddress", "sunapi.mac"),
)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """One GET to a web server that some evidence calls a Hanwha."""
    return ask_web("sunapi", seen, REQUEST) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """A status check or device information; the key in it stays out of the evidence."""
    body = web_body(frame)
    if body is None:
        return ()
    is_status = b"Initialized" in body[:4096] and b"MaxChannel" in body[:4096]
    is_device = b"ConnectedMACAddress" in body[:4096] and b"FirmwareVersion" in body[:4096]
    if not is_status and not is_device:
        return ()
    values: Mapping[str, Any]
    values = json_object(body) if body.lstrip()[:1] == b"{" else assignments(body)
    facts = Facts()
    if is_status:
        initialized = str(values.get("Initialized", "")).lower()
        facts.add("sunapi.initialized", initialized if initialized in {"true", "false"} else None)
        add_fields(facts, values, STATUS_FIELDS)
    if is_device:
        add_fields(facts, values, DEVICE_FIELDS)
    raw = frame.payload.split(b"PublicKey", 1)[0]
    return (observe("sunapi", frame, facts, raw=raw),) if len(facts) else ()


PROBE = Probe(
    name="sunapi",
    title="Hanwha SUNAPI",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "sunapi.initialized": "`false` where no password was ever set",
        "sunapi.channels": "MaxChannel",
        "sunapi.manufacturer": "Manufacturer: `Hanwha Vision`",
        "sunapi.special_type": "SpecialType",
        "sunapi.model": "Model",
        "sunapi.serial": "SerialNumber",
        "sunapi.firmware": "FirmwareVersion: `1.41.06_20211105_R435`",
        "sunapi.device_type": "DeviceType: `NWC` camera, `NVR`",
        "sunapi.name": "DeviceName",
        "sunapi.mac": "ConnectedMACAddress",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "sunapi.manufacturer": Slot.BRAND,
            "sunapi.model": Slot.MODEL,
            "sunapi.serial": Slot.SERIAL,
            "sunapi.firmware": Slot.FIRMWARE,
            "sunapi.mac": Slot.MAC,
            "sunapi.name": Slot.HOSTNAME,
        }
    ),
    follow_ups=follow_ups,
    crosses_routers=True,
)
