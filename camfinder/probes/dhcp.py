"""DHCP for IPv4, overheard: what a client says of itself when it asks for an address.

The observation is about the client, whoever sent the datagram: its address is the one it holds or
is given, None while that is open. Nothing is ever asked.
Source: RFC 2131 sections 2 and 4.3.2 (which address is sure in which message), RFC 2132 (options),
RFC 3396 (split options), RFC 4702 (option 81).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from types import MappingProxyType

from camfinder.model import Address, Frame, Observation, ParseError, Slot, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, clean, mac, observe
from camfinder.wire.tlv import take, u8

COOKIE = bytes.fromhex("63 82 53 63")
OPTIONS_AT = 240
PAD, HOST_NAME, REQUESTED, OVERLOAD, MESSAGE, SERVER, PARAMETERS, VENDOR_CLASS, FQDN, END = (
    0, 12, 50, 52, 53, 54, 55, 60, 81, 255,
)  # fmt: skip
DISCOVER, REQUEST, ACK, INFORM = 1, 3, 5, 8
MESSAGES = {DISCOVER: "discover", REQUEST: "request", ACK: "ack", INFORM: "inform"}
CLIENT_PORT = 68


def parse(frame: Frame) -> Iterable[Observation]:
    """The client of a DISCOVER, REQUEST, INFORM or ACK; offers and refusals tell nothing new."""
    data = frame.payload
    if frame.transport is not Transport.UDP or data[236:240] != COOKIE or data[0] not in {1, 2}:
        return ()
    options = _options(data)
    kind = options.get(MESSAGE, b"\x00")[0]
    if kind not in MESSAGES or (kind == ACK) != (data[0] == 2):
        return ()
    client = mac(data[28:34]) if data[1] == 1 and data[2] == 6 else None
    address = _address(data, kind, options)
    facts = Facts()
    facts.add_mac("dhcp.mac", client)
    facts.add("dhcp.address", None if address is None else str(address))
    facts.add("dhcp.message", MESSAGES[kind])
    if kind != ACK:  # in an ACK these are the server's
        facts.add("dhcp.hostname", options.get(HOST_NAME) or _domain_name(options))
        facts.add("dhcp.vendor_class", options.get(VENDOR_CLASS))
        facts.add("dhcp.parameters", ",".join(str(code) for code in options.get(PARAMETERS, b"")))
    if client is None and address is None:
        return ()
    seen = observe("dhcp", frame, facts, address=address)
    return (replace(seen, mac=client, port=CLIENT_PORT),)


def _options(data: bytes) -> Mapping[int, bytes]:
    """Option code to value; parts of one option are joined, overloaded fields read too."""
    found: dict[int, bytes] = {}
    _read(data[OPTIONS_AT:], found)
    overload = found.get(OVERLOAD, b"\x00")[:1]
    if overload in {b"\x01", b"\x03"}:
        _read(data[108:236], found)
    if overload in {b"\x02", b"\x03"}:
        _read(data[44:108], found)
    return {code: value for code, value in found.items() if value}


def _read(area: bytes, found: dict[int, bytes]) -> None:
    at = 0
    while at < len(area) and area[at] != END:
        if area[at] == PAD:
            at += 1
            continue
        size = u8(area, at + 1)
        found[area[at]] = found.get(area[at], b"") + take(area, at + 2, size)
        at += 2 + size


def _domain_name(options: Mapping[int, bytes]) -> str | None:
    """The name in option 81: three bytes of flags, then text or DNS labels."""
    value = options.get(FQDN, b"")
    name = value[3:]
    if not value or not name:
        return None
    if not value[0] & 0x04:
        return clean(name)
    labels, at = [], 0
    while at < len(name) and name[at] and at + 1 + name[at] <= len(name):
        labels.append(clean(name[at + 1 : at + 1 + name[at]]))
        at += 1 + name[at]
    return ".".join(labels)


def _address(data: bytes, kind: int, options: Mapping[int, bytes]) -> Address | None:
    """The address that the client holds for sure.

    A wish in a DISCOVER and an old address asked for after a reboot (no server named) may be
    refused; an address asked for from a named server has just been offered by it.
    """
    if kind == ACK:
        raw = data[16:20] if any(data[16:20]) else data[12:16]
    elif kind == REQUEST and SERVER in options and REQUESTED in options:
        raw = options[REQUESTED]
        if len(raw) != 4:
            raise ParseError(f"requested address of {len(raw)} bytes")
    else:
        raw = data[12:16] if kind != DISCOVER else bytes(4)
    address = IPv4Address(raw)
    unusable = address.is_unspecified or address.is_multicast or address.is_loopback
    return None if unusable else address


PROBE = Probe(
    name="dhcp",
    title="DHCP, overheard",
    touch=Touch.PASSIVE,
    ports=frozenset({67, 68}),
    emits={
        "dhcp.mac": "hardware address of the client",
        "dhcp.address": "address that the client holds or has just been offered",
        "dhcp.message": "discover, request, inform or ack",
        "dhcp.hostname": "option 12, or the name in option 81",
        "dhcp.vendor_class": "option 60",
        "dhcp.parameters": "option 55: codes asked for, in order, `1,3,6,12`",
    },
    parse=parse,
    declares=MappingProxyType({"dhcp.mac": Slot.MAC, "dhcp.hostname": Slot.HOSTNAME}),
    free_text=frozenset({"dhcp.hostname", "dhcp.vendor_class"}),
    needs_rights="sniffing (CAP_NET_RAW): DHCP is only overheard",
)
