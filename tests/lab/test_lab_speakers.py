"""The devices' datagram protocols without sockets: whom they answer, and what they leave alone."""

import json
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import DNSIncoming  # type: ignore[attr-defined]

from camfinder.lab import speak_mdns, speak_ssdp, speak_wsd
from camfinder.lab.ask import questions
from camfinder.lab.building import load_personas
from camfinder.lab.player import udp_services
from camfinder.lab.seat import Seat, seat
from camfinder.lab.services import Heard, Reply

NET = IPv4Network("10.77.0.0/24")
SEATS = {
    persona.id: seat(persona, NET.network_address + persona.host, NET)
    for persona in load_personas()
}
QUESTIONS = {question.name: question for question in questions("10.77.0.250")}
ASKER = ("10.77.0.250", 40_000)


def replies(device: Seat, port: int, heard: Heard) -> list[Reply]:
    """All answers of a device to a datagram on a port."""
    return [
        reply
        for service in udp_services(device)
        if service.port == port
        for reply in service.answer(device, heard)
    ]


def heard(name: str, *, unicast: bool = False, port: int = 40_000) -> Heard:
    """One of the plain questions."""
    return Heard(QUESTIONS[name].payload, (ASKER[0], port), unicast)


def test_mdns_answers_go_where_they_are_wanted() -> None:
    """To a legacy asker with its question and id; to the group where port 5353 asks."""
    device = SEATS["axis-camera"]
    (legacy,) = replies(device, 5353, heard("mdns"))
    assert legacy.to == ASKER
    assert DNSIncoming(legacy.payload).num_questions == 5
    (multicast,) = replies(device, 5353, heard("mdns", port=5353))
    assert multicast.to == (speak_mdns.GROUP, 5353)
    assert DNSIncoming(multicast.payload).num_questions == 0
    (direct,) = replies(device, 5353, heard("mdns", port=5353, unicast=True))
    assert direct.to == (ASKER[0], 5353)


def test_delays_are_seeded_and_bounded() -> None:
    """WS-Discovery answers within half a second, the same seed at the same moment."""
    persona = SEATS["hikvision-dome"].persona
    twins = [seat(persona, NET.network_address + 11, NET, seed=5) for _ in range(2)]
    first, second = (
        [next(iter(speak_wsd.answer(twin, heard("wsd")))).delay_s for _ in range(5)]
        for twin in twins
    )
    assert first == second
    assert len(set(first)) == 5
    assert all(0 <= delay <= 0.5 for delay in first)


def test_ssdp_wants_its_man_header() -> None:
    """Without `ssdp:discover` no answer; for `ssdp:all` one for each target."""
    device = SEATS["axis-camera"]
    search = QUESTIONS["ssdp"].payload
    assert len(replies(device, 1900, heard("ssdp"))) == 1
    without = search.replace(b'"ssdp:discover"', b'"other"')
    assert replies(device, 1900, Heard(without, ASKER, unicast=False)) == []
    everything = search.replace(b"upnp:rootdevice", b"ssdp:all")
    assert len(replies(device, 1900, Heard(everything, ASKER, unicast=False))) == 4
    assert len(list(speak_ssdp.announce(device))) == 4


def test_dhip_wants_its_header() -> None:
    """Bare JSON gets nothing, a search for another MAC neither, one for this MAC an answer."""
    device = SEATS["dahua-nvr"]
    search = QUESTIONS["dhip"].payload
    assert len(replies(device, 37810, Heard(search, ASKER, unicast=True))) == 1
    assert replies(device, 37810, Heard(search[32:], ASKER, unicast=True)) == []
    for mac, answers in ((device.mac, 1), ("00:11:22:33:44:55", 0)):
        asked = json.dumps({"method": "DHDiscover.search", "mac": mac, "params": {}}).encode()
        got = replies(device, 37810, Heard(search[:32] + asked, ASKER, unicast=True))
        assert len(got) == answers


def test_only_inquiries_are_answered() -> None:
    """SADP messages that would change something get nothing."""
    payload = QUESTIONS["sadp"].payload.replace(b"inquiry", b"other")
    assert replies(SEATS["hikvision-dome"], 37020, Heard(payload, ASKER, unicast=False)) == []


def test_broadcast_only_devices_ignore_unicast() -> None:
    """The Hanwha search is answered to everybody, and only when everybody was asked."""
    device = SEATS["hanwha-camera"]
    (answer,) = replies(device, 7701, heard("hanwha"))
    assert answer.to == ("255.255.255.255", 7711)
    assert replies(device, 7701, heard("hanwha", unicast=True)) == []


def test_document_types_are_not_parsed() -> None:
    """The package's parser expands entities: such a Probe is left alone."""
    payload = QUESTIONS["wsd"].payload.replace(b"<s:Envelope", b"<!DOCTYPE x []><s:Envelope")
    assert replies(SEATS["axis-camera"], 3702, Heard(payload, ASKER, unicast=False)) == []


@pytest.mark.parametrize("name", sorted(SEATS))
@given(
    which=st.sampled_from(sorted(QUESTIONS)),
    noise=st.binary(max_size=200),
    cut=st.integers(0, 1000),
    unicast=st.booleans(),
)
def test_no_datagram_breaks_a_device(
    name: str, which: str, noise: bytes, cut: int, *, unicast: bool
) -> None:
    """Questions that are cut off, or end in noise, are answered or not, but never fail."""
    payload = QUESTIONS[which].payload[:cut] + noise
    for service in udp_services(SEATS[name]):
        for reply in service.answer(SEATS[name], Heard(payload, ASKER, unicast)):
            assert reply.payload
