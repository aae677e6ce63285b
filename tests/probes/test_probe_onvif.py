"""ONVIF answers, and the anonymous calls that fetch them."""

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from framing import NOW, SOURCE, damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings
from lxml import etree

from camfinder.model import Direction, Fact, Known, Observation, Query, Slot, Target, Transport
from camfinder.probes.onvif import PROBE, envelope

SCHEMA = "http://www.onvif.org/ver10/schema"


def answer(inner: str) -> bytes:
    """An envelope around the inside of a Body."""
    return (
        '<?xml version="1.0"?><v:Envelope xmlns:v="http://www.w3.org/2003/05/soap-envelope"'
        f' xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:t="{SCHEMA}">'
        f"<v:Body>{inner}</v:Body></v:Envelope>"
    ).encode()


def heard(inner: str, source: str = SOURCE, request: str = "") -> Observation:
    """What an HTTP answer with this body gives."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
    data = head + answer(inner)
    return one(PROBE, frame(data, 80, Transport.HTTP, source=source, request=request))


INFORMATION = (
    "<d:GetDeviceInformationResponse><d:Manufacturer>Nordcam</d:Manufacturer><d:Model>ND-1001</d:Model>"
    "<d:FirmwareVersion>1.2.3 build 7</d:FirmwareVersion><d:SerialNumber>S1</d:SerialNumber>"
    "<d:HardwareId>A</d:HardwareId></d:GetDeviceInformationResponse>"
)


def test_a_response_without_its_namespaces() -> None:
    """What was asked for by name is read; a fault without them may be anybody's."""
    inner = INFORMATION.encode()
    asked = frame(inner, 80, Transport.HTTP, request="GetDeviceInformation")
    assert one(PROBE, asked).first("onvif.model") == "ND-1001"
    assert not read(PROBE, frame(inner, 80, Transport.HTTP))
    fault = b"<s:Envelope><s:Body><s:Fault><Text>no</Text></s:Fault></s:Body></s:Envelope>"
    assert not read(PROBE, frame(fault, 80, Transport.HTTP, request="GetDeviceInformation"))


def test_device_information() -> None:
    """The five fields, from an HTTP answer, from a body alone, and from JSON."""
    body = frame(answer(INFORMATION), 80, Transport.HTTP)
    dump = json.dumps(
        {"Manufacturer": "Nordcam", "Model": "ND-1001", "FirmwareVersion": "1.2.3 build 7",
         "SerialNumber": "S1", "HardwareId": "A"}
    ).encode()  # fmt: skip
    for found in (
        heard(INFORMATION),
        one(PROBE, body),
        one(PROBE, frame(dump, 80, Transport.HTTP)),
    ):
        assert found.facts == (
            Fact("onvif.operation", "GetDeviceInformation"),
            Fact("onvif.manufacturer", "Nordcam"),
            Fact("onvif.model", "ND-1001"),
            Fact("onvif.firmware", "1.2.3 build 7"),
            Fact("onvif.serial", "S1"),
            Fact("onvif.hardware_id", "A"),
        )


def test_scopes() -> None:
    """GetScopes gives the same facts as discovery."""
    item = "<d:Scopes><t:ScopeItem>onvif://www.onvif.org/hardware/ND-1001</t:ScopeItem></d:Scopes>"
    found = heard(f"<d:GetScopesResponse>{item}</d:GetScopesResponse>")
    assert found.first("onvif.scope.hardware") == "ND-1001"


@pytest.mark.parametrize(("name", "expected"), [("gate-1", "gate-1"), ("localhost", None)])
def test_hostname(name: str, expected: str | None) -> None:
    """A host name that everybody has is none."""
    inner = f"<d:HostnameInformation><t:Name>{name}</t:Name></d:HostnameInformation>"
    found = heard(f"<d:GetHostnameResponse>{inner}</d:GetHostnameResponse>")
    assert found.first("onvif.hostname") == expected


def test_interfaces() -> None:
    """MACs and addresses; of the latter only the sender's, where it is among them."""
    inner = (
        "<d:GetNetworkInterfacesResponse><d:NetworkInterfaces><t:Info>"
        "<t:HwAddress>00-0C-29-00-00-01</t:HwAddress></t:Info><t:IPv4>"
        "<t:Address>192.0.2.10</t:Address><t:Address>169.254.1.1</t:Address>"
        "<t:Address>198.51.100.9</t:Address></t:IPv4></d:NetworkInterfaces>"
        "</d:GetNetworkInterfacesResponse>"
    )
    assert heard(inner).first("onvif.mac") == "00:0c:29:00:00:01"
    assert heard(inner).all("onvif.address") == ("192.0.2.10",)
    elsewhere = heard(inner, source="203.0.113.1")
    assert elsewhere.all("onvif.address") == ("192.0.2.10", "198.51.100.9")


