"""Bodies of answers, JSON, lines, and the forms of questions."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import (
    Direction,
    Frame,
    Known,
    Observation,
    ParseError,
    Slot,
    Transport,
)
from camfinder.wire.exchange import (
    add_fields,
    ask_udp,
    ask_web,
    assignments,
    broadcast,
    inner,
    json_object,
    scalar,
    wanted,
    web_body,
)
from camfinder.wire.text import Facts

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DEVICE = ip_address("192.0.2.20")
SEEN = Observation("http", DEVICE, 8080, Transport.HTTP, (), NOW, "test", b"")


def http(payload: bytes) -> Frame:
    """An HTTP frame."""
    return Frame(Transport.HTTP, DEVICE, 80, payload, NOW, "test")


def test_web_body_of_an_answer_and_of_a_body_alone() -> None:
    """With a head the status counts; without one the payload is the body."""
    assert web_body(http(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello")) == b"hello"
    assert web_body(http(b"HTTP/1.1 401 No\r\n\r\nhello")) is None
    assert web_body(http(b"HTTP/1.1 401 No\r\n\r\nhello"), code=401) == b"hello"
    assert web_body(http(b"hello")) == b"hello"


def test_web_body_of_requests_and_other_transports() -> None:
    """Neither has one."""
    assert web_body(http(b"GET / HTTP/1.1\r\n\r\n")) is None
    assert web_body(replace(http(b"hello"), direction=Direction.REQUEST)) is None
    assert web_body(replace(http(b"hello"), transport=Transport.UDP)) is None


@pytest.mark.parametrize(
    "data", [b"", b"[1]", b"{", b'{"a":' * 50_000, b"{" + b" " * 70_000, b'{"a":' + b"9" * 5000]
)
def test_json_that_is_no_object_is_broken(data: bytes) -> None:
    """Empty, an array, cut, too deep, too long, a number of too many digits."""
    with pytest.raises(ParseError):
        json_object(data)


def test_json_of_devices_is_forgiven_its_ends() -> None:
    """NULs and line ends around it, control characters in it."""
    assert json_object(b'\x00{"a":"x\x01y"}\n\x00') == {"a": "x\x01y"}


@given(st.binary(max_size=200))
def test_json_only_raises_parse_error(data: bytes) -> None:
    """Whatever the bytes are."""
    try:
        json_object(data)
    except ParseError:
        return


def test_members() -> None:
    """Objects inside objects; text, numbers and truth values as text; the rest is nothing."""
    value = {"a": {"b": {"c": 1}}, "t": True, "n": 5, "e": " ", "l": [1], "s": "x", "h": 1e300}
    assert inner(value, "a", "b") == {"c": 1}
    assert inner(value, "a", "x", "y") == {}
    assert inner(value, "s") == {}
    assert (scalar(value, "t"), scalar(value, "n"), scalar(value, "s")) == ("true", "5", "x")
    assert scalar(value, "e", "l", "h", "missing") is None
    assert scalar(value, "e", "s") == "x"


def test_fields_and_macs() -> None:
    """A key that ends in .mac takes MACs only."""
    facts = Facts()
    add_fields(facts, {"m": "00-40-8C-00-00-01", "x": "no mac"}, [("m", "p.mac"), ("x", "q.mac")])
    assert facts.done() == (("p.mac", "00:40:8c:00:00:01"),)


def test_assignments() -> None:
    """The first of a key counts, quotes go, other lines are passed over."""
    lines = b"a=1\r\nb = 'two'\nno sign\na=3\n=x\nc=\n"
    assert dict(assignments(lines)) == {"a": "1", "b": "two", "c": ""}
    assert dict(assignments(b"a:=1\nb=2", ":=")) == {"a": "1"}
    assert len(assignments(b"".join(b"k%d=v\n" % at for at in range(2000)))) == 512


def test_questions() -> None:
    """To everybody twice, to one host once, to the web port that answered."""
    query = broadcast("p", 5, b"x", reply_ports=(6,))
    assert (str(query.address), query.repeats, query.reply_ports) == ("255.255.255.255", 2, (6,))
    (query,) = ask_udp("p", SEEN, 5, b"x")
    assert (query.transport, str(query.address), query.port) == (Transport.UDP, "192.0.2.20", 5)
    (query,) = ask_web("p", SEEN, "GET /x")
    assert (query.transport, query.port, query.request) == (Transport.HTTP, 8080, "GET /x")


def test_nothing_is_asked_where_nobody_would_answer() -> None:
    """No address, no web port, the probe's own answer."""
    assert not ask_udp("p", replace(SEEN, address=None), 5, b"x")
    assert not ask_udp("http", SEEN, 5, b"x")
    assert not ask_web("p", replace(SEEN, transport=Transport.UDP), "GET /")
    assert not ask_web("p", replace(SEEN, port=0), "GET /")


def test_wanted() -> None:
    """A named vendor, an open slot, and a host that is not settled."""
    vendors = frozenset({"nordcam"})
    assert wanted(Known(vendors), vendors)
    assert not wanted(Known(frozenset({"other"})), vendors)
    assert not wanted(Known(vendors, frozenset({Slot.MODEL, Slot.FIRMWARE})), vendors)
    assert wanted(Known(vendors, frozenset({Slot.MODEL})), vendors)
    assert not wanted(Known(vendors, frozenset({Slot.MODEL})), vendors, Slot.MODEL)
    assert not wanted(Known(vendors, surveillance=False), vendors)
