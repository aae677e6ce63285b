"""HTTP Digest for a login that was given: httpx computes the answer to a challenge, we send it.

`httpx.DigestAuth` is made for httpx's client, but is a plain generator: it takes the refusal that
we heard and gives the request that it would send, of which the header is taken. Never Basic.
Source: RFC 7616 (and RFC 2617, RFC 2069 for devices that name no quality of protection).
"""

import contextlib
from collections.abc import Iterable, Sequence
from urllib.request import parse_http_list

import httpx

from camfinder.model import Frame, ParseError
from camfinder.wire import head

MAX_CHALLENGES = 8
MAX_CHARS = 2048
SCHEME = "digest "
CANNOT = (httpx.InvalidURL, httpx.ProtocolError, NotImplementedError, LookupError, ValueError)
"""What httpx raises at a path or a challenge that it does not take."""


class Digest:
    """One account's answers to one challenge; each request of it is counted.

    Args:
        challenge: Value of a WWW-Authenticate header.
        user: The account's name.
        password: And its password.
    """

    def __init__(self, challenge: str, user: str, password: str) -> None:
        self._challenge = challenge
        self._auth = httpx.DigestAuth(user, password)

    def header(self, path: str) -> str | None:
        """The Authorization header for `POST path`; None where the challenge cannot be met.

        That is one without realm or nonce, of an algorithm that is not known, or of `auth-int`
        alone; or a path that is not sent as httpx would write it.
        """
        with contextlib.suppress(*CANNOT):
            request = httpx.Request("POST", f"http://device{path}")
            if request.url.raw_path != path.encode():
                return None
            flow = self._auth.auth_flow(request)
            asked = next(flow)
            if "authorization" not in asked.headers:
                refusal = httpx.Response(
                    401, headers=[("www-authenticate", self._challenge)], request=request
                )
                asked = flow.send(refusal)
            return asked.headers["authorization"]
        return None


def answering(challenges: Iterable[str], user: str, password: str) -> Digest | None:
    """What answers the first of these challenges that can be met; None where none can.

    Only names that stand in a header as they are: httpx does not escape them.
    """
    if not user.isascii() or not user.isprintable() or set(user) & set('"\\'):
        return None
    for challenge in challenges:
        # The trial has an object of its own: it counts as a use of the nonce.
        if _is_plain(challenge) and Digest(challenge, user, password).header("/") is not None:
            return Digest(challenge, user, password)
    return None


def _is_plain(challenge: str) -> bool:
    """A Digest challenge of a length and of characters that a header may have."""
    is_digest = challenge.lower().startswith(SCHEME) and len(challenge) <= MAX_CHARS
    return is_digest and challenge.isascii() and challenge.isprintable()


def challenges_in(frames: Iterable[Frame]) -> tuple[str, ...]:
    """The challenges of the last answer among these that is a 401."""
    found: tuple[str, ...] = ()
    for frame in frames:
        with contextlib.suppress(ParseError):
            message = head.parse(frame.payload, decode_body=False)
            if message.code == 401:
                found = message.all("www-authenticate")[:MAX_CHALLENGES]
    return found


def renewed(challenges: Sequence[str]) -> tuple[str, ...]:
    """Those that say that the answer was right, but to a nonce that is no longer good."""
    return tuple(each for each in challenges if _is_stale(each))


def _is_stale(challenge: str) -> bool:
    if not _is_plain(challenge):
        return False
    fields = (each.partition("=") for each in parse_http_list(challenge[len(SCHEME) :]))
    return any(
        name.strip().lower() == "stale" and value.strip(' "').lower() == "true"
        for name, _, value in fields
    )
