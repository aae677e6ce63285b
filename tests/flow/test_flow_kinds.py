"""Kinds of observations under other names, and device information as libraries print it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.flow.cases import CaseReader
from camfinder.flow.kinds import SAME, canonical, device_information
from camfinder.probes import all_probes

NOTIFY = (
    "NOTIFY * HTTP/1.1\r\nSERVER: Nordcam/1.0 UPnP/1.0\r\nNTS: ssdp:alive\r\n"
    "NT: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n"
)
READER = CaseReader(all_probes())

HEAD = "HTTP/1.1 401 Unauthorized\r\nServer: Nordcam-Web/2\r\n\r\n"
MATCH = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Body><d:ProbeMatches>'
    "<d:ProbeMatch><d:Scopes>onvif://www.onvif.org/hardware/ND-1001</d:Scopes></d:ProbeMatch>"
    "</d:ProbeMatches></e:Body></e:Envelope>"
)


def facts(kind: str, value: str) -> dict[str, str]:
    """The facts that a case of this one observation gives."""
    found, _problems = READER.read({"observations": [{"kind": kind, "value": value}]})
    return {fact.key: fact.value for each in found for fact in each.facts}


@pytest.mark.parametrize(
    ("kind", "value", "key", "wanted"),
    [
        ("http.headers", HEAD, "http.server", "Nordcam-Web/2"),
        ("HTTP.Server", "Nordcam-Web/2", "http.server", "Nordcam-Web/2"),
        ("wsd.probe_match", MATCH, "onvif.scope.hardware", "ND-1001"),
        ("rtsp.realm", "Nordcam", "rtsp.realm", "Nordcam"),
        ("tls.cn", "nordcam.local", "tls.subject.cn", "nordcam.local"),
        ("banner", HEAD, "http.server", "Nordcam-Web/2"),
        ("answer", MATCH, "onvif.scope.hardware", "ND-1001"),
        (
            "ssdp.notify",
            NOTIFY,
            "ssdp.server",
            "Nordcam/1.0 UPnP/1.0",
        ),
    ],
)
def test_other_names_are_understood(kind: str, value: str, key: str, wanted: str) -> None:
    """What is plainly meant is read."""
    assert facts(kind, value)[key] == wanted


@pytest.mark.parametrize(
    "printed",
    [
        '{"Manufacturer": "Nordcam", "Model": "ND-1001", "FirmwareVersion": "2.1"}',
        "{'Manufacturer': 'Nordcam', 'Model': 'ND-1001', 'FirmwareVersion': '2.1'}",
        '{"manufacturer": "Nordcam", "model": "ND-1001", "firmware_version": "2.1"}',
        "Manufacturer: Nordcam\nModel: ND-1001\nFirmware Version: 2.1\n",
        "DeviceInformation(manufacturer='Nordcam', model='ND-1001', fw_version='2.1')",
        "<Manufacturer>Nordcam</Manufacturer><Model>ND-1001</Model>\n<FirmwareVersion>2.1</x>",
    ],
)
def test_device_information_in_any_print(printed: str) -> None:
    """Maker, model and firmware are read out of JSON, a Python table and lines alike."""
    found = facts("onvif.device_information", printed)
    assert (found["onvif.manufacturer"], found["onvif.model"], found["onvif.firmware"]) == (
        "Nordcam",
        "ND-1001",
        "2.1",
    )


BARE = "<d:ProbeMatch><d:Scopes>onvif://www.onvif.org/hardware/ND-1001</d:Scopes></d:ProbeMatch>"
DEVICE = (
    "<URLBase>http://192.0.2.1/</URLBase><device><manufacturer>Nordcam</manufacturer>"
    "<modelName>ND-1001</modelName></device></root>"
)


@pytest.mark.parametrize(
    ("kind", "value", "key", "wanted"),
    [
        ("wsd.probematch", BARE, "onvif.scope.hardware", "ND-1001"),
        ("upnp.description", DEVICE, "upnp.model_name", "ND-1001"),
        ("isapi.device_info", '{"DeviceInfo": {"model": "ND-1001"}}', "isapi.model", "ND-1001"),
        ("isapi.device_info", "{'model': 'ND-1001', 'x': 1}", "isapi.model", "ND-1001"),
        ("isapi.device_info", '{"model": "ND & <1>"}', "isapi.model", "ND & <1>"),
        ("hikvision.sadp", '{"DeviceDescription": "ND-1001"}', "sadp.model", "ND-1001"),
        ("mdns.service", "_nordcam._tcp.local.", "mdns.service", "_nordcam._tcp"),
    ],
)
def test_pieces_and_tables_are_read_as_the_message_they_were(
    kind: str, value: str, key: str, wanted: str
) -> None:
    """What is around a match or a device may be missing, and XML may have become a table."""
    assert facts(kind, value)[key] == wanted


@given(
    kind=st.sampled_from(["wsd.probematch", "upnp.description", "isapi.device_info"]),
    text=st.text(),
)
def test_any_text_is_a_message_or_a_problem(kind: str, text: str) -> None:
    """No text of these kinds raises."""
    READER.read({"observations": [{"kind": kind, "value": "{" + text}]})
    READER.read({"observations": [{"kind": kind, "value": f"<device>{text}</device>"}]})


def test_an_unknown_kind_is_a_problem() -> None:
    """A kind that nothing knows, with a value that looks like nothing, is named."""
    found, problems = READER.read({"observations": [{"kind": "smell", "value": "burnt"}]})
    assert found == []
    assert problems == ["unknown kind smell"]


def test_known_names_win() -> None:
    """A documented kind is never taken for another one."""
    assert canonical("http.title", HEAD, lambda _kind: True) == "http.title"
    assert not set(SAME) & set(SAME.values())


@given(st.text(max_size=300))
def test_device_information_takes_any_text(text: str) -> None:
    """Whatever the text is: XML stays as it is, fields become JSON, nothing raises."""
    data = device_information(text)
    if data.startswith(b'{"Manufacturer"') and data != text.encode("utf-8", "replace"):
        assert len(json.loads(data)) == 5
