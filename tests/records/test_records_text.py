"""Encodings of office programs."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.model import CamfinderError
from camfinder.records.text import decode, trouble

GERMAN = "Gerät;Straße;Tür Süd\r\nKamera;Höfe;10.0.0.5\r\n"
POLISH = "Urządzenie;Miejsce;Łącznik\r\nkamera;Łódź, wejście główne;źródło\r\n"
FRENCH = "Modèle;Numéro de série;Emplacement\r\nx;y;entrée près du cœur d'îlot\r\n"


@pytest.mark.parametrize("text", [GERMAN, POLISH, FRENCH], ids=["de", "pl", "fr"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_forms(text: str, charset: str) -> None:
    """With a byte order mark or without one."""
    assert decode(text.encode(charset), "x") == text


@pytest.mark.parametrize(
    ("text", "charset"),
    [(GERMAN, "cp1252"), (FRENCH, "cp1252"), (POLISH, "cp1250"), (GERMAN, "cp850")],
)
def test_code_pages(text: str, charset: str) -> None:
    """The code page in which the letters make sense."""
    assert decode(text.encode(charset), "x") == text


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"\xff\xfea",
        b"%PDF-1.7\n" + b"\0\1\2\3" * 99,
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    """Pictures, cut UTF-16, PDFs are refused in one line that says what to do."""
    with pytest.raises(CamfinderError, match=r"^x .*save it"):
        decode(data, "x")


@pytest.mark.parametrize(
    ("text", "charset"), [(GERMAN, "cp1252"), (FRENCH, "cp1252"), (POLISH, "cp1250")]
)
def test_a_mark_before_a_code_page(text: str, charset: str) -> None:
    """The mark says UTF-8, the letters say otherwise: read, and told."""
    data = codecs.BOM_UTF8 + text.encode(charset)
    assert decode(data, "x") == text
    assert "x says that it is UTF-8" in trouble(data, "x")


def test_lines_that_somebody_added_with_another_program() -> None:
    """Each line is read as what it is; the first stray one is named."""
    data = codecs.BOM_UTF8 + GERMAN.encode() + "Säule;Köln\r\n".encode("cp1252") + POLISH.encode()
    assert decode(data, "x") == GERMAN + "Säule;Köln\r\n" + POLISH
    assert "a line is not (line 3)" in trouble(data, "x")


@pytest.mark.parametrize("data", [b"", GERMAN.encode("utf-8-sig"), GERMAN.encode("cp1252")])
def test_nothing_is_told_of_files_that_are_what_they_say(data: bytes) -> None:
    """UTF-8 with its mark, and files that say nothing."""
    assert trouble(data, "x") == ""


@given(st.binary(max_size=300))
def test_whatever_stands_behind_the_mark(data: bytes) -> None:
    """Text or a refusal; what is told goes with what was read."""
    marked = codecs.BOM_UTF8 + data
    try:
        text = decode(marked, "x")
    except CamfinderError:
        return
    assert text.count("\n") == data.count(b"\n")
    assert bool(trouble(marked, "x")) == (text.encode() != data)
