"""ONVIF device service: what a device answers to anonymous calls, and what others heard.

Only calls that the specification opens to everybody, and one `GetDeviceInformation`, which many
devices wrongly or deliberately answer; a refusal is final. No user name is ever sent.
Source: ONVIF Core specification, device service; access classes of its operations.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from camfinder.model import (
    Address,
    Frame,
    Known,
    Observation,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import scopes, soap
from camfinder.wire.exchange import body_of
from camfinder.wire.paths import is_safe
from camfinder.wire.text import Facts, mac_from_uuid, observe, uuid_of

DEVICE_NAMESPACE = "http://www.onvif.org/ver10/device/wsdl"
DEFAULT_PATH = "/onvif/device_service"
_FIRST = "GetSystemDateAndTime"
_CALLS = (_FIRST, "GetDeviceInformation", "GetServices", "GetHostname")
_ENDPOINT = "GetEndpointReference"
# Ports that carry little else than ONVIF: asked without other evidence (Tapo, Xiongmai, Herospeed).
_OWN_PORTS = (2020, 8899, 8999)
_SERVICES = MappingProxyType(
    {
        "Analytics": "http://www.onvif.org/ver20/analytics/wsdl",
        "Device": DEVICE_NAMESPACE,
        "Events": "http://www.onvif.org/ver10/events/wsdl",
        "Imaging": "http://www.onvif.org/ver20/imaging/wsdl",
        "Media": "http://www.onvif.org/ver10/media/wsdl",
        "PTZ": "http://www.onvif.org/ver20/ptz/wsdl",
        "DeviceIO": "http://www.onvif.org/ver10/deviceIO/wsdl",
        "Display": "http://www.onvif.org/ver10/display/wsdl",
        "Recording": "http://www.onvif.org/ver10/recording/wsdl",
        "Search": "http://www.onvif.org/ver10/search/wsdl",
        "Replay": "http://www.onvif.org/ver10/replay/wsdl",
        "Receiver": "http://www.onvif.org/ver10/receiver/wsdl",
        "AnalyticsDevice": "http://www.onvif.org/ver10/analyticsdevice/wsdl",
    }
)
_INFORMATION = MappingProxyType(
    {
        "Manufacturer": "onvif.manufacturer",
        "Model": "onvif.model",
        "FirmwareVersion": "onvif.firmware",
        "SerialNumber": "onvif.serial",
        "HardwareId": "onvif.hardware_id",
    }
)


def envelope(operation: str) -> bytes:
    """An anonymous call of the device service.

    Body carries `xmlns:xsi` and `xmlns:xsd`: one server in the field answers only then, and none
    is known to mind.
    """
    inner = (
        f'<{operation} xmlns="{DEVICE_NAMESPACE}"><IncludeCapability>false</IncludeCapability>'
        f"</{operation}>"
        if operation == "GetServices"
        else f'<{operation} xmlns="{DEVICE_NAMESPACE}"/>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
        '<s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f"{inner}</s:Body></s:Envelope>"
    ).encode()


def call(
    operation: str, address: Address, port: int, path: str, transport: Transport = Transport.HTTP
) -> Query:
    """The HTTP request of one anonymous call."""
    action = f"{DEVICE_NAMESPACE}/{operation}"
    return Query(
        probe="onvif",
        transport=transport,
        address=address,
        port=port,
        payload=envelope(operation),
        request=f"POST {path}",
        headers=(("Content-Type", f'application/soap+xml; charset=utf-8; action="{action}"'),),
        listen_s=5.0,
        max_bytes=65_536,
    )


def queries(target: Target) -> Iterable[Query]:
    """The clock, on open ports that carry little else than ONVIF."""
    for port in _OWN_PORTS:
        if port in target.open_ports:
            yield call(_FIRST, target.address, port, DEFAULT_PATH)


def follow_ups(observation: Observation, known: Known) -> Iterable[Query]:
    """Calls where something speaks ONVIF; one call where something else makes it likely.

    Everything goes to the address that answered, whatever the service addresses in the answer say:
    of those only port and path are taken when none has the right host.
    """
    if observation.address is None or known.done or known.surveillance is False:
        return
    if observation.probe == "wsd" and _is_onvif(observation):
        transport, port, path = _service(observation)
        for operation in _CALLS:
            yield call(operation, observation.address, port, path, transport)
    elif observation.probe == "onvif" and observation.first("onvif.operation") == _FIRST:
        # Who was found without WS-Discovery says here which endpoint it is.
        named = Slot.ENDPOINT_UUID in known.settled
        for operation in (*_CALLS[1:], *(() if named else (_ENDPOINT,))):
            if observation.transport in {Transport.HTTP, Transport.HTTPS}:
                yield call(
                    operation, observation.address, observation.port, DEFAULT_PATH,
                    observation.transport,
                )  # fmt: skip
    elif observation.probe == "http" and (known.surveillance or known.vendors):
        yield call(
            _FIRST, observation.address, observation.port, DEFAULT_PATH, observation.transport
        )
    elif observation.probe == "rtsp" and known.surveillance is not True:
        yield call(_FIRST, observation.address, 80, DEFAULT_PATH)


def _is_onvif(observation: Observation) -> bool:
    return bool(observation.all("onvif.scope")) or any(
        "onvif.org/" in name or name.endswith("}NetworkVideoTransmitter")
        for name in observation.all("wsd.type")
    )


def _service(observation: Observation) -> tuple[Transport, int, str]:
    """Transport, port and path of the device service, at the address that answered."""
    ranked = []
    for url in observation.all("wsd.xaddr"):
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
            host = ip_address((parts.hostname or "").partition("%")[0])
        except ValueError:
            continue
        if parts.scheme.lower() not in {"http", "https"} or not is_safe(parts.path or DEFAULT_PATH):
            continue
        secure = parts.scheme.lower() == "https"
        ranked.append((host != observation.address, secure, port, parts.path or DEFAULT_PATH))
    if not ranked:
        return Transport.HTTP, 80, DEFAULT_PATH
    _, secure, port, path = min(ranked)
    return (Transport.HTTPS if secure else Transport.HTTP), port, path


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer of an ONVIF service; requests give nothing."""
    data = body_of(frame)
    if data is None:
        return ()
    data = data.lstrip(b"\r\n\t \xef\xbb\xbf")
    if data[:1] == b"{":
        return _from_json(data, frame)
    # The response to what was asked by name is one even where its namespaces were cut off.
    asked = frame.request in _READERS and f"{frame.request}Response".encode() in data
    if data[:1] != b"<" or not (asked or b"onvif.org" in data.replace(b"\x00", b"")):
        return ()
    return _from_xml(data, frame)


