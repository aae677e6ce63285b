"""WS-Discovery: the Probe that finds ONVIF devices, and what answers or announces itself.

A `ProbeMatch`, `ResolveMatch`, `Hello` or `Bye` names one device each: its endpoint (a stable
UUID), types, scopes and service addresses. Windows computers, printers and scanners speak it too:
only the namespace of a type tells `tds:Device` (ONVIF) from `wsdp:Device` (any).
Source: WS-Discovery 2005/04, OASIS WS-Discovery 1.1; ONVIF Core specification, "Device discovery".
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import MappingProxyType
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from lxml import etree

from camfinder.model import (
    Address,
    Direction,
    Frame,
    Observation,
    ParseError,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import scopes, soap
from camfinder.wire.text import Facts, clean, mac_from_uuid, observe, uuid_of

PORT = 3702
GROUP_V4 = IPv4Address("239.255.255.250")
GROUP_V6 = IPv6Address("ff02::c")
_NAMESPACE = UUID("5d2f6c56-3a0e-5f6b-9c55-0b3a9f0a7c11")
_TYPES = ("dn:NetworkVideoTransmitter", "tds:Device", "")
_MATCHES = ("ProbeMatch", "ResolveMatch", "Hello", "Bye")
_MARKS = (b"/discovery", b"d\x00i\x00s\x00c\x00o", b":ProbeMatches>", b"<ProbeMatches>")
_ACTIONS = MappingProxyType(
    {"ProbeMatch": "ProbeMatches", "ResolveMatch": "ResolveMatches", "Hello": "Hello", "Bye": "Bye"}
)


def message(types: str, address: Address) -> bytes:
    """A Probe as one datagram.

    Namespaces stand on the envelope under the prefixes `dn` and `tds`, and the text is not
    pretty-printed: some firmwares compare strings. The message id is made from what is asked and
    from where, so that the same question has the same id.

    Args:
        types: `dn:NetworkVideoTransmitter`, `tds:Device`, or empty for any device.
        address: The interface's own address, or the address asked.
    """
    wanted = f"<d:Types>{types}</d:Types>" if types else ""
    identity = uuid5(_NAMESPACE, f"wsd {types} {address}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        "<s:Header>"
        '<a:Action s:mustUnderstand="1">'
        "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
        f"<a:MessageID>urn:uuid:{identity}</a:MessageID>"
        "<a:ReplyTo><a:Address>"
        "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
        "</a:Address></a:ReplyTo>"
        '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>'
        "</s:Header>"
        f"<s:Body><d:Probe>{wanted}</d:Probe></s:Body></s:Envelope>"
    ).encode()


def discover(target: Target) -> Iterable[Query]:
    """Three Probes to the group of the interface's address family.

    A device answers when it has all types asked for; which of the three a firmware understands
    differs.
    """
    group = GROUP_V4 if target.address.version == 4 else GROUP_V6
    for types in _TYPES:
        yield Query(
            probe="wsd",
            transport=Transport.MULTICAST,
            address=group,
            port=PORT,
            payload=message(types, target.address),
            request=f"Probe {types or 'any'}",
            listen_s=4.0,
            repeats=3,
        )


def queries(target: Target) -> Iterable[Query]:
    """Two unicast Probes, typed and untyped."""
    if target.open_ports:
        return
    for types in ("dn:NetworkVideoTransmitter", ""):
        yield Query(
            probe="wsd",
            transport=Transport.UDP,
            address=target.address,
            port=PORT,
            payload=message(types, target.address),
            request=f"Probe {types or 'any'}",
            listen_s=3.0,
        )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation per match, or for a fault; a Probe or Resolve gives nothing."""
    data = frame.payload
    if frame.direction is Direction.REQUEST or not soap.looks_like_xml(data):
        return ()
    if b"Envelope" not in data.replace(b"\x00", b""):
        return ()
    try:
        root = soap.parse(data)
    except ParseError:
        if b"/discovery" in data:
            raise
        return ()
    if not _is_discovery(root, data):
        return ()
    message_id = soap.find_text(root, "MessageID")
    found = [
        observe("wsd", frame, _facts(match, message_id, frame).done())
        for match in soap.iter_named(root, *_MATCHES)
    ]
    if not found and any(b":" + name + b">" in data for name in (b"ProbeMatch", b"Hello")):
        found = [observe("wsd", frame, facts) for facts in _loose(data, frame)]
    if not found and frame.transport is Transport.UDP and soap.find(root, "Fault") is not None:
        found = [observe("wsd", frame, _fault(root))]
    return [observation for observation in found if len(observation.facts) > 1]


def _is_discovery(root: etree._Element, data: bytes) -> bool:
    """A discovery message that names devices; without its namespaces, by the name of the body."""
    if not any(mark in data for mark in _MARKS):
        return False
    action = soap.find_text(root, "Action").rpartition("/")[2]
    return soap.local(root) == "Envelope" and action not in {"Probe", "Resolve"}


