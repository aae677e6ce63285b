"""Each real message of ../shared/messages, as a `frame`, gives what its index states."""

import json
from typing import Any

import pytest
from places import SHARED
from shipped import engine
from truth import Truth

from camfinder.flow.cases import identify_case
from camfinder.probes import all_probes

INDEX = SHARED / "messages" / "index.jsonl"
CASES = (
    [json.loads(line) for line in INDEX.read_text(encoding="utf-8").splitlines()]
    if INDEX.exists()
    else []
)
WHERE = {
    "wsd": ("udp", 3702, None),
    "sadp": ("udp", 37020, None),
    "dhip": ("udp", 37810, None),
    "mdns": ("udp", 5353, None),
    "ssdp": ("udp", 1900, None),
    "ubnt": ("udp", 10001, None),
    "tapo": ("udp", 20002, None),
    "vendor-udp": ("udp", 0, None),
    "rtsp": ("tcp", 554, None),
    "baichuan": ("tcp", 9000, None),
    "xm": ("tcp", 34567, None),
    "onvif": ("http", 80, None),
    "isapi": ("http", 80, "/ISAPI/System/deviceInfo"),
    "axis": ("http", 80, "/axis-cgi/basicdeviceinfo.cgi"),
    "upnp": ("http", 49152, "/rootdesc.xml"),
}


def frame(case: dict[str, Any]) -> dict[str, Any]:
    """The message as the observation kind `frame`."""
    transport, port, request = WHERE[case["protocol"]]
    if "udp5050" in case["file"]:
        port = 5050
    source = (case["expect"]["devices"] or [{}])[0].get("ip")
    value = {
        "transport": transport,
        "port": case.get("port", port),
        "hex": (SHARED / "messages" / case["file"]).read_bytes().hex(),
        "source": source,
        "direction": "answer",
        "request": case.get("operation", request),
    }
    return {"kind": "frame", "value": value}


@pytest.fixture(scope="session")
def loaded() -> Any:
    """The shipped fingerprints, compiled once."""
    return engine()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_message_gives_the_device_of_its_index(case: dict[str, Any], loaded: Any) -> None:
    """Camera or not, vendor, model, firmware, serial, MAC, kind: as the index says."""
    answer = identify_case(
        {"id": case["file"], "observations": [frame(case)]}, loaded, all_probes()
    )
    assert "error" not in answer
    expect = {**case["expect"]}
    for slot, value in case.get("group_truth", {}).items():
        # The index leaves out what one message of a device says only in passing (a name scope).
        expect[f"acceptable_{slot}"] = [*expect.get(f"acceptable_{slot}", ()), value]
    for device in case["expect"]["devices"] or [{"camera": False}]:
        assert Truth(SHARED).complaints(answer, {**expect, "device": device}) == []


def test_messages_are_here(shared: Any) -> None:
    """The folder of messages was found, and the table above is not empty."""
    assert (shared / "messages" / "index.jsonl").is_file()
    assert len(CASES) >= 100
