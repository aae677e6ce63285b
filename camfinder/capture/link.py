"""Link layers: where the network packet begins, and who sent it.

Source: tcpdump.org LINKTYPE_ registry; IEEE 802.1Q, 802.1ad, 802.2; RFC 1042, 2516, 3032, 1661.
"""

from collections.abc import Callable
from struct import Struct, error
from typing import NamedTuple

IPV4, IPV6 = 0x0800, 0x86DD
OF_INTEREST = frozenset({0x0806, 0x8033, 0x88CC})
"""EtherTypes given as they are: ARP, Hikvision's layer-2 discovery, LLDP."""
MAX_LAYERS = 8
"""Tags, labels and sessions between Ethernet and IP."""

_VLAN = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
_MPLS = frozenset({0x8847, 0x8848})
_PPPOE = 0x8864
_PPP = {0x0021: IPV4, 0x0057: IPV6}
_OTHER = 0xFFFF
_SNAP = b"\xaa\xaa\x03"
_u16 = Struct(">H").unpack_from
_u32 = Struct(">I").unpack_from


class Packet(NamedTuple):
    """What a link-layer frame carries.

    Attributes:
        ethertype: 0xFFFF for what has none.
        data: The network packet; for `OF_INTEREST` the whole frame, as if sent untagged over
            Ethernet (destination zero where the link layer does not tell it).
        mac: Sender, `aa:bb:cc:dd:ee:ff`; None where unknown, all zero, or no station's address.
    """

    ethertype: int
    data: bytes
    mac: str | None


def supported(link: int) -> bool:
    """Whether packets of this LINKTYPE_ can be decoded."""
    return link in _DECODERS


def name(link: int) -> str:
    """The registry's name of a link type, as far as people will meet it here."""
    return _NAMES.get(link, f"LINKTYPE {link}")


def decode(link: int, data: bytes) -> Packet | None:
    """The packet inside one frame of a supported link type; None when it is malformed."""
    try:
        return _DECODERS[link](data)
    except (error, IndexError):  # a load behind the end: cut off, or lengths that lie
        return None


def station(raw: bytes) -> str | None:
    """A MAC as text; None for all-zero and group addresses, which name no sender."""
    if len(raw) != 6 or raw[0] & 1 or raw == bytes(6):
        return None
    return raw.hex(":")


def ethernet(data: bytes) -> Packet:
    """A frame that begins with destination, source and EtherType or length.

    Raises:
        struct.error, IndexError: It is too short.
    """
    kind, at = _unwrap(data, _u16(data, 12)[0], 14)
    mac = station(data[6:12])
    if kind not in OF_INTEREST:
        return Packet(kind, data[at:], mac)
    whole = data if at == 14 else data[:12] + kind.to_bytes(2, "big") + data[at:]
    return Packet(kind, whole, mac)


def _unwrap(data: bytes, kind: int, at: int) -> tuple[int, int]:
    """Passes tags, labels, sessions and LLC; EtherType and offset of what is inside."""
    for _ in range(MAX_LAYERS):
        if kind in _VLAN:
            kind, at = _u16(data, at + 2)[0], at + 4
        elif kind == _PPPOE:
            return _PPP.get(_u16(data, at + 6)[0], _OTHER), at + 8
        elif kind in _MPLS:
            kind, at = _labels(data, at)
        elif kind <= 1500:
            if data[at : at + 3] != _SNAP:
                return _OTHER, at
            kind, at = _u16(data, at + 6)[0], at + 8
            if kind <= 1500:
                return _OTHER, at
        else:
            return kind, at
    return _OTHER, at


def _labels(data: bytes, at: int) -> tuple[int, int]:
    """Passes an MPLS label stack; what is inside shows in its first four bits (RFC 4928)."""
    for _ in range(MAX_LAYERS):
        bottom = _u32(data, at)[0] & 0x100
        at += 4
        if bottom:
            break
    else:
        return _OTHER, at
    nibble = data[at] >> 4
    if nibble == 0:  # pseudowire control word, then Ethernet (RFC 4448)
        return _u16(data, at + 16)[0], at + 18
    return {4: IPV4, 6: IPV6}.get(nibble, _OTHER), at


def _made(kind: int, data: bytes, at: int, hardware: bytes) -> Packet:
    """A packet of a link layer that is not Ethernet."""
    kind, at = _unwrap(data, kind, at)
    mac = station(hardware)
    if kind not in OF_INTEREST:
        return Packet(kind, data[at:], mac)
    source = hardware if len(hardware) == 6 else bytes(6)
    return Packet(kind, bytes(6) + source + kind.to_bytes(2, "big") + data[at:], mac)


def _raw(data: bytes) -> Packet:
    kind = {4: IPV4, 6: IPV6}.get(data[0] >> 4, _OTHER)
    return Packet(kind, data, None)


_FAMILIES = {2: IPV4, 10: IPV6, 23: IPV6, 24: IPV6, 28: IPV6, 30: IPV6}
"""Address families as the BSDs, macOS, Windows and Linux number them."""