def _facts(match: etree._Element, message_id: str, frame: Frame) -> Facts:
    """What one match says."""
    facts = Facts()
    facts.add("wsd.action", _ACTIONS.get(soap.local(match)))
    endpoint = soap.find(match, "EndpointReference")
    _add_endpoint(
        facts, soap.find_text(endpoint, "Address") if endpoint is not None else "", message_id
    )
    types = soap.find(match, "Types")
    if types is not None:
        names = soap.text_of(types).split()[:64]
        facts.add_all("wsd.type", (soap.resolve(types, name) for name in names))
    _add_addresses(facts, soap.find_text(match, "XAddrs"), frame)
    facts.extend(scopes.parse(soap.find_text(match, "Scopes")))
    return facts


def _fault(root: etree._Element) -> Facts:
    """A refusal: it names no device, but shows whose namespaces the sender knows."""
    facts = Facts()
    facts.add("wsd.action", "Fault")
    facts.add("wsd.fault", soap.find_text(root, "faultstring", "Text"))
    facts.add_all(
        "wsd.namespace", sorted(uri for uri in root.nsmap.values() if "onvif.org/" in uri)
    )
    return facts


def _add_endpoint(facts: Facts, endpoint: str, message_id: str) -> None:
    for prefix in ("urn:uuid:", "uuid:", "urn:"):
        if endpoint.lower().startswith(prefix):
            endpoint = endpoint[len(prefix) :]
            break
    facts.add("wsd.epr", uuid_of(endpoint) or endpoint)
    facts.add_mac("wsd.mac", mac_from_uuid(endpoint, message_id))


def _add_addresses(facts: Facts, xaddrs: str, frame: Frame) -> None:
    """The service addresses; and the device's own, where none of them is the sender."""
    urls = xaddrs.split()[:32]
    facts.add_all("wsd.xaddr", urls)
    hosts = list(_hosts(urls))
    if hosts and frame.source not in hosts:
        facts.add("wsd.address", str(hosts[0]))


def _hosts(urls: Iterable[str]) -> Iterator[Address]:
    """The usable addresses in the URLs: IPv4 first, no loopback, no link-local ones."""
    found: list[Address] = []
    for url in urls:
        try:
            host = ip_address((urlsplit(url).hostname or "").partition("%")[0])
        except ValueError:
            continue
        if not (host.is_loopback or host.is_link_local or host.is_unspecified):
            found.append(host)
    yield from sorted(found, key=lambda host: host.version)


def _loose(data: bytes, frame: Frame) -> Iterator[Facts]:
    """What can be saved of XML that is too broken to have elements."""
    facts = Facts()
    facts.add("wsd.action", clean(soap.loose_text(data, "Action").rpartition("/")[2]))
    endpoint = next(
        (text for text in soap.loose_texts(data, "Address") if "uuid:" in text.lower()), ""
    )
    _add_endpoint(facts, endpoint, soap.loose_text(data, "MessageID"))
    names = soap.loose_text(data, "Types").split()[:64]
    facts.add_all("wsd.type", ("{}" + name.rpartition(":")[2] for name in names))
    _add_addresses(facts, soap.loose_text(data, "XAddrs"), frame)
    facts.extend(scopes.parse(soap.loose_text(data, "Scopes")))
    yield facts


PROBE = Probe(
    name="wsd",
    title="WS-Discovery (ONVIF discovery)",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "wsd.action": "ProbeMatches, ResolveMatches, Hello, Bye or Fault",
            "wsd.fault": "reason of a fault",
            "wsd.namespace": "an ONVIF namespace that a fault declares",
            "wsd.type": "a type in Clark notation, {namespace}Local; {}Local for unknown prefixes",
            "wsd.epr": "endpoint: a UUID in lower case, or whatever the device has there",
            "wsd.xaddr": "a service address, as sent",
            "wsd.mac": "MAC that the endpoint's UUID ends in, where that is sure",
            "wsd.address": "address of the device by its service addresses, where the sender is "
            "not among them",
            **scopes.EMITS,
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "wsd.epr": Slot.ENDPOINT_UUID,
            "wsd.mac": Slot.MAC,
            "wsd.address": Slot.CLAIMED_ADDRESS,
            "onvif.scope.hardware": Slot.MODEL,
            "onvif.scope.model": Slot.MODEL,
            "onvif.scope.manufacturer": Slot.BRAND,
            "onvif.scope.mac": Slot.MAC,
            "onvif.scope.serial": Slot.SERIAL,
            "onvif.scope.firmware": Slot.FIRMWARE,
        }
    ),
    free_text=frozenset({"onvif.scope.name"}),
    discover=discover,
    queries=queries,
    magics=(b"<?xml", b"<s:Env", b"<SOAP", b"<soap", b"<env:", b"<e:Env", b"<Envelope"),
    crosses_routers=True,
)
