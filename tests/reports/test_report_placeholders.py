"""Examples that anybody may read: nothing private stays, and the form does."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camfinder.reports.placeholders import Placeholders, placeholder, same_form

MAC = "4c:11:bf:a7:b8:c9"
KNOWN = [
    ("mac", MAC),
    ("serial", "ZC48120377AF"),
    ("host", "townhall-cellar"),
    ("address", "10.7.1.9"),
]


@pytest.mark.parametrize(
    ("text", "private", "shown"),
    [
        (f"Acme {MAC.upper()} x", "A7:B8:C9", "Acme 4C:11:BF:A1:B2:C3 x"),
        ("Acme 4C11BFA7B8C9", "A7B8C9", "Acme 4C11BFA1B2C3"),
        ("acme-a7b8c9", "a7b8c9", "acme-a1b2c3"),
        ("SN ZC48120377AF end", "48120377", "SN ZC12345678AB end"),
        ("cam on Townhall-Cellar", "Cellar", "cam on host.example.com"),
        ("at 10.7.1.9:80", "10.7", "at 192.0.2.1:80"),
        ("at 192.168.20.5", "192.168", "at 192.0.2.1"),
        ("at fe80::4e11:bfff:fea7:b8c9", "fea7", "at 2001:db8::1"),
        (
            "uuid:2419d68a-2dd2-21b2-a205-4c11bfa7b8c9",
            "2419d68a",
            "uuid:1234a56b-7cd8-90e1-f234-5a67bcd8e9f0",
        ),
        ("mail bob.smith@city.gov now", "bob", "mail user@example.com now"),
        ("rtsp://root:pass@x", "root", "rtsp://abcd:efab@x"),
        ("username=robert&x", "robert", "username=abcdef&x"),
        ("at 59.91273, 10.74609!", "59.9", "at 12.34567, 89.01234!"),
        ("name cam7.intern.lan", "cam7", "name host.example.com"),
        ("http://cam.city.gov/x", "city", "http://host.example.com/x"),
    ],
)
def test_what_identifies_is_replaced(text: str, private: str, shown: str) -> None:
    """Known values in every spelling, and what looks like one."""
    made = "".join(piece.shown for piece in Placeholders(KNOWN).pieces(text))
    assert private not in made
    assert made == shown


@pytest.mark.parametrize(
    "text",
    [
        "Acme AC-2010W Network Camera",
        "firmware 5.5.82.1 build 200101",
        "http://www.acme.com/support",
        "urn:schemas-upnp-org:device http://www.onvif.org/ver10",
        "Boa/0.94.14rc21",
    ],
)
def test_what_is_the_makers_stays(text: str) -> None:
    """Names, versions, the maker's own host."""
    pieces = Placeholders(KNOWN, ["Acme"]).pieces(text)
    assert [piece.kind for piece in pieces] == [""]


def test_a_placeholder_is_another_value() -> None:
    """A value that already looks like a placeholder is replaced by another one."""
    assert placeholder("mac", "4c:11:bf:12:34:ab") == "4c:11:bf:45:67:de"


@given(st.text(max_size=80), st.integers(0, 4))
def test_any_text_is_taken_apart_whole(noise: str, where: int) -> None:
    """Pieces are the text; a known MAC in the middle of anything is never shown."""
    text = f"{noise[:where]} {MAC} {noise[where:]}"
    pieces = Placeholders(KNOWN).pieces(text)
    assert "".join(piece.text for piece in pieces) == text
    assert MAC not in "".join(piece.shown for piece in pieces)


@given(st.text(alphabet="abcXYZ019-_:.", max_size=40), st.integers(0, 5))
def test_the_form_is_kept(text: str, kept: int) -> None:
    """Digits, lower and upper case stay such."""
    form = re2.compile("[0-9]")
    made = same_form(text, kept)
    assert len(made) == len(text)
    assert form.sub("0", made).isupper() == form.sub("0", text).isupper()
    assert [c.isdigit() for c in made] == [c.isdigit() for c in text]
