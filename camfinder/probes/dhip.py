"""DHIP device discovery of Dahua and its relabels: JSON behind a 32-byte header, UDP 37810.

Only `DHDiscover.search` is ever sent. Source: answers of Dahua devices; layout (little-endian):

| offset | bytes | meaning |
|---|---|---|
| 00 | 4 | 20 00 00 00, size of the header |
| 04 | 4 | `DHIP` |
| 08, 0c | 4, 4 | session, id |
| 10, 18 | 4, 4 | length of the payload, twice |
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType

import msgspec
import re2

from camfinder.model import (
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
from camfinder.wire.text import Facts, clean, decode, observe

PORT = 37810
GROUP = IPv4Address("239.255.255.251")
BROADCAST = IPv4Address("255.255.255.255")
MAX_BYTES = 65_536
_SEARCH = b'{"method":"DHDiscover.search","params":{"mac":"","uni":1}}'
_TEXTS = MappingProxyType(
    {
        "DeviceType": "dhip.model",
        "DeviceClass": "dhip.class",
        "MachineName": "dhip.name",
        "Port": "dhip.port",
        "HttpPort": "dhip.http_port",
        "Init": "dhip.init",
    }
)
_KEYS = (*_TEXTS, "mac", "Version", "SerialNo", "Vendor", "Manufacturer", "IPAddress",
         "VideoInputChannels", "RemoteVideoInputChannels")  # fmt: skip
_NO_VENDOR = {"general", "private", "unknown", "n/a"}
_BUILD = re2.compile(r"(?i)^(.*?)\s*,\s*build\s*(?:date)?\s*:?\s*(.*)$")
_LOOSE = {key: re2.compile(rf'"?{key}"?\s*:\s*(?:"([^"\r\n]*)"?|([0-9.]+))') for key in _KEYS}


def search() -> bytes:
    """The search as one datagram of 90 bytes."""
    size = len(_SEARCH).to_bytes(4, "little")
    header = b"\x20\0\0\0DHIP" + bytes(8) + size + bytes(4) + size + bytes(4)
    return header + _SEARCH


def discover(target: Target) -> Iterable[Query]:
    """The search to the group and by broadcast, twice each."""
    if target.address.version != 4:
        return
    for transport, address in ((Transport.MULTICAST, GROUP), (Transport.BROADCAST, BROADCAST)):
        yield Query(
            probe="dhip",
            transport=transport,
            address=address,
            port=PORT,
            payload=search(),
            request="DHDiscover.search",
            listen_s=3.0,
            repeats=2,
        )


def queries(target: Target) -> Iterable[Query]:
    """The search to one address: answered across routers too."""
    if target.open_ports:
        return
    yield Query(
        probe="dhip",
        transport=Transport.UDP,
        address=target.address,
        port=PORT,
        payload=search(),
        request="DHDiscover.search",
        listen_s=2.0,
    )


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer or announcement; a search or a change gives nothing."""
    data = frame.payload
    if frame.direction is Direction.REQUEST or len(data) > MAX_BYTES:
        return ()
    headed = data[4:8] in {b"DHIP", b"PIHD"}
    if not headed and not (data.lstrip()[:1] == b"{" and b"deviceInfo" in data):
        return ()
    start = data.find(b"{", 32 if headed else 0)
    if start < 0:
        if headed and len(data) < 32:
            raise ParseError(f"DHIP header of {len(data)} bytes")
        return ()
    text = data[start:].rstrip(b"\x00\r\n\t ")
    if b"deviceInfo" not in text and b"notifyDevInfo" not in text:
        return ()
    fields = _fields(text)
    if not fields:
        raise ParseError("DHIP answer without a readable field")
    return (observe("dhip", frame, _facts(fields)),)


def _fields(text: bytes) -> dict[str, list[str]]:
    """The values we know, by key; by pattern where the JSON is broken."""
    try:
        message = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _loose_fields(decode(text))
    found: dict[str, list[str]] = {}
    _walk(message, found)
    return found


def _walk(message: object, found: dict[str, list[str]]) -> None:
    """Collects scalars of the known keys down to the depth at which answers hold them."""
    level: list[object] = [message]
    for _ in range(5):
        following: list[object] = []
        for item in level:
            if not isinstance(item, Mapping):
                continue
            for key, value in item.items():
                if isinstance(value, Mapping):
                    following.append(value)
                elif key in _KEYS and isinstance(value, (str, int, float)):
                    found.setdefault(key, []).append(clean(str(value)))
        level = following[:64]


def _loose_fields(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, pattern in _LOOSE.items():
        values = [quoted or bare for quoted, bare in pattern.findall(text) if quoted or bare]
        if values:
            found[key] = [value.replace("\\/", "/") for value in values[:4]]
    return found


def _facts(fields: dict[str, list[str]]) -> Facts:
    facts = Facts()

    def first(key: str) -> str:
        return next(iter(fields.get(key, ())), "")

    for name, key in _TEXTS.items():
        facts.add(key, first(name))
    facts.add_mac("dhip.mac", first("mac"))
    for address in fields.get("IPAddress", ()):
        host = address.partition("/")[0]
        if host not in {"0.0.0.0", "::"}:
            facts.add("dhip.address", host)
    build = _BUILD.match(first("Version"))
    facts.add("dhip.firmware", build.group(1) if build else first("Version"))
    facts.add("dhip.build", build.group(2) if build else None)
    if first("SerialNo").strip("0") and first("SerialNo").lstrip(_LETTERS).strip("0"):
        facts.add("dhip.serial", first("SerialNo"))
    if first("Vendor").lower() not in _NO_VENDOR:
        facts.add("dhip.vendor", first("Vendor"))
    facts.add("dhip.manufacturer", first("Manufacturer"))
    counts = [first(key) for key in ("VideoInputChannels", "RemoteVideoInputChannels")]
    if total := sum(int(count) for count in counts if count.isdecimal() and len(count) < 5):
        facts.add("dhip.channels", total)
    return facts


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

PROBE = Probe(
    name="dhip",
    title="Dahua DHIP discovery",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT}),
    emits=MappingProxyType(
        {
            "dhip.model": "DeviceType: the model, on old firmware only the class",
            "dhip.class": "DeviceClass: IPC, NVR, HCVR, VTO, ...",
            "dhip.vendor": "Vendor, unless it is General or Private",
            "dhip.manufacturer": "Manufacturer, as sent",
            "dhip.firmware": "Version without its build date",
            "dhip.build": "build date where Version carries one",
            "dhip.serial": "SerialNo, unless it is all zeros",
            "dhip.mac": "mac",
            "dhip.address": "IPAddress of IPv4Address and IPv6Address, without prefix length",
            "dhip.name": "MachineName",
            "dhip.port": "Port of the maker's own protocol",
            "dhip.http_port": "HttpPort",
            "dhip.channels": "VideoInputChannels and RemoteVideoInputChannels together",
            "dhip.init": "Init, a bit mask of which little is known",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "dhip.model": Slot.MODEL,
            "dhip.vendor": Slot.BRAND,
            "dhip.firmware": Slot.FIRMWARE,
            "dhip.serial": Slot.SERIAL,
            "dhip.mac": Slot.MAC,
            "dhip.address": Slot.CLAIMED_ADDRESS,
            "dhip.channels": Slot.CHANNELS,
        }
    ),
    free_text=frozenset({"dhip.name"}),
    discover=discover,
    queries=queries,
    magics=(b"\x20\x00\x00\x00DHIP", b'{"mac"', b'{ "mac"'),
    crosses_routers=True,
)