def _from_json(data: bytes, frame: Frame) -> Iterable[Observation]:
    """`GetDeviceInformation` as libraries dump it."""
    if b'"FirmwareVersion"' not in data or b'"HardwareId"' not in data:
        return ()
    try:
        fields = msgspec.json.decode(data[: soap.MAX_XML_BYTES], type=dict[str, object])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ()
    facts = Facts()
    facts.add("onvif.operation", "GetDeviceInformation")
    for name, key in _INFORMATION.items():
        value = fields.get(name)
        if isinstance(value, (str, int, float)):
            facts.add(key, value)
    return (observe("onvif", frame, facts),)


def _from_xml(data: bytes, frame: Frame) -> Iterable[Observation]:
    if b"Envelope" not in data and b"Response" not in data:
        return ()
    root = soap.parse(data)
    content = soap.body(root) if soap.local(root) == "Envelope" else root
    if content is None:
        return ()
    name = soap.local(content)
    facts = Facts()
    if name == "Fault":
        _fault(content, frame, facts)
    elif (reader := _READERS.get(name.removesuffix("Response"))) and name.endswith("Response"):
        facts.add("onvif.operation", name.removesuffix("Response"))
        reader(content, facts, frame)
    return (observe("onvif", frame, facts),) if len(facts) else ()


def _fault(content: etree._Element, frame: Frame, facts: Facts) -> None:
    """The codes and the reason; which call was refused, where the carrier knows."""
    if frame.request and "/" not in frame.request:
        facts.add("onvif.operation", frame.request)
    codes = [soap.text_of(value) for value in soap.iter_named(content, "Value")]
    facts.add_all(
        "onvif.fault", [code for code in codes if not code.endswith(("Sender", "Receiver"))]
    )
    facts.add("onvif.fault", soap.find_text(content, "Text", "faultstring"))


