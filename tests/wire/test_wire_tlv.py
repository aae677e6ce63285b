"""Fields at offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import ParseError
from camfinder.wire import tlv

DATA = bytes(range(1, 33))


def test_numbers_both_ways() -> None:
    """Integers are read in the order their names say."""
    assert tlv.u8(DATA, 0) == 1
    assert tlv.u16le(DATA, 0) == 0x0201
    assert tlv.u16be(DATA, 0) == 0x0102
    assert tlv.u32le(DATA, 0) == 0x04030201
    assert tlv.u32be(DATA, 0) == 0x01020304


def test_addresses() -> None:
    """Addresses come as text, unset ones as None."""
    assert tlv.mac(DATA, 0) == "01:02:03:04:05:06"
    assert tlv.mac(bytes(6), 0) is None
    assert tlv.ipv4(b"\xc0\x00\x02\x01", 0) == "192.0.2.1"
    assert tlv.ipv4(bytes(4), 0) is None
    assert tlv.ipv6(b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01", 0) == "2001:db8::1"
    assert tlv.ipv6(bytes(16), 0) is None


def test_text_ends_at_nul() -> None:
    """What stands behind the NUL of a text field is left-over."""
    assert tlv.text(b"AB\x00junk....", 0, 8) == "AB"
    assert tlv.text_to_end(b"xxAB\x00junk", 2) == "AB"


@pytest.mark.parametrize("read", [tlv.u8, tlv.u16le, tlv.u32be, tlv.mac, tlv.ipv4, tlv.ipv6])
@pytest.mark.parametrize("at", [-1, 32, 10_000])
def test_outside_is_a_parse_error(read: object, at: int) -> None:
    """No field is read from outside the message."""
    assert callable(read)
    with pytest.raises(ParseError):
        read(DATA, at)


def test_records() -> None:
    """Tag-length-value records come in order; a cut one is an error."""
    data = b"\x01\x00\x02hi\x02\x00\x00"
    assert tlv.records(data, 0, 1, 2) == [(1, b"hi"), (2, b"")]
    with pytest.raises(ParseError):
        tlv.records(data[:-1], 0, 1, 2)


@given(st.binary(max_size=300), st.integers(1, 2), st.integers(1, 4))
def test_records_of_anything(data: bytes, tag: int, length: int) -> None:
    """Arbitrary bytes give records that lie within them, or a ParseError."""
    try:
        found = tlv.records(data, 0, tag, length)
    except ParseError:
        return
    assert sum(len(value) for _, value in found) <= len(data)