def test_clock() -> None:
    """UTC as RFC 3339; impossible times give no fact, but still prove the service."""
    template = (
        "<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><t:UTCDateTime><t:Time>"
        "<t:Hour>{}</t:Hour>"
        "<t:Minute>34</t:Minute><t:Second>60</t:Second></t:Time><t:Date><t:Year>2026</t:Year>"
        "<t:Month>11</t:Month><t:Day>24</t:Day></t:Date></t:UTCDateTime></d:SystemDateAndTime>"
        "</d:GetSystemDateAndTimeResponse>"
    )
    assert heard(template.format(18)).first("onvif.clock") == "2026-11-24T18:34:59Z"
    broken = heard(template.format(99))
    assert broken.facts == (Fact("onvif.operation", "GetSystemDateAndTime"),)


def test_services_and_capabilities() -> None:
    """Both calls name the media service by its namespace, a maker's own too."""
    media = "http://www.onvif.org/ver10/media/wsdl"
    services = heard(
        f"<d:GetServicesResponse><d:Service><d:Namespace>{media}</d:Namespace>"
        "<d:XAddr>http://192.0.2.10/onvif/Media</d:XAddr></d:Service></d:GetServicesResponse>"
    )
    capabilities = heard(
        "<d:GetCapabilitiesResponse><d:Capabilities><t:Media><t:XAddr>http://192.0.2.10/onvif/Media"
        '</t:XAddr></t:Media><t:Extension><x:Own xmlns:x="urn:nord"><x:XAddr>http://192.0.2.10/own'
        "</x:XAddr></x:Own></t:Extension></d:Capabilities></d:GetCapabilitiesResponse>"
    )
    assert services.all("onvif.service") == (media,)
    assert capabilities.all("onvif.service") == (media, "urn:nord")


def test_endpoint_and_sources() -> None:
    """The endpoint joins discovery, video sources are counted."""
    found = heard(
        "<d:GetEndpointReferenceResponse><d:GUID>urn:uuid:D0C30000-9A3B-11B3-8260-2857BE000001"
        "</d:GUID></d:GetEndpointReferenceResponse>"
    )
    assert found.first("onvif.epr") == "d0c30000-9a3b-11b3-8260-2857be000001"
    assert found.first("onvif.mac") == "28:57:be:00:00:01"
    sources = "<d:VideoSources/>" * 4
    found = heard(f"<d:GetVideoSourcesResponse>{sources}</d:GetVideoSourcesResponse>")
    assert found.first("onvif.video_sources") == "4"


def test_fault() -> None:
    """A refusal gives its codes and reason, and what was refused where that is known."""
    found = heard(
        "<v:Fault><v:Code><v:Value>v:Sender</v:Value><v:Subcode><v:Value>ter:NotAuthorized</v:Value>"
        "</v:Subcode></v:Code><v:Reason><v:Text>Not authorized</v:Text></v:Reason></v:Fault>",
        request="GetDeviceInformation",
    )
    assert found.all("onvif.fault") == ("ter:NotAuthorized", "Not authorized")
    assert found.first("onvif.operation") == "GetDeviceInformation"


def test_what_gives_nothing() -> None:
    """Requests, accounts, other services and other XML."""
    request = b"POST /onvif/device_service HTTP/1.1\r\n\r\n" + envelope("GetHostname")
    users = answer(
        "<d:GetUsersResponse><d:User><t:Username>a</t:Username></d:User></d:GetUsersResponse>"
    )
    for data in (
        request,
        envelope("GetDeviceInformation"),
        users,
        b"<s:Envelope xmlns:s='urn:s'><s:Body><Fault/></s:Body></s:Envelope>",
        b"<html>onvif.org</html>",
        b'{"FirmwareVersion": 1}',
        b"",
    ):
        assert not read(PROBE, frame(data, 80, Transport.HTTP)), data
    assert not read(
        PROBE, frame(answer(INFORMATION), 80, Transport.HTTP, direction=Direction.REQUEST)
    )
    assert not read(PROBE, frame(answer(INFORMATION), 3702, Transport.UDP))


def test_dtd() -> None:
    """An envelope with a DTD is broken."""
    rejects(PROBE, frame(b"<!DOCTYPE a>" + answer(INFORMATION), 80, Transport.HTTP))


def test_envelope_form() -> None:
    """Body carries xmlns:xsi and xmlns:xsd, and the call is the operation in its namespace."""
    root = etree.fromstring(envelope("GetServices"))
    body = root[0]
    assert {"xsi", "xsd"} <= set(body.nsmap)
    assert body[0].tag == "{http://www.onvif.org/ver10/device/wsdl}GetServices"
    assert body[0][0].text == "false"


def seen(probe: str, *facts: tuple[str, str], port: int = 80, transport: Transport = Transport.HTTP,
         address: str = SOURCE) -> Observation:  # fmt: skip
    """An observation of another probe."""
    return Observation(
        probe, ip_address(address), port, transport, tuple(Fact(*fact) for fact in facts), NOW,
        "test", b"",
    )  # fmt: skip


NVT = ("wsd.type", "{http://www.onvif.org/ver10/network/wsdl}NetworkVideoTransmitter")


def asked(observation: Observation, known: Known | None = None) -> list[Query]:
    """The follow-ups."""
    return list(PROBE.follow_ups(observation, known or Known()))


