"""Devices for the tests of verdicts: messages put through the parsers and rules of a real run."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from shipped import engine

from camfinder.document import DeviceDoc, Document, FindingDoc, build
from camfinder.flow.cases import CaseReader
from camfinder.judge.policy import Knowledge, default_folder, load
from camfinder.judge.verdict import judge_device
from camfinder.match.engine import Engine
from camfinder.match.identify import describe
from camfinder.model import Device, Inventory, Run
from camfinder.probes import all_probes

DAY = date(2026, 11, 24)
MAIN = ("us-ndaa-889", "us-fcc-covered-list", "uk-2022", "au-2023")
Observed = tuple[str, Any]

MACS: Mapping[str, str] = {
    "hikvision": "84:9a:40:12:34:56",
    "dahua": "3c:ef:8c:12:34:56",
    "tvt": "00:18:ae:12:34:56",
    "uniview": "48:ea:63:12:34:56",
    "axis": "b8:a4:4f:12:34:56",
    "tiandy": "e4:e6:6c:12:34:56",
}


@cache
def knowledge() -> Knowledge:
    """The shipped policies and makers."""
    return load([default_folder()])


def rules() -> Engine:
    """The shipped fingerprints, as the commands load them."""
    return engine()


@cache
def _reader() -> CaseReader:
    return CaseReader(all_probes())


def device_of(observations: Sequence[Observed]) -> DeviceDoc:
    """The device that these observations describe, as the inventory document holds it."""
    found = described([{"kind": kind, "value": value} for kind, value in observations])
    assert found is not None
    return found


def described(observations: Sequence[Mapping[str, Any]]) -> DeviceDoc | None:
    """The device of a case in the form of docs/identify.md; None where nothing was read."""
    read, _problems = _reader().read({"observations": list(observations)})
    device = describe([(one, rules().evidence(one)) for one in read], rules().fingerprints)
    return document_of(device).devices[0] if device is not None else None


def document_of(*devices: Device, mode: str = "scan") -> Document:
    """A document of these devices."""
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    run = Run(mode=mode, site=None, scope=("192.0.2.0/24",), started_at=now, ended_at=now)
    return build(Inventory(run, devices, (), "0"))


def verdict(device: DeviceDoc, policy: str, day: date = DAY) -> FindingDoc | None:
    """The finding of one regime."""
    known = knowledge()
    return judge_device(device, known.policies[policy], known.makers, day)


def words(device: DeviceDoc, day: date = DAY) -> tuple[str, ...]:
    """The verdicts of the four main regimes; `-` for none."""
    found = (verdict(device, policy, day) for policy in MAIN)
    return tuple(one.verdict if one is not None else "-" for one in found)


def information(brand: str, model: str, firmware: str = "1.0.0", serial: str = "A1") -> Observed:
    """An anonymous GetDeviceInformation answer."""
    fields = {
        "Manufacturer": brand,
        "Model": model,
        "FirmwareVersion": firmware,
        "SerialNumber": serial,
        "HardwareId": "1",
    }
    inner = "".join(f"<tds:{key}>{value}</tds:{key}>" for key, value in fields.items())
    answer = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Body>'
        f"<tds:GetDeviceInformationResponse>{inner}</tds:GetDeviceInformationResponse>"
        "</s:Body></s:Envelope>"
    )
    return "onvif.device_information", answer


def scopes(name: str, hardware: str) -> Observed:
    """The scopes of an ONVIF camera."""
    base = "onvif://www.onvif.org/"
    listed = (f"name/{name}", f"hardware/{hardware}", "Profile/Streaming", "type/video_encoder")
    return "onvif.scopes", " ".join(f"{base}{one}".replace(" ", "%20") for one in listed)


def sadp(model: str, *, mac: str, activated: bool = True, firmware: str | None = None) -> Observed:
    """A SADP answer."""
    fields = {
        "Uuid": "9A3F6D1C-0B52-4E8C-9D6E-2F0A7B3C4D5E",
        "Types": "inquiry",
        "DeviceType": "139520",
        "DeviceDescription": model,
        "DeviceSN": f"{model}20210308AAWRE73300961",
        "CommandPort": "8000",
        "HttpPort": "80",
        "MAC": mac.replace(":", "-"),
        "IPv4Address": "192.0.2.1",
        "AnalogChannelNum": "0",
        "DigitalChannelNum": "1",
        "SoftwareVersion": firmware or "V5.6.1build 200810",
        "Activated": str(activated).lower(),
    }
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    return "hikvision.sadp", f'<?xml version="1.0"?><ProbeMatch>{inner}</ProbeMatch>'


def dhip(
    vendor: str, model: str, *, firmware: str, mac: str, serial: str = "4K07A1BPAJ12345"
) -> Observed:
    """A DHDiscover answer."""
    info = {
        "DeviceClass": "IPC",
        "DeviceType": model,
        "HttpPort": 80,
        "Port": 37777,
        "MachineName": "lobby",
        "SerialNo": serial,
        "Vendor": vendor,
        "Version": firmware,
        "VideoInputChannels": 1,
        "RemoteVideoInputChannels": 0,
        "IPv4Address": {"IPAddress": "192.0.2.1", "SubnetMask": "255.255.255.0"},
    }
    answer = {"method": "client.notifyDevInfo", "mac": mac, "params": {"deviceInfo": info}}
    return "dahua.dhip", json.dumps(answer)


def isapi(model: str, *, mac: str, firmware: str = "V5.7.3") -> Observed:
    """An ISAPI deviceInfo answer."""
    answer = (
        '<?xml version="1.0"?><DeviceInfo version="2.0"'
        ' xmlns="http://www.hikvision.com/ver20/XMLSchema"><deviceName>IP CAMERA</deviceName>'
        f"<model>{model}</model><serialNumber>{model}20210308AAWRE73300961</serialNumber>"
        f"<macAddress>{mac}</macAddress><firmwareVersion>{firmware}</firmwareVersion>"
        "<firmwareReleasedDate>build 220112</firmwareReleasedDate>"
        "<deviceType>IPCamera</deviceType></DeviceInfo>"
    )
    return "isapi.device_info", answer


def web(*, server: str = "", title: str = "", body: str = "", realm: str = "") -> Observed:
    """A web page."""
    lines = ["HTTP/1.1 401 Unauthorized" if realm else "HTTP/1.1 200 OK"]
    lines += [f"Server: {server}"] if server else []
    lines += [f'WWW-Authenticate: Digest realm="{realm}", nonce="1f"'] if realm else []
    page = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    head = "\r\n".join([*lines, "Content-Type: text/html", f"Content-Length: {len(page)}"])
    return "http.response", f"{head}\r\n\r\n{page}"


def rtsp(*, server: str = "", realm: str = "") -> Observed:
    """An RTSP answer."""
    lines = ["RTSP/1.0 401 Unauthorized" if realm else "RTSP/1.0 200 OK", "CSeq: 1"]
    lines += [f"Server: {server}"] if server else []
    lines += [f'WWW-Authenticate: Digest realm="{realm}", nonce="1f"'] if realm else []
    return "rtsp.response", "\r\n".join([*lines, "", ""])


def mac(maker: str) -> Observed:
    """The hardware address, from a block of the maker."""
    return "mac", MACS[maker]
