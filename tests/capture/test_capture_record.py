"""Recordings: what is written is what replays."""

import hashlib
import stat
import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.capture import notes, synth
from camfinder.capture.pcap import Capture, read
from camfinder.capture.record import Recorder
from camfinder.model import CamfinderError, Direction, Frame, Problem, Transport

AT = datetime(2026, 11, 24, 12, 0, 0, 123_456, tzinfo=UTC)
CAMERA, HERE = ip_address("10.1.2.3"), ip_address("10.1.2.9")
CAMERA6, HERE6 = ip_address("fd00::3"), ip_address("fd00::9")
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n<html>decoded</html>"
)

FRAME = Frame(
    transport=Transport.UDP,
    source=CAMERA,
    source_port=3702,
    payload=b"<Envelope/>",
    seen_at=AT,
    origin="live eth0",
    destination=HERE,
    destination_port=50_000,
    source_mac="00:40:8c:12:34:56",
)
HTTP = replace(
    FRAME,
    transport=Transport.HTTP,
    source_port=80,
    payload=PAGE,
    destination_port=41_000,
    request="GET /",
)
FRAMES = {
    "udp": FRAME,
    "udp v6": replace(FRAME, source=CAMERA6, destination=HERE6),
    "udp without MAC": replace(FRAME, source_mac=None),
    "udp named": replace(FRAME, request="GetDeviceInformation"),
    "udp destination unknown": replace(FRAME, destination=None, destination_port=0),
    "large udp": replace(FRAME, payload=b"<" + bytes(60_000)),
    "empty udp": replace(FRAME, payload=b""),
    "http": HTTP,
    "http v6": replace(HTTP, source=CAMERA6, destination=HERE6),
    "http destination unknown": replace(HTTP, destination=None, destination_port=0),
    "http soap": replace(HTTP, request="POST /onvif/device_service#GetScopes"),
    "http large": replace(HTTP, payload=PAGE + bytes(300_000)),
    "http broken": replace(HTTP, payload=b"\x00\xffnothing like HTTP"),
    "https": replace(HTTP, transport=Transport.HTTPS, source_port=443),
    "http request": replace(
        HTTP,
        payload=b"GET / HTTP/1.1\r\n\r\n",
        direction=Direction.REQUEST,
        source_port=41_000,
        destination_port=80,
    ),
    "rtsp": replace(
        HTTP,
        transport=Transport.TCP,
        source_port=554,
        payload=b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n",
        request="DESCRIBE",
    ),
    "banner": replace(
        HTTP, transport=Transport.TCP, source_port=21, payload=b"220\r\n", request=""
    ),
    "certificate": replace(
        HTTP, transport=Transport.TLS, source_port=443, payload=b"0\x82" + bytes(900), request=""
    ),
    "long certificate": replace(
        HTTP, transport=Transport.TLS, source_port=443, payload=bytes(70_000), request=""
    ),
    "server name": replace(
        HTTP,
        transport=Transport.TLS,
        direction=Direction.REQUEST,
        payload=b"cam.example",
        request="ClientHello",
    ),
    "arp": Frame(
        transport=Transport.ETHERNET,
        source=None,
        source_port=0,
        payload=b"\xff" * 6 + b"\x00\x40\x8c\x12\x34\x56\x08\x06" + bytes(28),
        seen_at=AT,
        origin="live eth0",
        source_mac="00:40:8c:12:34:56",
    ),
}


def replayed(path: Path) -> list[Frame]:
    """The frames of a recording, as if heard live; there are no problems."""
    found = list(read(path, "r", strict=True))
    assert not [one for one in found if isinstance(one, Problem)]
    return [replace(one, origin="live eth0") for one in found if isinstance(one, Frame)]


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_comes_back_equal(name: str, tmp_path: Path) -> None:
    """Each kind of frame, written and read, is the same in every field but the origin."""
    path = tmp_path / "run.pcapng"
    with Recorder(path) as recorder:
        recorder.heard(FRAMES[name])
    assert replayed(path) == [FRAMES[name]]


def test_a_whole_run_comes_back(tmp_path: Path) -> None:
    """All kinds in one file, several on one connection, in order."""
    path = tmp_path / "run.pcapng"
    told = [
        replace(frame, seen_at=AT + timedelta(seconds=n)) for n, frame in enumerate(FRAMES.values())
    ]
    told += [
        replace(HTTP, request=f"GET /{n}", seen_at=AT + timedelta(minutes=n)) for n in range(9)
    ]
    with Recorder(path) as recorder:
        for frame in told:
            recorder.heard(frame)
    assert replayed(path) == told


