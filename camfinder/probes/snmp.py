"""SNMP, overheard: system description and object id in other managers' answers.

Nothing is asked: a community string is a credential. It is not kept either; the evidence is the
two bindings alone.
Source: RFC 1157 and RFC 3416 (messages), RFC 3418 (system group), X.690 (basic encoding rules).
"""

from collections.abc import Iterable, Iterator

from camfinder.model import Frame, Observation, ParseError, Touch, Transport
from camfinder.probes import Probe
from camfinder.wire.text import Facts, observe
from camfinder.wire.tlv import take, u8

SEQUENCE, INTEGER, TEXT, OBJECT_ID, RESPONSE = 0x30, 0x02, 0x04, 0x06, 0xA2
SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)
SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
MAX_BINDINGS = 64
_Element = tuple[int, bytes, bytes]


def parse(frame: Frame) -> Iterable[Observation]:
    """The system group in a response of version 1 or 2c; version 3 is not read."""
    if frame.transport is not Transport.UDP or frame.payload[:1] != bytes([SEQUENCE]):
        return ()
    message = list(_elements(_one(frame.payload, SEQUENCE), 4))
    if len(message) != 3 or message[0][1] not in {b"\x00", b"\x01"} or message[2][0] != RESPONSE:
        return ()
    pdu = list(_elements(message[2][1], 5))
    if [kind for kind, _, _ in pdu] != [INTEGER, INTEGER, INTEGER, SEQUENCE]:
        raise ParseError("SNMP response without bindings")
    facts, kept = Facts(), []
    for _, binding, whole in _elements(pdu[3][1], MAX_BINDINGS):
        pair = list(_elements(binding, 3))
        if len(pair) == 2 and pair[0][0] == OBJECT_ID and _add(facts, pair[0][1], pair[1]):
            kept.append(whole)
    return (observe("snmp", frame, facts, raw=b"".join(kept)),) if kept else ()


def _add(facts: Facts, name: bytes, value: _Element) -> bool:
    """Takes the binding where it is one of the three that are read."""
    which, (kind, content, _) = _object_id(name), value
    if which == SYS_DESCR and kind == TEXT:
        facts.add("snmp.sysdescr", content)
    elif which == SYS_NAME and kind == TEXT:
        facts.add("snmp.sysname", content)
    elif which == SYS_OBJECT_ID and kind == OBJECT_ID:
        facts.add("snmp.sysobjectid", ".".join(str(arc) for arc in _object_id(content)))
    else:
        return False
    return True


def _one(data: bytes, kind: int) -> bytes:
    """The content of the single element that the bytes begin with."""
    found = next(_elements(data, 1), None)
    if found is None or found[0] != kind:
        raise ParseError(f"no element of type {kind:#x}")
    return found[1]


def _elements(data: bytes, limit: int) -> Iterator[_Element]:
    """Type, content and whole bytes of the elements in a row."""
    at = 0
    for _ in range(limit):
        if at >= len(data):
            return
        size, begin = u8(data, at + 1), at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4:
                raise ParseError(f"length in {count} bytes")
            size, begin = int.from_bytes(take(data, begin, count), "big"), begin + count
        yield data[at], take(data, begin, size), data[at : begin + size]
        at = begin + size


def _object_id(content: bytes) -> tuple[int, ...]:
    """Arcs of an object identifier (X.690 section 8.19)."""
    if not content or len(content) > 128 or content[-1] & 0x80:
        raise ParseError("broken object identifier")
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = (value << 7) | (byte & 0x7F)
        if value > 0xFFFFFFFF:
            raise ParseError("arc of an object identifier over 32 bits")
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


PROBE = Probe(
    name="snmp",
    title="SNMP answers, overheard",
    touch=Touch.PASSIVE,
    ports=frozenset({161}),
    emits={
        "snmp.sysdescr": "1.3.6.1.2.1.1.1.0, text",
        "snmp.sysobjectid": "1.3.6.1.2.1.1.2.0, dotted without a leading dot",
        "snmp.sysname": "1.3.6.1.2.1.1.5.0, the name an administrator gave",
    },
    parse=parse,
    free_text=frozenset({"snmp.sysdescr"}),
)
