"""Fragments of IPv4 and IPv6."""

import random
from ipaddress import ip_address
from struct import pack

import pytest
from capture_files import CAMERA6, CLIENT6, classic, everything, framed, frames, problems, udp

from camfinder.capture import ipfrag
from camfinder.capture.ipfrag import Part, Reassembler
from camfinder.capture.seen import Seen
from camfinder.model import Frame, ProblemKind

ANSWER = bytes(range(256)) * 12


def pieces4(packet: bytes, size: int = 1000, number: int = 7) -> list[bytes]:
    """An IPv4 packet in fragments of at most `size` bytes (a multiple of 8)."""
    body, out = packet[20:], []
    for start in range(0, len(body), size):
        part = body[start : start + size]
        more = 0x2000 if start + size < len(body) else 0
        head = pack(">BBHHHBBH", 0x45, 0, 20 + len(part), number, start // 8 | more, 64, 17, 0)
        out.append(framed(head + packet[12:20] + part))
    return out


def pieces6(packet: bytes, size: int = 1000, number: int = 7) -> list[bytes]:
    """An IPv6 packet in fragments."""
    body, out = packet[40:], []
    for start in range(0, len(body), size):
        part = body[start : start + size]
        more = 1 if start + size < len(body) else 0
        extension = pack(">BBHI", 17, 0, start | more, number)
        head = pack(">IHBB", 6 << 28, 8 + len(part), 44, 64)
        out.append(framed(head + packet[8:40] + extension + part))
    return out


FAMILIES = {
    4: pieces4(udp(ANSWER)),
    6: pieces6(udp(ANSWER, CAMERA6, 3702, CLIENT6, 50_000)),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("order", ["straight", "backwards", "shuffled", "twice"])
def test_fragments_become_one_datagram(family: int, order: str) -> None:
    """In any order, and with copies as mirror ports make them, one frame comes out."""
    parts = list(FAMILIES[family])
    if order == "backwards":
        parts.reverse()
    elif order == "shuffled":
        random.Random(5).shuffle(parts)  # noqa: S311 - an order of packets, no secret
    elif order == "twice":
        parts = [part for part in parts[:-1] for _ in range(2)] + parts[-1:]
    (frame,) = everything(classic(parts))
    assert isinstance(frame, Frame)
    assert frame.payload == ANSWER
    assert frame.origin == f"made.pcap#{len(parts)}"


def test_tagged_fragments() -> None:
    """Fragments in VLANs are put together like any others."""
    parts = [part[:12] + b"\x81\0\0\5" + part[12:] for part in FAMILIES[4]]
    assert frames(classic(parts))[0].payload == ANSWER


@pytest.mark.parametrize("family", FAMILIES)
def test_overlaps_drop_the_datagram(family: int) -> None:
    """Two fragments that differ where they overlap: nothing is believed (RFC 5722)."""
    parts = list(FAMILIES[family])
    forged = bytearray(parts[1])
    forged[-1] ^= 0xFF
    found = everything(classic([parts[0], bytes(forged), *parts[1:]]))
    assert [type(one).__name__ for one in found] == ["Problem"]


def test_a_missing_tail_gives_the_head() -> None:
    """Where the last fragment never came, what came is given, and the loss is told."""
    data = classic(FAMILIES[4][:2])
    (frame,) = frames(data)
    assert frame.payload == ANSWER[: 2000 - 8]
    assert {one.kind for one in problems(data)} == {ProblemKind.SKIPPED, ProblemKind.TRUNCATED}


def test_a_missing_head_gives_nothing() -> None:
    """Without its first fragment a datagram has no ports."""
    assert frames(classic(FAMILIES[4][1:])) == []


def part(number: int, start: int, data: bytes, *, last: bool = False, at_s: float = 0) -> Part:
    """A fragment of datagram `number`."""
    key = (ip_address("10.0.0.1").packed, ip_address("10.0.0.2").packed, 17, number)
    return Part(key, start, data, last, False, Seen(1, int(at_s * 1e9)))


def test_waiting_is_bounded_in_count_and_bytes() -> None:
    """Datagrams that never become whole push each other out."""
    waiting = Reassembler()
    for number in range(5000):
        waiting.add(part(number, 0, bytes(40_000)))
        assert len(waiting._waiting) <= ipfrag.MAX_DATAGRAMS + 1
        assert waiting._held <= ipfrag.MAX_BYTES + 40_000
        waiting.heads.clear()
    assert waiting.given_up > 4000


def test_waiting_is_bounded_in_time() -> None:
    """After half a minute a fragment starts afresh: identifications come round again."""
    waiting = Reassembler()
    assert waiting.add(part(1, 0, b"old " * 2)) is None
    assert waiting.add(part(1, 8, b"new", last=True, at_s=31)) is None
    assert waiting.add(part(1, 0, b"new head", at_s=31)) == b"new headnew"


def test_parts_are_bounded() -> None:
    """A datagram of very many fragments is dropped, so no search grows with their number."""
    waiting = Reassembler()
    results = [waiting.add(part(1, 8 * n, bytes(8))) for n in range(ipfrag.MAX_PARTS + 8)]
    assert not any(results)
    assert waiting.given_up == 1
    assert waiting._held == 0


def test_a_datagram_never_grows_beyond_its_length() -> None:
    """A fragment behind 64 KiB, or behind the last one, drops the datagram."""
    waiting = Reassembler()
    assert waiting.add(part(1, 65_528, bytes(16), last=True)) is None
    assert waiting.add(part(2, 8, bytes(8), last=True)) is None
    assert waiting.add(part(2, 16, bytes(8))) is None
    assert waiting.given_up == 2
