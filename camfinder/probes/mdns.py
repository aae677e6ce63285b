"""Multicast DNS and DNS service discovery: services that a device announces under its name.

One observation per service instance, and one for a host that is only named. Questions give nothing.
Source: RFC 6762, RFC 6763; TXT keys as Axis, Arecont Vision, D-Link, Hikvision and Edimax write
them; HomeKit accessory protocol, `_hap._tcp`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

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
from camfinder.wire import dns
from camfinder.wire.text import Facts, clean, mac, mac_in, observe

PORT = 5353
GROUP_V4 = IPv4Address("224.0.0.251")
GROUP_V6 = IPv6Address("ff02::fb")
MAX_INSTANCES = 64

SERVICES = (
    "_axis-video._tcp.local",
    "_axis-nvr._tcp.local",
    "_arec._tcp.local",
    "_rtsp._tcp.local",
    "_psia._tcp.local",
    "_CGI._tcp.local",
    "_dhnap._tcp.local",
    "_http._tcp.local",
    "_onvif._tcp.local",
    "_hap._tcp.local",
    "_device-info._tcp.local",
    "_services._dns-sd._udp.local",
)

_INSTANCE = re2.compile(r"(?i)^(?:(.*)\.)?(_[a-z0-9][a-z0-9-]{0,30}\._(?:tcp|udp))\.local$")
_BARE_MAC = re2.compile(r"(?i)(?:^|[^0-9a-z])([0-9a-f]{12})(?:$|[^0-9a-z])")
_ARECONT_TAIL = re2.compile(r"^AV([0-9A-Fa-f]{6})(?:-FW([0-9][0-9.]*))?")
_DLINK_VERSION = re2.compile(r"^0*(\d+)(\d{2})$")
_ICONS = frozenset(
    {"xserve", "rackmac", "macpro", "macmini", "macsamba", "powerbook", "timecapsule", "airport"}
)
"""What file servers of all makers say in `_device-info._tcp` for a Mac to draw them: no model."""

_TXT_KEYS = MappingProxyType(
    {
        "macaddress": "mac",
        "mac": "mac",
        "macaddr": "mac",
        "mac_address": "mac",
        "model": "model",
        "md": "model",
        "model_number": "model",
        "modelname": "model",
        "fw": "firmware",
        "fwversion": "firmware",
        "firmware": "firmware",
        "fw_version": "firmware",
        "serial": "serial",
        "serialnumber": "serial",
        "serialno": "serial",
        "sn": "serial",
    }
)


def discover(target: Target) -> Iterable[Query]:
    """One packet of grouped questions, multicast, answers wanted by unicast where possible."""
    yield Query(
        probe="mdns",
        transport=Transport.MULTICAST,
        address=GROUP_V4 if target.address.version == 4 else GROUP_V6,
        port=PORT,
        payload=dns.query(SERVICES, unicast=True),
        request="PTR",
        reply_ports=(PORT,),
        listen_s=3.0,
        repeats=2,
    )


def queries(target: Target) -> Iterable[Query]:
    """The same by unicast, on the attached subnet only: off-link questions are to be ignored."""
    if target.open_ports or not target.on_link:
        return
    yield Query(
        probe="mdns",
        transport=Transport.UDP,
        address=target.address,
        port=PORT,
        payload=dns.query(SERVICES, unicast=True),
        request="PTR",
        listen_s=2.0,
    )


@dataclass
class _Instance:
    """What the records of a message say of one service instance, or of a host alone."""

    service: str = ""
    label: str = ""
    host: str = ""
    port: int = 0
    strings: list[bytes] = field(default_factory=list)


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation per service instance or bare host name of an answer."""
    if frame.direction is Direction.REQUEST or not _plausible(frame):
        return ()
    message = dns.parse(frame.payload)
    if not message.is_response:
        return ()
    hosts, loose_strings = _hosts_of(message)
    instances = _instances_of(message)
    if not instances:
        instances = [_Instance(host=name) for name in hosts if name.lower().endswith(".local")]
    found = []
    for instance in instances[:MAX_INSTANCES]:
        if len(hosts) <= 1:
            instance.strings.extend(loose_strings)
        addresses = hosts.get(instance.host) or (
            next(iter(hosts.values())) if len(hosts) == 1 else []
        )
        if observation := _observation(instance, addresses, len(hosts), frame):
            found.append(observation)
    return found


def _plausible(frame: Frame) -> bool:
    """A DNS header of an answer, from or to the port of mDNS."""
    if frame.transport is not Transport.UDP:
        return False
    if PORT not in {frame.source_port, frame.destination_port} or len(frame.payload) < 12:
        return False
    return frame.payload[2] & 0x80 != 0


def _hosts_of(message: dns.Message) -> tuple[dict[str, list[Address]], list[bytes]]:
    """Addresses by host name; and the strings of TXT records that no instance owns."""
    hosts: dict[str, list[Address]] = {}
    loose: list[bytes] = []
    for record in message.records:
        if record.address is not None:
            hosts.setdefault(record.name, []).append(record.address)
        elif record.type == "TXT" and not _split(record.name)[1]:
            loose.extend(record.strings)
        elif record.type == "PTR" and record.name.lower().endswith(".arpa"):
            hosts.setdefault(record.target, [])
    return hosts, loose


def _instances_of(message: dns.Message) -> list[_Instance]:
    found: dict[str, _Instance] = {}
    for record in message.records:
        name = record.target if record.type == "PTR" else record.name
        label, service = _split(name)
        if not service or not label or service.startswith("_dns-sd."):
            continue
        instance = found.setdefault(name.lower(), _Instance(service, label))
        if record.type == "SRV":
            instance.host, instance.port = record.target, record.port
        elif record.type == "TXT":
            instance.strings.extend(record.strings)
        elif record.type == "PTR" and (other := _split(record.name)[1]):
            instance.service = other
    return list(found.values())


