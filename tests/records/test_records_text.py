"""Encodings of office programs."""

import pytest

from camfinder.model import CamfinderError
from camfinder.records.text import decode

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
    [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"\xff\xfea", b"%PDF-1.7\n" + b"\0\1\2\3" * 99],
)
def test_what_is_no_text(data: bytes) -> None:
    """Pictures, cut UTF-16, PDFs are refused in one line that says what to do."""
    with pytest.raises(CamfinderError, match=r"^x .*save it"):
        decode(data, "x")