def test_what_we_sent_is_told_from_what_we_heard(tmp_path: Path) -> None:
    """Queries come back as requests, on the same connection as their answers."""
    path = tmp_path / "run.pcapng"
    with Recorder(path) as recorder:
        group = ip_address("239.255.255.250")
        recorder.sent(Transport.MULTICAST, HERE, 50_000, group, 3702, b"<Probe/>", AT)
        ask = b"GET /x HTTP/1.1\r\nHost: cam\r\n\r\n"
        recorder.sent(Transport.HTTPS, HERE, 41_000, CAMERA, 443, ask, AT)
        recorder.heard(replace(HTTP, transport=Transport.HTTPS, source_port=443, request="GET /x"))
        recorder.sent(Transport.TLS, HERE, 41_000, CAMERA, 443, b"", AT)
        recorder.sent(Transport.TCP, None, 41_001, CAMERA, 554, b"OPTIONS * RTSP/1.0\r\n\r\n", AT)
    probe, question, answer, options = replayed(path)
    assert (probe.payload, probe.direction) == (b"<Probe/>", Direction.REQUEST)
    assert (question.payload, question.request, question.direction) == (
        ask,
        "GET /x",
        Direction.REQUEST,
    )
    assert (answer.request, answer.direction, answer.transport) == (
        "GET /x",
        Direction.ANSWER,
        Transport.HTTPS,
    )
    assert options.destination_port == 554


def test_the_file_is_the_owners(tmp_path: Path) -> None:
    """Mode 0600, also where a file was that everybody could read, and the digest is right."""
    path = tmp_path / "run.pcapng"
    path.write_bytes(b"old")
    path.chmod(0o644)
    recorder = Recorder(path)
    recorder.heard(FRAME)
    recorder.close()
    recorder.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert recorder.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    capture = Capture(path, "run")
    list(capture.frames())
    assert (capture.sha256, capture.packets) == (recorder.sha256, recorder.packets)


def test_no_place_to_record(tmp_path: Path) -> None:
    """A folder that is not there is the user's fault, in one line."""
    with pytest.raises(CamfinderError, match="cannot record to"):
        Recorder(tmp_path / "nowhere" / "run.pcapng")


def test_zones_are_left_out(tmp_path: Path) -> None:
    """A packet carries no IPv6 zone: the address comes back without it."""
    path = tmp_path / "run.pcapng"
    local = ip_address("fe80::1%eth0")
    with Recorder(path) as recorder:
        recorder.heard(replace(FRAME, source=local, destination=ip_address("fe80::2%eth0")))
    (frame,) = replayed(path)
    assert str(frame.source) == "fe80::1"


def test_without_its_comments_a_recording_is_ordinary_traffic(tmp_path: Path) -> None:
    """Converted to classic pcap, the packets still give the HTTP exchange and the certificate."""
    path = tmp_path / "run.pcapng"
    leaf = FRAMES["certificate"]
    with Recorder(path) as recorder:
        recorder.sent(Transport.HTTP, HERE, 41_000, CAMERA, 80, b"GET / HTTP/1.1\r\n\r\n", AT)
        recorder.heard(replace(HTTP, payload=b"HTTP/1.1 200 OK\r\n\r\nhello"))
        recorder.heard(leaf)
    path.write_bytes(path.read_bytes().replace(notes.PREFIX.encode(), b"something:"))
    found = {(one.transport, one.direction): one for one in replayed(path)}
    answer = found[Transport.HTTP, Direction.ANSWER]
    assert (answer.payload, answer.request) == (b"HTTP/1.1 200 OK\r\n\r\nhello", "GET /")
    assert found[Transport.TLS, Direction.ANSWER].payload == leaf.payload


def test_scapy_agrees(tmp_path: Path) -> None:
    """Another implementation reads the file and finds every checksum right."""
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.layers.inet6 import IPv6
    from scapy.utils import PcapNgReader

    path = tmp_path / "run.pcapng"
    with Recorder(path) as recorder:
        for frame in FRAMES.values():
            recorder.heard(frame)
    count = 0
    for packet in PcapNgReader(str(path)):
        count += 1
        for layer in (IP, TCP, UDP):
            if layer in packet:
                told = packet[layer].chksum
                again = packet.copy()
                del again[layer].chksum
                assert type(packet)(bytes(again))[layer].chksum in {told, told ^ 0xFFFF}
        assert IP in packet or IPv6 in packet or packet.type == 0x0806
    assert count == recorder.packets


@settings(max_examples=100, deadline=None)
@given(
    payload=st.binary(max_size=99), ports=st.tuples(st.integers(0, 65_535), st.integers(0, 65_535))
)
def test_checksums_add_up(payload: bytes, ports: tuple[int, int]) -> None:
    """The sum over pseudo header and segment is all ones (RFC 1071)."""
    packet = synth.tcp((CAMERA, ports[0]), (HERE, ports[1]), (1, 2), synth.ACK, payload)
    for data in (
        packet[:20],
        packet[12:20] + struct.pack(">HH", 6, len(packet) - 20) + packet[20:],
    ):
        assert int.from_bytes(data + bytes(len(data) % 2), "big") % 0xFFFF == 0


@pytest.mark.parametrize(
    "comment",
    ["", "hello", "camfinder:", "camfinder:{", "camfinder:[]", 'camfinder:{"transport":"smoke"}'],
)
def test_foreign_comments_are_no_notes(comment: str) -> None:
    """Only what a recorder wrote is a note."""
    assert notes.read(comment) is None


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_hostile_comments_never_raise(text: str) -> None:
    """Whatever stands in a comment, it is a note or none."""
    assert notes.read(notes.PREFIX + text) is None or text.strip().startswith("{")
