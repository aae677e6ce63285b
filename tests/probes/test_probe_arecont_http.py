"""Arecont parameters: one line each."""

import pytest
from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_lazy, facts, named, seen, silent, web

from camfinder.model import Slot, Transport
from camfinder.probes.arecont_http import PROBE


@pytest.mark.parametrize(
    ("body", "key", "value"),
    [
        (b"model=AV9999DN\r\n", "arecont_http.model", "AV9999DN"),
        (b"model=fullname=AV9999DN-28", "arecont_http.model", "AV9999DN-28"),
        (b"mac=00:1A:07:00:00:01", "arecont_http.mac", "00:1a:07:00:00:01"),
        (b"fwversion=65182", "arecont_http.firmware", "65182"),
    ],
)
def test_values(body: bytes, key: str, value: str) -> None:
    """What stands behind the sign is the value."""
    assert facts(PROBE, web(body, "GET /get?x")) == {key: value}


def test_others_are_silent() -> None:
    """Only answers to its own path count, and only in its form."""
    assert silent(PROBE, web(b"model=AV9999DN"))
    assert silent(PROBE, web(b"<html>model=AV</html>", "GET /get?model=fullname"))
    assert silent(PROBE, web(b"model=AV9999", "GET /get?model", status=b"401 Unauthorized"))
    assert silent(PROBE, web(b"", "GET /get?model"))


def test_questions() -> None:
    """Model and MAC, each while it is open."""
    queries = list(PROBE.follow_ups(seen(), named("arecont")))
    assert [query.request for query in queries] == ["GET /get?model=fullname", "GET /get?mac"]
    known = named("arecont", settled=[Slot.MODEL])
    assert [query.request for query in PROBE.follow_ups(seen(), known)] == ["GET /get?mac"]
    check_lazy(PROBE, named("arecont"))


@FUZZ
@given(payload=damaged([b"model=fullname=AV9999DN"]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP, request="GET /get?model"))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(b"model=AV9999DN", "GET /get?model"))
