"""Names of camera clouds: DNS questions and ClientHello names, as a hint about who asks."""

from dataclasses import replace

import pytest
from framing import damaged, frame, one, survives
from hypothesis import given
from makers import FUZZ, attack, facts, silent

from camfinder.model import Direction, Frame, Transport
from camfinder.probes.cloud import CLOUDS, PROBE, cloud_of

HEAD = bytes.fromhex("1a2b 0100 0001 0000 0000 0000")


def labels(name: str) -> bytes:
    """A name as DNS writes it."""
    return b"".join(bytes((len(part),)) + part.encode() for part in name.split(".")) + b"\0"


def question(name: str, *, head: bytes = HEAD, kind: int = 1) -> Frame:
    """A datagram that asks for the address of a name."""
    data = head + labels(name) + bytes((0, kind, 0, 1))
    return replace(frame(data, 40_001), destination_port=53)


def hello(name: bytes) -> Frame:
    """The server name of a ClientHello, as the decoder of captures hands it on."""
    sent = frame(name, 50_123, Transport.TLS, direction=Direction.REQUEST, request="ClientHello")
    return replace(sent, destination_port=443)


def test_question_is_about_the_asker() -> None:
    """The asker's address; its port means nothing."""
    seen = one(PROBE, question("rest-prod.immedia-semi.com"))
    assert (str(seen.address), seen.port) == ("192.0.2.10", 0)
    assert facts(PROBE, question("rest-prod.immedia-semi.com")) == {
        "cloud.seen": "dns",
        "cloud.domain": "rest-prod.immedia-semi.com",
        "cloud.service": "Blink",
        "cloud.brand": "Blink",
    }


def test_server_name_of_tls() -> None:
    """A platform that many labels use names no brand."""
    assert facts(PROBE, hello(b"litedev.hik-connect.com")) == {
        "cloud.seen": "tls",
        "cloud.domain": "litedev.hik-connect.com",
        "cloud.service": "Hik-Connect",
        "cloud.platform": "Hikvision",
    }


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("fw.ring.com", "Ring"),
        ("RING.COM.", "Ring"),
        ("mqtt-cluster-z1-1.arloxcld.com", "Arlo"),
        ("www.easy4ipcloud.com", "Easy4IP"),
        ("p2p14.reolink.com", "Reolink"),
        ("pub-cfg.secu100.net", "XMEye"),
    ],
)
def test_names_below_a_listed_domain(name: str, service: str) -> None:
    """Letter case and the last dot do not count; numbered rendezvous hosts are one."""
    found = cloud_of(name)
    assert found is not None
    assert found[1].service == service


@pytest.mark.parametrize(
    "name",
    [
        "spring.com",
        "www.reolink.com",
        "ring.com.evil.example",
        "com",
        "",
        "a2.tuyaeu.com",
        "x" * 300,
    ],
)
def test_other_names_are_silent(name: str) -> None:
    """Look-alikes, a maker's shop, clouds of lamps as well as cameras."""
    assert cloud_of(name) is None


def test_every_listed_cloud_is_a_brands_or_a_platforms() -> None:
    """One of the two, so that one of the rules has something to go by."""
    for domain, cloud in CLOUDS.items():
        assert domain == domain.lower()
        assert bool(cloud.brand) != bool(cloud.platform), domain


def test_answers_and_other_ports_are_silent() -> None:
    """A resolver's answer is not the camera's word."""
    answer = question("ring.com", head=bytes.fromhex("1a2b 8180 0001 0000 0000 0000"))
    assert silent(PROBE, answer)
    assert silent(PROBE, replace(question("ring.com"), destination_port=5353))
    assert silent(PROBE, replace(hello(b"ring.com"), direction=Direction.ANSWER))
    assert silent(PROBE, hello(b"192.0.2.1"))
    assert silent(PROBE, hello(b"\xff\xfe.ring.com"))


def test_damage() -> None:
    """Cut after each byte, and each byte changed."""
    attack(PROBE, question("api.wyzecam.com"))
    attack(PROBE, hello(b"nexusapi.dropcam.com"))


@FUZZ
@given(payload=damaged([question("fw.ring.com").payload, b"fw.ring.com"]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, replace(question("ring.com"), payload=payload))
    survives(PROBE, hello(payload))
