"""What a page shows of its device in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.wire import page


def said(text: str) -> list[tuple[str, str]]:
    """Keys and values, in order."""
    return [(key, value) for key, value in page.words(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<h1>Nord 500</h1>", "Nord 500"),
        ("<H2 class=x>\n Nord\n <small>500</small></H2>", "Nord 500"),
        ('<p style="x" id="login-title">NORD N8</p>', "NORD N8"),
        ('<td><span class="model">N80W</span>', "N80W"),
        ("<div class='page brand_name'>Nord &amp; Co</div>", "Nord & Co"),
    ],
)
def test_headings(text: str, value: str) -> None:
    """Headings, and what a page marks as its title, product, model or brand."""
    assert said(text) == [("http.heading", value)]


@pytest.mark.parametrize(
    "text",
    [
        '<p class="subtitled">Nord</p>',
        '<p title="model">Nord</p>',
        '<input id="model" value="Nord">',
        "<h4>Nord</h4>",
        "<p>a model of Nord</p>",
    ],
)
def test_no_headings(text: str) -> None:
    """Words of a page that are not marked so."""
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('<meta name="generator" content="NordWeb 2">', "NordWeb 2"),
        ("<META CONTENT='Nord AG' NAME=author>", "Nord AG"),
        ("<meta name=product content=N80W>", "N80W"),
    ],
)
def test_meta(text: str, value: str) -> None:
    """Who made the page and what it is about, by its meta elements."""
    assert said(text) == [("http.meta", value)]


@pytest.mark.parametrize(
    "text",
    [
        '<meta name="keywords" content="Nord, Sued, West">',
        '<meta name="viewport" content="width=device-width">',
        '<meta http-equiv="refresh" content="0; url=/nord">',
    ],
)
def test_no_meta(text: str) -> None:
    """Lists of key words name many brands: they say nothing."""
    assert said(text) == []


def test_all_together_and_bounded() -> None:
    """Title, notice, headings in this order; of many headings the first few."""
    text = "<title> A  B </title>&copy; 2020 Nord AG<br>" + "<h1>x</h1>" * 50
    found = said(text)
    assert found[:2] == [("http.title", "A B"), ("http.copyright", "2020 Nord AG")]
    assert found[2:] == [("http.heading", "x")] * page.MAX_EACH


@given(st.text(alphabet="<>h1/metanmodel=\"' x\n", max_size=400))
def test_any_text(text: str) -> None:
    """Nothing is raised, and nothing is longer than what is promised."""
    assert all(len(value) <= page.WORDS_CHARS for _key, value in said(text))