def test_discovery_leads_to_the_device_service() -> None:
    """Four calls, to the address that answered, at the port and path it named for itself."""
    observation = seen(
        "wsd",
        NVT,
        ("wsd.xaddr", "http://198.51.100.9:81/other"),
        ("wsd.xaddr", "http://192.0.2.10:8000/onvif/device_service"),
    )
    queries = asked(observation)
    assert len(queries) == 4
    assert {(str(query.address), query.port, query.request) for query in queries} == {
        (SOURCE, 8000, "POST /onvif/device_service")
    }
    actions = [dict(query.headers)["Content-Type"] for query in queries]
    assert any("/GetDeviceInformation" in action for action in actions)
    assert not any("Authorization" in dict(query.headers) for query in queries)


@pytest.mark.parametrize(
    ("xaddr", "port", "path", "transport"),
    [
        ("http://198.51.100.9:81/onvif/x", 81, "/onvif/x", Transport.HTTP),
        ("https://192.0.2.10/onvif/device_service", 443, "/onvif/device_service", Transport.HTTPS),
        ("http://192.0.2.10/cgi-bin/reboot", 80, "/onvif/device_service", Transport.HTTP),
        ("http://192.0.2.10:99999/x", 80, "/onvif/device_service", Transport.HTTP),
        ("http://[::1/", 80, "/onvif/device_service", Transport.HTTP),
        ("ftp://192.0.2.10/x", 80, "/onvif/device_service", Transport.HTTP),
    ],
)
def test_service_addresses_never_lead_away(
    xaddr: str, port: int, path: str, transport: Transport
) -> None:
    """A foreign host lends its port and path at most; unsafe and broken addresses lend nothing."""
    query = asked(seen("wsd", NVT, ("wsd.xaddr", xaddr)))[0]
    assert (str(query.address), query.port, query.request) == (SOURCE, port, f"POST {path}")
    assert query.transport is transport


def test_ipv6_service() -> None:
    """An IPv6 device is asked at its own address."""
    observation = seen(
        "wsd", NVT, ("wsd.xaddr", "http://[2001:db8::10]:8080/onvif/device_service"),
        address="2001:db8::10",
    )  # fmt: skip
    assert {(str(query.address), query.port) for query in asked(observation)} == {
        ("2001:db8::10", 8080)
    }


def test_who_is_left_alone() -> None:
    """Windows computers, settled hosts and hosts that are plainly something else."""
    windows = ("wsd.type", "{http://schemas.xmlsoap.org/ws/2006/02/devprof}Device")
    assert not asked(seen("wsd", windows))
    assert not asked(seen("wsd", NVT), Known(surveillance=False))
    settled = Known(surveillance=True, settled=frozenset({Slot.MAKER, Slot.MODEL, Slot.FIRMWARE}))
    assert not asked(seen("wsd", NVT), settled)
    assert not asked(seen("http", ("http.status", "200")))
    assert not asked(seen("mdns", ("mdns.service", "_ipp._tcp")))


def test_the_clock_opens_the_door() -> None:
    """Where only a vendor or RTSP is known, the clock is asked first, and its answer leads on."""
    first = asked(seen("http", ("http.status", "200")), Known(vendors=frozenset({"nord"})))
    assert len(first) == len(asked(seen("rtsp", port=554, transport=Transport.TCP))) == 1
    assert b"GetSystemDateAndTime" in first[0].payload
    clock = seen("onvif", ("onvif.operation", "GetSystemDateAndTime"))
    rest = asked(clock)
    assert len(rest) == 4
    assert any(b"GetEndpointReference" in query.payload for query in rest)
    named = asked(clock, Known(settled=frozenset({Slot.ENDPOINT_UUID})))
    assert set(named) < set(rest)
    assert len(named) == 3
    assert first[0] not in rest


def test_own_ports() -> None:
    """Ports that carry little else than ONVIF are asked without other evidence."""
    target = Target(ip_address(SOURCE), open_ports=(80, 2020))
    assert [query.port for query in PROBE.queries(target)] == [2020]


def test_cuts() -> None:
    """An answer cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(answer(INFORMATION), 80, Transport.HTTP))


@settings(max_examples=150)
@given(data=damaged([answer(INFORMATION), b"HTTP/1.1 200 OK\r\n\r\n" + answer(INFORMATION)]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 80, Transport.HTTP))


def test_real_messages(shared: Path) -> None:
    """Every collected answer gives the facts that its truth names."""
    count = 0
    for line in (shared / "messages" / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        if not case["file"].startswith("onvif/"):
            continue
        data = (shared / "messages" / case["file"]).read_bytes()
        found = one(PROBE, frame(data, 80, Transport.HTTP, source=None))
        values = {fact.value.lower() for fact in found.facts}
        for device in case["expect"]["devices"]:
            for key in ("mac", "firmware", "serial"):
                assert not device.get(key) or device[key].lower() in values, case["file"]
            model = (device.get("model") or "").lower()
            assert any(model in value for value in values), case["file"]
        count += 1
    assert count >= 20
