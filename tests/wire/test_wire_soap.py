"""XML that is broken, hostile or merely odd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from camfinder.model import ParseError
from camfinder.wire import soap

ENVELOPE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:x="urn:x" xmlns="urn:y">'
    b"<s:Header/><s:Body><x:Answer><Name> Gate </Name></x:Answer></s:Body></s:Envelope>"
)


def test_names_and_namespaces() -> None:
    """Local names, Clark names and names in text are resolved."""
    root = soap.parse(ENVELOPE)
    content = soap.body(root)
    assert content is not None
    assert soap.clark(content) == "{urn:x}Answer"
    assert soap.namespace(content) == "urn:x"
    assert soap.find_text(content, "Name") == "Gate"
    assert soap.resolve(content, "x:Type") == "{urn:x}Type"
    assert soap.resolve(content, "Type") == "{urn:y}Type"
    assert soap.resolve(content, "unknown:Type") == "{}Type"


def test_undeclared_prefix() -> None:
    """A prefix that nobody declared does not hide the local name."""
    root = soap.parse(b"<root><q:Thing>v</q:Thing></root>")
    assert soap.find_text(root, "Thing") == "v"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a><b>Gate & Yard</b></a>", "Gate & Yard"),
        (b"<a><b>x &lt; y &amp; z</b></a>", "x < y & z"),
        (b"<a><b>t\x00e\x01xt</b></a>", "t e xt"),
        (b"<a><b>open", "open"),
        (b"junk<a><b>in</b></a>\x00\x00", "in"),
        (b'<?xml version="1.0" encoding="no-such"?><a><b>enc</b></a>', "enc"),
        ("<?xml version='1.0' encoding='UTF-16'?><a><b>wide</b></a>".encode("utf-16"), "wide"),
        (b"<a><b>B\xfcro</b></a>", "B\xfcro"),
        ("<?xml version='1.0' encoding='GB2312'?><a><b>会议</b></a>".encode("gb2312"), "会议"),
    ],
)
def test_broken_but_read(data: bytes, text: str) -> None:
    """Broken XML still gives its text."""
    assert soap.find_text(soap.parse(data), "b") == text


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<!doctype html><html></html>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
        b"<a>" * 200 + b"</a>" * 200,
        b"<a>" + b"x" * soap.MAX_XML_BYTES + b"</a>",
        b"",
        b"no markup at all",
    ],
)
def test_refused(data: bytes) -> None:
    """DTDs, depth, length and nonsense are ParseErrors."""
    with pytest.raises(ParseError):
        soap.parse(data)


def test_external_entity_is_never_read(tmp_path: object) -> None:
    """A reference to an entity stays text; no file is opened."""
    root = soap.parse(b"<a><b>&secret;</b></a>")
    assert soap.find_text(root, "b") == "&secret;"
    assert b"secret" in etree.tostring(root)


def test_loose_texts() -> None:
    """Tags are found by pattern where elements cannot be."""
    data = b"<x:XAddrs>http://192.0.2.1/ &amp; more</x:XAddrs><XAddrs a='1'>second<broken"
    assert soap.loose_texts(data, "XAddrs") == ["http://192.0.2.1/ & more", "second"]
    assert soap.loose_text(data, "Missing") == ""


def test_matches_are_bounded() -> None:
    """No more elements of one name are handed out than the bound."""
    root = soap.parse(b"<a>" + b"<b/>" * 2000 + b"</a>")
    assert len(list(soap.iter_named(root, "b"))) == soap.MAX_MATCHES


@given(st.one_of(st.binary(max_size=400), st.text("<>/ab&;:\"'= \x00!?[]-", max_size=200)))
def test_anything(data: bytes | str) -> None:
    """Arbitrary input gives a tree or a ParseError."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        root = soap.parse(raw)
    except ParseError:
        return
    for element in soap.iter_named(root, "a", "b"):
        soap.text_of(element)
        soap.clark(element)
