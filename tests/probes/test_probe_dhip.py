"""DHIP answers, whole and broken."""

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from framing import damaged, frame, one, read, rejects, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Target, Transport
from camfinder.probes.dhip import PROBE, search

INFO: dict[str, Any] = {
    "DeviceClass": "NVR",
    "DeviceType": "NDH-5216",
    "HttpPort": 80,
    "IPv4Address": {"IPAddress": "192.0.2.10", "SubnetMask": "255.255.255.0"},
    "IPv6Address": {"IPAddress": "2001:db8::10/112", "LinkLocalAddress": "fe80::1/64"},
    "MachineName": "Hall",
    "Manufacturer": "Private",
    "Port": 37777,
    "RemoteVideoInputChannels": 14,
    "SerialNo": "1A00001PAZ00001",
    "Vendor": "Nordcam",
    "Version": "2.800.106F004.0.R,build:2020-05-01",
    "VideoInputChannels": 2,
    "Init": 150,
}


def answer(info: dict[str, Any] = INFO, **top: str) -> bytes:
    """An answer with header and trailing NUL."""
    message = {"mac": "4c:11:bf:00:00:01", "method": "client.notifyDevInfo",
               "params": {"deviceInfo": info}} | top  # fmt: skip
    text = json.dumps(message).replace("/", "\\/").encode()
    size = len(text).to_bytes(4, "little")
    return b"\x20\0\0\0DHIP" + bytes(8) + size + bytes(4) + size + bytes(4) + text + b"\n\0"


def test_answer() -> None:
    """All fields; firmware without its date, addresses without prefix length."""
    found = one(PROBE, frame(answer(), 37810))
    assert found.first("dhip.model") == "NDH-5216"
    assert found.first("dhip.class") == "NVR"
    assert found.first("dhip.vendor") == "Nordcam"
    assert found.first("dhip.firmware") == "2.800.106F004.0.R"
    assert found.first("dhip.build") == "2020-05-01"
    assert found.first("dhip.serial") == "1A00001PAZ00001"
    assert found.first("dhip.mac") == "4c:11:bf:00:00:01"
    assert found.all("dhip.address") == ("192.0.2.10", "2001:db8::10")
    assert found.first("dhip.channels") == "16"
    assert found.first("dhip.name") == "Hall"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"DeviceType": "NDH-5216"', b'"DeviceType": "NDH-5216'),
        lambda data: data.replace(b'"HttpPort"', b"HttpPort"),
        lambda data: data[:-20],
        lambda data: data[32:],
        lambda data: data.replace(b"DHIP", b"PIHD"),
        lambda data: data.replace(b'"Hall"', b'"H\xe4ll"'),
    ],
)
def test_broken_answers(change: object) -> None:
    """A lost quote, a cut, a bare body or another byte order keep model, serial and MAC."""
    assert callable(change)
    found = one(PROBE, frame(change(answer()), 37810))
    assert (found.first("dhip.model") or "").startswith("NDH-5216")
    assert found.first("dhip.mac") == "4c:11:bf:00:00:01"
    assert found.first("dhip.serial") == "1A00001PAZ00001"


@pytest.mark.parametrize("vendor", ["General", "Private", "", "general"])
def test_vendor_that_says_nothing(vendor: str) -> None:
    """The platform's own placeholders are no brand."""
    assert one(PROBE, frame(answer(INFO | {"Vendor": vendor}), 37810)).first("dhip.vendor") is None


@pytest.mark.parametrize("serial", ["ND00000000000", "0", ""])
def test_serial_of_zeros(serial: str) -> None:
    """A serial number without a digit but zero is none."""
    assert (
        one(PROBE, frame(answer(INFO | {"SerialNo": serial}), 37810)).first("dhip.serial") is None
    )


def test_what_gives_nothing() -> None:
    """Searches, changes, other JSON, requests."""
    change = search().replace(b"DHDiscover.search", b"DHDiscover.setConfig")
    for data in (search(), change, b'{"a": 1}', b"", b"\x20\0\0\0DHIP" + bytes(24)):
        assert not read(PROBE, frame(data, 37810))
    assert not read(PROBE, frame(answer(), 37810, direction=Direction.REQUEST))
    rejects(PROBE, frame(b"\x20\0\0\0DHIP", 37810))
    rejects(PROBE, frame(answer()[:32] + b'{"deviceInfo"', 37810))


def test_deep_json_is_no_bug() -> None:
    """Nesting beyond all measure ends in the pattern reader or a ParseError."""
    survives(PROBE, frame(b'{"deviceInfo":' * 5000, 37810))
    survives(PROBE, frame(answer()[:32] + b'{"deviceInfo":' + b"[" * 60000, 37810))


def test_search_bytes() -> None:
    """90 bytes: the header with both lengths, the search and nothing else."""
    data = search()
    assert len(data) == 90
    assert data[:8] == b"\x20\x00\x00\x00DHIP"
    assert data[0x10] == data[0x18] == 0x3A
    assert json.loads(data[32:]) == {"method": "DHDiscover.search", "params": {"mac": "", "uni": 1}}
    queries = list(PROBE.discover(Target(ip_address("192.0.2.1"), "eth0")))
    assert {str(query.address) for query in queries} == {"239.255.255.251", "255.255.255.255"}
    assert {query.transport for query in queries} == {Transport.MULTICAST, Transport.BROADCAST}
    assert not list(PROBE.discover(Target(ip_address("fe80::1"), "eth0")))
    (single,) = PROBE.queries(Target(ip_address("2001:db8::9")))
    assert single.payload == data


def test_cuts() -> None:
    """An answer cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(answer(), 37810))


@settings(max_examples=150)
@given(data=damaged([answer(), answer()[32:]]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 37810))


def test_real_messages(shared: Path) -> None:
    """The collected answers give what their truth states."""
    for line in (shared / "messages" / "index.jsonl").read_text().splitlines():
        case = json.loads(line)
        if not case["file"].startswith("dhip/") or "5050" in case["file"]:
            continue
        data = (shared / "messages" / case["file"]).read_bytes()
        found = one(PROBE, frame(data, 37810, source=None))
        (truth,) = case["expect"]["devices"]
        assert found.first("dhip.model") == truth["model"]
        assert found.first("dhip.mac") == truth["mac"]
        assert found.first("dhip.firmware") == truth["firmware"]
        assert found.first("dhip.serial") == truth.get("serial")
        assert found.first("dhip.address") == truth["ip"]
