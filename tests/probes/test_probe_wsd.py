"""WS-Discovery: what is asked, what is understood, what is passed over."""

from ipaddress import ip_address
from pathlib import Path
from xml.dom import minidom

import pytest
from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Target, Transport
from camfinder.probes.wsd import PROBE, message

DN = "{http://www.onvif.org/ver10/network/wsdl}NetworkVideoTransmitter"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:q="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:n="http://www.onvif.org/ver10/network/wsdl"'
    ' xmlns:p="http://schemas.xmlsoap.org/ws/2006/02/devprof">'
    "<e:Header><w:MessageID>urn:uuid:11111111-2222-4333-8444-555566667777</w:MessageID>"
    "<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/{action}</w:Action></e:Header><e:Body>"
)
MATCH = (
    "<q:ProbeMatch><w:EndpointReference><w:Address>urn:uuid:D0C30000-9A3B-11B3-8260-2857BE000001"
    "</w:Address></w:EndpointReference><q:Types>n:NetworkVideoTransmitter p:Device z:Odd</q:Types>"
    "<q:Scopes>onvif://www.onvif.org/name/NORD%20ND-1001 onvif://www.onvif.org/hardware/ND-1001"
    "</q:Scopes><q:XAddrs>http://192.0.2.10:8000/onvif/device_service</q:XAddrs></q:ProbeMatch>"
)


def answer(
    matches: str = MATCH, action: str = "ProbeMatches", wrap: str = "q:ProbeMatches"
) -> bytes:
    """A message with these matches in its body."""
    return (
        HEAD.replace("{action}", action) + f"<{wrap}>{matches}</{wrap}></e:Body></e:Envelope>"
    ).encode()


def test_match() -> None:
    """A match gives endpoint, types by namespace, addresses, scopes and the MAC."""
    found = one(PROBE, frame(answer(), 3702))
    assert found.first("wsd.action") == "ProbeMatches"
    assert found.first("wsd.epr") == "d0c30000-9a3b-11b3-8260-2857be000001"
    assert found.first("wsd.mac") == "28:57:be:00:00:01"
    assert found.all("wsd.type") == (
        DN,
        "{http://schemas.xmlsoap.org/ws/2006/02/devprof}Device",
        "{}Odd",
    )
    assert found.first("onvif.scope.name") == "NORD ND-1001"
    assert found.first("wsd.address") is None, "the sender is among the service addresses"
    assert found.address == ip_address("192.0.2.10")


def test_every_match_is_a_device() -> None:
    """A proxy's answer with two matches gives two observations."""
    other = MATCH.replace("000001", "000002")
    found = read(PROBE, frame(answer(MATCH + other), 3702))
    assert [each.first("wsd.mac") for each in found] == ["28:57:be:00:00:01", "28:57:be:00:00:02"]


@pytest.mark.parametrize("action", ["Hello", "Bye"])
def test_announcements(action: str) -> None:
    """Hello and Bye are heard; a Bye may hold nothing but the endpoint."""
    inner = (
        "<w:EndpointReference><w:Address>uuid:nord-1</w:Address></w:EndpointReference>"
        "<q:Types>n:NetworkVideoTransmitter</q:Types>"
    )
    found = one(PROBE, frame(answer(inner, action, f"q:{action}"), 3702))
    assert found.first("wsd.action") == action
    assert found.first("wsd.epr") == "nord-1"


@pytest.mark.parametrize("action", ["Probe", "Resolve"])
def test_questions_are_no_device(action: str) -> None:
    """What clients ask gives nothing, whoever hears it."""
    inner = "<q:Types>n:NetworkVideoTransmitter</q:Types>"
    assert not read(PROBE, frame(answer(inner, action, f"q:{action}"), 3702))
    assert not read(PROBE, frame(message("tds:Device", ip_address("192.0.2.1")), 3702))
    assert not read(PROBE, frame(answer(), 3702, direction=Direction.REQUEST))


def test_empty_matches_are_no_device() -> None:
    """An answer without matches names nobody."""
    assert not read(PROBE, frame(answer(""), 3702))


def test_without_namespaces() -> None:
    """A message that declares no namespace is known by the name of its body."""
    bare = (
        "<e:Envelope><e:Body><q:ProbeMatches>" + MATCH + "</q:ProbeMatches></e:Body></e:Envelope>"
    )
    assert one(PROBE, frame(bare.encode(), 3702)).first("onvif.scope.hardware") == "ND-1001"
    assert not read(PROBE, frame(b"<e:Envelope><e:Body><q:Other/></e:Body></e:Envelope>", 3702))


