"""The prefilter drops media and nothing else, and says the same in both its forms."""

from struct import pack

import pytest
from capture_files import CAMERA6, CLIENT6, classic, everything, framed, udp
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.capture import decode, prefilter, records

VIDEO = b"\x80\xe0" + bytes(1000)
TRANSPORT_STREAM = (b"\x47" + bytes(187)) * 7


@pytest.mark.parametrize("payload", [VIDEO, TRANSPORT_STREAM, b"\x80\x1a" + bytes(600)])
@pytest.mark.parametrize("tags", [(), (0x8100,), (0x88A8, 0x8100)])
@pytest.mark.parametrize("family", [4, 6])
def test_media_is_dropped(payload: bytes, tags: tuple[int, ...], family: int) -> None:
    """RTP with pictures and MPEG-TS go, of either family, tagged or not."""
    ends = ("10.0.0.1", "10.0.0.2") if family == 4 else (CAMERA6, CLIENT6)
    packet = udp(payload, ends[0], 40_000, ends[1], 50_002)
    assert everything(classic([framed(packet, tags)])) == []


@pytest.mark.parametrize(
    ("payload", "port", "why"),
    [
        (b"<?xml" + bytes(1000), 40_000, "an answer between ephemeral ports"),
        (VIDEO, 37_020, "a discovery port"),
        (VIDEO, 53, "a well-known port"),
        (VIDEO[:300], 40_000, "short"),
        (b"\x80\x00" + bytes(1000), 40_000, "RTP with sound, or a protocol that begins so"),
        (b"\xb3\x00\x00\x00" + bytes(500), 5050, "Dahua's old discovery begins with these bits"),
        (b"GET / HTTP/1.1\r\n" + bytes(600), 40_000, "begins with the sync byte of MPEG-TS"),
    ],
)
def test_answers_are_kept(payload: bytes, port: int, why: str) -> None:
    """What could be an answer is kept, however much it looks like media."""
    assert len(everything(classic([framed(udp(payload, a_port=port))]))) == 1, why


@settings(max_examples=150, deadline=None)
@given(
    first=st.binary(min_size=2, max_size=2),
    sync=st.booleans(),
    size=st.integers(300, 1400),
    ports=st.tuples(
        st.sampled_from([53, 1023, 1024, 1900, 5004, 40_000, 37_020]), st.integers(0, 65_535)
    ),
    family=st.sampled_from([4, 6]),
    tagged=st.booleans(),
)
def test_both_forms_agree(
    first: bytes, *, sync: bool, size: int, ports: tuple[int, int], family: int, tagged: bool
) -> None:
    """What libpcap's program throws away, the decoder would have thrown away as well."""
    payload = bytearray(first + bytes(size))
    if sync:
        payload[0] = payload[188] = 0x47
    ends = ("10.0.0.1", "10.0.0.2") if family == 4 else (CAMERA6, CLIENT6)
    packet = framed(
        udp(bytes(payload), ends[0], ports[0], ends[1], ports[1]), (0x8100,) if tagged else ()
    )
    program = prefilter.program(1)
    assert program is not None
    assert bool(program(packet)) is not prefilter.bulk(*ports, bytes(payload))


def test_the_program_never_sees_fragments_as_media() -> None:
    """A later fragment has no ports where they would be looked for."""
    packet = bytearray(framed(udp(VIDEO, a_port=40_000, b_port=50_000)))
    program = prefilter.program(1)
    assert program is not None
    assert not program(bytes(packet))
    packet[20:22] = pack(">H", 0x00B9)
    assert program(bytes(packet))


@pytest.mark.parametrize("link", [239, 258, 283, 195])
def test_link_types_without_a_program(link: int) -> None:
    """Where libpcap cannot filter, nothing is dropped early."""
    assert prefilter.program(link) is None


def test_a_warm_file_gives_the_same_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames and their numbers are the same whether or not libpcap filtered."""
    monkeypatch.setattr(records, "WARM", -1)
    packets = [
        framed(udp(VIDEO if number % 3 else b"<a%d/>" % number + bytes(400), a_port=40_000))
        for number in range(100)
    ]
    found = everything(classic(packets))
    assert found == everything(classic(packets), filtered=False)
    assert len(found) == 34
    assert getattr(found[1], "origin", "") == "made.pcap#4"


def test_transfers_are_capped() -> None:
    """A file transfer between ports of no discovery stops giving frames."""
    packets = [framed(udp(b"\xf1\xd0" + bytes(1200), a_port=40_000)) for _ in range(200)]
    assert len(everything(classic(packets))) == decode.LARGE_PER_FLOW
    kept = [framed(udp(b"<xml" + bytes(1200), a_port=3702)) for _ in range(200)]
    assert len(everything(classic(kept))) == 200
