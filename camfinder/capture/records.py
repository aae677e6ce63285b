"""Packet records of pcap and pcapng files, in order, as bytes.

Reads what libpcap refuses as well: mixed link types, several sections, a snap length per
interface, missing interface blocks. `libpcap` is still what decides cheaply which packets are
bulk video (`prefilter`); reading the records here keeps the packet numbers that people see in
other tools, and one pass over the file is enough for its digest.

Source: draft-ietf-opsawg-pcap-05; draft-ietf-opsawg-pcapng-03.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from camfinder.capture.source import CutShort
from camfinder.model import CamfinderError

MAX_PACKET = 1 << 20
"""No link layer that we read has longer packets; a larger length is a damaged record."""
MAX_BLOCK = 4 << 20
"""Larger pcapng blocks hold no packet and are skipped unread."""
MAX_INTERFACES = 1 << 16
SMALL = 320
"""Packets below this many bytes never meet the prefilter: they are no bulk, and every load of
the filter program stays inside a packet of this size."""
WARM = 4096
"""Packets read before the prefilter is made ready: compiling it takes longer than a small file."""
MAX_COMMENT = 1 << 16

Keep = Callable[[bytes], int]
"""Truth for the packets that are wanted."""


class Record(NamedTuple):
    """One captured packet.

    Attributes:
        number: 1 for the first packet of the file.
        at_ns: Nanoseconds since 1970 UTC.
        link: LINKTYPE_ number of its interface.
        data: From the link-layer header on.
        wire_bytes: How long it was before the snap length cut it.
        comment: Of the packet (pcapng).
    """

    number: int
    at_ns: int
    link: int
    data: bytes
    wire_bytes: int
    comment: str = ""


class Feed:
    """A window over a stream of chunks."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.data = b""
        self.at = 0

    def more(self) -> bool:
        """Appends the next chunk; false at the end of the stream."""
        for chunk in self._chunks:
            if chunk:
                self.data = self.data[self.at :] + chunk
                self.at = 0
                return True
        return False

    def have(self, size: int) -> bool:
        """Whether `size` more bytes are, or could be, brought into the window."""
        while len(self.data) - self.at < size:
            if not self.more():
                return False
        return True

    def take(self, size: int) -> bytes:
        """The next `size` bytes, which `have` has promised."""
        self.at += size
        return self.data[self.at - size : self.at]

    def skip(self, size: int) -> bool:
        """Passes over `size` bytes without keeping them; false when the stream ends in them."""
        while size > len(self.data) - self.at:
            size -= len(self.data) - self.at
            self.at = len(self.data)
            if not self.more():
                return False
        self.at += size
        return True


