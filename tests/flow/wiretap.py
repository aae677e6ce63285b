"""What a sniffer saw, as packets with the few fields that counting needs."""

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

TCP, UDP = 6, 17
SYN, ACK = 2, 16


class Seen(NamedTuple):
    """One frame: ends are texts, empty where there are none (ARP has its target in `there`).

    `payload` is what stands above TCP and UDP, the whole frame for ARP.
    """

    interface: str
    out: bool
    kind: int
    here: str
    port: int
    there: str
    there_port: int
    flags: int
    sequence: int
    payload: bytes


def packets(file: Path) -> list[Seen]:
    """Everything in a file of `sniffing.py`."""
    found = []
    for line in file.read_text("ascii").splitlines():
        interface, way, digits = line.split(" ")
        found.append(_seen(interface, way == "out", bytes.fromhex(digits)))
    return found


def _seen(interface: str, out: bool, data: bytes) -> Seen:
    ethertype = data[12:14]
    if ethertype == b"\x08\x06":
        here, there = (str(ip_address(data[at : at + 4])) for at in (28, 38))
        return Seen(interface, out, 0x0806, here, 0, there, 0, 0, 0, data)
    if ethertype == b"\x08\x00":
        start = 14 + (data[14] & 15) * 4
        end = 14 + int.from_bytes(data[16:18])
        here, there = (str(ip_address(data[at : at + 4])) for at in (26, 30))
        fragment = int.from_bytes(data[20:22]) & 0x1FFF
        kind = 0 if fragment else data[23]
        return _above(interface, out, kind, here, there, data[start:end])
    if ethertype == b"\x86\xdd":
        here, there = (str(ip_address(data[at : at + 16])) for at in (22, 38))
        return _above(interface, out, data[20], here, there, data[54:])
    return Seen(interface, out, 0, "", 0, "", 0, 0, 0, data)


def _above(interface: str, out: bool, kind: int, here: str, there: str, data: bytes) -> Seen:
    if kind not in {TCP, UDP}:
        return Seen(interface, out, kind, here, 0, there, 0, 0, 0, data)
    ports = int.from_bytes(data[:2]), int.from_bytes(data[2:4])
    if kind == UDP:
        return Seen(interface, out, kind, here, ports[0], there, ports[1], 0, 0, data[8:])
    start, flags, sequence = (data[12] >> 4) * 4, data[13], int.from_bytes(data[4:8])
    body = data[start:]
    return Seen(interface, out, kind, here, ports[0], there, ports[1], flags, sequence, body)


def conversations(seen: Iterable[Seen]) -> dict[tuple[str, int, int], bytes]:
    """What we wrote on each connection: peer, its port and ours; repeated segments once."""
    parts: dict[tuple[str, int, int], dict[int, bytes]] = defaultdict(dict)
    for one in seen:
        if one.out and one.kind == TCP:
            pieces = parts[one.there, one.there_port, one.port]
            if one.payload:
                pieces[one.sequence] = one.payload
    return {key: b"".join(data for _, data in sorted(each.items())) for key, each in parts.items()}


def requests_in(said: bytes) -> int:
    """HTTP and RTSP requests in what one connection carried; under TLS by the records' length.

    A client's Finished has 53 bytes or 69, an alert 19; a request is longer.
    """
    if said[:2] != b"\x16\x03":
        return sum(
            b" HTTP/1." in line or b" RTSP/1." in line
            for line in said.split(b"\r\n")
            if line.split(b" ")[0].isupper()
        )
    count, at = 0, 0
    while at + 5 <= len(said):
        size = int.from_bytes(said[at + 3 : at + 5])
        count += said[at] == 0x17 and size >= 80
        at += 5 + size
    return count
