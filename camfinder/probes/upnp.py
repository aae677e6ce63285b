"""UPnP device descriptions: the XML that an SSDP answer points to.

Source: UPnP Device Architecture 1.1, section 2.3 (device description).
"""

from collections.abc import Iterable
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

from lxml import etree

from camfinder.model import (
    Frame,
    Known,
    Observation,
    Query,
    Slot,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import body_of
from camfinder.wire.paths import is_safe
from camfinder.wire.text import Facts, mac, observe

_FIELDS = MappingProxyType(
    {
        "deviceType": "upnp.device_type",
        "friendlyName": "upnp.friendly_name",
        "manufacturer": "upnp.manufacturer",
        "manufacturerURL": "upnp.manufacturer_url",
        "modelName": "upnp.model_name",
        "modelNumber": "upnp.model_number",
        "modelDescription": "upnp.model_description",
        "serialNumber": "upnp.serial",
        "UDN": "upnp.udn",
        "presentationURL": "upnp.presentation_url",
        "firmwareVersion": "upnp.firmware",
    }
)


def follow_ups(observation: Observation, known: Known) -> Iterable[Query]:
    """The description that an SSDP answer names, when it lies at the address that answered."""
    location = observation.first("ssdp.location")
    if observation.probe != "ssdp" or observation.address is None or not location:
        return
    if known.surveillance is False or known.done:
        return
    try:
        parts = urlsplit(location)
        host = ip_address((parts.hostname or "").partition("%")[0])
        port = parts.port or 80
    except ValueError:
        return
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # A sender on a link-local address is known with its zone, the text has none.
    same = int(host) == int(observation.address) and host.version == observation.address.version
    if same and parts.scheme.lower() == "http" and is_safe(path):
        yield Query(
            probe="upnp",
            transport=Transport.HTTP,
            address=observation.address,
            port=port,
            request=f"GET {path}",
            listen_s=3.0,
            max_bytes=65_536,
        )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for the root device of a description; embedded devices are part of it."""
    data = body_of(frame)
    if data is None:
        return ()
    if not soap.looks_like_xml(data) or not _is_description(data):
        return ()
    root = soap.parse(data)
    device = soap.find(root, "device")
    if soap.local(root) != "root" or device is None:
        return ()
    facts = _facts(device)
    return (observe("upnp", frame, facts),) if len(facts) else ()


def _is_description(data: bytes) -> bool:
    plain = data.replace(b"\x00", b"")
    return b"<root" in plain and b"device" in plain and b"OEMExt" not in plain


def _facts(device: etree._Element) -> Facts:
    facts = Facts()
    for child in device:
        key = _FIELDS.get(soap.local(child))
        if key:
            facts.add(key, soap.text_of(child))
        elif soap.local(child).lower() in {"macaddress", "mac"}:
            facts.add_mac("upnp.mac", soap.text_of(child))
    udn = next((fact.value for fact in facts.done() if fact.key == "upnp.udn"), "")
    serial = next((fact.value for fact in facts.done() if fact.key == "upnp.serial"), "")
    if not facts.has("upnp.mac"):
        facts.add_mac("upnp.mac", _serial_mac(serial, udn))
    return facts


def _serial_mac(serial: str, udn: str) -> str | None:
    """A serial number that is a MAC: written as one, or repeated at the end of the UDN."""
    found = mac(serial)
    if found is None:
        return None
    digits = found.replace(":", "")
    if ":" in serial or "-" in serial or udn.lower().endswith(digits):
        return found
    # Twelve decimal digits are a number like any other; with letters they are a node address.
    return found if not digits.isdigit() and int(digits[:2], 16) & 1 == 0 else None


PROBE = Probe(
    name="upnp",
    title="UPnP device description",
    touch=Touch.UNICAST,
    ports=frozenset({80, 49152, 49153, 5000, 8080}),
    emits=MappingProxyType(
        {
            "upnp.device_type": "deviceType",
            "upnp.friendly_name": "friendlyName, often set by people",
            "upnp.manufacturer": "manufacturer",
            "upnp.manufacturer_url": "manufacturerURL",
            "upnp.model_name": "modelName",
            "upnp.model_number": "modelNumber",
            "upnp.model_description": "modelDescription",
            "upnp.serial": "serialNumber",
            "upnp.udn": "UDN",
            "upnp.presentation_url": "presentationURL",
            "upnp.firmware": "firmwareVersion, a private element of some makers",
            "upnp.mac": "a serial number that is a MAC, or a private macAddress element",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "upnp.manufacturer": Slot.BRAND,
            "upnp.model_name": Slot.MODEL,
            "upnp.serial": Slot.SERIAL,
            "upnp.firmware": Slot.FIRMWARE,
            "upnp.mac": Slot.MAC,
        }
    ),
    free_text=frozenset({"upnp.friendly_name", "upnp.model_description"}),
    follow_ups=follow_ups,
    crosses_routers=True,
)
