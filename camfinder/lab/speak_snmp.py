"""The SNMP agent of a device: GetRequest of versions 1 and 2c (RFC 1157, RFC 3416).

A wrong community and another version get no answer, as of real agents. Version 2c says of each
object that is not there that it is not; version 1 answers nothing then but an error.
"""

from collections.abc import Iterable

from camfinder.lab.persona import Snmp
from camfinder.lab.seat import Seat
from camfinder.lab.services import Heard, Reply, UdpService
from camfinder.model import ParseError
from camfinder.wire import ber

PORT = 161
_GET, _RESPONSE, _NO_SUCH_INSTANCE = 0xA0, 0xA2, 0x81
_TOO_BIG, _NO_SUCH_NAME = 1, 2
_VERSIONS = {b"\x00": "1", b"\x01": "2c"}
_MAX_BINDINGS = 128


def services(seat: Seat) -> Iterable[UdpService]:
    """The agent, where the persona has one."""
    if seat.persona.snmp:
        yield UdpService(PORT, _answer)


def _answer(seat: Seat, heard: Heard) -> Iterable[Reply]:
    snmp = seat.persona.snmp
    if snmp is None:
        return
    try:
        response = respond(seat, snmp, heard.payload)
    except (ParseError, ValueError):
        return
    if response:
        yield Reply(response, heard.sender, seat.delay_s(snmp.delay_ms))


def respond(seat: Seat, snmp: Snmp, payload: bytes) -> bytes:
    """The answer to a message; nothing where an agent is silent.

    Raises:
        ParseError: It is no message of SNMP.
        ValueError: The same.
    """
    version, community, unit = ber.elements(ber.only(payload, ber.SEQUENCE), 3)
    spoken = _VERSIONS.get(version.content)
    if unit.kind != _GET or spoken not in snmp.versions:
        return b""
    if community.content != seat.text(snmp.community).encode():
        return b""
    number, _, _, asked = ber.elements(unit.content, 4)
    bindings = list(ber.elements(asked.content, _MAX_BINDINGS))
    told = [_told(seat, snmp, each) for each in bindings]
    missing = [place for place, value in enumerate(told, 1) if value is None]
    error, place, content = 0, 0, asked.content
    if snmp.max_bindings and len(told) > snmp.max_bindings:
        error, content = _TOO_BIG, b""
    elif spoken == "1" and missing:
        error, place = _NO_SUCH_NAME, missing[0]
    else:
        absent = ber.element(_NO_SUCH_INSTANCE, b"")
        pairs = zip(bindings, told, strict=True)
        content = b"".join(
            _bound(each, absent if value is None else value) for each, value in pairs
        )
    bound = ber.element(ber.SEQUENCE, content)
    inner = number.whole + ber.integer(error) + ber.integer(place) + bound
    response = ber.element(_RESPONSE, inner)
    return ber.element(ber.SEQUENCE, version.whole + community.whole + response)


def _told(seat: Seat, snmp: Snmp, binding: ber.Element) -> bytes | None:
    """The value of the object that is asked for, None where there is none."""
    name, *_ = ber.elements(binding.content, 2)
    text = snmp.objects.get(".".join(str(arc) for arc in ber.object_id(name.content)))
    if text is None:
        return None
    form, _, rest = seat.text(text).partition(":")
    match form:
        case "oid":
            return ber.written_id(rest)
        case "hex":
            return ber.element(ber.TEXT, bytes.fromhex(rest))
        case _:
            return ber.element(ber.TEXT, seat.text(text).encode())


def _bound(binding: ber.Element, value: bytes) -> bytes:
    name, *_ = ber.elements(binding.content, 2)
    return ber.element(ber.SEQUENCE, name.whole + value)
