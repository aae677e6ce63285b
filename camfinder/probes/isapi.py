"""Hikvision ISAPI: device information and activation state, over HTTP without a login.

Active devices refuse both (401); old or inactive ones answer. Nothing but these two and the
description that the web server offers for UPnP is ever asked; a user name is never sent.
Source: Hikvision ISAPI core documents (`/System/deviceInfo`, `/System/activateStatus`); the forms
of the namespace are those of Hikvision (`www.hikvision.com`), of newer firmware (`www.isapi.org`),
of neutral firmware (`www.std-cgi.com`) and of PSIA (`urn:psialliance-org`).
"""

from collections.abc import Iterable
from types import MappingProxyType

from lxml import etree

from camfinder.model import Frame, Known, Observation, ParseError, Query, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import ask_web, wanted, web_body
from camfinder.wire.text import Facts, clean, observe

DEVICE_INFO = "GET /ISAPI/System/deviceInfo"
ACTIVATE_STATUS = "GET /ISAPI/System/activateStatus"
DESCRIPTION = "GET /upnpdevicedesc.xml"
VENDORS = frozenset({"hikvision"})
SPEAKERS = ("hikvision", "isapi", "std-cgi", "psialliance", "psiaalliance")
"""Words of the namespaces; other makers' XML has a DeviceInfo too."""
FIELDS = (
    ("deviceName", "isapi.name"),
    ("model", "isapi.model"),
    ("deviceType", "isapi.device_type"),
    ("manufacturer", "isapi.manufacturer"),
    ("OEMCode", "isapi.oem_code"),
    ("hardwareVersion", "isapi.hardware"),
)
MARKS = (b"DeviceInfo", b"ActivateStatus")


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """The description first, then the device itself, then whether it has a password at all."""
    if wanted(known, VENDORS):
        yield from ask_web("isapi", seen, DESCRIPTION)
        yield from ask_web("isapi", seen, DEVICE_INFO)
        yield from ask_web("isapi", seen, ACTIVATE_STATUS)


def parse(frame: Frame) -> Iterable[Observation]:
    """A DeviceInfo or ActivateStatus document."""
    body = web_body(frame)
    if body is None or not soap.looks_like_xml(body):
        return ()
    if not any(mark in body[:65_536] for mark in MARKS):
        return ()
    facts = Facts()
    try:
        root = soap.parse(body)
    except ParseError:
        if "ISAPI" in frame.request:
            raise
        return ()  # some other XML
    _read(root, facts)
    return (observe("isapi", frame, facts),) if len(facts) else ()


def _read(root: etree._Element, facts: Facts) -> None:
    """The facts of one document; none of another maker's."""
    name = soap.local(root)
    speaks = any(word in soap.namespace(root).lower() for word in SPEAKERS)
    if name == "ActivateStatus":
        facts.add("isapi.activated", soap.find_text(root, "Activated").lower())
        return
    values = {soap.local(child): soap.text_of(child) for child in root}
    if name != "DeviceInfo" or not values.get("model"):
        return
    if not speaks and not {"firmwareReleasedDate", "telecontrolID"} & values.keys():
        return
    for element, key in FIELDS:
        facts.add(key, values.get(element))
    facts.add_mac("isapi.mac", values.get("macAddress"))
    facts.add("isapi.serial", values.get("serialNumber"))
    released = clean(values.get("firmwareReleasedDate", ""))
    facts.add("isapi.firmware", f"{values.get('firmwareVersion', '')} {released}")


PROBE = Probe(
    name="isapi",
    title="Hikvision ISAPI",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443}),
    emits={
        "isapi.model": "model",
        "isapi.serial": "serialNumber: model, date code and serial in one",
        "isapi.mac": "macAddress",
        "isapi.firmware": "firmwareVersion and firmwareReleasedDate: `V5.7.15 build 240201`",
        "isapi.device_type": "deviceType: `IPCamera`, `NVR`, `DVR`, `ACS`",
        "isapi.name": "deviceName",
        "isapi.manufacturer": "manufacturer",
        "isapi.oem_code": "OEMCode: 1 for the maker's own label",
        "isapi.hardware": "hardwareVersion",
        "isapi.activated": "`true`, or `false` where no password was ever set",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "isapi.manufacturer": Slot.BRAND,
            "isapi.model": Slot.MODEL,
            "isapi.serial": Slot.SERIAL,
            "isapi.mac": Slot.MAC,
            "isapi.firmware": Slot.FIRMWARE,
            "isapi.name": Slot.HOSTNAME,
        }
    ),
    follow_ups=follow_ups,
    crosses_routers=True,
)
