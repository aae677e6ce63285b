"""ARP: the sender is read, tags are passed over, probes and gratuitous nonsense are not."""

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent

from camfinder.model import Frame, Slot, Transport
from camfinder.probes.arp import PROBE

ETHERNET = bytes.fromhex("ffffffffffff 0040 8c00 0001")
PACKET = bytes.fromhex("0001 0800 06 04 0001 00408c000001 c0000214 000000000000 c0000201")
SAMPLE = ETHERNET + b"\x08\x06" + PACKET


def link(payload: bytes) -> Frame:
    """A link-layer frame; nothing else of its sender is known."""
    return frame(payload, 0, Transport.ETHERNET, source=None)


def test_sender_mac_and_address() -> None:
    """A request tells who sent it as well as an answer does."""
    seen = one(PROBE, link(SAMPLE))
    assert facts(PROBE, link(SAMPLE)) == {
        "arp.mac": "00:40:8c:00:00:01",
        "arp.address": "192.0.2.20",
    }
    assert (str(seen.address), seen.mac) == ("192.0.2.20", "00:40:8c:00:00:01")
    assert PROBE.declares["arp.mac"] is Slot.MAC


@pytest.mark.parametrize("tags", ["8100 0064", "88a8 0001 8100 0064"])
def test_vlan_tags(tags: str) -> None:
    """One or two tags before the type do not hide it."""
    tagged = ETHERNET + bytes.fromhex(tags) + b"\x08\x06" + PACKET
    assert facts(PROBE, link(tagged))["arp.address"] == "192.0.2.20"


def test_address_probe_is_silent() -> None:
    """A sender address of zero claims nothing yet (RFC 5227)."""
    assert silent(PROBE, link(SAMPLE.replace(bytes.fromhex("c0000214"), bytes(4))))


def test_other_frames_are_silent() -> None:
    """Other types, other hardware, other transports."""
    assert silent(PROBE, link(ETHERNET + b"\x80\x33" + PACKET))
    assert silent(PROBE, link(SAMPLE.replace(b"\x06\x04\x00\x01", b"\x08\x04\x00\x01")))
    assert silent(PROBE, frame(SAMPLE, 0))


def test_group_sender_and_cut_packet_are_broken() -> None:
    """A multicast sender address, and a packet that ends early."""
    rejects(PROBE, link(SAMPLE[:22] + b"\x01" + SAMPLE[23:]))
    rejects(PROBE, link(SAMPLE[:-1]))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, link(payload))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, link(SAMPLE))
