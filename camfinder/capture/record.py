"""What a live run sent and heard, as a pcapng file that replays to equal frames.

Everything is written as it was, nothing is blacked out: some devices tell accounts and passwords
to anybody who asks, so the file is readable by its owner only. Packets are made anew around the
messages (`synth`); what a packet cannot say stands in its comment (`notes`). HTTPS is written as
plain text on the port it came from, its comment says so; a certificate as the handshake that
would have shown it.

Source: draft-ietf-opsawg-pcapng-03.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from struct import pack
from types import TracebackType
from typing import BinaryIO, Self

from camfinder.capture import link, notes, synth
from camfinder.model import Address, CamfinderError, Direction, Frame, Transport

NOBODY: dict[int, Address] = {4: IPv4Address("192.0.2.1"), 6: IPv6Address("2001:db8::1")}
"""Stands in for an end that is not known (RFC 5737, 3849)."""
MAX_TALKS = 16_384
"""TCP connections kept open in the file at one time; beyond, the oldest gets its FIN."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DATAGRAMS = frozenset({Transport.UDP, Transport.MULTICAST, Transport.BROADCAST})
_FIRST_PORT, _LAST_PORT = 49_152, 65_535
_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_COMMENT, _APPLICATION = 1, 4

End = tuple[Address, int]


@dataclass(slots=True)
class _Talk:
    """One connection in the file: the next sequence number of each end."""

    client: End
    server: End
    numbers: dict[End, int]
    mac: bytes = synth.UNKNOWN_MAC
    """Of the server."""


