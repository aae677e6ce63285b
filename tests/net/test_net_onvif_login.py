"""Calls with an account: what is composed, and that the first refusal ends it."""

import asyncio
import base64
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import re2
from lxml import etree

from camfinder.model import Frame, Query, Transport
from camfinder.net.onvif_login import Account, Service, tell

ACCOUNT = Account("operator", "p<&>ssw0rd")
SERVICE = Service(
    ip_address("192.0.2.7"), 8000, Transport.HTTP, "/onvif/device_service", "/onvif/media"
)
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


def answer(status: str, body: str = "") -> Frame:
    """An HTTP answer in the canonical form."""
    payload = f"HTTP/1.1 {status}\r\n\r\n{body}".encode()
    return Frame(
        Transport.HTTP, SERVICE.address, 8000, payload, datetime.now(UTC), "test",
        request="POST /onvif/device_service",
    )  # fmt: skip


def told(*answers: Frame, service: Service = SERVICE) -> tuple[list[Query], bool]:
    """The queries that were asked, and whether the account was refused."""
    asked: list[Query] = []
    left = list(answers)

    async def ask(query: Query) -> tuple[Frame, ...]:
        asked.append(query)
        return (left.pop(0),) if left else ()

    result = asyncio.run(tell(service, ACCOUNT, ask))
    return asked, result.refused


def word(query: Query, name: str) -> str:
    """The text of an element of the call."""
    root = etree.fromstring(query.payload)
    return next(each.text or "" for each in root.iter("{*}" + name))


def test_three_calls_that_only_read() -> None:
    """Device information and interfaces of the device service, sources of the media service."""
    asked, refused = told(*[answer("200 OK")] * 3)
    operations = [next(etree.fromstring(q.payload).iter("{*}Body"))[0].tag for q in asked]
    assert [tag.rpartition("}")[2] for tag in operations] == [
        "GetDeviceInformation", "GetNetworkInterfaces", "GetVideoSources",
    ]  # fmt: skip
    assert [query.request for query in asked] == [
        "POST /onvif/device_service", "POST /onvif/device_service", "POST /onvif/media",
    ]  # fmt: skip
    assert {(str(q.address), q.port, q.secret) for q in asked} == {("192.0.2.7", 8000, True)}
    assert not refused


def test_digest_by_the_devices_clock() -> None:
    """The password goes nowhere; the time is the device's."""
    service = Service(SERVICE.address, 80, Transport.HTTP, "/a", "/b", skew=timedelta(days=-400))
    (query,), _ = told(answer("500 Error"), service=service)
    created = word(query, "Created")
    nonce = base64.b64decode(word(query, "Nonce"))
    digest = hashlib.sha1(nonce + created.encode() + ACCOUNT.password.encode()).digest()  # noqa: S324
    assert word(query, "Password") == base64.b64encode(digest).decode()
    assert word(query, "Username") == "operator"
    assert b"ssw0rd" not in query.payload
    ahead = datetime.fromisoformat(created) - datetime.now(UTC)
    assert timedelta(days=-401) < ahead < timedelta(days=-399)
    assert re2.search(r"Z$", created)


@pytest.mark.parametrize(
    "refusal",
    [
        answer("401 Unauthorized"),
        answer("400 Bad Request", "<Value>ter:NotAuthorized</Value>"),
        answer("500 Error", "<Value>wsse:FailedAuthentication</Value>"),
    ],
)
def test_the_first_refusal_ends_it(refusal: Frame) -> None:
    """One call and no more, so that no account is locked."""
    asked, refused = told(refusal, answer("200 OK"))
    assert len(asked) == 1
    assert refused


CHALLENGE = 'Digest realm="NC", nonce="0123", qop="auth"'
ASKS_DIGEST = replace(SERVICE, challenges=('Basic realm="NC"', CHALLENGE))


def authorizations(asked: list[Query]) -> list[str]:
    """The Authorization header of each query; empty for none."""
    return [dict(query.headers).get("Authorization", "") for query in asked]


def test_device_that_asked_for_digest_gets_that_alone() -> None:
    """No token stands in the calls; the nonce is counted over the three of them."""
    asked, refused = told(*[answer("200 OK")] * 3, service=ASKS_DIGEST)
    assert not refused
    for query, value, count in zip(asked, authorizations(asked), (1, 2, 3), strict=True):
        assert b"Security" not in query.payload
        assert b"operator" not in query.payload
        assert value.startswith('Digest username="operator", realm="NC", nonce="0123"')
        assert f"nc={count:08x}" in value
        assert query.secret
    assert 'uri="/onvif/media"' in authorizations(asked)[2]
    operations = [next(etree.fromstring(q.payload).iter("{*}Body"))[0].tag for q in asked]
    assert [tag.rpartition("}")[2] for tag in operations] == [
        "GetDeviceInformation", "GetNetworkInterfaces", "GetVideoSources",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "challenges", [(), ('Basic realm="NC"',), ('Digest realm="NC", nonce="1", qop="auth-int"',)]
)
def test_token_where_no_digest_can_be_given(challenges: tuple[str, ...]) -> None:
    """Never Basic: a password that everybody on the way can read."""
    asked, _ = told(answer("401 No"), service=replace(SERVICE, challenges=challenges))
    assert authorizations(asked) == [""]
    assert b"UsernameToken" in asked[0].payload


def test_refused_digest_is_not_tried_as_a_token() -> None:
    """One attempt, by whichever way; a second would be the half of a lock."""
    refusal = answer(f"401 No\r\nWWW-Authenticate: {CHALLENGE}")
    asked, refused = told(refusal, answer("200 OK"), service=ASKS_DIGEST)
    assert len(asked) == 1
    assert refused


def test_digest_that_came_too_late_is_made_once_more() -> None:
    """`stale` says that the password was right: the new nonce is used, and from then on."""
    late = answer(f"401 No\r\nWWW-Authenticate: {CHALLENGE.replace('0123', '4567')}, stale=true")
    asked, refused = told(answer("200 OK"), late, *[answer("200 OK")] * 2, service=ASKS_DIGEST)
    nonces = [value.split('nonce="')[1][:4] for value in authorizations(asked)]
    assert nonces == ["0123", "0123", "4567", "4567"]
    assert asked[1].payload == asked[2].payload
    assert not refused


def test_device_that_always_finds_it_late_is_left() -> None:
    """Twice is the end."""
    late = answer(f"401 No\r\nWWW-Authenticate: {CHALLENGE}, stale=true")
    asked, refused = told(*[late] * 5, service=ASKS_DIGEST)
    assert len(asked) == 2
    assert refused


def test_silence_ends_it_without_a_refusal() -> None:
    """A device that does not answer has refused nobody."""
    asked, refused = told()
    assert len(asked) == 1
    assert not refused


def test_nothing_of_the_account_can_be_printed() -> None:
    """Neither name nor password is in a text made of it."""
    assert "operator" not in repr(ACCOUNT)
    assert "ssw0rd" not in f"{ACCOUNT} {ACCOUNT!r}"


def test_logging_stays_as_it_was() -> None:
    """The package would set up logging for the whole program."""
    before = (logging.getLogger().level, list(logging.getLogger().handlers))
    told(answer("401 Unauthorized"))
    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before
