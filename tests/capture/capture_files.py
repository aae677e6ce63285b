"""Capture files made for the tests: packets, and the files around them."""

import io
from ipaddress import ip_address
from struct import pack

from camfinder.capture import synth
from camfinder.capture.pcap import Capture
from camfinder.model import Address, Frame, Problem

CAMERA, CLIENT = "10.1.2.3", "10.1.2.9"
CAMERA6, CLIENT6 = "fd00::3", "fd00::9"
MAC = bytes.fromhex("00408c123456")
START_S = 1_760_000_000


def ends(a: str, a_port: int, b: str, b_port: int) -> tuple[tuple[Address, int], ...]:
    """Two ends as `synth` takes them."""
    return (ip_address(a), a_port), (ip_address(b), b_port)


def udp(
    payload: bytes, a: str = CAMERA, a_port: int = 3702, b: str = CLIENT, b_port: int = 50_000
) -> bytes:
    """An IP packet with a datagram."""
    source, destination = ends(a, a_port, b, b_port)
    return synth.udp(source, destination, payload)


def framed(packet: bytes, tags: tuple[int, ...] = (), mac: bytes = MAC) -> bytes:
    """An Ethernet frame, with VLAN tags of the given EtherTypes."""
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    middle = b"".join(pack(">HH", tag, 5) for tag in tags)
    return b"\xff" * 6 + mac + middle + pack(">H", kind) + packet


def classic(
    packets: list[bytes], link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4
) -> bytes:
    """A pcap file; one packet a second."""
    out = pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262_144, link)
    for number, packet in enumerate(packets):
        out += pack(order + "IIII", START_S + number, 0, len(packet), len(packet)) + packet
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    size = pack(order + "I", 12 + len(body))
    return pack(order + "I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    """A pcapng section header."""
    return block(0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int = 1, options: bytes = b"", order: str = "<") -> bytes:
    """A pcapng interface description."""
    return block(1, pack(order + "HHI", link, 0, 262_144) + options, order)


def enhanced(packet: bytes, units: int = 0, index: int = 0, order: str = "<") -> bytes:
    """A pcapng enhanced packet block."""
    head = pack(order + "IIIII", index, units >> 32, units & 0xFFFFFFFF, len(packet), len(packet))
    return block(6, head + packet, order)


def everything(data: bytes, **options: bool) -> list[Frame | Problem]:
    """What a capture with these bytes gives; our own bugs propagate."""
    return list(Capture(io.BytesIO(data), "made.pcap", strict=True, **options).frames())


def frames(data: bytes, **options: bool) -> list[Frame]:
    """Its frames."""
    return [one for one in everything(data, **options) if isinstance(one, Frame)]


def problems(data: bytes) -> list[Problem]:
    """Its problems."""
    return [one for one in everything(data) if isinstance(one, Problem)]


class Dialogue:
    """A TCP connection between CLIENT and CAMERA, packet by packet."""

    def __init__(
        self, port: int = 80, client_port: int = 40_000, *, handshake: bool = True
    ) -> None:
        self.client, self.server = ends(CLIENT, client_port, CAMERA, port)
        self.numbers = {self.client: 0xFFFFFF00, self.server: 77}  # wraps on purpose
        self.packets: list[bytes] = []
        if handshake:
            self._add(self.client, synth.SYN)
            self._add(self.server, synth.SYN | synth.ACK)
            self._add(self.client, synth.ACK)

    def ask(self, *pieces: bytes) -> "Dialogue":
        """The client says something, one segment a piece."""
        for piece in pieces:
            self._add(self.client, synth.ACK | synth.PUSH, piece)
        return self

    def tell(self, *pieces: bytes) -> "Dialogue":
        """The camera says something."""
        for piece in pieces:
            self._add(self.server, synth.ACK | synth.PUSH, piece)
        return self

    def end(self) -> "Dialogue":
        """Both sides close."""
        self._add(self.server, synth.FIN | synth.ACK)
        self._add(self.client, synth.FIN | synth.ACK)
        return self

    def _add(self, speaker: tuple[Address, int], flags: int, payload: bytes = b"") -> None:
        listener = self.server if speaker == self.client else self.client
        numbers = (self.numbers[speaker], self.numbers[listener])
        packet = synth.tcp(speaker, listener, numbers, flags, payload)
        self.packets.append(framed(packet, mac=MAC if speaker == self.server else b"\x02" * 6))
        self.numbers[speaker] += len(payload) + bool(flags & (synth.SYN | synth.FIN))
