"""Byte strings made of parts."""

import pytest

from camfinder.lab import template
from camfinder.model import CamfinderError

VALUES = {"ip_hex": "0a4d0001", "model": "X-1"}


@pytest.mark.parametrize(
    ("parts", "digits"),
    [
        (("a3 01 ${ip_hex}",), "a3010a4d0001"),
        (("text:${model}", "text[4]:${model}", "text[2]:${model}"), "582d31582d3100582d"),
        (("zeros[3]", "request[1:3]", "request[3]"), "000000313233"),
        (("u8:1", "u16be:258", "u16le:258", "u32be:1", "u32le:1"), "01010202010000000101000000"),
        (("rest:u16le", "rest[1]:u16be", "text:abc"), "05000002616263"),
    ],
)
def test_parts_become_bytes(parts: tuple[str, ...], digits: str) -> None:
    """Each form of part, in the order of the table in the module."""
    assert template.build(parts, VALUES, b"0123").hex() == digits


def test_tp_link_checksum() -> None:
    """The smallest request of TP-Link's discovery has a known checksum."""
    built = template.build(("02 00 00 01 00 00 00 00 00 00 00 00", "crc32"), {})
    assert built.hex() == "020000010000000000000000463cb5d3"


def test_kasa_cipher() -> None:
    """The well-known question of TP-Link's port 9999 under its cipher."""
    built = template.build(('kasa:{"system":{"get_sysinfo":{}}}',), {})
    assert built.hex() == "d0f281f88bff9af7d5ef94b6d1b4c09fec95e68fe187e8caf08bf68bf6"


def test_wildcards_match() -> None:
    """`??` stands for any byte; the data may be longer, never shorter."""
    wanted = template.pattern("ff ?? 05")
    assert template.matches(wanted, b"\xff\x00\x05\x09")
    assert not template.matches(wanted, b"\xff\x00\x06")
    assert not template.matches(wanted, b"\xff\x00")


def test_unknown_names_are_refused() -> None:
    """A name without a value never goes out as it stands."""
    with pytest.raises(CamfinderError, match="nobody"):
        template.fill("${nobody}", VALUES)
