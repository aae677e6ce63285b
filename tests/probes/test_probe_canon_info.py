"""Canon WebView information."""

import pytest
from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_lazy, facts, named, only, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.canon_info import PROBE

NEW = b"s.epoch=Mon, 22 Jun 2015\r\ns.hardware:=Canon VB-X99\r\ns.firmware:=Ver. 1.0.2\r\n"
OLD = b"hardware:=Canon VB-X99\r\ntype:=c\r\nfirmware:=1.0.2\r\n"


@pytest.mark.parametrize("body", [NEW, OLD])
def test_information(body: bytes) -> None:
    """Old and new names; the word before the version goes."""
    found = facts(PROBE, web(body))
    assert found["canon_info.model"] == "Canon VB-X99"
    assert found["canon_info.firmware"] == "1.0.2"


def test_others_are_silent() -> None:
    """Other lines, refusals."""
    assert silent(PROBE, web(b"hardware=x\r\nfirmware=y\r\n"))
    assert silent(PROBE, web(NEW, status=b"401 Unauthorized"))


def test_question() -> None:
    """One GET."""
    query = only(PROBE.follow_ups(seen(), named("canon")))
    assert (query.request, query.payload) == ("GET /-wvhttp-01-/info.cgi", b"")
    check_lazy(PROBE, named("canon"))


@FUZZ
@given(payload=damaged([NEW, OLD]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(NEW))
