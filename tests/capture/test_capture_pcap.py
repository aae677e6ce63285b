"""Whole captures: those that others published, and hostile ones."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from capture_files import (
    CAMERA6,
    CLIENT6,
    Dialogue,
    classic,
    enhanced,
    framed,
    interface,
    section,
    udp,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from places import SHARED

from camfinder.capture.decode import Decoder
from camfinder.capture.link import _DECODERS
from camfinder.capture.pcap import Capture, read
from camfinder.capture.records import Record
from camfinder.model import CamfinderError, Frame, Problem, ProblemKind, Transport

INDEX = SHARED / "captures" / "index.jsonl"
CASES = [json.loads(line) for line in INDEX.read_text().splitlines()] if INDEX.exists() else []
SECONDS = 5.0
"""For the largest file, on a busy machine; the usual time is 0.02 s."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_published_captures_are_read(case: dict[str, Any], shared: Path) -> None:
    """No traceback, bounded time, right digest and count, frames where there is something."""
    path = shared / "captures" / case["file"]
    capture = Capture(path, path.name, strict=True)
    started = time.process_time()
    if case["format"] == "not-a-capture":
        with pytest.raises(CamfinderError, match=r"not-a-capture\.txt"):
            list(capture.frames())
        return
    found = list(capture.frames())
    assert time.process_time() - started < SECONDS
    assert (capture.sha256, capture.packets) == (case["sha256"], case["packets"])
    skipped = [one for one in found if isinstance(one, Problem) and "link type" in one.detail]
    expected = case["expect"]
    if expected.get("decode", "expected") == "expected":
        assert not skipped
    if expected.get("decode") == "skip":
        assert [one for one in found if isinstance(one, Problem)]
        assert not [one for one in found if isinstance(one, Frame)]


SPOKEN = {"http", "dhcp", "dns", "chunked", "lldp"}
TOLD = [
    case
    for case in CASES
    if case["expect"].get("decode") == "expected"
    and SPOKEN & set(case["protocols"])
    and "malformed" not in case["protocols"]
]


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case["file"])
def test_published_messages_come_out(case: dict[str, Any], shared: Path) -> None:
    """Sound files of spoken protocols give frames from the senders that the index lists."""
    path = shared / "captures" / case["file"]
    sources = {str(one.source) for one in read(path, path.name) if isinstance(one, Frame)}
    assert sources
    assert sources <= set(case["expect"]["ip_sources"])


@pytest.mark.parametrize(
    ("file", "request_text", "content"),
    [
        ("framed/http-rtsp-round.pcap", "DESCRIBE", b"RTSP/1.0 200 OK"),
        ("framed/http-rtsp-round.pcap", "GET /ISAPI/System/deviceInfo", b"<DeviceInfo"),
        (
            "framed/http-rtsp-round.pcap",
            "POST /onvif/device_service#GetDeviceInformation",
            b"GetDeviceInformationResponse",
        ),
        ("dlink-dcs935l-setup.pcap", "POST /HNAP1/#GetDeviceSettings", b"DCS-935L"),
        ("reolink-e1-baichuan.pcapng", "", b"\xf0\xde\xbc\x0a"),
        ("robust/http-content-gzip.pcap", "GET /crossdomain.xml", b"<cross-domain-policy>"),
        ("robust/http-qinq-0.pcap", "GET /", b"HTTP/1.1 "),
    ],
)
def test_published_exchanges(file: str, request_text: str, content: bytes, shared: Path) -> None:
    """The messages that others put into these files, with what they answer."""
    found = [
        one
        for one in read(shared / "captures" / file, "x")
        if isinstance(one, Frame) and one.direction == "answer" and content in one.payload
    ]
    assert request_text in {one.request for one in found} or (
        request_text == "GET /" and any(one.request.startswith("GET /") for one in found)
    )


LINKS = sorted(_DECODERS)
MIXED = [
    framed(udp(b"<a/>")),
    framed(udp(b"<b/>", CAMERA6, 3702, CLIENT6, 50_000), (0x88A8, 0x8100)),
    *Dialogue().ask(b"GET / HTTP/1.1\r\n\r\n").tell(b"HTTP/1.1 200 OK\r\n\r\nok").end().packets,
    *Dialogue(554, 40_001).tell(b"RTSP/1.0 200 OK\r\n\r\n").packets,
]
PCAP = classic(MIXED)
PCAPNG = section() + interface() + b"".join(enhanced(packet, 7) for packet in MIXED)


