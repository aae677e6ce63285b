"""Greetings of the makers' own protocols."""

import json

import pytest
from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, facts, only, silent
from shipped import engine

from camfinder.flow.cases import identify_case
from camfinder.model import Direction, Target, Transport
from camfinder.probes import all_probes
from camfinder.probes.sdk import PROBE

GREETINGS = [
    ("000000100000001e0000001e00000000", "hikvision"),
    ("47654f7610000000", "geovision"),
    ("4433221100000000c6110000ae150000", "geovision-mobile"),
    ("5249464100000000", "rifatron"),
    ("696e763257040f000000010009", "kguard"),
    ("58915851", "topsee"),
]


@pytest.mark.parametrize(("start", "protocol"), GREETINGS)
def test_greetings(start: str, protocol: str) -> None:
    """Each is known by its first bytes; no more than sixteen are kept."""
    heard = frame(bytes.fromhex(start) + b"session data that goes on", 8000, Transport.TCP)
    assert facts(PROBE, heard)["sdk.protocol"] == protocol
    assert len(one(PROBE, heard).raw) == 16


@pytest.mark.parametrize(("start", "protocol"), GREETINGS)
def test_each_greeting_tells_the_maker(start: str, protocol: str) -> None:
    """The bytes alone: a surveillance device, and whose, unless many labels share the boards."""
    told = {"transport": "tcp", "port": 8000, "hex": start, "direction": "answer"}
    case = {"id": "1", "observations": [{"kind": "frame", "value": json.dumps(told)}]}
    found = identify_case(case, engine(), all_probes())
    assert found["surveillance"] is True
    names = {"topsee": "", "geovision-mobile": "geovision"}
    told_maker = found["maker"] or found["brand"] or ""
    assert told_maker.casefold() == names.get(protocol, protocol)
    assert found["confidence"] == "medium"


def test_others_are_silent() -> None:
    """A client, a datagram, another greeting, none."""
    known = bytes.fromhex(GREETINGS[0][0])
    assert silent(PROBE, frame(known, 8000, Transport.TCP, direction=Direction.REQUEST))
    assert silent(PROBE, frame(known, 8000))
    assert silent(PROBE, frame(b"HTTP/1.1 400 Bad\r\n\r\n", 8000, Transport.TCP))
    assert silent(PROBE, frame(b"", 8000, Transport.TCP))


def test_query_is_silent() -> None:
    """Connect, read, close; nothing where the port is not known to be open."""
    assert not list(PROBE.queries(TARGET))
    query = only(PROBE.queries(Target(TARGET.address, open_ports=(8000, 80))))
    assert (query.port, query.payload, query.max_bytes) == (8000, b"", 256)


@FUZZ
@given(payload=damaged([bytes.fromhex(start) for start, _ in GREETINGS]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 8000, Transport.TCP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(bytes.fromhex(GREETINGS[0][0]), 8000, Transport.TCP))
