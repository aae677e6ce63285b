"""SSDP answers and announcements."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import damaged, frame, one, read, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Target, Transport
from camfinder.probes.ssdp import PROBE, mac_of_udn, message
from camfinder.wire import head

ANSWER = (
    b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nLocation: http://192.0.2.10:49152/desc.xml\r\n"
    b"SERVER: Linux/4.9, UPnP/1.0, NordOS/2\r\nST: upnp:rootdevice\r\n"
    b"USN: uuid:Upnp-BasicDevice-1_0-00408C000001::upnp:rootdevice\r\n\r\n"
)
NOTIFY = ANSWER.replace(b"HTTP/1.1 200 OK", b"NOTIFY * HTTP/1.1").replace(
    b"ST:", b"NTS: ssdp:byebye\r\nNT:"
)


@pytest.mark.parametrize("data", [ANSWER, NOTIFY, ANSWER.replace(b"\r\n", b"\n")])
def test_answers_and_announcements(data: bytes) -> None:
    """Both give server, type, identity, location and the MAC spelled out in the identity."""
    found = one(PROBE, frame(data, 1900))
    assert found.first("ssdp.server") == "Linux/4.9, UPnP/1.0, NordOS/2"
    assert found.first("ssdp.st") == "upnp:rootdevice"
    assert found.first("ssdp.location") == "http://192.0.2.10:49152/desc.xml"
    assert found.first("ssdp.mac") == "00:40:8c:00:00:01"
    assert found.first("ssdp.address") is None
    assert found.first("ssdp.nts") == ("ssdp:byebye" if data is NOTIFY else None)


def test_location_elsewhere_is_claimed() -> None:
    """A location at another address is a claim; in another family it is none."""
    assert (
        one(PROBE, frame(ANSWER, 1900, source="192.0.2.99")).first("ssdp.address") == "192.0.2.10"
    )
    assert one(PROBE, frame(ANSWER, 1900, source="fe80::1")).first("ssdp.address") is None


@pytest.mark.parametrize(
    ("udn", "mac"),
    [
        ("uuid:2f402f80-da50-11e1-9b23-001788000001::x", "00:17:88:00:00:01"),
        ("uuid:76802409-bccb-40e7-8e6b-2C91AB000001", "2c:91:ab:00:00:01"),
        ("uuid:2f402f80-da50-41e1-9b23-001788000001", None),
        ("uuid:2f402f80-da50-11e1-9b23-031788000001", None),
        ("uuid:nord-camera", None),
    ],
)
def test_mac_of_udn(udn: str, mac: str | None) -> None:
    """Only UUIDs that say so end in a MAC."""
    assert mac_of_udn(udn) == mac


def test_what_gives_nothing() -> None:
    """Searches, answers without identity, TVT's XML, TCP, requests."""
    for data in (
        message("upnp:rootdevice", ip_address("239.255.255.250")),
        b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
        ANSWER + b"<multicastSearchResult/>",
        b"",
        b"<xml/>",
    ):
        assert not read(PROBE, frame(data, 1900))
    assert not read(PROBE, frame(ANSWER, 80, Transport.HTTP))
    assert not read(PROBE, frame(ANSWER, 1900, direction=Direction.REQUEST))


def test_searches() -> None:
    """Searches go to the family's groups, are well formed, and never ask for everything."""
    four = list(PROBE.discover(Target(ip_address("192.0.2.1"), "eth0")))
    six = list(PROBE.discover(Target(ip_address("fe80::1"), "eth0")))
    assert {str(query.address) for query in four} == {"239.255.255.250"}
    assert {str(query.address) for query in six} == {"ff02::c", "ff05::c"}
    for query in four + six:
        search = head.parse(query.payload)
        assert search.method == "M-SEARCH"
        assert search.get("man") == '"ssdp:discover"'
        assert search.get("st") != "ssdp:all"
        assert query.payload.endswith(b"\r\n\r\n")
    assert head.parse(six[0].payload).get("host") == "[ff02::c]:1900"
    (single,) = PROBE.queries(Target(ip_address("192.0.2.9")))
    assert head.parse(single.payload).get("host") == "192.0.2.9:1900"


def test_cuts() -> None:
    """A message cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(ANSWER, 1900))


@settings(max_examples=150)
@given(data=damaged([ANSWER, NOTIFY]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 1900))


def test_real_messages(shared: Path) -> None:
    """Every collected message parses, with the MAC that its truth states."""
    folder = shared / "messages" / "ssdp"
    found = {
        path.stem: one(PROBE, frame(path.read_bytes(), 1900)).first("ssdp.mac")
        for path in folder.glob("*.txt")
    }
    assert found["edimax-ic3115w-notify"] == "74:da:38:80:7a:08"
    assert found["neg-hue-bridge-notify"] == "00:17:88:24:76:ff"
    assert found["neg-fritzbox-7530-response"] == "2c:91:ab:d3:41:94"
