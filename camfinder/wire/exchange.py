"""What the makers' own protocols share: bodies of HTTP answers, JSON, `key=value`, ways to ask."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any

from camfinder.model import (
    Direction,
    Frame,
    Known,
    Observation,
    ParseError,
    Query,
    Slot,
    Transport,
)
from camfinder.wire import head
from camfinder.wire.text import Facts, clean, decode

WEB = frozenset({Transport.HTTP, Transport.HTTPS})
EVERYBODY = IPv4Address("255.255.255.255")

MAX_JSON_BYTES = 65_536
MAX_LINES = 512
_decode_json = json.JSONDecoder(strict=False).decode
"""Made once: `json.loads` makes a decoder for every message that it is to take leniently."""

NO_HEADERS: tuple[tuple[str, str], ...] = ()


def is_answer(frame: Frame, *transports: Transport) -> bool:
    """The frame travelled so, and nobody who carried it knows it for a request."""
    return frame.transport in transports and frame.direction is Direction.ANSWER


def web_body(frame: Frame, *, code: int = 200) -> bytes | None:
    """The body of an HTTP answer with this status; the payload itself where it has no head.

    None where the frame is no HTTP answer, or one with another status.
    """
    if frame.transport not in WEB or frame.direction is not Direction.ANSWER:
        return None
    return _body(frame.payload, code)


@lru_cache(maxsize=16)
def _body(payload: bytes, code: int) -> bytes | None:
    """The same for the bytes: parser after parser asks for the body of one answer."""
    if not head.is_message(payload, "HTTP"):
        return payload
    message = head.parse(payload)
    return message.body if message.code == code else None


def body_of(frame: Frame) -> bytes | None:
    """The body of an HTTP answer of any status; the payload itself where it has no head.

    None for datagrams and for requests, by who carried them or by their head.

    Raises:
        ParseError: The head is broken.
    """
    if frame.direction is Direction.REQUEST or frame.transport is Transport.UDP:
        return None
    if not head.is_message(frame.payload, "HTTP"):
        return frame.payload
    message = head.parse(frame.payload)
    return None if message.code is None else message.body


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object that the bytes hold.

    Raises:
        ParseError: Longer than 64 KiB, no JSON, nested too deep, or no object.
    """
    if len(data) > MAX_JSON_BYTES:
        raise ParseError(f"JSON of {len(data)} bytes is longer than {MAX_JSON_BYTES}")
    try:
        found = _decode_json(decode(data).strip("\x00\r\n\t "))
    except (ValueError, RecursionError) as error:
        raise ParseError(f"no readable JSON: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise ParseError("JSON, but no object")
    return found


def inner(value: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The object inside an object, empty where there is none on that path."""
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def scalar(value: Mapping[str, Any], *names: str) -> str | None:
    """The first of these members that is text, a number or a truth value, as text."""
    for name in names:
        found = value.get(name)
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, str) and clean(found):
            return clean(found)
        if isinstance(found, int | float) and abs(found) < 1e15:
            return str(found)
    return None


def assignments(data: bytes, mark: str = "=") -> Mapping[str, str]:
    """`key=value` lines as key to value: the first of a key counts, quotes around values go.

    A line without `mark` is passed over; at most 512 lines are read.
    """
    found: dict[str, str] = {}
    for line in decode(data[:MAX_JSON_BYTES]).splitlines()[:MAX_LINES]:
        key, sign, value = line.partition(mark)
        if sign and (name := clean(key, 128)):
            found.setdefault(name, clean(value).strip("'\""))
    return MappingProxyType(found)


def add_fields(facts: Facts, values: Mapping[str, Any], fields: Iterable[tuple[str, str]]) -> None:
    """Adds a fact for each member that is there: pairs of member name and fact key.

    A key that ends in `.mac` takes MACs only.
    """
    for name, key in fields:
        value = scalar(values, name)
        if key.endswith(".mac"):
            facts.add_mac(key, value)
        else:
            facts.add(key, value)


def broadcast(
    probe: str,
    port: int,
    payload: bytes,
    *,
    request: str = "search",
    reply_ports: tuple[int, ...] = (),
    source_port: int = 0,
    listen_s: float = 3.0,
) -> Query:
    """A datagram to everybody on the attached network, sent twice."""
    return Query(
        probe,
        Transport.BROADCAST,
        EVERYBODY,
        port,
        payload,
        request=request,
        reply_ports=reply_ports,
        source_port=source_port,
        listen_s=listen_s,
        repeats=2,
    )


def wanted(known: Known, vendors: frozenset[str], *slots: Slot) -> bool:
    """One of these vendors is named, nothing settles the host, and one of the slots is open."""
    open_slots = [
        slot for slot in slots or (Slot.MODEL, Slot.FIRMWARE) if slot not in known.settled
    ]
    return bool(open_slots and vendors & known.vendors) and not known.done


def ask_udp(
    probe: str,
    seen: Observation,
    port: int,
    payload: bytes,
    *,
    request: str = "search",
    reply_ports: tuple[int, ...] = (),
    source_port: int = 0,
    listen_s: float = 2.0,
) -> tuple[Query, ...]:
    """The same datagram to the one host that was seen; nothing where its address is not known."""
    if seen.address is None or seen.probe == probe:
        return ()
    return (
        Query(
            probe,
            Transport.UDP,
            seen.address,
            port,
            payload,
            request=request,
            reply_ports=reply_ports,
            source_port=source_port,
            listen_s=listen_s,
        ),
    )


def ask_web(
    probe: str,
    seen: Observation,
    request: str,
    payload: bytes = b"",
    headers: tuple[tuple[str, str], ...] = NO_HEADERS,
) -> tuple[Query, ...]:
    """An HTTP request to the web port that was seen to answer; nothing for other observations."""
    if seen.address is None or seen.transport not in WEB or not seen.port or seen.probe == probe:
        return ()
    return (
        Query(
            probe,
            seen.transport,
            seen.address,
            seen.port,
            payload,
            request=request,
            headers=headers,
            listen_s=5.0,
        ),
    )
