"""HNAP, overheard: what a D-Link or Cisco home device answers to GetDeviceSettings.

Nothing is asked: the path has known flaws, and its other operations need a login. Routers and
sensors speak it as well as cameras.
Source: Pure Networks "Home Network Administration Protocol" 1.2, section GetDeviceSettings.
"""

from collections.abc import Iterable
from types import MappingProxyType

from camfinder.model import Frame, Observation, ParseError, Slot, Touch
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import web_body
from camfinder.wire.text import Facts, observe

MARK = b"GetDeviceSettingsResponse"
FIELDS = (
    ("VendorName", "hnap.vendor"),
    ("ModelName", "hnap.model"),
    ("ModelDescription", "hnap.description"),
    ("DeviceName", "hnap.name"),
    ("FirmwareVersion", "hnap.firmware"),
    ("HardwareVersion", "hnap.hardware"),
    ("Type", "hnap.type"),
)


def parse(frame: Frame) -> Iterable[Observation]:
    """A GetDeviceSettings answer."""
    body = web_body(frame)
    if body is None or MARK not in body[:8192]:
        return ()
    answer = soap.find(soap.parse(body), MARK.decode())
    if answer is None:
        raise ParseError("HNAP answer without its element")
    values = {soap.local(child): soap.text_of(child) for child in answer}
    facts = Facts()
    for element, key in FIELDS:
        facts.add(key, values.get(element))
    facts.add_mac("hnap.mac", values.get("DeviceMacId"))
    modules = soap.find(answer, "ModuleTypes")
    if modules is not None:
        facts.add_all("hnap.module", (soap.text_of(each) for each in list(modules)[:16]))
    return (observe("hnap", frame, facts, raw=body),) if len(facts) else ()


PROBE = Probe(
    name="hnap",
    title="HNAP device settings, overheard",
    touch=Touch.PASSIVE,
    ports=frozenset({80, 443}),
    emits={
        "hnap.vendor": "VendorName: `D-Link`",
        "hnap.model": "ModelName: `DCS-935L`",
        "hnap.description": "ModelDescription: `Wireless Internet Camera`",
        "hnap.name": "DeviceName",
        "hnap.firmware": "FirmwareVersion",
        "hnap.hardware": "HardwareVersion",
        "hnap.type": "Type: `ConnectedHomeClient`, `GatewayWithWiFi`",
        "hnap.module": "each of ModuleTypes: `Camera`, `Optical Recognition`",
        "hnap.mac": "DeviceMacId",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "hnap.vendor": Slot.BRAND,
            "hnap.model": Slot.MODEL,
            "hnap.firmware": Slot.FIRMWARE,
            "hnap.name": Slot.HOSTNAME,
            "hnap.mac": Slot.MAC,
        }
    ),
)
