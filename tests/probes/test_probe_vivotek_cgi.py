"""Vivotek parameters."""

from framing import damaged, frame, survives
from hypothesis import given
from makers import FUZZ, attack, check_lazy, facts, named, only, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.vivotek_cgi import PROBE

SAMPLE = (
    b"system_hostname='Mega-Pixel Network Camera'\r\nsystem_info_modelname='FD9999'\r\n"
    b"system_info_serialnumber='0002D1000001'\r\n"
    b"system_info_firmwareversion='FD9999-VVTK-0100a'\r\n"
)


def test_parameters() -> None:
    """Quotes go; the serial number is the MAC."""
    assert facts(PROBE, web(SAMPLE)) == {
        "vivotek_cgi.model": "FD9999",
        "vivotek_cgi.firmware": "FD9999-VVTK-0100a",
        "vivotek_cgi.serial": "0002D1000001",
        "vivotek_cgi.name": "Mega-Pixel Network Camera",
        "vivotek_cgi.mac": "00:02:d1:00:00:01",
    }


def test_others_are_silent() -> None:
    """A script that only mentions the names."""
    assert silent(PROBE, web(b"if (system_info_firmwareversion.match(/VS/) != null) {"))
    assert silent(PROBE, web(SAMPLE, status=b"401 Unauthorized"))


def test_question() -> None:
    """The anonymous program, two values."""
    query = only(PROBE.follow_ups(seen(), named("vivotek")))
    assert query.request == (
        "GET /cgi-bin/anonymous/getparam.cgi?system_info_modelname&system_info_firmwareversion"
    )
    check_lazy(PROBE, named("vivotek"))


@FUZZ
@given(payload=damaged([SAMPLE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(SAMPLE))