class Records:
    """The packets of one capture.

    Attributes:
        count: Packets read so far, wanted or not.
        strays: Packets of an interface that the file does not describe.
    """

    def __init__(self, chunks: Iterator[bytes], prefilter: Callable[[int], Keep | None]) -> None:
        self._feed = Feed(chunks)
        self._prefilter = prefilter
        self.count = 0
        self.strays = 0

    def read(self, name: str) -> Iterator[Record]:
        """Every wanted packet.

        Raises:
            CamfinderError: The bytes are no capture.
            CutShort: The file ends inside a record or is damaged from here on.
        """
        feed = self._feed
        feed.have(4)
        magic = feed.data[feed.at : feed.at + 4]
        if magic in _CLASSIC:
            yield from self._classic(name)
        elif magic == _SECTION_MAGIC:
            yield from self._blocks(name)
        else:
            raise CamfinderError(_complaint(name, bytes(feed.data[feed.at : feed.at + 16])))

    def _classic(self, name: str) -> Iterator[Record]:
        feed = self._feed
        shape = _CLASSIC[bytes(feed.data[feed.at : feed.at + 4])]
        if not feed.have(24):
            raise CamfinderError(f"{name} is cut off inside its file header: capture it again")
        link = Struct(shape.order + "I").unpack_from(feed.take(24), 20)[0] & 0xFFFF
        unpack, head, scale = Struct(shape.order + "IIII").unpack_from, shape.head, shape.scale
        keep: Keep | None = None
        while True:
            if keep is None and self.count > WARM:
                keep = self._prefilter(link)
            data, at = feed.data, feed.at
            limit, size = len(data), 0
            while at + head <= limit:
                seconds, fraction, size, wire = unpack(data, at)
                stop = at + head + size
                if stop > limit:
                    break
                packet = data[at + head : stop]
                at = stop
                self.count += 1
                if keep is None or size < SMALL or keep(packet):
                    at_ns = seconds * 1_000_000_000 + fraction * scale
                    yield Record(self.count, at_ns, link, packet, wire)
            feed.at = at
            if size > MAX_PACKET:
                raise CutShort(
                    f"the record after packet {self.count} says {size:,} bytes: "
                    "the file is damaged from there on"
                )
            if not feed.more():
                break
        if feed.at < len(feed.data):
            raise CutShort(f"the file ends inside the record after packet {self.count}")

    def _blocks(self, name: str) -> Iterator[Record]:
        section: _Section | None = None
        for kind, order, body in self._raw_blocks():
            if kind == _SECTION:
                section = _Section(order)
            elif section is None:
                raise CamfinderError(f"{name} is no pcapng file: it has no section header")
            elif kind == _INTERFACE:
                section.describe(body)
            elif kind in _PACKET_KINDS:
                self.count += 1
                prefilter = self._prefilter if self.count > WARM else None
                record = section.packet(kind, body, self.count, prefilter)
                if record is None:
                    self.strays += 1
                elif record.data or not record.wire_bytes:
                    yield record

    def _raw_blocks(self) -> Iterator[tuple[int, str, bytes]]:
        """Block type, byte order, body; blocks too long for a packet are passed over."""
        feed, order = self._feed, "<"
        while feed.have(12):
            if feed.data[feed.at : feed.at + 4] == _SECTION_MAGIC:
                order = _ORDERS.get(bytes(feed.data[feed.at + 8 : feed.at + 12]), "")
                if not order:
                    raise CutShort(f"after packet {self.count} stands a broken section header")
            kind, length = Struct(order + "II").unpack_from(feed.data, feed.at)
            if length < 12:
                raise CutShort(
                    f"the block after packet {self.count} says {length} bytes: "
                    "the file is damaged from there on"
                )
            length += -length % 4
            if length > MAX_BLOCK:
                if kind in _PACKET_KINDS or not feed.skip(length):
                    raise CutShort(f"the block after packet {self.count} is damaged")
                continue
            if not feed.have(length):
                break
            yield kind, order, feed.take(length)[8:-4]
        if feed.at < len(feed.data):
            raise CutShort(f"the file ends inside the block after packet {self.count}")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A variant of the classic format: byte order, record header bytes, ns per fraction."""

    order: str
    head: int
    scale: int


_CLASSIC = {
    bytes.fromhex(magic): _Shape(order, head, scale)
    for magic, order, head, scale in (
        ("a1b2c3d4", ">", 16, 1_000),
        ("d4c3b2a1", "<", 16, 1_000),
        ("a1b23c4d", ">", 16, 1),
        ("4d3cb2a1", "<", 16, 1),
        ("a1b2cd34", ">", 24, 1_000),  # Kuznetzov's: interface, protocol, type behind the header
        ("34cdb2a1", "<", 24, 1_000),
    )
}
_SECTION_MAGIC = b"\x0a\x0d\x0d\x0a"
_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_PACKET_KINDS = frozenset({_OLD_PACKET, _SIMPLE_PACKET, _PACKET})
_COMMENT, _RESOLUTION, _OFFSET = 1, 9, 14

_OTHER_FORMATS = (
    (b"snoop\0\0\0", "a snoop capture"),
    (b"GMBU", "a Network Monitor capture"),
    (b"RTSS", "a Network Monitor capture"),
    (b"XCP\0", "a NetXray capture"),
    (b"TRSNIFF data", "a Sniffer capture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
)


def _complaint(name: str, head: bytes) -> str:
    if not head:
        return f"{name} is empty: capture again, for example with tcpdump -w"
    for magic, what in _OTHER_FORMATS:
        if head.startswith(magic):
            todo = "convert it: editcap -F pcapng" if "capture" in what else "unpack it first"
            return f"{name} is {what}, not pcap or pcapng: {todo}"
    return f"{name} is no packet capture: give a pcap or pcapng file (also .gz or .zst)"


@dataclass(frozen=True, slots=True)
class _Interface:
    link: int
    snap: int
    units: int
    """Timestamp units in a second."""
    offset_s: int


class _Section:
    """The interfaces of one pcapng section, and its packets."""

    def __init__(self, order: str) -> None:
        self._interfaces: list[_Interface] = []
        self._short = Struct(order + "HH")
        self._word = Struct(order + "I")
        self._long = Struct(order + "q")
        self._packet = Struct(order + "IIIII")
        self._old_packet = Struct(order + "HHIIII")

    def describe(self, body: bytes) -> None:
        """Adds an interface; one that is too short still takes its number."""
        if len(self._interfaces) >= MAX_INTERFACES:
            return
        body = body.ljust(8, b"\0")
        link, _reserved = self._short.unpack_from(body)
        units, offset_s = 1_000_000, 0
        for code, value in self._options(body, 8):
            if code == _RESOLUTION and value:
                units = _units(value[0])
            elif code == _OFFSET and len(value) == 8:
                offset_s = self._long.unpack(value)[0]
        snap = self._word.unpack_from(body, 4)[0]
        self._interfaces.append(_Interface(link, snap, units, offset_s))

    def packet(
        self,
        kind: int,
        body: bytes,
        number: int,
        prefilter: Callable[[int], Keep | None] | None,
    ) -> Record | None:
        """The packet of a block; without data when it is not wanted, None when it is a stray."""
        if kind == _PACKET and len(body) >= 20:
            index, high, low, size, wire = self._packet.unpack_from(body)
            start = 20
        elif kind == _OLD_PACKET and len(body) >= 20:
            index, _drops, high, low, size, wire = self._old_packet.unpack_from(body)
            start = 20
        elif kind == _SIMPLE_PACKET and len(body) >= 4 and self._interfaces:
            wire = self._word.unpack_from(body)[0]
            snap = self._interfaces[0].snap or wire
            index, high, low, size, start = 0, 0, 0, min(wire, snap, len(body) - 4), 4
        else:
            return None
        if index >= len(self._interfaces) or size > len(body) - start:
            return None
        about = self._interfaces[index]
        data = body[start : start + size]
        at_ns = (high << 32 | low) * 1_000_000_000 // about.units + about.offset_s * 1_000_000_000
        keep = prefilter(about.link) if prefilter is not None and size >= SMALL else None
        if keep is not None and not keep(data):
            return Record(number, at_ns, about.link, b"", wire)
        after = start + size + -size % 4
        comment = ""
        if kind != _SIMPLE_PACKET and after + 4 < len(body):
            comment = self._comment(body, after)
        return Record(number, at_ns, about.link, data, wire, comment)

    def _comment(self, body: bytes, at: int) -> str:
        for code, value in self._options(body, at):
            if code == _COMMENT:
                return value[:MAX_COMMENT].decode("utf-8", "replace")
        return ""

    def _options(self, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        while at + 4 <= len(body):
            code, length = self._short.unpack_from(body, at)
            if code == 0:
                return
            yield code, body[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4


def _units(resolution: int) -> int:
    """Timestamp units in a second, from `if_tsresol`."""
    power = resolution & 0x7F
    if resolution & 0x80:
        return 1 << min(power, 63)
    return int(10 ** min(power, 18))
