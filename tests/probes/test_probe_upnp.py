"""UPnP descriptions, and when they are fetched."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import NOW, damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Fact, Known, Observation, Query, Transport
from camfinder.probes.upnp import PROBE

DESCRIPTION = (
    b'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
    b"<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Gate</friendlyName>"
    b"<manufacturer>Nordcam</manufacturer><modelName>NORD ND-1001</modelName>"
    b"<modelNumber>ND-1001</modelNumber><serialNumber>00408CAA0001</serialNumber>"
    b"<UDN>uuid:nord-00408CAA0001</UDN><deviceList><device><modelName>inner</modelName></device>"
    b"</deviceList></device></root>"
)


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"])
def test_description(before: bytes) -> None:
    """The root device's fields, from an answer or from a body alone."""
    found = one(PROBE, frame(before + DESCRIPTION, 49152, Transport.HTTP))
    assert found.first("upnp.manufacturer") == "Nordcam"
    assert found.all("upnp.model_name") == ("NORD ND-1001",)
    assert found.first("upnp.mac") == "00:40:8c:aa:00:01"


@pytest.mark.parametrize(
    ("serial", "udn", "mac"),
    [
        ("123456789012", "uuid:x", None),
        ("123456789012", "uuid:x-123456789012", "12:34:56:78:90:12"),
        ("00:40:8c:00:00:01", "uuid:x", "00:40:8c:00:00:01"),
        ("0340ffaa0001", "uuid:x", None),
        ("S1", "uuid:x", None),
    ],
)
def test_serial_that_is_a_mac(serial: str, udn: str, mac: str | None) -> None:
    """Twelve digits are a MAC when they are written or used as one."""
    data = DESCRIPTION.replace(b"<serialNumber>00408CAA0001", b"<serialNumber>" + serial.encode())
    data = data.replace(b"uuid:nord-00408CAA0001", udn.encode())
    assert one(PROBE, frame(data, 80, Transport.HTTP)).first("upnp.mac") == mac


def test_private_mac_element() -> None:
    """A maker's own macAddress element counts."""
    data = DESCRIPTION.replace(
        b"<modelNumber>", b"<macAddress>94103E000001</macAddress><modelNumber>"
    )
    assert one(PROBE, frame(data, 80, Transport.HTTP)).first("upnp.mac") == "94:10:3e:00:00:01"


def test_what_gives_nothing() -> None:
    """Pages, other XML, requests, datagrams."""
    for data in (b"<html><root><device/></html>", b"<root/>", b"GET / HTTP/1.1\r\n\r\n", b""):
        assert not read(PROBE, frame(data, 80, Transport.HTTP))
    assert not read(PROBE, frame(DESCRIPTION, 80, Transport.UDP))
    assert not read(PROBE, frame(DESCRIPTION, 80, Transport.HTTP, direction=Direction.REQUEST))
    rejects(PROBE, frame(b"<!DOCTYPE r>" + DESCRIPTION, 80, Transport.HTTP))


def asked(location: str, address: str = "192.0.2.10", known: Known | None = None) -> list[Query]:
    """The follow-ups of an SSDP answer with this location."""
    observation = Observation(
        "ssdp", ip_address(address), 1900, Transport.UDP,
        (Fact("ssdp.location", location),), NOW, "test", b"",
    )  # fmt: skip
    return list(PROBE.follow_ups(observation, known or Known()))


def test_location_is_fetched_from_the_sender() -> None:
    """Port, path and query of the location, at the address that answered."""
    (query,) = asked("http://192.0.2.10:49152/d.xml?x=1")
    assert (str(query.address), query.port, query.request) == (
        "192.0.2.10",
        49152,
        "GET /d.xml?x=1",
    )
    (query,) = asked("http://[fe80::1]:80/d.xml", "fe80::1%eth0")
    assert str(query.address) == "fe80::1%eth0"


@pytest.mark.parametrize(
    "location",
    [
        "http://192.0.2.11/d.xml",
        "http://name.example/d.xml",
        "https://192.0.2.10/d.xml",
        "http://192.0.2.10/cgi-bin/audio.cgi",
        "http://192.0.2.10/cgi-bin/reboot",
        "http://192.0.2.10:99999/d.xml",
        "http://[::1/d.xml",
        "http://192.0.2.10/d\r\nX: y",
        "file:///etc/hostname",
        "",
    ],
)
def test_location_never_leads_elsewhere(location: str) -> None:
    """Another host, another scheme, a path that acts, a broken URL: nothing is asked."""
    assert not asked(location)


def test_known_others_are_left_alone() -> None:
    """A host that is plainly something else is not asked."""
    assert not asked("http://192.0.2.10/d.xml", known=Known(surveillance=False))


def test_cuts() -> None:
    """A description cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(DESCRIPTION, 80, Transport.HTTP))


@settings(max_examples=100)
@given(data=damaged([DESCRIPTION, b"HTTP/1.1 200 OK\r\n\r\n" + DESCRIPTION]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 80, Transport.HTTP))


def test_real_messages(shared: Path) -> None:
    """The collected descriptions give maker, model and MAC."""
    folder = shared / "messages" / "upnp"
    axis = one(
        PROBE, frame((folder / "axis-m1014-description.xml").read_bytes(), 80, Transport.HTTP)
    )
    assert axis.first("upnp.mac") == "ac:cc:8e:27:0a:d8"
    assert axis.first("upnp.model_number") == "M1014"
    switch = folder / "neg-belkin-light-switch-description.xml"
    found = one(PROBE, frame(switch.read_bytes(), 80, Transport.HTTP))
    assert found.first("upnp.mac") == "94:10:3e:50:f3:d4"