def test_foreign_address_is_claimed() -> None:
    """A service address elsewhere is what the device says of itself, not where it is."""
    found = one(PROBE, frame(answer(), 3702, source="198.51.100.7"))
    assert found.first("wsd.address") == "192.0.2.10"
    assert found.address == ip_address("198.51.100.7")


def test_ipv6_source_and_addresses() -> None:
    """IPv6 works throughout; link-local service addresses are not claimed."""
    matches = MATCH.replace("192.0.2.10:8000", "[2001:db8::10]:8000")
    assert (
        one(PROBE, frame(answer(matches), 3702, source="2001:db8::10")).first("wsd.address") is None
    )
    matches = MATCH.replace("192.0.2.10:8000", "[fe80::1]")
    assert one(PROBE, frame(answer(matches), 3702)).first("wsd.address") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"NORD%20ND-1001", b"NORD & Sons"),
        lambda data: data.replace(b"</e:Body></e:Envelope>", b""),
        lambda data: data.replace(b"><", b">\r\n   <"),
        lambda data: data + b"\x00\x00",
        lambda data: data.replace(b"</q:Types>", b"</q:Type>"),
        lambda data: data.decode().replace("UTF-8", "utf-16").encode("utf-16"),
    ],
)
def test_broken_messages(change: object) -> None:
    """Unescaped ampersands, cuts, layout and wrong end tags cost no address."""
    assert callable(change)
    found = one(PROBE, frame(change(answer()), 3702))
    assert found.first("wsd.xaddr") == "http://192.0.2.10:8000/onvif/device_service"


def test_fault() -> None:
    """A fault names no device, but whose namespaces the sender knows."""
    data = answer("<faultstring>No tag</faultstring>", "fault", "e:Fault")
    found = one(PROBE, frame(data, 3702))
    assert found.first("wsd.fault") == "No tag"
    assert found.all("wsd.namespace") == ("http://www.onvif.org/ver10/network/wsdl",)


def test_dtd_is_broken_and_foreign_xml_is_not_ours() -> None:
    """A discovery message with a DTD is refused; SADP and HTML are others' business."""
    rejects(PROBE, frame(b"<!DOCTYPE x>" + answer(), 3702))
    assert not read(PROBE, frame(b"<?xml version='1.0'?><ProbeMatch><MAC/></ProbeMatch>", 3702))
    assert not read(PROBE, frame(b"<html>Envelope</html>", 3702))


def test_probes_are_asked_for_each_family() -> None:
    """Three Probes to the family's group; two by unicast; none where ports are the question."""
    four = list(PROBE.discover(Target(ip_address("192.0.2.1"), "eth0")))
    six = list(PROBE.discover(Target(ip_address("fe80::1"), "eth0")))
    assert {str(query.address) for query in four} == {"239.255.255.250"}
    assert {str(query.address) for query in six} == {"ff02::c"}
    assert len({query.payload for query in four}) == 3
    assert all(query.transport is Transport.MULTICAST for query in four + six)
    assert len(list(PROBE.queries(Target(ip_address("192.0.2.9"))))) == 2
    assert not list(PROBE.queries(Target(ip_address("192.0.2.9"), open_ports=(80,))))


def test_probe_is_read_by_another_implementation() -> None:
    """The WSDiscovery package understands each Probe: action, types, identity."""
    from wsdiscovery.actions.probe import parseProbeMessage

    for types in ("dn:NetworkVideoTransmitter", "tds:Device", ""):
        data = message(types, ip_address("192.0.2.1"))
        parsed = parseProbeMessage(minidom.parseString(data))  # noqa: S318  # our own text
        assert parsed.getAction().endswith("/Probe")
        assert parsed.getMessageId().startswith("urn:uuid:")
        names = [name.getLocalname() for name in parsed.getTypes()]
        assert names == ([types.partition(":")[2]] if types else [])


def test_same_question_same_bytes() -> None:
    """A Probe is a function of what is asked and from where."""
    here, there = ip_address("192.0.2.1"), ip_address("192.0.2.2")
    assert message("", here) == message("", here) != message("", there)


def test_cuts() -> None:
    """A message cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(answer(), 3702))


@settings(max_examples=150)
@given(data=damaged([answer(), answer("", "Hello", "q:Hello")]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 3702))


def test_real_messages(shared: Path) -> None:
    """Every collected message parses to as many devices as are in it, queries to none."""
    for path in sorted((shared / "messages" / "wsd").glob("*.xml")):
        found = read(PROBE, frame(path.read_bytes(), 3702))
        assert len(found) == (0 if path.name == "neg-onvif-probe-query.xml" else 1), path.name
    path = shared / "messages" / "wsd" / "neg-windows-hello.xml"
    types = one(PROBE, frame(path.read_bytes(), 3702)).all("wsd.type")
    assert not any("onvif" in name for name in types)
