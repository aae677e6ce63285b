"""WS-Discovery of a device, with the message layer of the `wsdiscovery` package.

Its socket layer is not used: it filters loopback and link-local addresses, and answers a type
it does not have with an empty ProbeMatches, which no camera does.
"""

import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from wsdiscovery.actions import constructHello, constructProbeMatch
from wsdiscovery.message import createSOAPMessage, parseSOAPMessage
from wsdiscovery.namespaces import NS_ACTION_PROBE
from wsdiscovery.qname import QName
from wsdiscovery.scope import Scope
from wsdiscovery.service import Service
from wsdiscovery.util import matchesFilter

from camfinder.lab.persona import Wsd
from camfinder.lab.seat import Seat
from camfinder.lab.services import MAX_REQUEST_BYTES, Heard, Reply, UdpService

GROUP = "239.255.255.250"
PORT = 3702
_PROBE = b"/discovery/Probe<"
_PREFIXES = {
    "dn": "http://www.onvif.org/ver10/network/wsdl",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "wsdp": "http://schemas.xmlsoap.org/ws/2006/02/devprof",
    "pub": "http://schemas.microsoft.com/windows/pub/2005/07",
    "wprt": "http://schemas.microsoft.com/windows/2006/08/wdp/print",
    "wscn": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
}


def services(seat: Seat) -> Iterable[UdpService]:
    """The responder on UDP 3702, where the persona has one."""
    wsd = seat.persona.wsd
    if wsd:
        yield UdpService(PORT, answer, (GROUP,), announce if wsd.hello else lambda _seat: ())


def answer(seat: Seat, heard: Heard) -> Iterable[Reply]:
    """ProbeMatches for a Probe whose types and scopes all fit; nothing for anything else."""
    wsd = seat.persona.wsd
    if wsd is None or (heard.unicast and not wsd.unicast):
        return
    probe = _parse(heard.payload)
    if probe is None or probe.getAction() != NS_ACTION_PROBE:
        return
    service = _service(seat, wsd)
    if not matchesFilter(service, probe.getTypes(), probe.getScopes()):
        return
    envelope = constructProbeMatch([service], probe.getMessageId())
    envelope.setMessageId(_message_id(seat))
    envelope.setInstanceId(service.getInstanceId())
    yield Reply(_bytes(envelope), heard.sender, seat.delay_s(wsd.delay_ms))


def announce(seat: Seat) -> Iterable[Reply]:
    """Hello to the group."""
    wsd = seat.persona.wsd
    if wsd:
        envelope = constructHello(_service(seat, wsd))
        envelope.setMessageId(_message_id(seat))
        yield Reply(_bytes(envelope), (GROUP, PORT), seat.delay_s(wsd.delay_ms))


@lru_cache(maxsize=64)
def _parse(payload: bytes) -> Any:
    """The envelope of a Probe (the package has no types), or None.

    Cached: one multicast Probe is heard by every device of the lab. Hellos and other devices'
    answers are not worth parsing; minidom expands entities, so a document type is refused.
    """
    if len(payload) > MAX_REQUEST_BYTES or b"<!DOCTYPE" in payload or _PROBE not in payload:
        return None
    try:
        return parseSOAPMessage(payload.rstrip(b"\0"), "")
    except (IndexError, AttributeError):  # it takes elements for granted
        return None


def _service(seat: Seat, wsd: Wsd) -> Service:
    prefixes = _PREFIXES | wsd.namespaces
    names = (name.partition(":") for name in wsd.types)
    types = [QName(prefixes.get(prefix, ""), local, prefix) for prefix, _, local in names]
    scopes = [Scope(seat.text(scope)) for scope in wsd.scopes]
    xaddrs = [seat.text(xaddr) for xaddr in wsd.xaddrs]
    instance = str(seat.chance.getrandbits(31))
    return Service(types, scopes, xaddrs, seat.text(wsd.endpoint), instance)


def _message_id(seat: Seat) -> str:
    return uuid.UUID(int=seat.chance.getrandbits(128), version=4).urn


def _bytes(envelope: object) -> bytes:
    """The message on one line: devices do not pretty-print as the package does."""
    text = createSOAPMessage(envelope)
    first, *rest = (line.strip() for line in text.splitlines())
    return "".join((first.replace("?>", ' encoding="utf-8"?>'), *rest)).encode()
