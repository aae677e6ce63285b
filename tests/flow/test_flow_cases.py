"""Cases of `camfinder identify`: kinds of observations, frames, bad lines, the corpus."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import engine

from camfinder.flow.cases import CaseReader, identify_case
from camfinder.flow.messages import MESSAGES
from camfinder.model import Observation
from camfinder.probes import all_probes

KEYS = [
    "id",
    "surveillance",
    "kind",
    "brand",
    "maker",
    "model",
    "firmware",
    "serial",
    "mac",
    "confidence",
    "disputed",
    "evidence",
]
INFO = """<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body><tds:GetDeviceInformationResponse>
<tds:Manufacturer>Nordcam AS</tds:Manufacturer><tds:Model>ND-1001</tds:Model>
<tds:FirmwareVersion>V5.7.1build 200101</tds:FirmwareVersion>
<tds:SerialNumber>77-1234</tds:SerialNumber>
<tds:HardwareId>1.0</tds:HardwareId></tds:GetDeviceInformationResponse></s:Body></s:Envelope>"""

MATCH = """<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:Action>
http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body>
<d:ProbeMatches><d:ProbeMatch><a:EndpointReference>
<a:Address>urn:uuid:0cbc0d5b-a7a1-47c7-bb60-85c878bb540e</a:Address></a:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/hardware/ND-1001</d:Scopes>
<d:XAddrs>http://192.0.2.44/onvif/device_service</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""


def answer(*observations: tuple[str, Any], name: str = "c1") -> dict[str, Any]:
    """The identification of a case."""
    listed = [{"kind": kind, "value": value} for kind, value in observations]
    return identify_case({"id": name, "observations": listed}, engine(), all_probes())


def facts_of(*observations: tuple[str, Any]) -> list[Observation]:
    """What is read of a case."""
    listed = [{"kind": kind, "value": value} for kind, value in observations]
    found, problems = CaseReader(all_probes()).read({"observations": listed})
    assert problems == []
    return found


def test_the_answer_has_the_documented_keys() -> None:
    """Every answer, also of an unknown device, has all keys; absent knowledge is null."""
    found = answer(("http.server", "Nobody/1.0"))
    assert [key for key in found if key in KEYS] == KEYS
    assert (found["surveillance"], found["kind"], found["brand"]) == (None, "unknown", None)
    assert found["confidence"] == "low"
    json.dumps(found)


