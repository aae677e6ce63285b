"""Basic encoding rules: what is written is read again, and by another implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.asn1.ber import BERcodec_INTEGER, BERcodec_OID

from camfinder.model import ParseError
from camfinder.wire import ber

ARCS = st.lists(st.integers(0, ber.MAX_ARC), min_size=1, max_size=20)


@given(st.integers(0, 255).filter(lambda kind: kind & 0x1F != 0x1F), st.binary(max_size=70_000))
def test_elements_are_read_as_written(kind: int, content: bytes) -> None:
    """Short and long lengths; what stands behind is left alone."""
    whole = ber.element(kind, content)
    assert list(ber.elements(whole + b"\x05\x00", 8)) == [
        (kind, content, whole), (ber.NULL, b"", b"\x05\x00"),
    ]  # fmt: skip
    assert ber.only(whole, kind) == content


@pytest.mark.parametrize(
    ("size", "length"),
    [(0, "00"), (127, "7f"), (128, "8180"), (255, "81ff"), (256, "820100"), (65_536, "83010000")],
)
def test_lengths_take_as_few_bytes_as_hold_them(size: int, length: str) -> None:
    """X.690 section 8.1.3, as the distinguished rules want it."""
    assert ber.element(ber.TEXT, bytes(size))[1:].startswith(
        bytes.fromhex(length) + bytes(size)[:1]
    )


@given(st.integers(0, 2**64))
def test_integers(value: int) -> None:
    """A highest bit that is set gets a zero before it: else the number were negative."""
    assert ber.integer(value) == bytes(BERcodec_INTEGER.enc(value))
    assert int.from_bytes(ber.only(ber.integer(value), ber.INTEGER), "big") == value


@given(ARCS)
def test_object_identifiers(arcs: list[int]) -> None:
    """Written as scapy writes them, read as they were."""
    dotted = ".".join(["1", "3", *map(str, arcs)])
    written = ber.written_id(dotted)
    assert written == bytes(BERcodec_OID.enc(dotted.encode()))
    assert ber.object_id(ber.only(written, ber.OBJECT_ID)) == (1, 3, *arcs)


@pytest.mark.parametrize(
    "content", [b"", b"\x2b\x86", b"\x01" * 129, b"\x2b" + b"\xff" * 5 + b"\x7f"]
)
def test_broken_object_identifiers(content: bytes) -> None:
    """Empty, cut within an arc, over 128 bytes, an arc over 32 bits."""
    with pytest.raises(ParseError):
        ber.object_id(content)


@pytest.mark.parametrize(
    "data", [b"\x30", b"\x30\x05\x00", b"\x30\x80\x00\x00", b"\x30\x85" + bytes(9)]
)
def test_broken_elements(data: bytes) -> None:
    """Cut, or of an indefinite or an absurd length."""
    with pytest.raises(ParseError):
        list(ber.elements(data, 4))


def test_only_wants_its_type() -> None:
    """Another one, or none, is an error."""
    for data in (b"", b"\x04\x00"):
        with pytest.raises(ParseError):
            ber.only(data, ber.SEQUENCE)
