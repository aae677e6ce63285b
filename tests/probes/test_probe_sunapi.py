"""Hanwha SUNAPI: the status check and overheard device information."""

import pytest
from framing import damaged, frame, one, rejects, survives
from hypothesis import given
from makers import FUZZ, attack, check_lazy, facts, named, only, seen, silent, web

from camfinder.model import Transport
from camfinder.probes.sunapi import PROBE

LINES = (
    b"Initialized=False\r\nLanguage=English\r\nMaxChannel=4\r\nSpecialType=none\r\n"
    b"Manufacturer=Hanwha Vision\r\nPublicKey=-----BEGIN PUBLIC KEY-----\r\nMIIB\r\n"
)
JSON = (
    b'{"Initialized": false, "Language": "English", "MaxChannel": 4, "SpecialType": "none",'
    b' "Manufacturer": "Hanwha Vision", "PublicKey": "MIIB"}'
)
DEVICE = (
    b"Model=XNV-9999R\r\nSerialNumber=ZC0000000000001\r\nFirmwareVersion=1.41.06_20211105\r\n"
    b"ConnectedMACAddress=00:09:18:00:00:01\r\nDeviceType=NWC\r\n"
)


@pytest.mark.parametrize("body", [LINES, JSON])
def test_status_check(body: bytes) -> None:
    """Both forms; the key in it is not kept."""
    assert facts(PROBE, web(body)) == {
        "sunapi.initialized": "false",
        "sunapi.channels": "4",
        "sunapi.special_type": "none",
        "sunapi.manufacturer": "Hanwha Vision",
    }
    assert b"MIIB" not in one(PROBE, web(body)).raw


def test_device_information() -> None:
    """Read where it is overheard."""
    found = facts(PROBE, web(DEVICE))
    assert found["sunapi.model"] == "XNV-9999R"
    assert found["sunapi.firmware"] == "1.41.06_20211105"
    assert found["sunapi.mac"] == "00:09:18:00:00:01"


def test_others_are_silent_or_broken() -> None:
    """Other pages, refusals, cut JSON."""
    assert silent(PROBE, web(b"<html>Initialized</html>"))
    assert silent(PROBE, web(LINES, status=b"404 Not Found"))
    rejects(PROBE, web(JSON[:-10]))


def test_only_the_status_check_is_asked() -> None:
    """Every other request to that program would set the password."""
    query = only(PROBE.follow_ups(seen(), named("hanwha")))
    assert query.request == "GET /init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view"
    assert not query.payload
    check_lazy(PROBE, named("hanwha"))


@FUZZ
@given(payload=damaged([LINES, JSON, DEVICE]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, 80, Transport.HTTP))


def test_every_cut() -> None:
    """The same for cuts and changed bytes."""
    attack(PROBE, web(LINES))
