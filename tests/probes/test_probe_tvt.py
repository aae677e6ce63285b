"""TVT search and banner."""

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, TARGET, attack, check_lazy, facts, named, only, seen, silent

from camfinder.model import Direction, Target, Transport
from camfinder.probes.tvt import PROBE, SEARCH, SSDP

XML = (
    b'HTTP/1.1 200 OK\r\nEXT:\r\n\r\n<?xml version="1.0"?><multicastSearchResult><tcpIp>'
    b"<devName>IPC</devName><ipAddr>192.0.2.20</ipAddr><macAddr>58:5B:69:00:00:01</macAddr></tcpIp>"
    b"<port><dataPort>9008</dataPort><httpPort>80</httpPort></port><productInfo>"
    b"<productModel>TD-9999S3</productModel><productSeries>S3</productSeries>"
    b"<softwareVer>5.9.4.0</softwareVer><softwareBulildDate>20260101</softwareBulildDate>"
    b"<kernelVer>4.9</kernelVer></productInfo></multicastSearchResult>"
)


def mhed(kind: int = 4, message: int = 2) -> bytes:
    """A message of the layer 2 search."""
    data = bytearray(140)
    for at, value in (
        (0x00, b"MHED"),
        (0x08, message.to_bytes(2, "little")),
        (0x0C, b"hall"),
        (0x20, bytes.fromhex("585b69000001")),
        (0x26, (9008).to_bytes(2, "little")),
        (0x28, bytes([192, 0, 2, 20])),
        (0x3C, (80).to_bytes(2, "little")),
        (0x40, kind.to_bytes(4, "little")),
    ):
        data[at : at + len(value)] = value
    return bytes(data)


BANNER = (b"head" + bytes(4) + b"\xf9\x00\x00\x00" + bytes.fromhex("04000000 03000000")).ljust(
    0x20, b"\x00"
) + bytes.fromhex("585b69000001").ljust(32, b"\x00")


def test_xml_answer() -> None:
    """Model, series, firmware, MAC, ports."""
    found = facts(PROBE, frame(XML, 1900))
    assert found["tvt.model"] == "TD-9999S3"
    assert found["tvt.firmware"] == "5.9.4.0"
    assert found["tvt.build_date"] == "20260101"
    assert found["tvt.mac"] == "58:5b:69:00:00:01"
    assert found["tvt.address"] == "192.0.2.20"
    assert (found["tvt.port"], found["tvt.http_port"]) == ("9008", "80")


@pytest.mark.parametrize(("kind", "word"), [(2, "NVR"), (4, "IPC"), (10_101, "10101")])
def test_search_answer(kind: int, word: str) -> None:
    """Type, name, MAC, address; an unknown type stays a number."""
    assert facts(PROBE, frame(mhed(kind), 23_456)) == {
        "tvt.answer": "MHED",
        "tvt.name": "hall",
        "tvt.mac": "58:5b:69:00:00:01",
        "tvt.port": "9008",
        "tvt.address": "192.0.2.20",
        "tvt.http_port": "80",
        "tvt.device_type": word,
    }


def test_banner() -> None:
    """The greeting of the data port; a client's bytes and a bare word are none."""
    found = facts(PROBE, frame(BANNER, 6036, Transport.TCP))
    assert found["tvt.mac"] == "58:5b:69:00:00:01"
    assert found["tvt.banner_product"] == "249"
    assert len(one(PROBE, frame(BANNER + b"more", 6036, Transport.TCP)).raw) == 64
    assert silent(PROBE, frame(BANNER, 6036, Transport.TCP, direction=Direction.REQUEST))
    assert silent(PROBE, frame(b"header: something longer than that, really", 80, Transport.TCP))


def test_questions() -> None:
    """An M-SEARCH and type 01 of the layer 2 search; nothing is ever written to the data port."""
    ssdp, search = PROBE.discover(TARGET)
    assert ssdp.payload == SSDP
    assert ssdp.payload.splitlines() == [
        b"M-SEARCH * HTTP/1.1",
        b"HOST:239.255.255.250:1900",
        b'Man:"ssdp:discover"',
        b"ST:urn:schemas-upnp-org:service:EmbeddedNetDeviceControl:1",
        b"MX:3",
        b"",
    ]
    assert (ssdp.transport, str(ssdp.address), ssdp.port) == (
        Transport.MULTICAST,
        "239.255.255.250",
        1900,
    )
    assert search.payload == bytes.fromhex("4d484544 08000100 01000000") + bytes(128)
    assert (str(search.address), search.port, search.source_port) == (
        "234.55.55.55",
        23_456,
        23_456,
    )
    assert [str(group) for group in search.reply_groups] == ["234.55.55.56"]
    assert not list(PROBE.queries(TARGET))
    silent_query = only(PROBE.queries(Target(TARGET.address, open_ports=(80, 9008))))
    assert (silent_query.port, silent_query.payload) == (9008, b"")
    assert only(PROBE.follow_ups(seen(), named("tvt"))).payload == SSDP
    check_lazy(PROBE, named("tvt"))


def test_questions_and_orders_are_silent() -> None:
    """Hearing them gives nothing."""
    for payload in (SSDP, SEARCH, mhed(message=1), mhed(message=3)):
        assert silent(PROBE, frame(payload, 23_456))


def test_broken_answers() -> None:
    """Cut answers."""
    rejects(PROBE, frame(mhed()[:40], 23_456))
    rejects(PROBE, frame(b"multicastSearchResult", 1900))


@FUZZ
@given(payload=damaged([XML, mhed()]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 1900))


@FUZZ
@given(payload=damaged([BANNER]))
def test_hostile_banner(payload: bytes) -> None:
    """Nor for the greeting."""
    survives(PROBE, frame(payload, 6036, Transport.TCP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, frame(XML, 1900))
    attack(PROBE, frame(mhed(), 23_456))
    attack(PROBE, frame(BANNER, 6036, Transport.TCP))