def _device_information(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    for name, key in _INFORMATION.items():
        facts.add(key, soap.find_text(content, name))


def _scopes(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    facts.extend(
        scopes.parse([soap.text_of(item) for item in soap.iter_named(content, "ScopeItem")])
    )


def _hostname(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    name = soap.find_text(content, "Name")
    if name.lower() not in {"localhost", "(none)"}:
        facts.add("onvif.hostname", name)


def _interfaces(content: etree._Element, facts: Facts, frame: Frame) -> None:
    """Hardware and network addresses; where the sender is among the latter, only that one."""
    for found in soap.iter_named(content, "HwAddress"):
        facts.add_mac("onvif.mac", soap.text_of(found))
    addresses = []
    for found in soap.iter_named(content, "Address"):
        try:
            address = ip_address(soap.text_of(found).partition("%")[0])
        except ValueError:
            continue
        if not (address.is_link_local or address.is_loopback or address.is_unspecified):
            addresses.append(address)
    if frame.source in addresses:
        addresses = [frame.source]
    facts.add_all("onvif.address", [str(address) for address in addresses])


def _clock(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    """The UTC time, where the device gives one and it is a time."""
    utc = soap.find(content, "UTCDateTime")
    if utc is None:
        return
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    try:
        year, month, day, hour, minute, second = (int(soap.find_text(utc, name)) for name in names)
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return
    facts.add("onvif.clock", moment.isoformat().replace("+00:00", "Z"))


def _services(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    for service in soap.iter_named(content, "Service"):
        facts.add("onvif.service", soap.find_text(service, "Namespace"))
        facts.add("onvif.xaddr", soap.find_text(service, "XAddr"))


def _capabilities(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    """The services that GetCapabilities names by element; makers' own by their namespace."""
    for found in soap.iter_named(content, "XAddr"):
        service = found.getparent()
        if service is None:
            continue
        known = _SERVICES.get(soap.local(service))
        facts.add("onvif.service", known or soap.namespace(service))
        facts.add("onvif.xaddr", soap.text_of(found))


def _endpoint(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    guid = soap.find_text(content, "GUID")
    facts.add("onvif.epr", uuid_of(guid) or guid)
    facts.add_mac("onvif.mac", mac_from_uuid(guid))


def _video_sources(content: etree._Element, facts: Facts, _frame: Frame) -> None:
    facts.add("onvif.video_sources", sum(1 for _ in soap.iter_named(content, "VideoSources")))


def _nothing(_content: etree._Element, _facts: Facts, _frame: Frame) -> None:
    """That the operation was answered is all there is to know."""


_READERS: MappingProxyType[str, Callable[[etree._Element, Facts, Frame], None]] = MappingProxyType(
    {
        "GetDeviceInformation": _device_information,
        "GetScopes": _scopes,
        "GetHostname": _hostname,
        "GetNetworkInterfaces": _interfaces,
        _FIRST: _clock,
        "GetCapabilities": _capabilities,
        "GetServices": _services,
        _ENDPOINT: _endpoint,
        "GetVideoSources": _video_sources,
        "GetServiceCapabilities": _nothing,
        "GetProfiles": _nothing,
        "GetStreamUri": _nothing,
    }
)

PROBE = Probe(
    name="onvif",
    title="ONVIF device service, anonymous calls",
    touch=Touch.UNICAST,
    ports=frozenset({80, 443, 888, 2020, 5000, 8000, 8080, 8899, 8999}),
    emits=MappingProxyType(
        {
            "onvif.manufacturer": "GetDeviceInformation, Manufacturer",
            "onvif.model": "GetDeviceInformation, Model",
            "onvif.firmware": "GetDeviceInformation, FirmwareVersion",
            "onvif.serial": "GetDeviceInformation, SerialNumber",
            "onvif.hardware_id": "GetDeviceInformation, HardwareId",
            "onvif.hostname": "GetHostname",
            "onvif.mac": "GetNetworkInterfaces, or what the endpoint's UUID surely ends in",
            "onvif.address": "GetNetworkInterfaces: its addresses; only the sender's, if it is one",
            "onvif.epr": "GetEndpointReference, GUID",
            "onvif.service": "namespace of a service that it offers",
            "onvif.xaddr": "address of a service that it offers",
            "onvif.clock": "GetSystemDateAndTime, UTC, RFC 3339",
            "onvif.fault": "code or reason of a fault",
            "onvif.video_sources": "number of video sources",
            "onvif.operation": "the operation answered",
            **scopes.EMITS,
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "onvif.manufacturer": Slot.BRAND,
            "onvif.model": Slot.MODEL,
            "onvif.firmware": Slot.FIRMWARE,
            "onvif.serial": Slot.SERIAL,
            "onvif.hostname": Slot.HOSTNAME,
            "onvif.mac": Slot.MAC,
            "onvif.address": Slot.CLAIMED_ADDRESS,
            "onvif.epr": Slot.ENDPOINT_UUID,
            "onvif.video_sources": Slot.CHANNELS,
        }
    ),
    free_text=frozenset({"onvif.hostname"}),
    queries=queries,
    follow_ups=follow_ups,
    crosses_routers=True,
)
