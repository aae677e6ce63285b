"""TCP connections put together, whatever order their segments come in."""

import random
from collections.abc import Iterator

import pytest
from capture_files import Dialogue, classic, everything, frames
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.capture import streams
from camfinder.capture.streams import Side, Stream, Streams
from camfinder.model import Direction, Frame, Transport

PAGE = b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000
ASK = b"GET /index.html HTTP/1.1\r\nHost: cam\r\n\r\n"


def cut(data: bytes, size: int) -> list[bytes]:
    """The bytes in pieces."""
    return [data[start : start + size] for start in range(0, len(data), size)]


def answers(packets: list[bytes]) -> list[Frame]:
    """The frames that answer."""
    return [one for one in frames(classic(packets)) if one.direction == Direction.ANSWER]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.sampled_from([100, 536, 1460]), copies=st.booleans())
def test_any_order_gives_the_same_answer(seed: int, size: int, *, copies: bool) -> None:
    """Segments shuffled near each other and repeated are one message."""
    talk = Dialogue().ask(ASK).tell(*cut(PAGE, size))
    head, tail = talk.packets[:4], talk.packets[4:]
    chance = random.Random(seed)  # noqa: S311 - an order of packets, no secret
    if copies:
        tail += chance.choices(tail, k=5)
    order = sorted(range(len(tail)), key=lambda place: place + chance.uniform(0, 6))
    talk.packets = head + [tail[place] for place in order]
    (answer,) = answers(talk.end().packets)
    assert (answer.payload, answer.request) == (PAGE, "GET /index.html")


def test_overlapping_segments_count_once() -> None:
    """A retransmission that is cut differently adds only what is new."""
    talk = Dialogue().ask(ASK).tell(PAGE[:100])
    talk.numbers[talk.server] -= 50
    talk.tell(PAGE[50:300]).tell(PAGE[300:])
    assert answers(talk.end().packets)[0].payload == PAGE


@pytest.mark.parametrize("handshake", [True, False])
@pytest.mark.parametrize("ended", [True, False])
def test_connections_without_start_or_end(*, handshake: bool, ended: bool) -> None:
    """Neither the handshake nor the end needs to be in the capture."""
    talk = Dialogue(handshake=handshake).ask(ASK).tell(*cut(PAGE, 1000))
    (answer,) = answers((talk.end() if ended else talk).packets)
    assert (answer.payload, str(answer.source), answer.source_port) == (PAGE, "10.1.2.3", 80)


def test_an_answer_without_its_question_names_no_path() -> None:
    """Picked up in the middle, an answer is not given to the next question."""
    talk = Dialogue(handshake=False).tell(PAGE).ask(b"GET /2 HTTP/1.1\r\n\r\n").tell(PAGE)
    assert [one.request for one in answers(talk.packets)] == ["", "GET /2"]


