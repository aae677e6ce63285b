"""File formats: classic pcap in its variants, and pcapng."""

from datetime import UTC, datetime
from struct import pack

import pytest
from capture_files import (
    START_S,
    block,
    classic,
    enhanced,
    everything,
    framed,
    frames,
    interface,
    problems,
    section,
    udp,
)

from camfinder.model import ProblemKind

PACKETS = [framed(udp(b"<one/>")), framed(udp(b"<two/>"))]
START = datetime.fromtimestamp(START_S, UTC)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_classic_variants(order: str, magic: int) -> None:
    """Either byte order, micro- and nanoseconds; numbers begin at 1 and times are UTC."""
    found = frames(classic(PACKETS, order=order, magic=magic))
    assert [one.payload for one in found] == [b"<one/>", b"<two/>"]
    assert [one.origin for one in found] == ["made.pcap#1", "made.pcap#2"]
    assert found[0].seen_at == START


def test_fractions_of_seconds() -> None:
    """The same number means microseconds or nanoseconds, by the magic."""
    record = pack("<IIII", START_S, 1500, len(PACKETS[0]), len(PACKETS[0])) + PACKETS[0]
    micro = frames(classic([]) + record)[0].seen_at
    nano = frames(classic([], magic=0xA1B23C4D) + record)[0].seen_at
    assert (micro - START).microseconds == 1500
    assert (nano - START).microseconds == 1


def test_records_with_the_longer_header() -> None:
    """Kuznetzov's variant has eight more bytes in front of each packet."""
    head = pack("<IIII", START_S, 0, len(PACKETS[0]), len(PACKETS[0])) + bytes(8)
    assert len(frames(classic([], magic=0xA1B2CD34) + head + PACKETS[0])) == 1


def test_times_beyond_2038() -> None:
    """Seconds are unsigned."""
    record = pack("<IIII", 0xFFFFFFFF, 0, len(PACKETS[0]), len(PACKETS[0])) + PACKETS[0]
    assert frames(classic([]) + record)[0].seen_at.year == 2106


@pytest.mark.parametrize("cut", [1, 10, 30, len(PACKETS[1]) + 15])
def test_a_cut_file_keeps_its_whole_packets(cut: int) -> None:
    """After the last whole packet comes a TRUNCATED problem."""
    found = everything(classic(PACKETS)[:-cut])
    assert [getattr(one, "payload", None) for one in found] == [b"<one/>", None]
    assert [one.kind for one in problems(classic(PACKETS)[:-cut])] == [ProblemKind.TRUNCATED]


def test_a_record_that_lies_ends_the_reading() -> None:
    """A length of gigabytes is damage, found without asking for the memory."""
    data = classic(PACKETS) + pack("<IIII", 0, 0, 0xFFFFFFF0, 60) + bytes(60)
    assert len(frames(data)) == 2
    assert "4,294,967,280 bytes" in problems(data)[0].detail


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_blocks(order: str) -> None:
    """Enhanced, simple and obsolete packet blocks, unknown blocks between them."""
    size = len(PACKETS[0])
    data = (
        section(order)
        + interface(order=order)
        + block(0x0BAD, b"custom", order)
        + enhanced(PACKETS[0], START_S * 1_000_000, order=order)
        + block(3, pack(order + "I", size) + PACKETS[0], order)
        + block(2, pack(order + "HHIIII", 0, 0, 0, 0, size, size) + PACKETS[0], order)
    )
    found = frames(data)
    assert [one.payload for one in found] == [b"<one/>"] * 3
    assert found[0].seen_at == START


@pytest.mark.parametrize(
    ("resolution", "units"),
    [(9, START_S * 10**9), (3, START_S * 1000), (0, START_S), (0x80 | 10, START_S << 10)],
)
def test_pcapng_resolutions(resolution: int, units: int) -> None:
    """Decimal and binary timestamp resolutions, each interface its own."""
    option = pack("<HHB3xHH", 9, 1, resolution, 0, 0)
    data = section() + interface() + interface(options=option)
    assert frames(data + enhanced(PACKETS[0], units, 1))[0].seen_at == START


def test_pcapng_time_offset() -> None:
    """`if_tsoffset` seconds are added."""
    option = pack("<HHqHH", 14, 8, START_S, 0, 0)
    assert frames(section() + interface(options=option) + enhanced(PACKETS[0]))[0].seen_at == START


def test_mixed_link_types_and_sections() -> None:
    """What libpcap refuses: interfaces of several link types, and byte orders changing midway."""
    data = (
        section()
        + interface(1)
        + interface(101)
        + enhanced(udp(b"raw"), index=1)
        + enhanced(PACKETS[0])
        + section(">")
        + interface(228, order=">")
        + enhanced(udp(b"big"), order=">")
    )
    assert [one.payload for one in frames(data)] == [b"raw", b"<one/>", b"big"]


def test_packets_of_no_interface_are_told() -> None:
    """A packet whose interface is not described is counted, the next one is read."""
    data = section() + interface() + enhanced(PACKETS[0], index=7) + enhanced(PACKETS[1])
    found = everything(data)
    assert [getattr(one, "origin", None) for one in found] == ["made.pcap#2", None]
    assert "1 packets belong to no described interface" in problems(data)[0].detail


def test_long_foreign_blocks_are_passed_over() -> None:
    """A block of secrets or names of many megabytes is skipped, and costs no memory."""
    data = section() + interface() + block(10, bytes(6 << 20)) + enhanced(PACKETS[0])
    assert len(frames(data)) == 1


@pytest.mark.parametrize("length", [0, 8, 11])
def test_blocks_too_short_end_the_reading(length: int) -> None:
    """A block length that cannot be would loop for ever if it were followed."""
    data = section() + interface() + enhanced(PACKETS[0]) + pack("<II", 6, length) + bytes(40)
    assert len(frames(data)) == 1
    assert [one.kind for one in problems(data)] == [ProblemKind.TRUNCATED]


def test_empty_captures_are_no_problem() -> None:
    """No packets: no frames, and nothing to complain of."""
    assert everything(classic([])) == []
    assert everything(section()) == []
