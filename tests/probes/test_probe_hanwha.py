"""Hanwha Wisenet IP installer."""

from pathlib import Path

from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    TARGET,
    attack,
    cases,
    check_lazy,
    facts,
    named,
    only,
    seen,
    silent,
)

from camfinder.probes.hanwha import EXTENDED_SEARCH, PROBE, SEARCH


def answer(name: bytes, model: bytes = b"", mac: bytes = b"00:09:18:00:00:01") -> bytes:
    """A base answer, or an extended one with a whole model."""
    data = bytearray(334 if model else 262)
    data[0] = 0x0C if model else 0x0B
    for at, value in (
        (0x13, mac),
        (0x25, b"192.0.2.20"),
        (0x55, b"hunter2"),
        (0x6D, name),
        (0x78, (80).to_bytes(2, "little")),
        (0x7A, (4520).to_bytes(2, "little")),
    ):
        data[at : at + len(value)] = value
    if model:
        data[0x105:0x10A] = b"porch"
        data[0x125 : 0x125 + len(model)] = model
        data[0x14D] = 1
    return bytes(data)


BASE = answer(b"XNV-9080R")
EXTENDED = answer(b"PNM-C99999", b"PNM-C99999RVQ")


def test_base_answer() -> None:
    """A name shorter than its field is the model."""
    assert facts(PROBE, frame(BASE, 7701)) == {
        "hanwha.answer": "base",
        "hanwha.mac": "00:09:18:00:00:01",
        "hanwha.address": "192.0.2.20",
        "hanwha.model": "XNV-9080R",
        "hanwha.http_port": "80",
        "hanwha.port": "4520",
    }


def test_name_that_fills_its_field_is_no_model() -> None:
    """Ten characters may be cut: they are kept apart."""
    found = facts(PROBE, frame(answer(b"PNM-C99999"), 7701))
    assert found["hanwha.model_start"] == "PNM-C99999"
    assert "hanwha.model" not in found


def test_extended_answer() -> None:
    """The whole model, the alias, and whether a password was set."""
    found = facts(PROBE, frame(EXTENDED, 7701))
    assert found["hanwha.model"] == "PNM-C99999RVQ"
    assert found["hanwha.name"] == "porch"
    assert found["hanwha.password_status"] == "1"
    assert "hanwha.model_start" not in found


def test_password_is_cut() -> None:
    """The field with the password is blank in the evidence."""
    for payload in (BASE, EXTENDED):
        raw = one(PROBE, frame(payload, 7701)).raw
        assert b"hunter2" not in raw
        assert len(raw) == len(payload)


def test_questions() -> None:
    """Modes 01 and 06 only, 262 bytes, zero behind the packet id; answers come to port 7711."""
    queries = list(PROBE.discover(TARGET))
    assert [query.payload for query in queries] == [SEARCH, EXTENDED_SEARCH]
    for query, mode in zip(queries, (1, 6), strict=True):
        assert (query.port, query.reply_ports) == (7701, (7711,))
        assert len(query.payload) == 262
        assert query.payload[0] == mode
        assert not any(query.payload[19:])
    assert only(PROBE.follow_ups(seen(), named("hanwha"))).payload == EXTENDED_SEARCH
    check_lazy(PROBE, named("hanwha"))


def test_questions_and_strangers_are_silent() -> None:
    """Echoed questions, and other protocols that begin with the same byte."""
    assert silent(PROBE, frame(SEARCH, 7701))
    assert silent(PROBE, frame(EXTENDED_SEARCH, 7701))
    assert silent(PROBE, frame(BASE, 5000))
    assert silent(PROBE, frame(BASE[:100], 7701))


def test_without_a_mac_is_broken() -> None:
    """Every answer names its MAC."""
    rejects(PROBE, frame(answer(b"X", mac=b"nonsense"), 7701))


def test_recorded_answer(shared: Path) -> None:
    """The recorded answer gives what its index says."""
    (payload,) = [data for line, data in cases(shared, "vendor-udp") if "hanwha" in line["file"]]
    found = facts(PROBE, frame(payload, 7701))
    assert found["hanwha.model"] == "Virtual"
    assert found["hanwha.mac"] == "00:11:22:33:44:55"
    assert found["hanwha.address"] == "240.0.9.0"


@FUZZ
@given(payload=damaged([BASE, EXTENDED]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 7701))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(EXTENDED, 7701))
