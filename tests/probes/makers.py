"""What the tests of the makers' protocols share beside `framing`."""

import json
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from framing import NOW, SOURCE, frame, one, read, survives
from hypothesis import settings

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Transport
from camfinder.probes import Probe

TARGET = Target(ip_address("192.0.2.5"), "eth0", on_link=True)
FUZZ = settings(max_examples=60, deadline=None)


def facts(probe: Probe, heard: Frame) -> dict[str, str]:
    """The facts of the only observation, the first of each key."""
    found: dict[str, str] = {}
    for key, value in one(probe, heard).facts:
        found.setdefault(key, value)
    return found


def silent(probe: Probe, heard: Frame) -> bool:
    """The frame gives nothing."""
    return not read(probe, heard)


def web(body: bytes, request: str = "GET /", status: bytes = b"200 OK") -> Frame:
    """An HTTP answer in the canonical form."""
    head = b"HTTP/1.1 " + status + b"\r\nServer: test\r\n\r\n"
    return frame(head + body, 80, Transport.HTTP, request=request)


def attack(probe: Probe, heard: Frame) -> None:
    """The message cut after each byte, and with each byte changed, harms no parser."""
    data = heard.payload
    step = max(1, len(data) // 300)
    for at in range(0, len(data), step):
        survives(probe, replace(heard, payload=data[:at]))
        for other in (data[at] ^ (1 << at % 8), 0x00, 0xFF):
            changed = data[:at] + bytes([other]) + data[at + 1 :]
            survives(probe, replace(heard, payload=changed))


def seen(port: int = 80, transport: Transport = Transport.HTTP, by: str = "http") -> Observation:
    """An observation that may suggest a question."""
    return Observation(by, ip_address(SOURCE), port, transport, (), NOW, "test", b"")


def named(*vendors: str, settled: Iterable[Slot] = ()) -> Known:
    """What is known when some evidence names these vendors."""
    return Known(frozenset(vendors), frozenset(settled))


def asked(queries: Iterable[Query]) -> list[tuple[Transport, str, int, bytes]]:
    """Transport, address, port and payload of each query."""
    return [(each.transport, str(each.address), each.port, each.payload) for each in queries]


def only(queries: Iterable[Query]) -> Query:
    """The single query."""
    (query,) = queries
    return query


def check_broadcast(probe: Probe, port: int, payload: bytes) -> Query:
    """The probe's one discovery query is this datagram to everybody."""
    query = only(probe.discover(TARGET))
    assert (query.transport, str(query.address)) == (Transport.BROADCAST, "255.255.255.255")
    assert (query.port, query.payload) == (port, payload)
    return query


def check_lazy(probe: Probe, known: Known) -> None:
    """No follow-up without a named vendor, with everything settled, or to its own answer."""
    everything = frozenset({Slot.MAKER, Slot.MODEL, Slot.FIRMWARE, Slot.MAC})
    assert list(probe.follow_ups(seen(), known))
    assert not list(probe.follow_ups(seen(), named("nobody")))
    assert not list(probe.follow_ups(seen(), replace(known, settled=everything)))
    assert not list(probe.follow_ups(seen(), replace(known, surveillance=False)))
    assert not list(probe.follow_ups(seen(by=probe.name), known))


def cases(shared: Path, folder: str) -> list[tuple[dict[str, Any], bytes]]:
    """Index line and bytes of the recorded messages of a folder."""
    lines = (shared / "messages" / "index.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [
        (line, (shared / "messages" / line["file"]).read_bytes())
        for line in found
        if line["file"].startswith(f"{folder}/")
    ]


def banners(shared: Path, kind: str) -> list[tuple[dict[str, Any], str]]:
    """Truth and value of the corpus observations of a kind."""
    lines = (shared / "corpus" / "banners-dev.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if f'"{kind}"' in line]
    return [
        (case, observation["value"])
        for case in found
        for observation in case["observations"]
        if observation["kind"] == kind
    ]
