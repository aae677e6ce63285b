"""Multicast DNS of a device (RFC 6762, 6763), with zeroconf's codec and sockets of our own."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from zeroconf import (  # type: ignore[attr-defined]  # exported, though not in __all__
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSRecord,
    DNSService,
    DNSText,
)

from camfinder.lab.persona import Mdns
from camfinder.lab.seat import Seat
from camfinder.lab.services import Heard, Reply, UdpService

GROUP = "224.0.0.251"
PORT = 5353
AGAIN_S = 1.0
"""RFC 6762, 8.3: at least two announcements, one second apart."""
_META = "_services._dns-sd._udp.local."
_A, _PTR, _TXT, _SRV, _ANY, _IN = 1, 12, 16, 33, 255, 1
_UNIQUE = 0x8001
_RESPONSE = 0x8400
_TTL_S, _HOST_TTL_S = 4500, 120


def services(seat: Seat) -> Iterable[UdpService]:
    """The responder on UDP 5353, where the persona has one."""
    if seat.persona.mdns:
        yield UdpService(PORT, answer, (GROUP,), announce, again_s=AGAIN_S)


def answer(seat: Seat, heard: Heard) -> Iterable[Reply]:
    """What the device knows of the questions.

    It goes to the group, or to the asker alone where that is wanted: QU bit, a unicast question,
    or a source port that is no mDNS port (RFC 6762, 5.4 to 6.7).
    """
    mdns = seat.persona.mdns
    query = DNSIncoming(heard.payload)
    if mdns is None or not query.valid or not query.is_query():
        return
    legacy = heard.sender[1] != PORT
    out = DNSOutgoing(_RESPONSE, multicast=not legacy, id_=query.id if legacy else 0)
    for question in query.questions:
        if legacy:
            out.add_question(question)
        for record in _records(seat, mdns, question.name.lower(), question.type):
            out.add_answer(query, record)
    if not out.answers:
        return
    _add_details(seat, mdns, out)
    unicast = legacy or heard.unicast or all(each.unique for each in query.questions)
    to = heard.sender if unicast else (GROUP, PORT)
    delay = seat.delay_s(mdns.delay_ms)
    yield from (Reply(packet, to, delay) for packet in out.packets())


def announce(seat: Seat) -> Iterable[Reply]:
    """All services, unasked (RFC 6762, 8.3)."""
    mdns = seat.persona.mdns
    if mdns is None or not mdns.service:
        return
    out = DNSOutgoing(_RESPONSE)
    for service in mdns.service:
        out.add_answer_at_time(_pointer(seat, service.type, service.instance), 0)
    _add_details(seat, mdns, out)
    delay = seat.delay_s(mdns.delay_ms)
    yield from (Reply(packet, (GROUP, PORT), delay) for packet in out.packets())


def _host(seat: Seat, mdns: Mdns) -> str:
    return f"{seat.text(mdns.host)}.local."


def _pointer(seat: Seat, kind: str, instance: str) -> DNSPointer:
    full = f"{kind}.local."
    return DNSPointer(full, _PTR, _IN, _TTL_S, f"{seat.text(instance)}.{full}")


def _records(seat: Seat, mdns: Mdns, name: str, kind: int) -> Iterable[DNSRecord]:
    """The records with this name and type."""
    if name == _META and kind in {_PTR, _ANY}:
        for found in sorted({service.type for service in mdns.service}):
            yield DNSPointer(_META, _PTR, _IN, _TTL_S, f"{found}.local.")
    for service in mdns.service:
        if name == f"{service.type}.local.".lower() and kind in {_PTR, _ANY}:
            yield _pointer(seat, service.type, service.instance)
    for record in _details(seat, mdns):
        if record.name.lower() == name and kind in {record.type, _ANY}:
            yield record


def _details(seat: Seat, mdns: Mdns) -> Iterable[DNSRecord]:
    """SRV and TXT of every instance, and the address."""
    host = _host(seat, mdns)
    for service in mdns.service:
        name = f"{seat.text(service.instance)}.{service.type}.local."
        yield DNSService(name, _SRV, _UNIQUE, _HOST_TTL_S, 0, 0, service.port, host)
        strings = (seat.text(each).encode()[:255] for each in service.txt)
        text = b"".join(bytes((len(each),)) + each for each in strings)
        yield DNSText(name, _TXT, _UNIQUE, _TTL_S, text or b"\0")
    yield DNSAddress(host, _A, _UNIQUE, _HOST_TTL_S, IPv4Address(seat.address).packed)


def _add_details(seat: Seat, mdns: Mdns, out: DNSOutgoing) -> None:
    """RFC 6763, 12: what the asker will want next goes along."""
    answered = {record for record, _ in out.answers}
    instances = {record.alias for record in answered if isinstance(record, DNSPointer)}
    for record in _details(seat, mdns):
        wanted = record.name in instances or record.type == _A
        if wanted and record not in answered:
            out.add_additional_answer(record)
