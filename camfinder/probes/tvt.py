"""TVT (Shenzhen TVT and its many relabels): three ways that its devices tell who they are.

* UDP 1900, an M-SEARCH for a service of its own, answered with `<multicastSearchResult>` XML;
* UDP 23456, group 234.55.55.55, 140 bytes `MHED`, answered (byte 08 = 02) to 234.55.55.56;
  other types there write;
* TCP data port (6036, newer 9008): the device speaks first, `head`. Connect, read, close.

Source: pytvt (discovery, protocol), a public TVT client in C; nmap's null probe for the banner.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import (
    Frame,
    Known,
    Observation,
    ParseError,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import soap
from camfinder.wire.exchange import ask_udp, is_answer, wanted
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import ipv4, mac, take, text, u16le, u32le

SSDP_PORT, SEARCH_PORT = 1900, 23_456
DATA_PORTS = (6036, 9008)
SSDP_GROUP, SEARCH_GROUP = IPv4Address("239.255.255.250"), IPv4Address("234.55.55.55")
ANSWER_GROUP = IPv4Address("234.55.55.56")
SSDP = (
    b"M-SEARCH * HTTP/1.1\r\nHOST:239.255.255.250:1900\r\n"
    b'Man:"ssdp:discover"\r\nST:urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1\r\n'
    b"MX:3\r\n\r\n"
)
MAGIC = b"MHED"
SEARCH = (MAGIC + bytes.fromhex("0800 0100 0100 0000")).ljust(140, b"\x00")
HEAD = b"head"
VENDORS = frozenset({"tvt", "provision-isr"})
KINDS = {2: "NVR", 3: "DVR", 4: "IPC", 5: "storage", 6: "mobile DVR", 8: "decoder"}
FIELDS = (
    ("productModel", "tvt.model"),
    ("productSeries", "tvt.series"),
    ("softwareVer", "tvt.firmware"),
    ("softwareBulildDate", "tvt.build_date"),
    ("kernelVer", "tvt.kernel"),
    ("ipAddr", "tvt.address"),
)


def discover(_target: Target) -> Iterable[Query]:
    """Both group searches."""
    yield Query(
        "tvt", Transport.MULTICAST, SSDP_GROUP, SSDP_PORT, SSDP, request="M-SEARCH", repeats=2
    )
    yield Query(
        "tvt",
        Transport.MULTICAST,
        SEARCH_GROUP,
        SEARCH_PORT,
        SEARCH,
        request="search",
        source_port=SEARCH_PORT,
        reply_ports=(SEARCH_PORT,),
        reply_groups=(ANSWER_GROUP,),
        repeats=2,
    )


def queries(target: Target) -> Iterable[Query]:
    """A silent connection to the data ports that are known to be open."""
    for port in DATA_PORTS:
        if port in target.open_ports:
            yield Query("tvt", Transport.TCP, target.address, port, listen_s=2, max_bytes=256)


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """The M-SEARCH to one host."""
    return ask_udp("tvt", seen, SSDP_PORT, SSDP) if wanted(known, VENDORS) else ()


def parse(frame: Frame) -> Iterable[Observation]:
    """Whichever of the three it is."""
    data = frame.payload
    facts = Facts()
    if frame.transport is Transport.UDP and data.startswith(MAGIC):
        _read_search(data, facts)
    elif frame.transport is Transport.UDP and b"multicastSearchResult" in data[:4096]:
        _read_xml(data, facts)
    elif is_answer(frame, Transport.TCP) and data.startswith(HEAD):
        return _banner(frame)
    return (observe("tvt", frame, facts),) if len(facts) > 1 else ()


def _read_search(data: bytes, facts: Facts) -> None:
    """An answer of the layer 2 search; other types are questions or orders."""
    if u16le(data, 0x08) != 2:
        return
    if len(data) < 0x44:
        raise ParseError(f"MHED answer of {len(data)} bytes")
    kind = u32le(data, 0x40)
    facts.add("tvt.answer", "MHED")
    facts.add("tvt.name", text(data, 0x0C, 20))
    facts.add("tvt.mac", mac(data, 0x20))
    facts.add("tvt.port", u16le(data, 0x26) or None)
    facts.add("tvt.address", ipv4(data, 0x28))
    facts.add("tvt.http_port", u16le(data, 0x3C) or None)
    facts.add("tvt.device_type", KINDS.get(kind, str(kind)))


def _read_xml(data: bytes, facts: Facts) -> None:
    result = soap.find(soap.parse(data), "multicastSearchResult")
    if result is None:
        raise ParseError("TVT search result without its element")
    facts.add("tvt.answer", "multicastSearchResult")
    for element, key in FIELDS:
        facts.add(key, soap.find_text(result, element))
    facts.add("tvt.name", soap.find_text(result, "devName"))
    facts.add_mac("tvt.mac", soap.find_text(result, "macAddr"))
    facts.add("tvt.port", soap.find_text(result, "dataPort"))
    facts.add("tvt.http_port", soap.find_text(result, "httpPort"))


def _banner(frame: Frame) -> Iterable[Observation]:
    """The 64 bytes that a device greets with; `head` alone is a word that others may say."""
    data = frame.payload
    if len(data) < 0x26 or (u32le(data, 4) > 0xFFFF and frame.source_port not in DATA_PORTS):
        return ()
    facts = Facts()
    facts.add("tvt.answer", "head")
    facts.add("tvt.banner_type", u32le(data, 0x04))
    facts.add("tvt.banner_product", u32le(data, 0x08))
    facts.add("tvt.banner_version", u32le(data, 0x0C))
    facts.add("tvt.mac", mac(data, 0x20))
    return (observe("tvt", frame, facts, raw=take(data, 0, min(len(data), 64))),)


PROBE = Probe(
    name="tvt",
    title="TVT search and banner",
    touch=Touch.MULTICAST,
    ports=frozenset({SSDP_PORT, SEARCH_PORT, *DATA_PORTS}),
    emits={
        "tvt.answer": "`multicastSearchResult`, `MHED` or `head`",
        "tvt.model": "productModel: `TD-9452S3A`",
        "tvt.series": "productSeries",
        "tvt.firmware": "softwareVer: `5.1.4.0`",
        "tvt.build_date": "softwareBulildDate (sic)",
        "tvt.kernel": "kernelVer",
        "tvt.name": "devName, given by its owner",
        "tvt.device_type": "`IPC`, `NVR`, `DVR`, `storage`, `mobile DVR`, `decoder`, or a number",
        "tvt.mac": "MAC",
        "tvt.address": "IPv4 address",
        "tvt.port": "TCP data port",
        "tvt.http_port": "TCP port of the web server",
        "tvt.banner_type": "device type in the TCP greeting, a number",
        "tvt.banner_product": "product in the TCP greeting, a number",
        "tvt.banner_version": "protocol version in the TCP greeting, a number",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "tvt.model": Slot.MODEL,
            "tvt.firmware": Slot.FIRMWARE,
            "tvt.name": Slot.HOSTNAME,
            "tvt.mac": Slot.MAC,
            "tvt.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    discover=discover,
    queries=queries,
    follow_ups=follow_ups,
    magics=(MAGIC,),
    crosses_routers=True,
)
