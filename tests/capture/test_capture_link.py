"""Link layers, tags, labels, sessions and tunnels."""

from ipaddress import ip_address
from struct import pack

import pytest
from capture_files import (
    CAMERA,
    CAMERA6,
    CLIENT,
    CLIENT6,
    MAC,
    classic,
    everything,
    framed,
    frames,
    problems,
    udp,
)

from camfinder.capture import link
from camfinder.model import ProblemKind, Transport

HELLO = b"<hello/>"
V4 = udp(HELLO)
V6 = udp(HELLO, CAMERA6, 3702, CLIENT6, 50_000)
SNAP = b"\xaa\xaa\x03\0\0\0"
WIFI = b"\x88\x02" + bytes(2) + b"\2" * 6 + b"\4" * 6 + MAC + bytes(4)


def outer(protocol: int, payload: bytes) -> bytes:
    """An IPv4 packet of another protocol."""
    head = pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return head + ip_address("192.0.2.7").packed + ip_address("192.0.2.8").packed + payload


FORMS = {
    "ethernet": (1, framed(V4), True),
    "ethernet v6": (1, framed(V6), True),
    "vlan": (1, framed(V4, (0x8100,)), True),
    "qinq": (1, framed(V4, (0x88A8, 0x8100)), True),
    "old qinq": (1, framed(V6, (0x9100, 0x8100)), True),
    "pppoe": (1, b"\xff" * 6 + MAC + b"\x88\x64\x11\0\0\1\0\0\0\x21" + V4, True),
    "mpls": (1, b"\xff" * 6 + MAC + b"\x88\x47\0\0\x10\x40\0\0\x21\x40" + V4, True),
    "mpls v6": (1, b"\xff" * 6 + MAC + b"\x88\x47\0\0\x11\x40" + V6, True),
    "pseudowire": (1, b"\2" * 6 + MAC + b"\x88\x47\0\0\x11\x40" + bytes(4) + framed(V4), True),
    "802.3 snap": (1, b"\xff" * 6 + MAC + b"\0\x50" + SNAP + b"\x08\0" + V4, True),
    "cooked": (113, b"\0\0\0\1\0\6" + MAC + b"\0\0\x08\0" + V4, True),
    "cooked v6": (113, b"\0\0\0\1\0\6" + MAC + b"\0\0\x86\xdd" + V6, True),
    "cooked vlan": (113, b"\0\0\0\1\0\6" + MAC + b"\0\0\x81\0\0\5\x08\0" + V4, True),
    "cooked2": (276, b"\x08\0\0\0\0\0\0\2\0\1\0\6" + MAC + b"\0\0" + V4, True),
    "null": (0, b"\2\0\0\0" + V4, False),
    "null big": (0, b"\0\0\0\x1e" + V6, False),
    "loop": (108, b"\0\0\0\x18" + V6, False),
    "raw": (101, V6, False),
    "raw 12": (12, V4, False),
    "ipv4": (228, V4, False),
    "ipv6": (229, V6, False),
    "ppp": (9, b"\xff\x03\0\x21" + V4, False),
    "ppp short": (9, b"\x21" + V4, False),
    "hdlc": (104, b"\x0f\0\x08\0" + V4, False),
    "slip": (8, bytes(16) + V4, False),
    "fddi": (10, b"\x50" + b"\xff" * 6 + MAC + SNAP + b"\x08\0" + V4, True),
    "802.11": (105, WIFI + SNAP + b"\x08\0" + V4, True),
    "radiotap": (127, b"\0\0\x0a\0" + bytes(6) + WIFI + SNAP + b"\x08\0" + V4, True),
    "pktap": (258, pack("<III", 12, 1, 1) + framed(V4), True),
    "nflog": (239, b"\2\0\0\0\5\0\1\0x\0\0\0" + pack("<HH", 4 + len(V4), 9) + V4, False),
    "dsa": (283, framed(V4)[:12] + bytes(4) + framed(V4)[12:], True),
    "edsa": (284, framed(V4)[:12] + b"\xda\xda" + bytes(6) + framed(V4)[12:], True),
    "4in4": (101, outer(4, V4), False),
    "6in4": (101, outer(41, V6), False),
    "gre": (101, outer(47, b"\0\0\x08\0" + V4), False),
    "gre key": (101, outer(47, b"\x20\0\x86\xdd\0\0\0\1" + V6), False),
    "gre ethernet": (101, outer(47, b"\0\0\x65\x58" + framed(V4)), True),
    "erspan 1": (101, outer(47, b"\0\0\x88\xbe" + framed(V4)), True),
    "erspan 2": (101, outer(47, b"\x10\0\x88\xbe" + bytes(4) + bytes(8) + framed(V4)), True),
    "erspan 3": (101, outer(47, b"\x10\0\x22\xeb" + bytes(4) + bytes(12) + framed(V4)), True),
    "vxlan": (
        1,
        framed(udp(b"\x08" + bytes(7) + framed(V4), a_port=50_001, b_port=4789), mac=b"\2" * 6),
        True,
    ),
    "geneve": (101, udp(b"\1\0\x65\x58" + bytes(8) + framed(V4), a_port=50_001, b_port=6081), True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_way_to_a_datagram(form: str) -> None:
    """The same datagram comes out of every wrapping, with the sender's MAC where there is one."""
    number, packet, has_mac = FORMS[form]
    (frame,) = everything(classic([packet], number))
    assert getattr(frame, "payload", None) == HELLO
    assert str(getattr(frame, "source", None)) in {CAMERA, CAMERA6}
    assert str(getattr(frame, "destination", None)) in {CLIENT, CLIENT6}
    assert getattr(frame, "source_mac", None) == (MAC.hex(":") if has_mac else None)
    assert (getattr(frame, "source_port", 0), getattr(frame, "destination_port", 0)) == (
        3702,
        50_000,
    )


@pytest.mark.parametrize("form", FORMS)
def test_every_truncation_is_survived(form: str) -> None:
    """Cut anywhere, a packet gives a part of the datagram or nothing, never an exception."""
    number, packet, _has_mac = FORMS[form]
    for size in range(len(packet)):
        for frame in frames(classic([packet[:size]], number)):
            assert HELLO.startswith(frame.payload) or frame.source_port != 3702


@pytest.mark.parametrize("kind", [0x0806, 0x8033, 0x88CC])
@pytest.mark.parametrize("tags", [b"", b"\x81\0\0\7", b"\x88\xa8\0\1\x81\0\0\2"])
def test_link_layer_frames_come_whole(kind: int, tags: bytes) -> None:
    """ARP, SADP and LLDP come as Ethernet frames, as if they had been sent untagged."""
    plain = b"\xff" * 6 + MAC + pack(">H", kind) + b"\0\1content"
    tagged = plain[:12] + tags + plain[12:]
    (frame,) = frames(classic([tagged]))
    assert frame.transport == Transport.ETHERNET
    assert (frame.payload, frame.source, frame.source_mac) == (plain, None, MAC.hex(":"))


def test_cooked_arp_gets_an_ethernet_header() -> None:
    """ARP from `tcpdump -i any` reads like ARP from Ethernet."""
    packet = b"\0\1\0\1\0\6" + MAC + b"\0\0\x08\x06" + b"\0\1arp"
    (frame,) = frames(classic([packet], 113))
    assert frame.payload == bytes(6) + MAC + b"\x08\x06" + b"\0\1arp"


@pytest.mark.parametrize("mac", [bytes(6), b"\x01\0\x5e\0\0\1", b"\xff" * 6])
def test_no_station_sends_from_these(mac: bytes) -> None:
    """All-zero and group addresses are no sender's MAC."""
    assert frames(classic([framed(V4, mac=mac)]))[0].source_mac is None


def test_unread_link_types_are_named_once() -> None:
    """One SKIPPED problem a link type, with its name and what to do."""
    (problem,) = problems(classic([b"\x41\x88data"] * 5, 195))
    assert problem.kind == ProblemKind.SKIPPED
    assert "5 packets of link type 195 (802.15.4)" in problem.detail
    assert link.name(9999) == "LINKTYPE 9999"


def test_tunnels_end_somewhere() -> None:
    """Packets inside packets are opened four deep, no deeper."""
    packet = V4
    for _ in range(4):
        packet = outer(4, packet)
    assert len(frames(classic([packet], 101))) == 1
    assert frames(classic([outer(4, packet)], 101)) == []


def test_encrypted_wifi_is_no_problem() -> None:
    """Protected 802.11 data is passed over without a word."""
    assert everything(classic([b"\x88\x42" + WIFI[2:] + SNAP + b"\x08\0" + V4], 105)) == []


def test_padding_is_no_payload() -> None:
    """Ethernet pads short frames; lengths in IP and UDP say where the datagram ends."""
    (frame,) = frames(classic([framed(udp(b"x")) + bytes(30)]))
    assert frame.payload == b"x"
