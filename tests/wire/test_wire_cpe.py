"""CPE 2.3 names as formatted strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.wire.cpe import bind, parse, quoted


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("DS-2CD2032-I", "ds-2cd2032-i"),
        ("DS-7604NI-K1/4P(B)", r"ds-7604ni-k1\/4p\(b\)"),
        ("5.4.5 build 170123", "5.4.5_build_170123"),
        ("Hanwha_Vision", "hanwha_vision"),
        ("-", r"\-"),
        ("a*b?c:d\\", r"a\*b\?c\:d\\"),
        ("Bücher\u202e\n", "bcher"),
    ],
)
def test_values_are_quoted(value: str, expected: str) -> None:
    """Letters, digits, period, hyphen, underscore stand as they are, the rest is quoted."""
    assert quoted(value) == expected


def test_names_are_bound() -> None:
    """Hardware has no version, firmware has one or any."""
    assert bind("h", "axis", "P3245-LVE", "") == "cpe:2.3:h:axis:p3245-lve:-:*:*:*:*:*:*:*"
    firmware = bind("o", "axis", "P3245-LVE_firmware", "10.12.182")
    assert firmware == "cpe:2.3:o:axis:p3245-lve_firmware:10.12.182:*:*:*:*:*:*:*"
    assert bind("o", "axis", "x_firmware", "") == "cpe:2.3:o:axis:x_firmware:*:*:*:*:*:*:*:*"
    assert bind("h", "", "x", "") is None
    assert bind("h", "axis", "\u202e", "") is None


def test_names_are_taken_apart() -> None:
    """Quoting is undone, also of colons."""
    found = parse(r"cpe:2.3:h:hikvision:ds-7604ni-k1\/4p\(b\):-:*:*:*:*:*:*:*")
    assert found == ("h", "hikvision", "ds-7604ni-k1/4p(b)", "-")
    assert parse(r"cpe:2.3:a:x:a\:b:1.0:*:*:*:*:*:*:*") == ("a", "x", "a:b", "1.0")


@pytest.mark.parametrize(
    "name", ["", "cpe:/h:axis:x", "cpe:2.3:h:axis:x", "cpe:2.3:z:a:b:*:*:*:*:*:*:*:*", "x" * 2_000]
)
def test_other_texts_are_none(name: str) -> None:
    """The older form, too few parts, an unknown part, an endless text."""
    assert parse(name) is None


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_bound_names_come_back(product: str, version: str) -> None:
    """Whatever a device says of itself, the name is well-formed and keeps what CPE can hold."""
    name = bind("o", "acme", product, version)
    if name is not None:
        found = parse(name)
        assert found is not None
        assert found.vendor == "acme"
        assert quoted(found.product) == quoted(product)
