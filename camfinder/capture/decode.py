"""Packets to frames: the one path for files and for live sniffing."""

from collections import OrderedDict
from collections.abc import Iterator

from camfinder.capture import link, notes, prefilter
from camfinder.capture.ip import TCP, Inner, Layers, Segment, is_neighbour_message
from camfinder.capture.records import Record
from camfinder.capture.seen import Seen, address, moment
from camfinder.capture.streams import Streams
from camfinder.capture.talk import Talk, is_http
from camfinder.model import Frame, Problem, ProblemKind, Transport

LARGE_BYTES = 900
"""UDP payloads from this size on are counted per flow."""
LARGE_PER_FLOW = 64
"""Large datagrams between one pair of ports that no discovery uses: then it is a transfer."""
MAX_FLOWS = 16_384


class Decoder:
    """Takes packets, gives frames.

    Args:
        name: What the packets come from, for `Frame.origin`.
        numbered: Whether packet numbers mean anything (a file) or not (a live interface).

    Attributes:
        bulk: Datagrams that were passed over as media.
    """

    def __init__(self, name: str, *, numbered: bool = True) -> None:
        self._name = name
        self._numbered = numbered
        self._talk = Talk(self._origin)
        self._layers = Layers()
        self._streams = Streams(self._talk.frames, is_http)
        self._notebook = notes.Notebook()
        self._flows: OrderedDict[bytes, int] = OrderedDict()
        self._skipped: dict[int, int] = {}
        self._malformed = 0
        self._first_malformed = 0
        self._cut = 0
        self.bulk = 0

    def feed(self, record: Record) -> list[Frame]:
        """The frames that one packet completes."""
        data = record.data
        noted = record.comment or self._notebook.waiting
        if record.link == 1 and not noted and self._is_done(data):
            return []
        if not link.supported(record.link):
            self._skipped[record.link] = self._skipped.get(record.link, 0) + 1
            return []
        packet = link.decode(record.link, data)
        if packet is None:
            self._broken(record.number)
            return []
        seen = Seen(record.number, record.at_ns, packet.mac, record.comment)
        before = self._layers.malformed
        frames = self._network(packet, seen)
        if packet.ethertype == link.IPV6 and is_neighbour_message(packet.data):
            sender = bytes.fromhex((packet.mac or "").replace(":", "")) or bytes(6)
            frames.append(self._ethernet(bytes(6) + sender + b"\x86\xdd" + packet.data, seen))
        if self._layers.malformed > before:
            self._broken(record.number)
        return frames

    def finish(self) -> list[Frame]:
        """The frames of everything that was still going on."""
        self._layers.fragments.finish()
        frames = [frame for segment in self._layers.heads() for frame in self._udp(segment)]
        return frames + self._streams.finish()

    def problems(self) -> Iterator[Problem]:
        """What could not be read, told once each."""
        for number, count in sorted(self._skipped.items()):
            yield self._problem(
                ProblemKind.SKIPPED,
                f"{count} packets of link type {number} ({link.name(number)}) are not read: "
                "capture on an Ethernet, Wi-Fi or cooked interface",
            )
        broken = self._malformed + self._streams.malformed
        if broken:
            where = f", the first is packet {self._first_malformed}" if self._malformed else ""
            yield self._problem(ProblemKind.MALFORMED, f"{broken} packets are malformed{where}")
        if self._cut:
            yield self._problem(
                ProblemKind.TRUNCATED,
                f"{self._cut} datagrams were cut off by the snap length: capture with -s 0",
            )
        if self._layers.fragments.given_up:
            yield self._problem(
                ProblemKind.SKIPPED,
                f"{self._layers.fragments.given_up} fragmented datagrams never became whole",
            )

    def _is_done(self, data: bytes) -> bool:
        """A segment of a connection that is done with: the fast way out for video over TCP."""
        if data[12:15] != b"\x08\x00\x45" or data[23:24] != b"\x06" or len(data) < 54:
            return False
        here, there = data[26:30] + data[34:36], data[30:34] + data[36:38]
        key = here + there if here <= there else there + here
        return key in self._streams.closed and not data[47] & 2

    def _network(self, packet: link.Packet, seen: Seen) -> list[Frame]:
        frames: list[Frame] = []
        for segment in self._layers.segments(packet.ethertype, packet.data, seen):
            if isinstance(segment, Inner):
                frames.append(self._ethernet(segment.data, segment.seen))
            elif segment.protocol == TCP:
                frames += self._tcp(segment)
            else:
                frames += self._udp(segment)
        for head in self._layers.heads():
            frames += self._udp(head)
        return frames

    def _tcp(self, segment: Segment) -> list[Frame]:
        recorded = self._notebook.put(segment)
        if recorded is True:
            return []
        if recorded is False:
            return self._streams.put(segment)
        frame = Frame(
            transport=recorded.note.transport,
            source=address(segment.source),
            source_port=recorded.source_port,
            payload=recorded.payload,
            seen_at=moment(recorded.seen.at_ns),
            origin=self._origin(recorded.seen.number),
            destination=address(segment.destination),
            destination_port=recorded.destination_port,
            source_mac=recorded.seen.mac,
        )
        return [_noted(frame, recorded.note)]

    def _udp(self, segment: Segment) -> list[Frame]:
        data, seen = segment.data, segment.seen
        length = int.from_bytes(data[4:6], "big")
        if len(data) < 8 or 0 < length < 8:
            self._broken(seen.number)
            return []
        payload = data[8 : length or len(data)]
        source_port = int.from_bytes(data[0:2], "big")
        destination_port = int.from_bytes(data[2:4], "big")
        if self._is_bulk(segment, source_port, destination_port, payload):
            self.bulk += 1
            return []
        if len(payload) + 8 < length:
            self._cut += 1
            if not payload:
                return []
        frame = Frame(
            transport=Transport.UDP,
            source=address(segment.source),
            source_port=source_port,
            payload=payload,
            seen_at=moment(seen.at_ns),
            origin=self._origin(seen.number),
            destination=address(segment.destination),
            destination_port=destination_port,
            source_mac=seen.mac,
        )
        note = notes.read(seen.comment)
        return [frame if note is None else _noted(frame, note)]

    def _is_bulk(
        self, segment: Segment, source_port: int, destination_port: int, payload: bytes
    ) -> bool:
        if prefilter.bulk(source_port, destination_port, payload):
            return True
        if len(payload) < LARGE_BYTES or source_port < 1024 or destination_port < 1024:
            return False
        if {source_port, destination_port} & prefilter.DISCOVERY_PORTS:
            return False
        flow = segment.source + segment.destination + segment.data[:4]
        count = self._flows.pop(flow, 0) + 1
        self._flows[flow] = count
        if len(self._flows) > MAX_FLOWS:
            self._flows.popitem(last=False)
        return count > LARGE_PER_FLOW

    def _ethernet(self, data: bytes, seen: Seen) -> Frame:
        return Frame(
            transport=Transport.ETHERNET,
            source=None,
            source_port=0,
            payload=data,
            seen_at=moment(seen.at_ns),
            origin=self._origin(seen.number),
            source_mac=seen.mac,
        )

    def _broken(self, number: int) -> None:
        self._malformed += 1
        self._first_malformed = self._first_malformed or number

    def _origin(self, number: int) -> str:
        return f"{self._name}#{number}" if self._numbered else self._name

    def _problem(self, kind: ProblemKind, detail: str) -> Problem:
        return Problem(kind=kind, probe=None, address=None, detail=f"{self._name}: {detail}")


def _noted(frame: Frame, note: notes.Note) -> Frame:
    """The frame with what its note knows better."""
    port = frame.destination_port if note.destination_port is None else note.destination_port
    return Frame(
        transport=note.transport,
        source=frame.source,
        source_port=frame.source_port,
        payload=frame.payload,
        seen_at=frame.seen_at,
        origin=frame.origin,
        destination=frame.destination if note.destination else None,
        destination_port=port,
        source_mac=frame.source_mac,
        direction=note.direction,
        request=note.request,
    )
