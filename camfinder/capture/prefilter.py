"""What is certainly bulk media and need not be looked at.

The same decision twice: `program` as libpcap's filter code, which throws a packet away before
Python has looked into it, and `bulk` for datagrams that the program does not see (VLAN tags in
cooked captures, tunnels, link types that libpcap cannot filter). Kept on purpose: everything
small, every fragment of IPv4 and IPv6, answers between ephemeral ports, ARP, LLDP, 0x8033, all TCP
(`streams` caps it per connection). A filter by port would lose answers.

Source: RFC 3550 section 5.1 (RTP header), ISO/IEC 13818-1 section 2.4.3.2 (TS packets).
"""

from functools import cache
from typing import Any

from camfinder.capture.records import Keep

BULK_BYTES = 400
"""UDP length (header included) from which a datagram can be bulk."""
MEDIA_TYPES = frozenset({26, 32, 33, *range(96, 128)})
"""RTP payload types of pictures: JPEG, MPEG video, MPEG-TS, and the dynamic ones."""
DISCOVERY_PORTS = frozenset({
    1434, 1757, 1758, 1900, 2000, 2007, 2015, 2018, 2380, 3000, 3001, 3600, 3702, 4679, 5050,
    5060, 5353, 5355, 6005, 6006, 6666, 6667, 7000, 7364, 7701, 7711, 8600, 9999, 10001, 10669,
    10670, 20002, 20004, 23456, 30718, 32108, 34569, 37020, 37810, 43282, 43283, 46416, 62976,
})  # fmt: skip
"""UDP ports of discovery protocols: what goes to or from them is never bulk."""

_TAGGABLE = frozenset({1})
"""Link types for which libpcap knows the word `vlan`."""
_DLT = {101: 12, 228: 228, 229: 229}
"""LINKTYPE_ to DLT_, where they differ on Linux."""


def bulk(source_port: int, destination_port: int, payload: bytes) -> bool:
    """Whether a UDP datagram is media for certain: RTP with pictures, or an MPEG-TS."""
    if len(payload) + 8 < BULK_BYTES or source_port < 1024 or destination_port < 1024:
        return False
    if source_port in DISCOVERY_PORTS or destination_port in DISCOVERY_PORTS:
        return False
    if payload[0] & 0xC0 == 0x80:
        return payload[1] & 0x7F in MEDIA_TYPES
    return payload[0] == 0x47 and payload[188] == 0x47


def _expression() -> str:
    ports = " or ".join(f"port {port}" for port in sorted(DISCOVERY_PORTS))
    sides = []
    for base, at, first in (
        ("udp", 0, "ip[6:2] & 0x3fff = 0"),
        ("ip6", 40, "ip6[6] = 17"),
    ):
        media = f"{base}[{at + 9}] & 0x7f"
        sides.append(
            f"({first} and {base}[{at + 4}:2] >= {BULK_BYTES}"
            f" and {base}[{at}:2] >= 1024 and {base}[{at + 2}:2] >= 1024"
            f" and (({base}[{at + 8}] & 0xc0 = 0x80"
            f" and ({media} >= 96 or {media} = 26 or {media} = 32 or {media} = 33))"
            f" or ({base}[{at + 8}] = 0x47 and {base}[{at + 196}] = 0x47)))"
        )
    return f"(({' or '.join(sides)}) and not ({ports}))"


@cache
def _compiled(link: int) -> Any:
    """The program for a link type as libpcap made it; None where it makes none."""
    try:
        import pcapy
    except ImportError:  # no wheel for this platform: slower, nothing is lost
        return None
    media = _expression()
    text = f"not {media}"
    if link in _TAGGABLE:
        text += f" and not (vlan and {media})"
    try:
        return pcapy.compile(_DLT.get(link, link), 1 << 18, text, 1, 0xFFFFFFFF)
    except (pcapy.PcapError, pcapy.BPFError):
        return None


def program(link: int) -> Keep | None:
    """The libpcap filter for a link type; None where it has none: then nothing is dropped."""
    compiled = _compiled(link)
    keep: Keep | None = None if compiled is None else compiled.filter
    return keep


def instructions(link: int) -> tuple[tuple[int, int, int, int], ...]:
    """The same as the kernel takes it: code, two jumps and a value each; empty for none."""
    compiled = _compiled(link)
    return () if compiled is None else tuple(compiled.get_bpf())
