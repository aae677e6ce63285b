"""The ONVIF device service: who gets what, with and without a login."""

import base64
import hashlib
from ipaddress import IPv4Address, IPv4Network

import pytest

from camfinder.lab.building import load_personas
from camfinder.lab.seat import Seat, seat
from camfinder.lab.speak_http import respond
from camfinder.lab.speak_onvif import Request

NET = IPv4Network("10.77.0.0/24")


def sitting(persona: str) -> Seat:
    """A device that comes along, at its address."""
    found = next(each for each in load_personas() if each.id == persona)
    return seat(found, NET.network_address + found.host, NET)


def call(device: Seat, operation: str, header: str = "") -> bytes:
    """The answer to a SOAP call."""
    onvif = device.persona.onvif
    assert onvif is not None
    http = next(each for each in device.persona.http if each.port == onvif.port)
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
        f"<s:Header>{header}</s:Header><s:Body>"
        f'<{operation} xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
    )
    return respond(device, http, Request("POST", onvif.path, {}, body.encode()))


def token(user: str, secret: str) -> str:
    """A UsernameToken with a digest of this password."""
    nonce, created = b"0123456789abcdef", "2026-11-24T08:00:00Z"
    digest = hashlib.sha1(nonce + created.encode() + secret.encode()).digest()  # noqa: S324
    return (
        f"<UsernameToken><Username>{user}</Username>"
        f'<Password Type="x#PasswordDigest">{base64.b64encode(digest).decode()}</Password>'
        f"<Nonce>{base64.b64encode(nonce).decode()}</Nonce><Created>{created}</Created>"
        "</UsernameToken>"
    )


def test_the_clock_is_for_everybody() -> None:
    """GetSystemDateAndTime needs no login."""
    answer = call(sitting("axis-camera"), "GetSystemDateAndTime")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"<tt:UTCDateTime>" in answer


@pytest.mark.parametrize(
    ("persona", "status", "mark"),
    [
        ("hikvision-dome", b"401 Unauthorized", b'realm="IP Camera(F48120377)"'),
        ("axis-camera", b"400 Bad Request", b"ter:NotAuthorized"),
    ],
)
def test_device_information_is_refused(persona: str, status: bytes, mark: bytes) -> None:
    """By HTTP digest or by a fault; either way nothing is told."""
    answer = call(sitting(persona), "GetDeviceInformation")
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert mark in answer
    assert b"FirmwareVersion" not in answer


def test_an_open_device_tells() -> None:
    """Some firmware answers GetDeviceInformation to anybody."""
    answer = call(sitting("uniview-camera"), "GetDeviceInformation")
    assert b"<tds:Manufacturer>UNIVIEW</tds:Manufacturer>" in answer
    assert b"<tds:Model>IPC3614SB-ADF28KM-I0</tds:Model>" in answer


def test_a_login_opens_the_device() -> None:
    """The lab's account gets the firmware, a wrong password does not."""
    device = sitting("axis-camera")
    assert b"10.12.182" in call(device, "GetDeviceInformation", token("lab", "lab-Passw0rd"))
    assert b"10.12.182" not in call(device, "GetDeviceInformation", token("lab", "wrong"))
    assert b"10.12.182" not in call(device, "GetDeviceInformation", token("root", "lab-Passw0rd"))


def test_services_name_the_makers_own() -> None:
    """GetServices lists vendor namespaces with addresses on the device."""
    answer = call(sitting("axis-camera"), "GetServices").decode()
    assert "http://www.axis.com/vapix/ws/action1" in answer
    assert f"http://{IPv4Address('10.77.0.13')}/onvif/device_service" in answer


def test_unknown_operations_are_faults() -> None:
    """A device that does not know an operation says so."""
    answer = call(sitting("uniview-camera"), "GetServiceCapabilities")
    assert b"ter:ActionNotSupported" in answer
