"""SADP answers, and the one question that is ever asked."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Target, Transport
from camfinder.probes.sadp import PROBE, inquiry

ANSWER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<ProbeMatch><Uuid>X</Uuid><Types>inquiry</Types>'
    b"<DeviceType>1</DeviceType><DeviceDescription>ND-2CD1-I</DeviceDescription>"
    b"<DeviceSN>ND-2CD1-I20200101AAWR000000001</DeviceSN><CommandPort>8000</CommandPort>"
    b"<HttpPort>80</HttpPort><MAC>44-47-cc-00-00-01</MAC><IPv4Address>192.0.2.10</IPv4Address>"
    b"<IPv6Address>::</IPv6Address><AnalogChannelNum>4</AnalogChannelNum>"
    b"<DigitalChannelNum>2</DigitalChannelNum><SoftwareVersion>V5.5.6build 180326</SoftwareVersion>"
    b"<Activated>flase</Activated><OEMInfo>NORD</OEMInfo><Salt>5ec3e7</Salt></ProbeMatch>"
)


def test_answer() -> None:
    """All fields, the firmware with its blank, the serial whole."""
    found = one(PROBE, frame(ANSWER, 37020))
    assert found.first("sadp.model") == "ND-2CD1-I"
    assert found.first("sadp.serial") == "ND-2CD1-I20200101AAWR000000001"
    assert found.first("sadp.mac") == "44:47:cc:00:00:01"
    assert found.all("sadp.address") == ("192.0.2.10",)
    assert found.first("sadp.firmware") == "V5.5.6 build 180326"
    assert found.first("sadp.activated") == "false"
    assert found.first("sadp.channels") == "6"
    assert found.first("sadp.oem") == "NORD"


def test_salt_is_cut_from_the_evidence() -> None:
    """The salt is nowhere, neither in facts nor in the bytes kept."""
    found = one(PROBE, frame(ANSWER, 37020))
    assert b"5ec3e7" not in found.raw
    assert b"DeviceDescription" in found.raw
    assert not any("5ec3e7" in fact.value for fact in found.facts)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"NORD", b"North & South"),
        lambda data: data.replace(b"</ProbeMatch>", b""),
        lambda data: data.replace(b"</CommandPort>", b"</Command>"),
        lambda data: data.replace(b"ProbeMatch>", b"Hello>"),
        lambda data: data + b"\x00\x00\x00",
        lambda data: data.replace(b"NORD", b"N\xf6rd"),
        lambda data: data.replace(b"<Uuid>", b"<Uuid><<<>"),
    ],
)
def test_broken_answers(change: object) -> None:
    """Ampersands, cuts, odd end tags and announcements keep model and MAC."""
    assert callable(change)
    found = one(PROBE, frame(change(ANSWER), 37020))
    assert found.first("sadp.model") == "ND-2CD1-I"
    assert found.first("sadp.mac") == "44:47:cc:00:00:01"


def test_absent_label() -> None:
    """N/A is no label."""
    data = ANSWER.replace(b">NORD<", b">N/A<")
    assert one(PROBE, frame(data, 37020)).first("sadp.oem") is None


def test_what_gives_nothing() -> None:
    """Inquiries, WS-Discovery, pages, requests."""
    for data in (
        inquiry(ip_address("192.0.2.1")),
        b"<s:Envelope><ProbeMatch><MAC>x</MAC></ProbeMatch></s:Envelope>",
        b"<ProbeMatch><Types>inquiry</Types></ProbeMatch>",
        b"<html></html>",
        b"",
    ):
        assert not read(PROBE, frame(data, 37020))
    assert not read(PROBE, frame(ANSWER, 37020, direction=Direction.REQUEST))
    rejects(PROBE, frame(b"<!DOCTYPE x>" + ANSWER, 37020))


def test_link_layer_sender() -> None:
    """Answers and announcements of the link-layer variant name MAC and address."""
    message = bytearray(80)
    message[0:3] = b"\x21\x01\x01"
    message[0x0A] = 4
    message[0x0E:0x14] = bytes.fromhex("4447cc000001")
    message[0x14:0x18] = ip_address("192.0.2.10").packed
    heard = b"\xff" * 6 + bytes.fromhex("4447cc000001") + b"\x80\x33" + bytes(message)
    found = one(PROBE, frame(heard, 0, Transport.ETHERNET, source=None))
    assert found.first("sadp.mac") == "44:47:cc:00:00:01"
    assert found.address == ip_address("192.0.2.10")
    message[1], message[0x0A] = 2, 3
    assert not read(PROBE, frame(heard[:14] + bytes(message), 0, Transport.ETHERNET, source=None))
    rejects(PROBE, frame(heard[:30], 0, Transport.ETHERNET, source=None))


def test_inquiry_bytes() -> None:
    """124 bytes, no NUL, upper-case UUID, and no other type of message ever."""
    data = inquiry(ip_address("192.0.2.1"))
    assert len(data) == 124
    assert data.startswith(b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>')
    assert data.endswith(b"</Uuid><Types>inquiry</Types></Probe>")
    queries = [*PROBE.discover(Target(ip_address("192.0.2.1"), "eth0")),
               *PROBE.queries(Target(ip_address("192.0.2.9")))]  # fmt: skip
    assert len(queries) == 3
    assert all(query.payload.count(b"<Types>inquiry</Types>") == 1 for query in queries)
    assert not list(PROBE.discover(Target(ip_address("fe80::1"), "eth0")))


def test_cuts() -> None:
    """An answer cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(ANSWER, 37020))


@settings(max_examples=150)
@given(data=damaged([ANSWER]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones, and the salt never stays."""
    survives(PROBE, frame(data, 37020))


def test_real_messages(shared: Path) -> None:
    """The collected answers give model, serial and firmware as their truth states."""
    folder = shared / "messages" / "sadp"
    found = one(PROBE, frame((folder / "hikvision-ds-2cd2320d-i.xml").read_bytes(), 37020))
    assert found.first("sadp.serial") == "DS-2CD2320D-I20180919AACHC52932642"
    assert found.first("sadp.firmware") == "V5.5.6 build 180326"
    assert b"fc5237457341362c" not in found.raw
    short = one(PROBE, frame((folder / "hikvision-ds-2cd2432f-iw-short.xml").read_bytes(), 37020))
    assert short.first("sadp.model") == "DS-2CD2432F-IW"
    assert not read(PROBE, frame((folder / "neg-inquiry-query.xml").read_bytes(), 37020))