def test_a_message_goes_through_its_parser() -> None:
    """An ONVIF answer gives the declared fields, with their evidence."""
    found = answer(("onvif.device_information", INFO))
    assert found["brand"] == "Nordcam AS"
    assert found["model"] == "ND-1001"
    assert found["firmware"] == "V5.7.1 build 200101"
    assert found["serial"] == "77-1234"
    assert found["confidence"] in {"low", "medium", "high"}
    assert "field:onvif.model" in {item["fingerprint"] for item in found["evidence"]}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_frame_is_raw_bytes(wrapped: bool) -> None:
    """A frame, as object or as JSON text, is parsed like live traffic; HTTP may be a body alone."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n" if wrapped else b""
    frame = {
        "transport": "http",
        "port": 80,
        "hex": (head + INFO.encode()).hex(),
        "source": "192.0.2.44",
        "direction": "answer",
        "request": "GetDeviceInformation",
    }
    for value in (frame, json.dumps(frame)):
        found = answer(("frame", value))
        assert (found["brand"], found["model"]) == ("Nordcam AS", "ND-1001")


def test_a_frame_on_another_port_is_offered_to_all() -> None:
    """A WS-Discovery answer that came from an odd port is still read."""
    frame = {"transport": "udp", "port": 41000, "hex": MATCH.encode().hex()}
    found = answer(("frame", frame))
    assert (found["model"], found["surveillance"]) == ("ND-1001", True)


def test_a_request_is_no_device() -> None:
    """A frame that asks gives nothing of a device."""
    frame = {
        "transport": "http",
        "port": 80,
        "hex": INFO.encode().hex(),
        "direction": "request",
    }
    found = answer(("frame", frame))
    assert (found["surveillance"], found["model"]) == (None, None)
    assert found["problems"]


def test_pieces_of_one_http_answer_are_one_observation() -> None:
    """Server, title, challenge and body stand together, so that rules may require each other."""
    found = facts_of(
        ("http.server", "Srv"),
        ("http.title", "Live"),
        ("http.www_authenticate", 'Digest realm="Cam 1", nonce="x"'),
        ("http.body", "<html><body>page</body></html>"),
        ("http.favicon.mmh3", "-12"),
        ("http.header.x-cam", "yes"),
    )
    assert len(found) == 1
    assert found[0].first("http.realm") == "Cam 1"
    assert found[0].first("http.body") == "<html><body>page</body></html>"
    assert found[0].first("http.header.x-cam") == "yes"
    assert found[0].first("http.status") is None


def test_a_title_is_read_out_of_a_body() -> None:
    """What follows from a body is a fact too."""
    found = facts_of(("http.body", "<html><head><title>Live view</title></head></html>"))
    assert found[0].first("http.title") == "Live view"


def test_a_response_and_pieces_are_one_observation() -> None:
    """A raw answer takes the favicon beside it."""
    found = facts_of(
        ("http.response", "HTTP/1.1 200 OK\r\nServer: Srv\r\n\r\n<title>Live</title>"),
        ("http.favicon.md5", "0" * 32),
    )
    web = [each for each in found if each.probe == "http"]
    assert len(web) == 1
    assert web[0].first("http.favicon.md5") == "0" * 32
    assert web[0].first("http.server") == "Srv"


@pytest.mark.parametrize(
    ("kind", "value", "key", "expected"),
    [
        ("upnp.server", "Linux UPnP/1.0", "ssdp.server", "Linux UPnP/1.0"),
        ("mac", "00:40:8c:01:02:03", "arp.mac", "00:40:8c:01:02:03"),
        ("snmp.sysdescr", "AXIS", "snmp.sysdescr", "AXIS"),
        ("snmp.sysobjectid", "1.3.6.1.4.1.368.1", "snmp.sysobjectid", "1.3.6.1.4.1.368.1"),
        ("ftp.banner", "220 FTP ready", "ftp.banner", "220 FTP ready"),
        ("ftp.banner", "FTP server without code", "ftp.banner", "FTP server without code"),
        ("telnet.banner", "\xff\xfd\x18login: ", "telnet.banner", "login:"),
        ("sip.user_agent", "Door 1", "sip.user_agent", "Door 1"),
        ("dhcp.vendor_class", "Cam", "dhcp.vendor_class", "Cam"),
        ("mdns.txt", "model=1", "mdns.txt", "model=1"),
        ("tls.subject", "CN=cam1, O=Acme", "tls.subject.o", "Acme"),
        ("tls.subject", "/C=SE/O=Acme/CN=cam1", "tls.subject.cn", "cam1"),
        ("rtsp.server", "Srv", "rtsp.server", "Srv"),
        ("onvif.scopes", "onvif://www.onvif.org/hardware/M%201", "onvif.scope.hardware", "M 1"),
        ("rtsp.sdp", "v=0\ns=Live\nt=0 0\n", "rtsp.sdp.session", "Live"),
    ],
)
def test_single_values_become_facts(kind: str, value: str, key: str, expected: str) -> None:
    """Each kind gives the fact that live traffic would have given."""
    values = [each.first(key) for each in facts_of((kind, value))]
    assert expected in values


def test_an_mdns_service_is_read_as_its_announcement() -> None:
    """Type, instance, host name and TXT strings come out of the DNS message made from the JSON."""
    service = {
        "type": "_axis-video._tcp.local.",
        "name": "AXIS M1 - 00408C010203._axis-video._tcp.local.",
        "port": 80,
        "hostname": "axis-00408c010203.local.",
        "txt": {"macaddress": "00408C010203", "flag": None},
    }
    found = facts_of(("mdns.service", json.dumps(service)))
    assert len(found) == 1
    assert found[0].first("mdns.service") == "_axis-video._tcp"
    assert found[0].first("mdns.instance") == "AXIS M1 - 00408C010203"
    assert found[0].first("mdns.mac") == "00:40:8c:01:02:03"
    assert "macaddress=00408C010203" in found[0].all("mdns.txt")


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ([], "no JSON object"),
        ({"id": "x"}, "observations"),
        ({"id": "x", "observations": []}, "observations"),
        ({"id": "x", "observations": [3]}, "no kind"),
        ({"id": "x", "observations": [{"kind": "http.title", "value": 3}]}, "no text"),
        ({"id": "x", "observations": [{"kind": "frame", "value": "{"}]}, "no JSON"),
        ({"id": "x", "observations": [{"kind": "frame", "value": []}]}, "no object"),
        ({"id": "x", "observations": [{"kind": "frame", "value": {}}]}, "transport"),
        (
            {"id": "x", "observations": [{"kind": "frame", "value": {"transport": "udp"}}]},
            "no port",
        ),
        ({"id": "x", "observations": [{"kind": "ubnt.discovery.hex", "value": "0z"}]}, "hex"),
        ({"id": "x", "observations": [{"kind": "mdns.service", "value": "[]"}]}, "no type"),
    ],
)
def test_a_bad_case_is_an_answer_with_an_error(case: Any, words: str) -> None:
    """What is not of the documented form is said in `error`; nothing is raised."""
    found = identify_case(case, engine(), all_probes())
    assert words in found["error"]
    assert found["id"] == (case["id"] if isinstance(case, dict) else None)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (("mdns.service", '{"type": "_axis-vi'), "no JSON"),
        (("ubnt.discovery.hex", "0100008"), "hexadecimal"),
        (("http.title", 5), "no text"),
    ],
)
def test_a_bad_observation_costs_the_others_nothing(bad: tuple[str, Any], words: str) -> None:
    """What is not of its kind's form is a problem; what else the case holds is identified."""
    found = answer(bad, ("http.title", "AXIS P3245-V"))
    assert (found["brand"], found["model"]) == ("Axis", "P3245-V")
    assert [words in problem for problem in found["problems"]] == [True]


