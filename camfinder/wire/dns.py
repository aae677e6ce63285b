"""DNS messages, read and written by the codec of the zeroconf package.

Source: RFC 1035 section 4, RFC 6762 (multicast DNS), RFC 6763 (service discovery).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from zeroconf import (  # type: ignore[attr-defined]  # exported, though not in __all__
    DNSAddress,
    DNSHinfo,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSService,
    DNSText,
)
from zeroconf import Error as ZeroconfError

from camfinder.model import ParseError

MAX_RECORDS = 1024
TYPE_PTR = 12
_CLASS_IN = 1
_FLAGS_QUERY = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record.

    Attributes:
        name: Owner, without the last dot.
        type: `PTR`, `SRV`, `TXT`, `A`, `AAAA` or `HINFO`.
        ttl: Seconds; 0 is a goodbye.
        target: The name of PTR and SRV, `cpu os` of HINFO, else empty.
        port: Of SRV, else 0.
        strings: Of TXT.
        address: Of A and AAAA.
    """

    name: str
    type: str
    ttl: int
    target: str = ""
    port: int = 0
    strings: tuple[bytes, ...] = ()
    address: IPv4Address | IPv6Address | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A DNS message.

    Attributes:
        is_response: The QR bit.
        questions: Name and type number of each question.
        records: Of all sections, in order, of the types that `Record` knows.
    """

    is_response: bool
    questions: tuple[tuple[str, int], ...]
    records: tuple[Record, ...]


def parse(data: bytes) -> Message:
    """Reads a DNS message, as far as it goes.

    Raises:
        ParseError: Nothing in it can be read.
    """
    if len(data) < 12:
        raise ParseError(f"a DNS header has 12 bytes, not {len(data)}")
    try:
        message = DNSIncoming(data)
        answers = message.answers()
        questions = tuple(
            (question.name.rstrip("."), int(question.type)) for question in message.questions[:256]
        )
    except Exception as error:  # noqa: BLE001  # hostile bytes: whatever the codec raises means the same
        raise ParseError(f"DNS: {type(error).__name__}: {error}") from None
    if not message.valid and not answers:
        raise ParseError("DNS message that breaks off in its header or first record")
    records = tuple(
        record for answer in answers[:MAX_RECORDS] if (record := _record(answer)) is not None
    )
    return Message(bool(message.is_response()), questions, records)


def _record(answer: object) -> Record | None:
    """Ours from the codec's, or None for a type that carries nothing for us."""
    name = str(getattr(answer, "name", "")).rstrip(".")
    ttl = int(getattr(answer, "ttl", 0))
    match answer:
        case DNSPointer():
            return Record(name, "PTR", ttl, target=answer.alias.rstrip("."))
        case DNSService():
            return Record(name, "SRV", ttl, target=answer.server.rstrip("."), port=answer.port)
        case DNSText():
            return Record(name, "TXT", ttl, strings=txt_strings(answer.text))
        case DNSAddress():
            return _address(name, ttl, answer.address)
        case DNSHinfo():
            return Record(name, "HINFO", ttl, target=f"{answer.cpu} {answer.os}".strip())
    return None


def _address(name: str, ttl: int, packed: bytes) -> Record | None:
    try:
        address = ip_address(packed)
    except ValueError:
        return None
    return Record(name, "A" if address.version == 4 else "AAAA", ttl, address=address)


def txt_strings(data: bytes, limit: int = 128) -> tuple[bytes, ...]:
    """The strings of a TXT record: each with one length byte in front; the last may be cut."""
    found: list[bytes] = []
    at = 0
    while at < len(data) and len(found) < limit:
        size = data[at]
        if size:
            found.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return tuple(found)


def query(names: Iterable[str], *, unicast: bool = False, type_: int = TYPE_PTR) -> bytes:
    """A query with one question per name, id 0.

    Args:
        names: With or without the last dot.
        unicast: Ask for a unicast answer (the QU bit, RFC 6762 section 5.4).
        type_: Record type, PTR unless told.

    Raises:
        ValueError: A name that DNS cannot carry, or more than fit one datagram.
    """
    outgoing = DNSOutgoing(_FLAGS_QUERY)
    for name in names:
        question = DNSQuestion(name if name.endswith(".") else name + ".", type_, _CLASS_IN)
        question.unicast = unicast
        outgoing.add_question(question)
    try:
        packets = outgoing.packets()
    except ZeroconfError as error:
        raise ValueError(str(error)) from error
    if len(packets) != 1:
        raise ValueError("the questions do not fit one datagram")
    return bytes(packets[0])
