"""HTTP Digest: the right answer to each challenge, none where there is none, and no other login."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from urllib.request import parse_http_list, parse_keqv_list

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from net_peers import HOST, Heard, network, query, says, server

from camfinder.model import Frame, Query, Transport
from camfinder.net.digest import answering, challenges_in, renewed

USER, PASSWORD, PATH = "operator", "p:ss wörd", "/onvif/device_service"
NONCE = 'nonce="7ypf/xlj9XXwfDPEoM4URrv"'
REALM = 'realm="IP Camera(31207)"'


def header(challenge: str, user: str = USER) -> str:
    """What is sent to the challenge; empty for nothing."""
    found = answering([challenge], user, PASSWORD)
    return (found.header(PATH) or "") if found else ""


def fields(value: str) -> dict[str, str]:
    """The parameters of a header."""
    scheme, _, rest = value.partition(" ")
    assert scheme == "Digest"
    return parse_keqv_list(parse_http_list(rest))


def hashed(name: str, *parts: str) -> str:
    """KD of the specification."""
    return hashlib.new(name, ":".join(parts).encode()).hexdigest()


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [("", "md5"), (", algorithm=MD5", "md5"), (", algorithm=SHA-256", "sha256"),
     (", algorithm=md5", "md5")],
)  # fmt: skip
@pytest.mark.parametrize("qop", ["", ', qop="auth"', ', qop="auth,auth-int"', ", qop=auth"])
def test_response_by_the_specification(algorithm: str, name: str, qop: str) -> None:
    """RFC 7616 section 3.4, and RFC 2069 where no quality of protection is named."""
    got = fields(header(f"Digest {REALM}, {NONCE}{qop}{algorithm}"))
    who = hashed(name, USER, "IP Camera(31207)", PASSWORD)
    what = hashed(name, "POST", PATH)
    nonce = "7ypf/xlj9XXwfDPEoM4URrv"
    if qop:
        between = (nonce, got["nc"], got["cnonce"], got["qop"])
        assert got["response"] == hashed(name, who, *between, what)
        assert (got["qop"], got["nc"]) == ("auth", "00000001")
    else:
        assert got["response"] == hashed(name, who, nonce, what)
        assert not {"qop", "nc", "cnonce"} & set(got)
    assert (got["username"], got["uri"], got["nonce"]) == (USER, PATH, nonce)
    assert PASSWORD not in str(got)


def test_session_variant_and_opaque() -> None:
    """MD5-sess hashes nonce and client nonce into the first part; opaque goes back as it came."""
    got = fields(header(f'Digest {REALM}, {NONCE}, qop="auth", algorithm=MD5-sess, opaque="5c1e"'))
    who = hashed(
        "md5", hashed("md5", USER, "IP Camera(31207)", PASSWORD), got["nonce"], got["cnonce"]
    )
    between = (got["nonce"], got["nc"], got["cnonce"], "auth")
    assert got["response"] == hashed("md5", who, *between, hashed("md5", "POST", PATH))
    assert got["opaque"] == "5c1e"


def test_each_request_counts_the_nonce() -> None:
    """A replayed request is none that was counted before."""
    found = answering([f'Digest {REALM}, {NONCE}, qop="auth"'], USER, PASSWORD)
    assert found is not None
    counts = [fields(found.header(PATH) or "")["nc"] for _ in range(3)]
    assert counts == ["00000001", "00000002", "00000003"]


@pytest.mark.parametrize(
    "challenge",
    [
        'Basic realm="x"',
        "Negotiate",
        "Digest",
        f"Digest {REALM}",
        f"Digest {NONCE}",
        f"Digest {REALM}, {NONCE}, algorithm=SHA-512-256",
        f'Digest {REALM}, {NONCE}, qop="auth-int"',
        f'Digest {REALM}, {NONCE}, qop="other"',
        f"Digest {REALM} {NONCE}",
        f'Digest realm="Kamera Süd", {NONCE}',
        f"Digest {REALM}, {NONCE}, opaque={'x' * 3000}",
    ],
)
def test_challenges_that_cannot_be_met(challenge: str) -> None:
    """Nothing is sent to them, Basic least of all."""
    assert header(challenge) == ""


def test_the_first_that_can_be_met_is_taken() -> None:
    """Devices offer several, the best one first; Basic is passed over."""
    offered = [
        'Basic realm="x"',
        f'Digest realm="new", {NONCE}, algorithm=SHA-512-256, qop="auth"',
        f'Digest realm="strong", {NONCE}, algorithm=SHA-256, qop="auth"',
        f'Digest realm="weak", {NONCE}, qop="auth"',
    ]
    found = answering(offered, USER, PASSWORD)
    assert found is not None
    assert fields(found.header(PATH) or "")["realm"] == "strong"


@pytest.mark.parametrize("user", ['a"b', "a\\b", "jürgen", "a\r\nX: y"])
def test_names_that_do_not_stand_in_a_header(user: str) -> None:
    """They would have to be escaped: such an account goes by a token."""
    assert header(f"Digest {REALM}, {NONCE}", user) == ""


def test_path_that_would_be_sent_otherwise() -> None:
    """The digest is over the path as the device sees it."""
    found = answering([f"Digest {REALM}, {NONCE}"], USER, PASSWORD)
    assert found is not None
    for path in ("/a b", "/a\x00", "/\ud800", "/" + "a" * 70_000, ":x"):
        assert found.header(path) is None
    assert found.header("/a?b=c") is not None


@given(st.one_of(st.text(max_size=80), st.text('Digest realm="a",nocqp=\\ ', max_size=80)))
@example('Digest realm="a", nonce="b", "')
@example('Digest realm="a\\", nonce="b"')
@example('Digest realm=", nonce="b", qop=')
def test_hostile_challenges(text: str) -> None:
    """Whatever a device writes, what comes of it is one line of a header, or nothing."""
    for challenge in (text, f"Digest {text}", f"Digest {REALM}, {NONCE}, {text}"):
        renewed([challenge])
        sent = header(challenge)
        assert sent == "" or (sent.isascii() and sent.isprintable())
        assert PASSWORD not in sent


@pytest.mark.parametrize(
    ("challenge", "expected"),
    [
        (f"Digest {REALM}, {NONCE}, stale=true", True),
        (f'Digest {REALM}, {NONCE}, Stale = "TRUE"', True),
        (f"Digest stale=true, {REALM}, {NONCE}", True),
        (f'Digest {REALM}, {NONCE}, stale="FALSE"', False),
        (f"Digest {REALM}, {NONCE}", False),
        (f'Digest realm="a, stale=true", {NONCE}', False),
        ('Basic realm="x", stale=true', False),
    ],
)
def test_stale(challenge: str, expected: bool) -> None:
    """Only where the parameter says so."""
    assert bool(renewed([challenge])) is expected


def test_challenges_of_an_answer() -> None:
    """Every WWW-Authenticate line of a 401, of no other status."""
    lines = f'WWW-Authenticate: Basic realm="x"\r\nwww-authenticate: Digest {REALM}, {NONCE}\r\n'

    def heard(status: str) -> Frame:
        payload = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode()
        return Frame(Transport.HTTP, HOST, 80, payload, datetime.now(UTC), "test")

    expected = ('Basic realm="x"', f"Digest {REALM}, {NONCE}")
    assert challenges_in([heard("401 Unauthorized")]) == expected
    assert challenges_in([heard("200 OK")]) == ()
    assert challenges_in([replace(heard("401 x"), payload=b"\x00\xff")]) == ()


# What leaves this machine, and what is kept of what comes back.

PROOF = (
    b'HTTP/1.1 200 OK\r\nAuthentication-Info: rspauth="5d41402abc4b2a76", cnonce="0a"\r\n'
    b"Content-Length: 2\r\nServer: test\r\n\r\nok"
)


def sent_with(*headers: tuple[str, str], secret: bool) -> tuple[bytes, list[bytes]]:
    """The head that arrives at a server, and the answers that come of it."""
    heads: list[bytes] = []

    async def work() -> list[bytes]:
        async with server(says(PROOF, heads)) as port, network(Heard()) as net:
            asked: Query = replace(query(port, Transport.HTTP), headers=headers, secret=secret)
            return [frame.payload for frame in await net.ask(asked)]

    answers = asyncio.run(work())
    return heads[0], answers


@pytest.mark.parametrize(
    ("value", "secret", "expected"),
    [
        ('Digest username="a"', True, True),
        ('Digest username="a"', False, False),
        ("Basic YTpi", True, False),
        ("digest-like YTpi", True, False),
        ("Bearer x", True, False),
    ],
)
def test_no_login_leaves_but_a_digest_that_was_given(
    value: str, secret: bool, expected: bool
) -> None:
    """Whoever composes the query: Basic never does, and nothing without an account."""
    head, _ = sent_with(("Authorization", value), secret=secret)
    assert (b"uthorization" in head) is expected


def test_proof_of_the_password_is_not_kept() -> None:
    """A server makes rspauth of the password: whoever has it could try passwords on it."""
    _, answers = sent_with(("Authorization", "Digest x"), secret=True)
    assert answers == [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: test\r\n\r\nok"]