def test_behind_a_gap_the_next_message_is_found() -> None:
    """A lost segment costs its message, not the ones behind it; paths stay right."""
    talk = Dialogue().ask(ASK).tell(*cut(PAGE, 1000))
    del talk.packets[5:7]
    talk.ask(b"GET /next HTTP/1.1\r\n\r\n").tell(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    found = answers(talk.end().packets)
    assert [one.request for one in found] == ["GET /index.html", "GET /next"]
    assert found[1].payload.endswith(b"\r\n\r\nok")


def test_ports_used_again_are_another_connection() -> None:
    """A second handshake on the same ports starts afresh, whether or not the first one ended."""
    first = Dialogue().ask(ASK).tell(PAGE)
    second = Dialogue().ask(b"GET /2 HTTP/1.1\r\n\r\n").tell(PAGE)
    for packets in (first.packets + second.packets, first.end().packets + second.packets):
        assert [one.request for one in answers(packets)] == ["GET /index.html", "GET /2"]


def test_a_banner_and_a_greeting() -> None:
    """Where nothing known is spoken, the first bytes of each side come, at most 4,096."""
    talk = Dialogue(21).tell(b"220 ready\r\n").ask(b"QUIT\r\n").tell(b"z" * 5000)
    asked, told = frames(classic(talk.end().packets))
    assert (asked.payload, asked.direction) == (b"QUIT\r\n", Direction.REQUEST)
    assert (told.payload[:11], len(told.payload)) == (b"220 ready\r\n", 4096)
    assert (told.transport, told.source_port, told.request) == (Transport.TCP, 21, "")


@pytest.mark.parametrize(
    ("port", "client_port"), [(9000, 59_000), (34_567, 51_000), (37_777, 40_001)]
)
def test_the_server_is_known_by_its_port(port: int, client_port: int) -> None:
    """Picked up in the middle, with the client heard first, the camera still is the server."""
    talk = Dialogue(port, client_port, handshake=False).ask(b"\xf0\xde\xbc\x0a" + bytes(20))
    talk.tell(b"\xf0\xde\xbc\x0a" + bytes(16))
    (answer,) = answers(talk.packets)
    assert (answer.source_port, str(answer.source)) == (port, "10.1.2.3")


def test_video_over_tcp_is_dropped_early() -> None:
    """Past the bytes kept of a side, a connection costs one look-up a packet."""
    talk = Dialogue(8554).tell(*cut(bytes(2 * streams.SIDE_BYTES), 16_000))
    (answer,) = answers(talk.packets)
    assert len(answer.payload) == 4096


def test_long_keep_alive_connections_go_on() -> None:
    """An HTTP connection of more bytes than are kept still gives its later answers."""
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + bytes(200_000)
    talk = Dialogue()
    for number in range(5):
        talk.ask(b"GET /%d HTTP/1.1\r\n\r\n" % number).tell(*cut(big, 16_000))
    talk.ask(b"GET /last HTTP/1.1\r\n\r\n").tell(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    found = answers(talk.packets)
    assert found[-1].request == "GET /last"
    assert found[-1].payload.endswith(b"ok")


def test_silent_connections_are_given_out() -> None:
    """After two minutes of the capture's clock a connection's frames come, before its end."""
    talk = Dialogue(21).tell(b"220 ready\r\n")
    other = Dialogue(22, 40_001).tell(*[b"x"] * (2 * streams.SWEEP_EVERY))
    found = everything(classic(talk.packets + other.packets))
    assert getattr(found[0], "payload", b"") == b"220 ready\r\n"


def test_memory_is_bounded() -> None:
    """Many half-open connections push each other out instead of adding up."""
    given_out: list[object] = []

    def give(stream: Stream) -> list[Frame]:
        given_out.append(stream)
        return []

    both = Streams(give, lambda _stream: True)
    original = streams.MAX_STREAMS, streams.MAX_HELD
    streams.MAX_STREAMS, streams.MAX_HELD = 50, 1 << 20
    try:
        for number in range(300):
            _feed(both, Dialogue(80, 1024 + number, handshake=False).ask(bytes(8000)).packets)
            assert len(both._open) <= 50
            assert both._held <= 1 << 20
    finally:
        streams.MAX_STREAMS, streams.MAX_HELD = original
    assert len(given_out) >= 250


def _feed(both: Streams, packets: list[bytes]) -> None:
    from camfinder.capture.ip import Layers, Segment
    from camfinder.capture.seen import Seen

    for packet in packets:
        for segment in Layers().segments(0x0800, packet[14:], Seen(1, 0)):
            assert isinstance(segment, Segment)
            both.put(segment)


class Counting(dict[int, tuple[bytes, int, object]]):
    """Counts how often waiting segments are looked through."""

    looks = 0

    def __iter__(self) -> Iterator[int]:
        Counting.looks += len(self)
        return super().__iter__()


@pytest.mark.parametrize("segments", [500, 1000])
def test_work_grows_with_the_input_only(segments: int) -> None:
    """With every second segment lost, the work for each stays the same."""
    from camfinder.capture.seen import Seen

    Counting.looks = 0
    side = Side(b"\x0a\0\0\1", 80)
    side.pending = Counting()  # type: ignore[assignment]  # a dict all the same
    for number in range(0, 2 * segments, 2):
        side.put(number * 10, bytes(10), 0, Seen(1, 0))
    while side.jump():
        pass
    assert Counting.looks <= segments * streams.MAX_PENDING * 4
    assert len(side.runs) <= streams.MAX_RUNS
