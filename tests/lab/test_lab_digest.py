"""HTTP Digest at a simulated device, and a login there as the scanner does it."""

import asyncio
from datetime import UTC, datetime
from ipaddress import IPv4Network

import msgspec
import pytest

from camfinder.lab.building import load_personas
from camfinder.lab.persona import Onvif
from camfinder.lab.seat import Seat, seat
from camfinder.lab.speak_http import respond
from camfinder.lab.speak_onvif import Request
from camfinder.model import Frame, Query, Transport
from camfinder.net.digest import challenges_in
from camfinder.net.onvif_login import Account, Service, Told, tell

SECRET = "lab-Passw0rd"
NET = IPv4Network("10.77.0.0/24")


def sitting(**onvif: object) -> Seat:
    """The Hikvision dome, which asks for a digest, with other settings."""
    persona = next(each for each in load_personas() if each.id == "hikvision-dome")
    assert persona.onvif is not None
    changed: Onvif = msgspec.structs.replace(persona.onvif, tokens=False, **onvif)
    persona = msgspec.structs.replace(persona, onvif=changed)
    return seat(persona, NET.network_address + persona.host, NET)


def logged_in(device: Seat, secret: str = SECRET) -> tuple[Told, list[str]]:
    """What the device tells to an account, and the status of each answer."""
    onvif, http = device.persona.onvif, device.persona.http[0]
    assert onvif is not None
    statuses: list[str] = []

    def answer(query: Query) -> Frame:
        method, _, path = query.request.partition(" ")
        headers = {name.lower(): value for name, value in query.headers}
        said = respond(device, http, Request(method, path, headers, query.payload))
        statuses.append(said[9:12].decode())
        now = datetime.now(UTC)
        return Frame(Transport.HTTP, device.address, 80, said, now, "lab", request=query.request)

    async def ask(query: Query) -> tuple[Frame, ...]:
        return (answer(query),)

    path = onvif.path
    body = b"<s:Body><GetDeviceInformation/></s:Body>"
    asked = Query("onvif", Transport.HTTP, device.address, 80, body, f"POST {path}")
    challenges = challenges_in([answer(asked)])
    service = Service(device.address, 80, Transport.HTTP, path, path, challenges=challenges)
    told = asyncio.run(tell(service, Account("lab", secret), ask))
    return told, statuses[1:]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", ["auth", ""])
def test_digest_opens_the_device(algorithm: str, qop: str) -> None:
    """With the right password, in three calls."""
    told, statuses = logged_in(sitting(algorithm=algorithm, qop=qop))
    assert statuses == ["200"] * 3
    assert b"V5.7.12 build 230328" in told.frames[0].payload


def test_wrong_password_is_one_attempt() -> None:
    """Refused, and not asked again."""
    told, statuses = logged_in(sitting(), "wrong")
    assert statuses == ["401"]
    assert told.refused


@pytest.mark.parametrize(
    ("uses", "expected"), [(1, "200 401 200 401 200"), (2, "200 200 401 200"), (3, "200 200 200")]
)
def test_device_that_wants_new_nonces(uses: int, expected: str) -> None:
    """It says `stale` once the nonce is used up; the login goes on with the new one."""
    told, statuses = logged_in(sitting(nonce_uses=uses))
    assert " ".join(statuses) == expected
    assert not told.refused


def test_device_without_an_account_admits_nobody() -> None:
    """Whatever the digest."""
    told, _ = logged_in(sitting(user=""))
    assert told.refused


def test_device_that_asks_by_a_fault_takes_no_digest() -> None:
    """It shows no challenge: the token is the attempt, and here no token opens."""
    told, statuses = logged_in(sitting(refusal="fault"))
    assert statuses == ["400"]
    assert told.refused
