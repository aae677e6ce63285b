"""DNS messages by the codec of zeroconf."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import (  # type: ignore[attr-defined]  # exported, though not in __all__
    DNSAddress,
    DNSIncoming,
    DNSOutgoing,
    DNSPointer,
    DNSService,
    DNSText,
)

from camfinder.model import ParseError
from camfinder.wire import dns

NAME = "Nord - 00408C000001._axis-video._tcp.local."


def answer() -> bytes:
    """An answer with one record of each type."""
    out = DNSOutgoing(0x8400)
    out.add_answer_at_time(DNSPointer("_axis-video._tcp.local.", 12, 1, 4500, NAME), 0)
    out.add_answer_at_time(DNSService(NAME, 33, 1, 120, 0, 0, 80, "nord.local."), 0)
    out.add_answer_at_time(DNSText(NAME, 16, 1, 4500, b"\x03a=1\x00\x05words"), 0)
    out.add_answer_at_time(DNSAddress("nord.local.", 1, 1, 120, b"\xc0\x00\x02\x0a"), 0)
    out.add_answer_at_time(
        DNSAddress("nord.local.", 28, 1, 120, ip_address("2001:db8::1").packed), 0
    )
    return bytes(out.packets()[0])


def test_records() -> None:
    """All types come back with their fields."""
    message = dns.parse(answer())
    assert message.is_response
    pointer, service, text, four, six = message.records
    assert (pointer.type, pointer.target) == ("PTR", NAME.rstrip("."))
    assert (service.port, service.target) == (80, "nord.local")
    assert text.strings == (b"a=1", b"words")
    assert four.address == ip_address("192.0.2.10")
    assert six.address == ip_address("2001:db8::1")


def test_cut_message_keeps_its_first_records() -> None:
    """What came before the cut is there."""
    message = dns.parse(answer()[:-10])
    assert len(message.records) == 4


def test_query_bytes() -> None:
    """The meta query with the QU bit is the one known by heart."""
    assert dns.query(["_services._dns-sd._udp.local"], unicast=True) == bytes.fromhex(
        "000000000001000000000000095f7365727669636573075f646e732d7364045f756470056c6f63616c00000c8001"
    )


def test_query_is_read_back() -> None:
    """Several questions in one packet, multicast or unicast, as another reader sees them."""
    incoming = DNSIncoming(dns.query(["_http._tcp.local", "_rtsp._tcp.local."]))
    assert incoming.is_query()
    assert [question.name for question in incoming.questions] == [
        "_http._tcp.local.",
        "_rtsp._tcp.local.",
    ]
    assert not any(question.unicast for question in incoming.questions)


def test_query_that_cannot_be() -> None:
    """Names that DNS cannot carry are the caller's error."""
    with pytest.raises(ValueError, match=r"\S"):
        dns.query(["x" * 80 + ".local"])


def test_txt_strings_are_lenient() -> None:
    """Empty strings are left out, a cut one is kept."""
    assert dns.txt_strings(b"\x00\x03a=1\x09cut") == (b"a=1", b"cut")


@pytest.mark.parametrize("data", [b"", b"\x00" * 11, b"\xff" * 12])
def test_no_message(data: bytes) -> None:
    """Too short or senseless bytes are a ParseError."""
    with pytest.raises(ParseError):
        dns.parse(data)


def test_compression_loop_ends() -> None:
    """A name that points at itself does not hang the reader."""
    header = b"\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"
    with pytest.raises(ParseError):
        dns.parse(header + b"\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x78\x00\x02\xc0\x0c")


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_anything(data: bytes, at: int, value: int) -> None:
    """Arbitrary and damaged messages give records or a ParseError."""
    whole = bytearray(answer())
    whole[at % len(whole)] = value
    for candidate in (
        data,
        bytes(whole),
        b"\x00\x00\x84\x00\x00\x00\x00\x05\x00\x00\x00\x00" + data,
    ):
        try:
            message = dns.parse(candidate)
        except ParseError:
            continue
        assert len(message.records) <= dns.MAX_RECORDS
