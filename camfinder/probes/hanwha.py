"""Hanwha and Samsung Wisenet IP installer, UDP 7701, answers to 7711.

Packed, little-endian, 262 bytes: mode, 18 bytes of packet id (echoed), MAC and addresses as text,
a password that is skipped, device name of ten characters (longer ones are cut), ports, URL. The
extended answer has 334 bytes with the whole model. Modes other than 01 and 06 write.
Source: Hanwha "SUNAPI Application Programmer's Guide" chapter 2 (IP installer); captures of two
public tools for the byte order; some hosts that are no Hanwha echo mode 06.
"""

from collections.abc import Iterable
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
from camfinder.wire.exchange import ask_udp, broadcast, wanted
from camfinder.wire.text import Facts, mac, observe
from camfinder.wire.tlv import text, u8, u16le

PORT, REPLY_PORT = 7701, 7711
SIZE, EXTENDED_SIZE = 262, 334
PACKET_ID = b"camfinder-search-1"
BASE, EXTENDED = 0x0B, 0x0C
PASSWORD_AT, PASSWORD_END = 0x55, 0x69
NAME_CHARS = 10
VENDORS = frozenset({"hanwha", "hanwha-vision", "hanwha-techwin", "samsung", "samsung-techwin"})


def request(mode: int) -> bytes:
    """The question of mode 01 (search) or 06 (extended search); the rest is zero."""
    return (bytes([mode]) + PACKET_ID).ljust(SIZE, b"\x00")


SEARCH, EXTENDED_SEARCH = request(0x01), request(0x06)


def discover(_target: Target) -> Iterable[Query]:
    """Both searches to everybody; the answers come to port 7711."""
    yield broadcast("hanwha", PORT, SEARCH, reply_ports=(REPLY_PORT,))
    yield broadcast(
        "hanwha", PORT, EXTENDED_SEARCH, request="extended search", reply_ports=(REPLY_PORT,)
    )


def follow_ups(seen: Observation, known: Known) -> Iterable[Query]:
    """The extended search to one host that some evidence calls a Hanwha."""
    if wanted(known, VENDORS, Slot.MODEL):
        yield from ask_udp("hanwha", seen, PORT, EXTENDED_SEARCH, reply_ports=(REPLY_PORT,))


def parse(frame: Frame) -> Iterable[Observation]:
    """A base or extended answer. A name of ten characters may be cut: it is no model then."""
    data = frame.payload
    if frame.transport is not Transport.UDP or not data or data[0] not in {BASE, EXTENDED}:
        return ()
    if len(data) < SIZE or not {PORT, REPLY_PORT} & {frame.source_port, frame.destination_port}:
        return ()
    hardware = mac(text(data, 0x13, 18))
    if hardware is None:
        raise ParseError("Wisenet answer without a MAC")
    facts = Facts()
    extended = data[0] == EXTENDED and len(data) >= EXTENDED_SIZE
    facts.add("hanwha.answer", "extended" if extended else "base")
    facts.add("hanwha.mac", hardware)
    facts.add("hanwha.address", text(data, 0x25, 16))
    name = text(data, 0x6D, NAME_CHARS)
    full = text(data, 0x125, 32) if extended else ""
    if not full and len(name) == NAME_CHARS:
        facts.add("hanwha.model_start", name)
    facts.add("hanwha.model", full or (name if len(name) < NAME_CHARS else None))
    for key, at in (("hanwha.http_port", 0x78), ("hanwha.port", 0x7A)):
        facts.add(key, u16le(data, at) or None)
    if extended:
        facts.add("hanwha.name", text(data, 0x105, 32))
        facts.add("hanwha.password_status", u8(data, 0x14D))
    secret = PASSWORD_END - PASSWORD_AT
    raw = data[:PASSWORD_AT] + bytes(secret) + data[PASSWORD_END:EXTENDED_SIZE]
    return (observe("hanwha", frame, facts, raw=raw),)


PROBE = Probe(
    name="hanwha",
    title="Hanwha Wisenet IP installer",
    touch=Touch.MULTICAST,
    ports=frozenset({PORT, REPLY_PORT}),
    emits={
        "hanwha.answer": "`base` or `extended`",
        "hanwha.model": "whole model: `PNM-C32083RVQ`",
        "hanwha.model_start": "the first ten characters of it, where the answer may have cut it",
        "hanwha.name": "alias given by its owner",
        "hanwha.mac": "MAC",
        "hanwha.address": "IPv4 address",
        "hanwha.http_port": "TCP port of the web server",
        "hanwha.port": "TCP port of the device protocol, 4520 as a rule",
        "hanwha.password_status": "0 or 1, whether a password was set, as sent",
    },
    parse=parse,
    declares=MappingProxyType(
        {
            "hanwha.model": Slot.MODEL,
            "hanwha.mac": Slot.MAC,
            "hanwha.name": Slot.HOSTNAME,
            "hanwha.address": Slot.CLAIMED_ADDRESS,
        }
    ),
    free_text=frozenset({"hanwha.model_start"}),
    discover=discover,
    follow_ups=follow_ups,
)
