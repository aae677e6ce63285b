"""TP-Link Kasa discovery."""

import json
from pathlib import Path

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from hypothesis import strategies as st
from makers import (
    FUZZ,
    attack,
    banners,
    check_broadcast,
    check_lazy,
    facts,
    named,
    silent,
)

from camfinder.model import Direction, Frame, Transport
from camfinder.probes.kasa import PROBE, decrypt, encrypt

QUESTION = bytes.fromhex("d0f281f88bff9af7d5ef94b6d1b4c09fec95e68fe187e8caf08bf68bf6")
INFO = {
    "alias": "nursery",
    "model": "KC999(US)",
    "mic_type": "IOT.IPCAMERA",
    "sw_ver": "2.9.9 Build 1",
    "hw_ver": "1.0",
    "mac": "50:C7:BF:00:00:01",
    "latitude": 52.1,
}
PLAIN = json.dumps({"system": {"get_sysinfo": INFO}}).encode()
NESTED = json.dumps({"system": {"get_sysinfo": {"system": INFO}}}).encode()
SAMPLE = encrypt(PLAIN)


def tcp(payload: bytes) -> Frame:
    """What a server said on TCP, four bytes of length in front."""
    return frame(len(payload).to_bytes(4, "big") + payload, 9999, Transport.TCP)


@pytest.mark.parametrize(
    "heard",
    [frame(SAMPLE, 9999), frame(PLAIN, 9999), tcp(SAMPLE), frame(encrypt(NESTED), 9999)],
)
def test_all_wrappings(heard: Frame) -> None:
    """Under the cipher, plain, over TCP, and as KC cameras nest it."""
    assert facts(PROBE, heard) == {
        "kasa.model": "KC999(US)",
        "kasa.type": "IOT.IPCAMERA",
        "kasa.firmware": "2.9.9 Build 1",
        "kasa.hardware": "1.0",
        "kasa.mac": "50:c7:bf:00:00:01",
    }


def test_names_and_places_are_cut() -> None:
    """The evidence holds the facts and nothing of the household."""
    raw = one(PROBE, frame(SAMPLE, 9999)).raw
    assert b"KC999" in raw
    assert b"nursery" not in raw
    assert b"52.1" not in raw


@given(st.binary(max_size=200))
def test_cipher_goes_both_ways(data: bytes) -> None:
    """What is encrypted can be read again."""
    assert decrypt(encrypt(data)) == data


def test_question_is_these_bytes_and_no_device() -> None:
    """The question asks for reading only, and hearing it gives nothing."""
    check_broadcast(PROBE, 9999, QUESTION)
    check_lazy(PROBE, named("tp-link"))
    assert silent(PROBE, frame(QUESTION, 9999))
    assert silent(PROBE, frame(SAMPLE, 9999, direction=Direction.REQUEST))
    assert silent(PROBE, frame(encrypt(b'{"system":{"reboot":{"delay":1}}}'), 9999))


def test_broken_json() -> None:
    """An answer that ends early."""
    rejects(PROBE, frame(SAMPLE[:-5], 9999))


def test_recorded_answers(shared: Path) -> None:
    """Recorded plugs and lamps give their model, and none is called a camera."""
    read = 0
    for case, value in banners(shared, "tplink.discovery"):
        if "get_sysinfo" in value:
            found = facts(PROBE, frame(value.encode(), 9999))
            assert found["kasa.model"].startswith(case["truth"]["model"])
            assert found.get("kasa.type") != "IOT.IPCAMERA"
            read += 1
    assert read > 10


@FUZZ
@given(payload=damaged([SAMPLE, PLAIN]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 9999))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 9999))
