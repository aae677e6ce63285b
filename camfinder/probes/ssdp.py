"""SSDP: answers to a search, and announcements of UPnP devices.

Source: UPnP Device Architecture 1.1, section 1 (discovery).
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

import re2

from camfinder.model import (
    Address,
    Direction,
    Frame,
    Observation,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import head
from camfinder.wire.text import Facts, mac, mac_from_uuid, observe

PORT = 1900
GROUP_V4 = IPv4Address("239.255.255.250")
GROUPS_V6 = (IPv6Address("ff02::c"), IPv6Address("ff05::c"))
SEARCHES = (
    "upnp:rootdevice",
    "urn:schemas-upnp-org:device:DigitalSecurityCamera:1",
    "urn:axis-com:service:BasicService:1",
    "urn:schemas-upnp-org:device:EmbeddedNetDevice:1",
    "urn:schemas-pelco-com:device:Pelco:1",
)

_NAMED_MAC = re2.compile(r"(?i)-1_0-([0-9a-f]{12})(?:$|[^0-9a-z])")
_TIME_UUID = re2.compile(
    r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-([0-9a-f][048c][0-9a-f]{10})"
)


def message(search: str, host: Address) -> bytes:
    """An M-SEARCH as one datagram; `MX` leaves the devices two seconds to answer."""
    authority = f"[{host}]" if host.version == 6 else str(host)
    return (
        f"M-SEARCH * HTTP/1.1\r\nHOST: {authority}:{PORT}\r\n"
        f'MAN: "ssdp:discover"\r\nMX: 2\r\nST: {search}\r\n\r\n'
    ).encode()


def discover(target: Target) -> Iterable[Query]:
    """One search per target of interest, to the groups of the interface's address family."""
    groups = (GROUP_V4,) if target.address.version == 4 else GROUPS_V6
    for group in groups:
        for search in SEARCHES:
            yield Query(
                probe="ssdp",
                transport=Transport.MULTICAST,
                address=group,
                port=PORT,
                payload=message(search, group),
                request=f"M-SEARCH {search}",
                listen_s=4.0,
                repeats=2,
            )


def queries(target: Target) -> Iterable[Query]:
    """One unicast search: UPnP 1.1 devices answer it, also across routers."""
    if target.open_ports:
        return
    yield Query(
        probe="ssdp",
        transport=Transport.UDP,
        address=target.address,
        port=PORT,
        payload=message(SEARCHES[0], target.address),
        request=f"M-SEARCH {SEARCHES[0]}",
        listen_s=3.0,
    )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer or a NOTIFY; a search gives nothing.

    Answers in XML (the search of TVT, on the same port) are another protocol's.
    """
    data = frame.payload
    if frame.transport is not Transport.UDP or frame.direction is Direction.REQUEST:
        return ()
    if not head.is_message(data, "HTTP") or b"<multicastSearchResult" in data:
        return ()
    message_ = head.parse(data)
    if message_.code is None and message_.method.upper() != "NOTIFY":
        return ()
    facts = Facts()
    for name in ("server", "location", "nts", "usn"):
        facts.add(f"ssdp.{name}", message_.get(name))
    facts.add("ssdp.st", message_.get("st") or message_.get("nt"))
    usn = message_.get("usn") or ""
    if not usn and not facts.has("ssdp.location"):
        return ()
    facts.add_mac("ssdp.mac", mac_of_udn(usn))
    facts.add("ssdp.address", _other_address(message_.get("location") or "", frame.source))
    return (observe("ssdp", frame, facts),)


def mac_of_udn(udn: str) -> str | None:
    """The MAC in a device's UPnP identifier, or None where it is not sure.

    `uuid:Upnp-BasicDevice-1_0-<MAC>` is spelled out; else the rules of `mac_from_uuid`, and UUIDs
    of version 1 with a registered node address, as UPnP recommends them (1.1.4).
    """
    if found := _NAMED_MAC.search(udn[:512]):
        return mac(found.group(1))
    if embedded := mac_from_uuid(udn):
        return embedded
    found = _TIME_UUID.search(udn[:512])
    return mac(found.group(1)) if found else None


def _other_address(location: str, source: Address | None) -> str | None:
    """The host in the location, where it is an address of the same family and not the sender."""
    try:
        host = ip_address((urlsplit(location).hostname or "").partition("%")[0])
    except ValueError:
        return None
    if host.is_loopback or host.is_link_local or host == source:
        return None
    return str(host) if source is None or source.version == host.version else None


PROBE = Probe(
    name="ssdp",
    title="SSDP (UPnP discovery)",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "ssdp.server": "SERVER: system, UPnP version, product",
            "ssdp.st": "ST of an answer or NT of an announcement",
            "ssdp.usn": "unique service name",
            "ssdp.location": "URL of the description, as sent",
            "ssdp.nts": "ssdp:alive, ssdp:byebye, ssdp:update",
            "ssdp.mac": "MAC in the unique service name, where that is sure",
            "ssdp.address": "address in the location, where it is not the sender's",
        }
    ),
    parse=parse,
    declares=MappingProxyType({"ssdp.mac": Slot.MAC, "ssdp.address": Slot.CLAIMED_ADDRESS}),
    free_text=frozenset({"ssdp.server"}),
    discover=discover,
    queries=queries,
    magics=(b"NOTIFY * ", b"HTTP/1.1 200"),
    crosses_routers=True,
)
