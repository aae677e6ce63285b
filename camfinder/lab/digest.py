"""HTTP Digest at the door of a simulated device (RFC 7616; RFC 2069 where it names no qop)."""

import hashlib
from urllib.request import parse_http_list, parse_keqv_list
from weakref import WeakKeyDictionary

from camfinder.lab.persona import Onvif
from camfinder.lab.seat import Seat

_uses: WeakKeyDictionary[Seat, int] = WeakKeyDictionary()


def challenge(seat: Seat, onvif: Onvif, *, stale: bool = False) -> str:
    """The WWW-Authenticate header line of a refusal."""
    fields = [f'realm="{seat.text(onvif.realm)}"', f'nonce="{_nonce(seat, onvif)}"']
    if onvif.algorithm != "MD5":
        fields.append(f"algorithm={onvif.algorithm}")
    if onvif.qop:
        fields.append(f'qop="{onvif.qop}"')
    if stale:
        fields.append("stale=true")
    return f"WWW-Authenticate: Digest {', '.join(fields)}"


def _nonce(seat: Seat, onvif: Onvif) -> str:
    """Another one each time that the last one is used up."""
    turn = _uses.get(seat, 0) // onvif.nonce_uses if onvif.nonce_uses else 0
    return f"{seat.values['nonce']}{turn:02x}"


def verdict(seat: Seat, onvif: Onvif, method: str, path: str, header: str) -> tuple[bool, bool]:
    """Whether an Authorization header opens the door, and whether only its nonce was too old."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "digest" or not onvif.user:
        return False, False
    try:
        got = parse_keqv_list(parse_http_list(rest))
        right = _response(onvif, seat.text(onvif.realm), method, path, got)
    except (ValueError, KeyError):
        return False, False
    if got["username"] != onvif.user or got["uri"] != path or got["response"] != right:
        return False, False
    if got["nonce"] != _nonce(seat, onvif):
        return False, got["nonce"].startswith(seat.values["nonce"])
    _uses[seat] = _uses.get(seat, 0) + 1
    return True, False


def _response(onvif: Onvif, realm: str, method: str, path: str, got: dict[str, str]) -> str:
    """What the header must hold in `response`, by the other fields that it holds."""

    def hashed(text: str) -> str:
        name = onvif.algorithm.replace("-", "").lower()
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    who = hashed(f"{onvif.user}:{realm}:{onvif.secret}")
    what = hashed(f"{method}:{path}")
    if not onvif.qop:
        return hashed(f"{who}:{got['nonce']}:{what}")
    between = f"{got['nonce']}:{got['nc']}:{got['cnonce']}:{got['qop']}"
    return hashed(f"{who}:{between}:{what}")