def test_an_unknown_kind_is_a_problem_only() -> None:
    """The rest of the case still counts."""
    found = answer(("smoke.signal", "x"), ("onvif.device_information", INFO))
    assert found["model"] == "ND-1001"
    assert "unknown kind smoke.signal" in found["problems"]


@given(st.sampled_from([*MESSAGES, "http.body", "http.title", "telnet.banner"]), st.text())
def test_any_value_is_borne(kind: str, value: str) -> None:
    """Whatever stands in a value, an answer comes out."""
    found = answer((kind, value))
    assert found["id"] == "c1"


@given(st.sampled_from(["udp", "tcp", "http", "tls", "ethernet"]), st.binary(max_size=200))
def test_any_frame_is_borne(transport: str, payload: bytes) -> None:
    """Whatever bytes a frame holds, an answer comes out."""
    value = {"transport": transport, "port": 3702, "hex": payload.hex()}
    assert "error" not in answer(("frame", value))


def test_the_corpus_is_answered(shared: Path) -> None:
    """No case of the corpus gives an error, and printers are not called cameras in heaps."""
    cameras = false = 0
    with (shared / "corpus" / "banners-dev.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            case = json.loads(line)
            if number % 7 and not case["camera"]:
                continue
            found = identify_case(case, engine(), all_probes())
            assert "error" not in found, case["id"]
            if found["surveillance"]:
                cameras += case["camera"]
                false += not case["camera"]
    assert cameras > 200
    assert false < 10