@settings(max_examples=400, deadline=None)
@given(number=st.sampled_from(LINKS), data=st.lists(st.binary(max_size=120), max_size=4))
def test_arbitrary_packets_never_raise(number: int, data: list[bytes]) -> None:
    """Arbitrary bytes as packets of every link type give frames or nothing."""
    decoder = Decoder("fuzz")
    for count, packet in enumerate(data, 1):
        decoder.feed(Record(count, count, number, packet, len(packet)))
    decoder.finish()
    assert all(isinstance(one, Problem) for one in decoder.problems())


@settings(max_examples=300, deadline=None)
@given(
    packet=st.sampled_from(MIXED),
    flips=st.lists(st.tuples(st.integers(12, 120), st.integers(0, 255)), min_size=1, max_size=4),
    size=st.integers(0, 150),
)
def test_bent_packets_never_raise(packet: bytes, flips: list[tuple[int, int]], size: int) -> None:
    """Sound packets with flipped bytes and cut ends are survived."""
    data = bytearray(packet)
    for at, value in flips:
        data[at % len(data)] = value
    decoder = Decoder("fuzz")
    for count in (1, 2):
        decoder.feed(Record(count, count, 1, bytes(data[: size or None]), len(data)))
    assert isinstance(decoder.finish(), list)


@settings(max_examples=300, deadline=None)
@given(
    whole=st.sampled_from([PCAP, PCAPNG]),
    flips=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=4),
    size=st.integers(0, 3000),
)
def test_bent_files_never_raise(whole: bytes, flips: list[tuple[int, int]], size: int) -> None:
    """A file cut or bent anywhere gives frames and problems, or is refused as no capture."""
    data = bytearray(whole)
    for at, value in flips:
        data[at % len(data)] = value
    try:
        found = list(Capture(io.BytesIO(bytes(data[: size or None])), "f", strict=True).frames())
    except CamfinderError as error:
        assert "f" in str(error)
    else:
        assert all(isinstance(one, Frame | Problem) for one in found)


def test_every_prefix_of_a_file_is_read() -> None:
    """However much of a download arrived, the whole packets in it are counted."""
    for size in range(24, len(PCAP), 7):
        capture = Capture(io.BytesIO(PCAP[:size]), "part", strict=True)
        list(capture.frames())
        whole, at = 0, 24
        while (
            at + 16 <= size and at + 16 + int.from_bytes(PCAP[at + 8 : at + 12], "little") <= size
        ):
            at += 16 + int.from_bytes(PCAP[at + 8 : at + 12], "little")
            whole += 1
        assert capture.packets == whole


def test_our_bugs_become_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug costs its packet and is told; `strict` lets it through."""

    def broken(_self: Decoder, record: Record) -> list[Frame]:
        if record.number == 2:
            raise ZeroDivisionError("oops")
        return []

    monkeypatch.setattr(Decoder, "feed", broken)
    (problem,) = list(read(io.BytesIO(PCAP), "x.pcap"))
    assert isinstance(problem, Problem)
    assert problem.kind == ProblemKind.BUG
    assert "x.pcap#2: ZeroDivisionError: oops" in problem.detail
    with pytest.raises(ZeroDivisionError):
        list(read(io.BytesIO(PCAP), "x.pcap", strict=True))


def test_live_packets_have_no_numbers() -> None:
    """The same decoder serves a live interface, whose packets are not numbered."""
    (frame,) = Decoder("live eth0", numbered=False).feed(Record(1, 0, 1, MIXED[0], len(MIXED[0])))
    assert frame.origin == "live eth0"


def test_ethernet_frames_need_no_address() -> None:
    """Of ARP only the MAC is known."""
    arp = b"\xff" * 6 + b"\x00\x40\x8c\x12\x34\x56" + b"\x08\x06" + bytes(28)
    (frame,) = list(read(io.BytesIO(classic([arp])), "x"))
    assert isinstance(frame, Frame)
    assert (frame.transport, frame.source, frame.payload) == (Transport.ETHERNET, None, arp)


def test_cut_datagrams_are_told() -> None:
    """A snap length that cut datagrams is a problem: they are given as far as they go."""
    found = list(read(io.BytesIO(classic([framed(udp(bytes(1000)))[:200]])), "x"))
    assert isinstance(found[0], Frame)
    assert len(found[0].payload) == 200 - 14 - 20 - 8
    assert isinstance(found[1], Problem)
    assert found[1].kind == ProblemKind.TRUNCATED
