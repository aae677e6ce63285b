"""Xiongmai search and overheard messages."""

import json
from pathlib import Path

from framing import damaged, frame, read, rejects, survives
from hypothesis import given
from makers import (
    FUZZ,
    attack,
    cases,
    check_broadcast,
    check_lazy,
    facts,
    named,
    silent,
)

from camfinder.model import Direction, Transport
from camfinder.probes.xiongmai import PROBE

REQUEST = bytes.fromhex("ff00000000000000000000000000fa0500000000")
COMMON = {
    "NetWork.NetCommon": {
        "HostName": "LocalHost",
        "MAC": "00:12:16:00:00:01",
        "HostIP": "0x140200C0",
        "SN": "0123456789abcdef",
        "TCPPort": 34567,
        "HttpPort": 80,
    },
    "Ret": 100,
}
SYSTEM = {
    "Name": "SystemInfo",
    "SystemInfo": {
        "DeviceModel": "XX99",
        "HardWare": "XM999_XX99",
        "SoftWareVersion": "V5.99.R02",
        "SerialNo": "0123456789abcdef",
        "VideoInChannel": 1,
    },
}


def message(number: int, body: object) -> bytes:
    """One message with its head."""
    text = json.dumps(body).encode() + b"\n\x00"
    head = b"\xff\x01" + bytes(12) + number.to_bytes(2, "little") + len(text).to_bytes(4, "little")
    return head + text


ANSWER = message(1531, COMMON)


def test_search_answer() -> None:
    """Name, MAC, serial, and an address written the last byte first."""
    assert facts(PROBE, frame(ANSWER, 34_569)) == {
        "xiongmai.answer": "NetCommon",
        "xiongmai.name": "LocalHost",
        "xiongmai.mac": "00:12:16:00:00:01",
        "xiongmai.serial": "0123456789abcdef",
        "xiongmai.port": "34567",
        "xiongmai.http_port": "80",
        "xiongmai.address": "192.0.2.20",
    }


def test_overheard_stream() -> None:
    """Of several messages only those about the device are read, each with its own bytes."""
    login = message(1001, {"SessionID": "0x7", "Ret": 100})
    stream = login + message(1021, SYSTEM) + message(1043, COMMON)
    first, second = read(PROBE, frame(stream, 34_567, Transport.TCP))
    assert first.first("xiongmai.model") == "XX99"
    assert first.first("xiongmai.firmware") == "V5.99.R02"
    assert second.first("xiongmai.name") == "LocalHost"
    assert b"SessionID" not in first.raw + second.raw


def test_question_is_these_bytes_and_no_device() -> None:
    """Message 1530; hearing it, a client, or an order gives nothing."""
    query = check_broadcast(PROBE, 34_569, REQUEST)
    assert (query.source_port, query.reply_ports) == (34_569, (34_569,))
    check_lazy(PROBE, named("xiongmai"))
    assert silent(PROBE, frame(REQUEST, 34_569))
    assert silent(PROBE, frame(message(1532, COMMON), 34_569))
    stream = message(1021, SYSTEM)
    assert silent(PROBE, frame(stream, 34_567, Transport.TCP, direction=Direction.REQUEST))


def test_broken_json() -> None:
    """An answer that ends early."""
    rejects(PROBE, frame(ANSWER[:-20], 34_569))


def test_recorded_answer(shared: Path) -> None:
    """The recorded body gives what its index says."""
    ((line, payload),) = cases(shared, "xm")
    (truth,) = line["expect"]["devices"]
    found = facts(PROBE, frame(payload, 34_567, Transport.TCP))
    for key in ("model", "firmware", "serial"):
        assert found[f"xiongmai.{key}"] == truth[key]


@FUZZ
@given(payload=damaged([ANSWER, message(1021, SYSTEM)]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 34_569))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(ANSWER, 34_569))
