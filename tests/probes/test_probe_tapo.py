"""TP-Link Tapo discovery."""

import json
import zlib
from pathlib import Path

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    TARGET,
    asked,
    attack,
    banners,
    cases,
    check_lazy,
    facts,
    named,
    seen,
    silent,
)

from camfinder.model import Transport
from camfinder.probes.tapo import PROBE, REQUEST

RESULT = {
    "device_id": "0123456789",
    "owner": "0f0f0f0f",
    "device_name": "nursery",
    "device_type": "SMART.IPCAMERA",
    "device_model": "C999",
    "firmware_version": "1.9.9 Build 260101 Rel.1n",
    "ip": "192.0.2.20",
    "mac": "F0-A7-31-00-00-01",
    "factory_default": False,
    "decrypted_data": {"connect_ssid": "my-home"},
}
BARE = json.dumps({"error_code": 0, "result": RESULT}).encode()
SAMPLE = bytes.fromhex("02000001 0200 1100 00000001 00000000") + BARE


@pytest.mark.parametrize("payload", [SAMPLE, BARE, json.dumps(RESULT).encode()])
def test_all_three_wrappings(payload: bytes) -> None:
    """Behind the head, alone, and only the inner object."""
    assert facts(PROBE, frame(payload, 20_002)) == {
        "tapo.device_type": "SMART.IPCAMERA",
        "tapo.model": "C999",
        "tapo.firmware": "1.9.9 Build 260101 Rel.1n",
        "tapo.mac": "f0:a7:31:00:00:01",
        "tapo.address": "192.0.2.20",
        "tapo.factory_default": "false",
    }


def test_owner_and_network_are_cut() -> None:
    """The evidence holds the facts and nothing of the household."""
    raw = one(PROBE, frame(SAMPLE, 20_002)).raw
    assert b"C999" in raw
    for private in (b"0f0f0f0f", b"my-home", b"nursery", b"0123456789"):
        assert private not in raw


def test_question_and_its_checksum() -> None:
    """Sixteen bytes; the last four are the CRC32 over the packet with a constant in their place."""
    assert REQUEST.hex() == "020000010000000000000000463cb5d3"
    checked = zlib.crc32(REQUEST[:12] + bytes.fromhex("5a6b7c8d"))
    assert checked.to_bytes(4, "big") == REQUEST[12:]
    assert [(port, data) for _, _, port, data in asked(PROBE.discover(TARGET))] == [
        (20_002, REQUEST),
        (20_004, REQUEST),
    ]
    check_lazy(PROBE, named("tp-link"))
    follow = asked(PROBE.follow_ups(seen(), named("tp-link")))
    assert [transport for transport, _, _, _ in follow] == [Transport.UDP] * 2


def test_questions_and_others_are_silent() -> None:
    """Questions have no device in them."""
    assert silent(PROBE, frame(REQUEST, 20_002))
    assert silent(PROBE, frame(REQUEST + b'{"params":{"rsa_key":"x"}}', 20_002))
    assert silent(PROBE, frame(b'{"device_type":1,"device_model":"x"}', 20_002))


def test_broken_json() -> None:
    """An answer that ends early."""
    rejects(PROBE, frame(SAMPLE[:-10], 20_002))


def test_recorded_answers(shared: Path) -> None:
    """Recorded answers, cameras and a hub, as their index and the corpus say."""
    messages = cases(shared, "tapo")
    for line, payload in messages:
        (truth,) = line["expect"]["devices"]
        found = facts(PROBE, frame(payload, 20_002))
        assert found["tapo.model"] == truth["model"]
        assert found["tapo.firmware"] == truth["firmware"]
        assert found["tapo.mac"] == truth["mac"]
        assert (found["tapo.device_type"] == "SMART.IPCAMERA") is truth["camera"]
    cameras = [each for each in banners(shared, "tplink.discovery") if each[0]["camera"]]
    for case, value in cameras:
        found = facts(PROBE, frame(value.encode(), 20_002))
        assert found["tapo.model"] == case["truth"]["model"]
        assert found["tapo.firmware"] == case["truth"]["firmware"]
    assert len(messages) == 5
    assert len(cameras) == 9


@FUZZ
@given(payload=damaged([SAMPLE, BARE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 20_002))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(SAMPLE, 20_002))
