"""Reolink search and Baichuan."""

from dataclasses import replace
from pathlib import Path

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, cases, check_broadcast, facts, silent

from camfinder.model import Direction, Frame, Transport
from camfinder.probes.reolink import KEY, PROBE

REQUEST = bytes.fromhex("aaaa0000")
DEVICE = (
    b'<?xml version="1.0" ?>\n<body>\n<DeviceInfo version="1.1">\n<type>nvr</type>\n'
    b"<channelNum>8</channelNum>\n<typeInfo>NVR</typeInfo>\n</DeviceInfo>\n</body>\n"
)
VERSION = (
    b'<?xml version="1.0" ?>\n<body>\n<VersionInfo version="1.1">\n<name>porch</name>\n'
    b"<type>RLC-999</type>\n<serialNumber>00000000000001</serialNumber>\n"
    b"<firmwareVersion>v3.9.9.1_26010100</firmwareVersion>\n</VersionInfo>\n</body>\n"
)
SECRET = (
    b'<?xml version="1.0" ?>\n<body>\n<Encryption version="1.1">\n<type>md5</type>\n'
    b"<nonce>abcdef0123</nonce>\n</Encryption>\n</body>\n"
)


def message(number: int, body: bytes, offset: int = 0, kind: int = 0x0000) -> bytes:
    """One message; the head has four more bytes in some classes."""
    veiled = bytes(byte ^ KEY[(offset + at) % 8] ^ offset for at, byte in enumerate(body))
    head = bytes.fromhex("f0debc0a") + number.to_bytes(4, "little")
    head += len(body).to_bytes(4, "little") + offset.to_bytes(4, "little")
    head += (200).to_bytes(2, "little") + kind.to_bytes(2, "little")
    return head + (bytes(4) if kind in {0x0000, 0x6414} else b"") + veiled


def tcp(payload: bytes, port: int = 9000) -> Frame:
    """What a server said."""
    return frame(payload, port, Transport.TCP)


@pytest.mark.parametrize("offset", [0, 7])
@pytest.mark.parametrize("kind", [0x0000, 0x6614])
def test_login_answer(offset: int, kind: int) -> None:
    """Type and channels, whatever offset and length of head."""
    assert facts(PROBE, tcp(message(1, DEVICE, offset, kind))) == {
        "reolink.answer": "baichuan",
        "reolink.type": "nvr",
        "reolink.type_info": "NVR",
        "reolink.channels": "8",
    }


def test_version_answer() -> None:
    """Model, firmware, serial."""
    found = facts(PROBE, tcp(message(80, VERSION)))
    assert found["reolink.model"] == "RLC-999"
    assert found["reolink.firmware"] == "v3.9.9.1_26010100"
    assert found["reolink.serial"] == "00000000000001"


def test_nonce_and_encrypted_bodies_are_not_kept() -> None:
    """The protocol alone is the fact, the head alone the evidence."""
    for payload in (message(1, SECRET), message(1, b"\x00" * 64), message(33, DEVICE)):
        seen = one(PROBE, tcp(payload))
        assert [fact.key for fact in seen.facts] == ["reolink.answer"]
        assert len(seen.raw) == 24


def test_client_is_silent() -> None:
    """What a client sends is no device, known as a request or by its ports."""
    payload = message(1, DEVICE)
    assert silent(PROBE, replace(tcp(payload), direction=Direction.REQUEST))
    assert silent(PROBE, replace(tcp(payload, 59_935), destination_port=9000))


def test_search_answer() -> None:
    """Id and address out of the text of an answer."""
    payload = b"\x00\x01\xaa\xaaIPC\x00192.0.2.20\x00\x00(9527000AAAABBBBC\x00tail"
    answer = replace(frame(payload, 2000), destination_port=3000)
    assert facts(PROBE, answer) == {
        "reolink.answer": "search",
        "reolink.uid": "9527000AAAABBBBC",
        "reolink.address": "192.0.2.20",
    }
    odd = replace(answer, payload=payload.replace(b"192.0.2.20", b"999.0.2.20"))
    assert "reolink.address" not in facts(PROBE, odd)
    assert silent(PROBE, replace(answer, payload=b"\x00" * 40))


def test_question_is_these_bytes_and_no_device() -> None:
    """Four bytes to port 2000, answers to 3000."""
    query = check_broadcast(PROBE, 2000, REQUEST)
    assert query.reply_ports == (3000,)
    assert silent(PROBE, frame(REQUEST, 2000))


def test_short_head_is_broken() -> None:
    """A message shorter than its head."""
    rejects(PROBE, tcp(message(1, DEVICE)[:10]))


def test_recorded_answer(shared: Path) -> None:
    """The recorded login answer is that of a camera."""
    ((_, payload),) = cases(shared, "baichuan")
    assert facts(PROBE, tcp(payload))["reolink.type"] == "ipc"


@FUZZ
@given(payload=damaged([message(1, DEVICE), message(80, VERSION)]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, tcp(payload))
    survives(PROBE, frame(payload, 3000))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, tcp(message(1, DEVICE)))
