"""D-Link NIPCA information."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_lazy, facts, named, only, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.dlink_info import PROBE

SAMPLE = (
    b"model=DCS-9999L\r\nproduct=Wireless Internet Camera\r\nbrand=D-Link\r\nversion=1.14\r\n"
    b"build=04\r\nhw_version=B\r\nnipca=1.9.5\r\nname=DCS-9999L\r\nlocation=\r\n"
    b"macaddr=B0:C5:54:00:00:01\r\nipaddr=192.0.2.20\r\n"
)


def test_information() -> None:
    """Brand, model, versions, MAC."""
    assert facts(PROBE, web(SAMPLE)) == {
        "dlink_info.model": "DCS-9999L",
        "dlink_info.product": "Wireless Internet Camera",
        "dlink_info.brand": "D-Link",
        "dlink_info.firmware": "1.14",
        "dlink_info.build": "04",
        "dlink_info.hardware": "B",
        "dlink_info.name": "DCS-9999L",
        "dlink_info.mac": "b0:c5:54:00:00:01",
        "dlink_info.address": "192.0.2.20",
    }


def test_others_are_silent() -> None:
    """Pages that hold the words, and refusals."""
    assert silent(PROBE, web(b'<a href="?model=1&macaddr=2">'))
    assert silent(PROBE, web(b"model=\r\nmacaddr=\r\nversion=\r\n"))
    assert silent(PROBE, web(SAMPLE, status=b"401 Unauthorized"))


def test_question() -> None:
    """One GET, for D-Link and TRENDnet."""
    query = only(PROBE.follow_ups(seen(), named("trendnet")))
    assert (query.request, query.payload) == ("GET /common/info.cgi", b"")
    check_lazy(PROBE, named("d-link"))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(SAMPLE))