def _null(data: bytes) -> Packet:
    big = _u32(data, 0)[0]
    family = big if big < 0x10000 else int.from_bytes(data[:4], "little")
    return Packet(_FAMILIES.get(family, _OTHER), data[4:], None)


def _cooked(data: bytes) -> Packet:
    size = _u16(data, 4)[0]
    return _made(_u16(data, 14)[0], data, 16, data[6:12] if size == 6 else b"")


def _cooked2(data: bytes) -> Packet:
    size = data[11]
    kind = _u16(data, 0)[0]
    return _made(kind, data, 20, data[12:18] if size == 6 else b"")


def _ppp(data: bytes) -> Packet:
    at = 2 if data[:2] == b"\xff\x03" else 0
    if data[at] & 1:  # compressed protocol field
        return Packet(_PPP.get(data[at], _OTHER), data[at + 1 :], None)
    return Packet(_PPP.get(_u16(data, at)[0], _OTHER), data[at + 2 :], None)


def _hdlc(data: bytes) -> Packet:
    if data[0] == 0xFF:
        return _ppp(data)
    return _made(_u16(data, 2)[0], data, 4, b"")


def _wifi(data: bytes) -> Packet:
    """An 802.11 data frame that is not encrypted (IEEE 802.11-2020, 9.3.2)."""
    control, flags = data[0], data[1]
    if control & 0x0C != 0x08 or control & 0x40 or flags & 0x40:
        return Packet(_OTHER, b"", None)
    to_ds, from_ds = flags & 1, flags & 2
    at = 30 if to_ds and from_ds else 24
    source = data[24:30] if to_ds and from_ds else data[16:22] if from_ds else data[10:16]
    if control & 0x80:  # quality of service, and high throughput behind it
        at += 6 if flags & 0x80 else 2
    if data[at : at + 3] != _SNAP:
        return Packet(_OTHER, b"", None)
    return _made(_u16(data, at + 6)[0], data, at + 8, source)


def _radiotap(data: bytes) -> Packet:
    return _wifi(data[int.from_bytes(data[2:4], "little") :])


def _fddi(data: bytes) -> Packet:
    if data[13:16] != _SNAP:
        return Packet(_OTHER, b"", None)
    return _made(_u16(data, 19)[0], data, 21, data[7:13])


def _slip(data: bytes) -> Packet:
    return _raw(data[16:])  # direction and the compressed header stand in front


def _pktap(data: bytes) -> Packet:
    length, inner = Struct("<I").unpack_from(data, 0)[0], Struct("<I").unpack_from(data, 8)[0]
    if length < 12 or inner in _WRAPPERS or inner not in _DECODERS:
        return Packet(_OTHER, b"", None)
    return _DECODERS[inner](data[length:])


def _nflog(data: bytes) -> Packet:
    at, family = 4, data[0]
    while at + 4 <= len(data):
        length, kind = Struct("<HH").unpack_from(data, at)
        if length < 4:
            break
        if kind & 0x7FFF == 9:  # NFULA_PAYLOAD
            return Packet(_FAMILIES.get(family, _OTHER), data[at + 4 : at + length], None)
        at += length + -length % 4
    return Packet(_OTHER, b"", None)


def _dsa(data: bytes) -> Packet:
    return ethernet(data[:12] + data[16:])  # a switch chip's tag behind the addresses


def _edsa(data: bytes) -> Packet:
    return ethernet(data[:12] + data[20:])


_WRAPPERS = frozenset({149, 258})
_DECODERS: dict[int, Callable[[bytes], Packet]] = {
    0: _null,
    1: ethernet,
    8: _slip,
    9: _ppp,
    10: _fddi,
    12: _raw,
    14: _raw,
    50: _ppp,
    101: _raw,
    104: _hdlc,
    105: _wifi,
    108: _null,
    113: _cooked,
    127: _radiotap,
    149: _pktap,
    228: _raw,
    229: _raw,
    239: _nflog,
    258: _pktap,
    276: _cooked2,
    283: _dsa,
    284: _edsa,
}
_NAMES = {
    0: "BSD loopback",
    1: "Ethernet",
    6: "Token Ring",
    7: "ARCNET",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    11: "ATM (RFC 1483)",
    12: "raw IP",
    50: "PPP over serial",
    51: "PPP over Ethernet",
    99: "Axent Raptor",
    100: "ATM (RFC 1483)",
    101: "raw IP",
    104: "Cisco HDLC",
    105: "802.11",
    107: "Frame Relay",
    108: "OpenBSD loopback",
    113: "Linux cooked",
    119: "802.11 with Prism header",
    123: "ATM (Sun)",
    127: "802.11 with radiotap",
    129: "ARCNET (Linux)",
    163: "802.11 with AVS header",
    178: "Juniper Ethernet",
    182: "multilink Frame Relay",
    187: "Bluetooth",
    189: "USB",
    192: "per-packet information",
    195: "802.15.4",
    201: "Bluetooth",
    220: "USB (Linux)",
    239: "netfilter log",
    249: "USB (USBPcap)",
    258: "Apple PKTAP",
    276: "Linux cooked v2",
    283: "Ethernet with DSA switch tags",
    284: "Ethernet with EDSA switch tags",
}
