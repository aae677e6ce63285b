"""From a TCP connection to frames: who serves, what is spoken, what was said."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from camfinder.capture import http, rtsp, tls
from camfinder.capture.seen import Seen, address, moment
from camfinder.capture.streams import Run, Side, Stream
from camfinder.model import Direction, Frame, Transport

BANNER_BYTES = 4096
"""First bytes of each side of a conversation in no protocol known here."""
SERVER_PORTS = frozenset({
    21, 22, 23, 25, 80, 81, 82, 83, 85, 88, 443, 554, 555, 888, 1756, 1935, 2020, 3702, 4520,
    5000, 5060, 5554, 6036, 7070, 8000, 8080, 8081, 8088, 8089, 8091, 8443, 8554, 8800, 8899,
    8999, 9000, 9008, 10554, 34567, 37777, 49152,
})  # fmt: skip
"""Ports on which cameras, recorders and their neighbours listen."""
_LOOKED_AT = 64
"""Segments of a run that are looked at for the start of a message."""


class Exchange(NamedTuple):
    """A message and the packet in which it began."""

    message: http.Message
    seen: Seen


class Talk:
    """Makes frames of connections.

    Args:
        origin: Packet number to `Frame.origin`.
    """

    def __init__(self, origin: Callable[[int], str]) -> None:
        self._origin = origin

    def frames(self, stream: Stream) -> list[Frame]:
        """What was said in a connection, as frames."""
        if not any(side.runs for side in stream.sides):
            return []
        serving = server_of(stream)
        server, client = stream.sides[serving], stream.sides[1 - serving]
        spoken = _spoken(stream)
        if spoken == "http":
            return list(self._http(stream, server, client))
        if spoken == "rtsp":
            return list(self._rtsp(server, client))
        if spoken == "tls":
            return list(self._tls(server, client))
        return list(self._other(server, client)) if stream.rolls == 0 else []

    def _frame(
        self,
        transport: Transport,
        sides: tuple[Side, Side],
        seen: Seen,
        payload: bytes,
        direction: Direction = Direction.ANSWER,
        request: str = "",
    ) -> Frame:
        speaker, listener = sides
        return Frame(
            transport=transport,
            source=address(speaker.address),
            source_port=speaker.port,
            payload=payload,
            seen_at=moment(seen.at_ns),
            origin=self._origin(seen.number),
            destination=address(listener.address),
            destination_port=listener.port,
            source_mac=seen.mac,
            direction=direction,
            request=request,
        )

    def _http(self, stream: Stream, server: Side, client: Side) -> Iterator[Frame]:
        asked = [
            Exchange(message, run.seen(message.at))
            for run in client.runs
            for message in http.messages(run, answers=False)
        ]
        in_order = stream.whole and stream.client is not None
        heads = frozenset(
            index for index, one in enumerate(asked) if in_order and one.message.method == b"HEAD"
        )
        answered = [
            Exchange(message, run.seen(message.at))
            for run in server.runs
            for message in http.messages(run, answers=True, heads_only=heads)
        ]
        for one in asked:
            yield self._frame(
                Transport.HTTP,
                (client, server),
                one.seen,
                one.message.canonical,
                Direction.REQUEST,
                one.message.request,
            )
        for one, request in pair(asked, answered, in_order=in_order):
            yield self._frame(
                Transport.HTTP,
                (server, client),
                one.seen,
                one.message.canonical,
                request=request,
            )

    def _rtsp(self, server: Side, client: Side) -> Iterator[Frame]:
        methods: dict[bytes, str] = {}
        for run in client.runs:
            for asked in rtsp.messages(run):
                if asked.method and asked.cseq:
                    methods[asked.cseq] = asked.method.decode("ascii")
        for run in server.runs:
            for answer in rtsp.messages(run):
                if not answer.method:
                    yield self._frame(
                        Transport.TCP,
                        (server, client),
                        run.seen(answer.at),
                        answer.raw,
                        request=methods.get(answer.cseq, ""),
                    )

    def _tls(self, server: Side, client: Side) -> Iterator[Frame]:
        if client.first and (name := tls.server_name(bytes(client.first.data))):
            yield self._frame(
                Transport.TLS,
                (client, server),
                client.first.seen(0),
                name,
                Direction.REQUEST,
                "ClientHello",
            )
        if server.first and (leaf := tls.leaf(bytes(server.first.data))):
            yield self._frame(Transport.TLS, (server, client), server.first.seen(0), leaf)

    def _other(self, server: Side, client: Side) -> Iterator[Frame]:
        for sides, direction in (
            ((client, server), Direction.REQUEST),
            ((server, client), Direction.ANSWER),
        ):
            run = sides[0].first
            if run is not None and run.data:
                payload = bytes(run.data[:BANNER_BYTES])
                yield self._frame(Transport.TCP, sides, run.seen(0), payload, direction)


def is_http(stream: Stream) -> bool:
    """Whether HTTP is spoken: worth following beyond the first bytes."""
    return _spoken(stream) == "http"


def pair(
    asked: list[Exchange], answered: list[Exchange], *, in_order: bool
) -> Iterator[tuple[Exchange, str]]:
    """Final answers, each with what it answers.

    In a connection seen whole they pair in order (pipelining, RFC 9112 section 9.3.2). Where
    bytes are missing, an answer belongs to the last request before it, or to none.
    """
    at = 0
    for one in answered:
        if one.message.interim:
            continue
        if not in_order:
            while at + 1 < len(asked) and asked[at + 1].seen.number < one.seen.number:
                at += 1
        request = ""
        if at < len(asked) and asked[at].seen.number <= one.seen.number:
            request = asked[at].message.request
            at += 1
        yield one, request


def server_of(stream: Stream) -> int:
    """Index of the serving side: by handshake, words, port, who spoke first, in this order."""
    if stream.client is not None:
        return 1 - stream.client
    for index, side in enumerate(stream.sides):
        for run, at in _starts(side):
            if http.is_answer(run.data, at) or run.data[at : at + 5] == b"RTSP/":
                return index
            if http.is_request(run.data, at) or rtsp.begins(run.data, at):
                return 1 - index
        if side.first and tls.begins(side.first.data):
            return 1 - index if tls.is_client(side.first.data) else index
    return _by_port(stream)


def _by_port(stream: Stream) -> int:
    ports = [side.port for side in stream.sides]
    for likely in (
        [port in SERVER_PORTS for port in ports],
        [port < 1024 for port in ports],
        [port < 32_768 for port in ports],
    ):
        if likely[0] != likely[1]:
            return likely.index(True)
    if stream.spoke_first is not None and ports[0] == ports[1]:
        return stream.spoke_first
    return 0 if ports[0] < ports[1] else 1


def _starts(side: Side) -> Iterator[tuple[Run, int]]:
    """Where messages may begin: at the start of a segment."""
    for run in side.runs[:4]:
        for mark in run.marks[:_LOOKED_AT]:
            yield run, mark.offset


def _spoken(stream: Stream) -> str:
    for side in stream.sides:
        if side.first and tls.begins(side.first.data):
            return "tls"
    for side in stream.sides:
        for run, at in _starts(side):
            if rtsp.begins(run.data, at):
                return "rtsp"
            if http.is_answer(run.data, at) or http.is_request(run.data, at):
                return "http"
    return ""