class Recorder:
    """Writes a recording; a context manager.

    Args:
        path: Made anew, or emptied, for its owner alone (mode 0600).

    Attributes:
        packets: Written so far.

    Raises:
        CamfinderError: The file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.fchmod(descriptor, 0o600)  # it may have been there, readable by all
        except OSError as error:
            raise CamfinderError(f"cannot record to {path}: {error.strerror}") from error
        self._file: BinaryIO = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self._talks: dict[tuple[End, End], _Talk] = {}
        self._port = _FIRST_PORT
        self._last = _EPOCH
        self.packets = 0
        section = pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(_APPLICATION, b"camfinder")
        self._block(_SECTION, section + _option(0, b""))
        self._block(_INTERFACE, pack("<HHI", 1, 0, 1 << 18))

    @property
    def sha256(self) -> str:
        """Of what was written so far; of the file, once closed."""
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every connection and closes the file; a second time does nothing."""
        if self._file.closed:
            return
        for talk in list(self._talks.values()):
            self._goodbye(talk, self._last)
        self._file.close()

    def sent(
        self,
        transport: Transport,
        source: Address | None,
        source_port: int,
        destination: Address,
        destination_port: int,
        payload: bytes,
        at: datetime,
    ) -> None:
        """Writes what we sent: a datagram, or bytes on a connection (above TLS for HTTPS).

        Args:
            transport: Of the query; TLS and ETHERNET have no bytes of ours and write nothing.
            source: Our address; None where it is not known.
            source_port: Ours.
            destination: A device's address, a group, or the broadcast address.
            destination_port: And the port there.
            payload: For HTTP and HTTPS the request, head and body.
            at: UTC.
        """
        if transport in {Transport.TLS, Transport.ETHERNET}:
            return
        here = (_plain(source or NOBODY[destination.version]), source_port)
        there = (_plain(destination), destination_port)
        if transport in _DATAGRAMS:
            note = notes.Note(Transport.UDP, Direction.REQUEST)
            self._datagram(here, there, payload, at, synth.UNKNOWN_MAC, note)
        else:
            note = notes.Note(transport, Direction.REQUEST, _request_line(transport, payload))
            self._say(self._talk(here, there, at), here, payload, at, note)

    def heard(self, frame: Frame) -> None:
        """Writes what a peer said. An HTTP message is cut at `notes.MAX_MESSAGE` bytes."""
        mac = bytes.fromhex((frame.source_mac or "").replace(":", "")) or synth.UNKNOWN_MAC
        if frame.transport == Transport.ETHERNET or frame.source is None:
            self._packet(frame.payload, frame.seen_at)
            return
        known = frame.destination is not None
        speaker = (_plain(frame.source), frame.source_port)
        listener = (
            _plain(frame.destination or NOBODY[frame.source.version]),
            frame.destination_port,
        )
        note = notes.Note(frame.transport, frame.direction, frame.request, destination=known)
        if frame.transport == Transport.UDP:
            plain = note == notes.Note(Transport.UDP)
            said = None if plain else note
            self._datagram(speaker, listener, frame.payload, frame.seen_at, mac, said)
            return
        self._conversation(frame, note, (speaker, listener), mac)

    def _conversation(
        self, frame: Frame, note: notes.Note, ends: tuple[End, End], mac: bytes
    ) -> None:
        """One side's message on a connection, found or made."""
        speaker, listener = ends
        answers = frame.direction == Direction.ANSWER
        payload, fresh = frame.payload, False
        if frame.transport == Transport.TLS:
            payload = synth.certificate_handshake(payload) if answers else _hello(payload)
            fresh = True  # the plain text of the same connection is another conversation
        client, server = (listener, speaker) if answers else (speaker, listener)
        if answers and (fresh or not client[1]):
            note = notes.Note(
                note.transport, note.direction, note.request, 0, note.destination, client[1]
            )
            client = (client[0], self._made_port())
        talk = self._talk(client, server, frame.seen_at, mac if answers else synth.UNKNOWN_MAC)
        self._say(talk, server if answers else client, payload, frame.seen_at, note, mac)
        if fresh:
            self._goodbye(talk, frame.seen_at)

    def _made_port(self) -> int:
        port = self._port
        self._port = port + 1 if port < _LAST_PORT else _FIRST_PORT
        return port

    def _talk(
        self, client: End, server: End, at: datetime, mac: bytes = synth.UNKNOWN_MAC
    ) -> _Talk:
        """The connection between two ends, opened if need be."""
        talk = self._talks.get((client, server))
        if talk is None:
            if len(self._talks) >= MAX_TALKS:
                self._goodbye(next(iter(self._talks.values())), at)
            talk = _Talk(client, server, {client: 1000, server: 5000}, mac)
            self._talks[client, server] = talk
            self._segment(talk, client, synth.SYN, b"", at)
            self._segment(talk, server, synth.SYN | synth.ACK, b"", at)
            self._segment(talk, client, synth.ACK, b"", at)
        return talk

    def _say(
        self,
        talk: _Talk,
        speaker: End,
        payload: bytes,
        at: datetime,
        note: notes.Note,
        mac: bytes = synth.UNKNOWN_MAC,
    ) -> None:
        payload = payload[: notes.MAX_MESSAGE]
        if not payload:
            return
        comment = notes.write(
            notes.Note(
                note.transport,
                note.direction,
                note.request,
                len(payload),
                note.destination,
                note.destination_port,
            )
        )
        for piece in synth.pieces(payload):
            self._segment(talk, speaker, synth.PUSH | synth.ACK, piece, at, comment, mac)
            comment = ""
        listener = talk.server if speaker == talk.client else talk.client
        self._segment(talk, listener, synth.ACK, b"", at)

    def _goodbye(self, talk: _Talk, at: datetime) -> None:
        self._segment(talk, talk.client, synth.FIN | synth.ACK, b"", at)
        self._segment(talk, talk.server, synth.FIN | synth.ACK, b"", at)
        self._segment(talk, talk.client, synth.ACK, b"", at)
        del self._talks[talk.client, talk.server]

    def _segment(
        self,
        talk: _Talk,
        speaker: End,
        flags: int,
        payload: bytes,
        at: datetime,
        comment: str = "",
        mac: bytes | None = None,
    ) -> None:
        listener = talk.server if speaker == talk.client else talk.client
        acknowledged = talk.numbers[listener] if flags & synth.ACK else 0
        numbers = (talk.numbers[speaker], acknowledged)
        packet = synth.tcp(speaker, listener, numbers, flags, payload)
        talk.numbers[speaker] += len(payload) + bool(flags & (synth.SYN | synth.FIN))
        if mac is None:
            mac = talk.mac if speaker == talk.server else synth.UNKNOWN_MAC
        self._packet(_framed(mac, speaker[0], packet), at, comment)

    def _datagram(
        self,
        source: End,
        destination: End,
        payload: bytes,
        at: datetime,
        mac: bytes,
        note: notes.Note | None,
    ) -> None:
        packet = synth.udp(source, destination, payload[: synth.MAX_UDP])
        comment = notes.write(note) if note is not None else ""
        self._packet(_framed(mac, source[0], packet), at, comment)

    def _packet(self, data: bytes, at: datetime, comment: str = "") -> None:
        self._last = at
        units = max(0, (at - _EPOCH) // _MICROSECOND)
        body = pack("<IIIII", 0, units >> 32, units & 0xFFFFFFFF, len(data), len(data))
        body += data + bytes(-len(data) % 4)
        if comment:
            body += _option(_COMMENT, comment.encode()) + _option(0, b"")
        self._block(_PACKET, body)
        self.packets += 1

    def _block(self, kind: int, body: bytes) -> None:
        size = pack("<I", 12 + len(body))
        data = pack("<I", kind) + size + body + size
        self._file.write(data)
        self._hash.update(data)


def _option(code: int, value: bytes) -> bytes:
    return pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def _framed(mac: bytes, source: Address, packet: bytes) -> bytes:
    return synth.ethernet(mac, link.IPV6 if source.version == 6 else link.IPV4, packet)


def _plain(address: Address) -> Address:
    """Without the IPv6 zone, which no packet carries."""
    return ip_address(address.packed)


def _hello(server_name: bytes) -> bytes:
    return synth.client_hello(server_name[:255]) if server_name else b""


def _request_line(transport: Transport, payload: bytes) -> str:
    """`"GET /path"` of an HTTP request that we wrote."""
    if transport not in {Transport.HTTP, Transport.HTTPS}:
        return ""
    line = payload.split(b"\r\n", 1)[0].decode("latin-1")
    return " ".join(line.split(" ")[:2])[:2048]