def _split(name: str) -> tuple[str, str]:
    """Label and service of `<label>._service._tcp.local`; both empty for other names."""
    found = _INSTANCE.match(name[:512])
    return (found.group(1) or "", found.group(2)) if found else ("", "")


def _observation(
    instance: _Instance, addresses: list[Address], hosts: int, frame: Frame
) -> Observation | None:
    facts = instance_facts(
        instance.service, instance.label, instance.host, instance.port, instance.strings
    )
    own: Address | None = frame.source
    usable = [each for each in addresses if not (each.is_link_local or each.is_loopback)]
    if usable and frame.source not in addresses:
        same = [each for each in usable if own is None or each.version == own.version]
        for each in same:
            facts.add("mdns.address", str(each))
        # One sender that speaks for several hosts is a reflector or a sleep proxy: the device is
        # where its own records say.
        if hosts > 1 and same:
            own = same[0]
    return observe("mdns", frame, facts, address=own) if len(facts) else None


def instance_facts(
    service: str, instance: str, hostname: str, port: int, strings: Iterable[bytes]
) -> Facts:
    """The facts of one service instance.

    Args:
        service: `_axis-video._tcp`, with or without a domain behind it.
        instance: The label in front of the service; whole names are cut.
        hostname: Target of the SRV record; empty where unknown.
        port: Its port; 0 where unknown.
        strings: The TXT strings.
    """
    facts = Facts()
    service = service.removesuffix(".").removesuffix(".local")
    label = _split(instance.removesuffix("."))[0] or instance
    facts.add("mdns.service", service)
    facts.add("mdns.instance", label)
    facts.add("mdns.hostname", hostname.removesuffix(".").removesuffix(".local"))
    if port:
        facts.add("mdns.port", port)
    _txt(service, [bytes(each) for each in strings][:128], facts)
    if not facts.has("mdns.mac"):
        facts.add_mac("mdns.mac", _mac_of_name(label, service) or _mac_of_name(hostname, service))
    return facts


def _txt(service: str, strings: list[bytes], facts: Facts) -> None:
    for string in strings:
        text = clean(string)
        facts.add("mdns.txt", text)
        key, equals, value = text.partition("=")
        slot = _TXT_KEYS.get(key.strip().lower()) if equals else None
        if service == "_arec._tcp" and slot == "mac":
            _arecont(value, facts)
        elif slot == "mac":
            facts.add_mac("mdns.mac", value)
        elif slot:
            if service != "_device-info._tcp" or not _is_icon(value):
                facts.add(f"mdns.{slot}", value)
        elif (
            service == "_dhnap._tcp" and key == "version" and (found := _DLINK_VERSION.match(value))
        ):
            facts.add("mdns.firmware", f"{found.group(1)}.{found.group(2)}")
        elif service == "_hap._tcp" and key == "ci":
            facts.add("mdns.homekit_category", value)
        elif text.upper().startswith("MACADDR="):
            facts.add_mac("mdns.mac", value)


def _is_icon(value: str) -> bool:
    """`Xserve`, or with a version of it: `TimeCapsule6,106`."""
    return value.strip().rstrip("0123456789,").lower() in _ICONS


def _arecont(value: str, facts: Facts) -> None:
    """`AV334455-FW10000.00-...-0100/1000-<name>`: the tail of the MAC, firmware, model."""
    found = _ARECONT_TAIL.match(value[:256])
    if not found:
        facts.add_mac("mdns.mac", value)
        return
    facts.add_mac("mdns.mac", "001a07" + found.group(1))
    facts.add("mdns.firmware", found.group(2))
    _, slash, rest = value.partition("/")
    facts.add("mdns.model", rest.partition("-")[0] if slash else None)


def _mac_of_name(name: str, service: str) -> str | None:
    """The MAC in `Camera [74:da:38:00:00:01]` or `AXIS M1065 - 00408C000001`.

    Twelve bare digits may be a serial number: they count with a letter among them, or where Axis
    (and DoorBird, which borrows its service) writes the MAC.
    """
    if found := mac_in(name):
        return found
    bare = _BARE_MAC.search(name[:512])
    if not bare:
        return None
    digits = bare.group(1)
    if service.startswith("_axis-") or (not digits.isdigit() and int(digits[:2], 16) & 3 == 0):
        return mac(digits)
    return None


PROBE = Probe(
    name="mdns",
    title="Multicast DNS service discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "mdns.service": "service without domain: _axis-video._tcp",
            "mdns.instance": "instance name",
            "mdns.hostname": "host name without .local",
            "mdns.port": "port of the service",
            "mdns.txt": "one string of the TXT record",
            "mdns.mac": "MAC by the TXT record or the names",
            "mdns.model": "model by the TXT record",
            "mdns.firmware": "firmware by the TXT record",
            "mdns.serial": "serial number by the TXT record",
            "mdns.address": "address by the A and AAAA records, where the sender is not among them",
            "mdns.homekit_category": "HomeKit category number: 17 camera, 18 video doorbell",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "mdns.hostname": Slot.HOSTNAME,
            "mdns.mac": Slot.MAC,
            "mdns.model": Slot.MODEL,
            "mdns.firmware": Slot.FIRMWARE,
            "mdns.serial": Slot.SERIAL,
            "mdns.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    free_text=frozenset({"mdns.instance", "mdns.hostname", "mdns.txt"}),
    discover=discover,
    queries=queries,
)
