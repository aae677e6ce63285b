"""Makers' own protocols of a device: Hikvision SADP, Dahua DHIP, and the generic ports.

DHIP header, little endian: 00 `20 00 00 00`, 04 `DHIP`, 08 session, 0c id, 10 payload length,
14 zero, 18 payload length, 1c zero; then JSON.
"""

import asyncio
import json
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable

import re2

from camfinder.lab import template
from camfinder.lab.persona import Tcp, Udp
from camfinder.lab.seat import Seat
from camfinder.lab.services import (
    ALL_HOSTS,
    MAX_REQUEST_BYTES,
    Announce,
    Answer,
    Heard,
    Reply,
    Talk,
    TcpService,
    UdpService,
)

SADP_GROUP, SADP_PORT = "239.255.255.250", 37020
DHIP_GROUP, DHIP_PORT = "239.255.255.251", 37810
_SADP_UUID = re2.compile(r"<Uuid>([^<]{0,64})</Uuid>")
_SADP_TYPES = re2.compile(r"<Types>(inquiry|inquiry_v32)</Types>")
_DHIP_HEADER = struct.Struct("<I4sIIIIII")


def udp_services(seat: Seat) -> Iterable[UdpService]:
    """SADP, DHIP and every `[[udp]]` of the persona."""
    persona = seat.persona
    if persona.sadp:
        yield UdpService(SADP_PORT, _sadp, (SADP_GROUP,))
    if persona.dhip:
        yield UdpService(DHIP_PORT, _dhip, (DHIP_GROUP,))
    for udp in persona.udp:
        ports = frozenset({udp.from_port} - {0, udp.port})
        yield UdpService(udp.port, _generic(udp), udp.groups, _announcer(udp), ports)


def tcp_services(seat: Seat) -> Iterable[TcpService]:
    """Every `[[tcp]]` of the persona."""
    for tcp in seat.persona.tcp:
        yield TcpService(tcp.port, _speak_first(tcp))


def _sadp(seat: Seat, heard: Heard) -> Iterable[Reply]:
    sadp = seat.persona.sadp
    text = heard.payload[:MAX_REQUEST_BYTES].decode("utf-8", "replace")
    types = _SADP_TYPES.search(text)
    if sadp is None or types is None or "<Probe>" not in text:
        return
    uuid = _SADP_UUID.search(text)
    tags = {"Uuid": uuid.group(1) if uuid else "", "Types": types.group(1)}
    tags |= {tag: seat.text(value) for tag, value in sadp.fields.items()}
    inner = "".join(f"<{tag}>{value}</{tag}>\n" for tag, value in tags.items())
    answer = f'<?xml version="1.0" encoding="UTF-8"?>\n<ProbeMatch>{inner}</ProbeMatch>\n'
    to = heard.sender if sadp.reply == "sender" else (SADP_GROUP, SADP_PORT)
    yield Reply(answer.encode(), to, seat.delay_s(sadp.delay_ms))


def _dhip(seat: Seat, heard: Heard) -> Iterable[Reply]:
    """A search gets the device's description; without the header no answer at all."""
    dhip = seat.persona.dhip
    if dhip is None or len(heard.payload) <= _DHIP_HEADER.size:
        return
    size, magic, *_ = _DHIP_HEADER.unpack_from(heard.payload)
    if (size, magic) != (_DHIP_HEADER.size, b"DHIP"):
        return
    try:
        asked = json.loads(heard.payload[_DHIP_HEADER.size :].rstrip(b"\0\n"))
    except ValueError:
        return
    if not isinstance(asked, dict) or asked.get("method") != "DHDiscover.search":
        return
    if asked.get("mac") not in {None, "", seat.mac}:  # the targeted form
        return
    told = {
        "mac": seat.mac,
        "method": "client.notifyDevInfo",
        "params": {"deviceInfo": _filled(seat, dhip.info)},
    }
    body = json.dumps(told, separators=(",", ":")).encode() + b"\n\0"
    head = _DHIP_HEADER.pack(32, b"DHIP", 0, 0, len(body), 0, len(body), 0)
    yield Reply(head + body, heard.sender, seat.delay_s(dhip.delay_ms))


def _filled(seat: Seat, value: object) -> object:
    if isinstance(value, str):
        return seat.text(value)
    if isinstance(value, dict):
        return {key: _filled(seat, each) for key, each in value.items()}
    return [_filled(seat, each) for each in value] if isinstance(value, list) else value


def _generic(udp: Udp) -> Answer:
    wanted = template.pattern(udp.match)

    def answer(seat: Seat, heard: Heard) -> Iterable[Reply]:
        fits = template.matches(wanted, heard.payload) and udp.contains.encode() in heard.payload
        if not fits or not udp.reply or (heard.unicast and not udp.unicast):
            return
        host = {"sender": heard.sender[0], "broadcast": ALL_HOSTS}.get(udp.to, udp.to)
        payload = template.build(udp.reply, seat.values, heard.payload)
        to = (host, udp.to_port or heard.sender[1])
        yield Reply(payload, to, seat.delay_s(udp.delay_ms), udp.from_port)

    return answer


def _announcer(udp: Udp) -> Announce:
    def announce(seat: Seat) -> Iterable[Reply]:
        if udp.announce:
            host = ALL_HOSTS if udp.to in {"sender", "broadcast"} else udp.to
            payload = template.build(udp.announce, seat.values)
            to = (host, udp.to_port or udp.port)
            yield Reply(payload, to, seat.delay_s(udp.delay_ms), udp.from_port)

    return announce


def _speak_first(tcp: Tcp) -> Talk:
    async def talk(seat: Seat, reader: StreamReader, writer: StreamWriter) -> None:
        if tcp.banner:
            writer.write(template.build(tcp.banner, seat.values))
            await writer.drain()
        try:
            async with asyncio.timeout(tcp.keep_open_s):
                while await reader.read(MAX_REQUEST_BYTES):
                    pass
        except TimeoutError:
            return

    return talk
