"""SNMP answers: the system group, never the community."""

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent

from camfinder.probes.snmp import PROBE


def ber(kind: int, content: bytes) -> bytes:
    """One element in basic encoding."""
    size = (
        bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    )
    return bytes([kind]) + size + content


def binding(last: int, value: bytes) -> bytes:
    """A binding of 1.3.6.1.2.1.1.<last>.0."""
    return ber(0x30, ber(0x06, bytes([0x2B, 6, 1, 2, 1, 1, last, 0])) + value)


def message(*bindings: bytes, kind: int = 0xA2, version: int = 1) -> bytes:
    """A message with one protocol data unit."""
    number = ber(0x02, b"\x00")
    unit = ber(kind, ber(0x02, b"\x01") + number + number + ber(0x30, b"".join(bindings)))
    return ber(0x30, ber(0x02, bytes([version])) + ber(0x04, b"s3cret") + unit)


DESCRIPTION = binding(1, ber(0x04, b"; NORDCAM N1; Network Camera; 5.1.2;"))
OBJECT_ID = binding(2, ber(0x06, bytes([0x2B, 6, 1, 4, 1, 0x82, 0x70, 1, 1])))
NAME = binding(5, ber(0x04, b"front-door"))
SAMPLE = message(DESCRIPTION, OBJECT_ID, NAME)


@pytest.mark.parametrize("version", [0, 1])
def test_system_group(version: int) -> None:
    """Description, object id and name, in both versions."""
    heard = frame(message(DESCRIPTION, OBJECT_ID, NAME, version=version), 161)
    assert facts(PROBE, heard) == {
        "snmp.sysdescr": "; NORDCAM N1; Network Camera; 5.1.2;",
        "snmp.sysobjectid": "1.3.6.1.4.1.368.1.1",
        "snmp.sysname": "front-door",
    }


def test_community_is_cut() -> None:
    """A community is a credential: it is not in the evidence."""
    assert b"s3cret" not in one(PROBE, frame(SAMPLE, 161)).raw


def test_requests_and_version_3_are_silent() -> None:
    """A question is no device; version 3 is not read."""
    assert silent(PROBE, frame(message(DESCRIPTION, kind=0xA0), 161))
    assert silent(PROBE, frame(message(DESCRIPTION, version=3), 161))
    assert silent(PROBE, frame(message(binding(3, ber(0x43, b"\x01"))), 161))


def test_long_lengths() -> None:
    """Lengths of more than 127 bytes take the long form."""
    long = message(binding(1, ber(0x04, b"x" * 300)))
    assert facts(PROBE, frame(long, 161))["snmp.sysdescr"] == "x" * 300


def test_broken_encodings() -> None:
    """Lengths past the end, indefinite lengths, endless arcs."""
    rejects(PROBE, frame(SAMPLE[:-4], 161))
    rejects(PROBE, frame(b"\x30\x80\x00\x00", 161))
    rejects(PROBE, frame(message(binding(2, ber(0x06, b"\xff" * 20))), 161))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 161))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 161))
