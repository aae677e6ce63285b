"""ONVIF scopes as facts, shared by WS-Discovery and GetScopes.

A scope is a URI, `onvif://www.onvif.org/<category>/<value>`. The specification defines a handful
of categories; firmwares spell them in any case, put private ones in front (`acc/mac/...`,
`type/manufacturer/...`) and use schemes of their own.
Source: ONVIF Core specification, "Device discovery", section "Scope parameters"; field practice.
"""

from collections.abc import Iterable
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

import re2

from camfinder.model import Fact
from camfinder.wire.text import Facts, decode

MAX_SCOPES = 128

CATEGORIES = MappingProxyType(
    {
        "name": "name",
        "hardware": "hardware",
        "manufacturer": "manufacturer",
        "manufacture": "manufacturer",
        "mfr": "manufacturer",
        "vendor": "manufacturer",
        "brand": "manufacturer",
        "model": "model",
        "mac": "mac",
        "macaddress": "mac",
        "macaddr": "mac",
        "serial": "serial",
        "serialnumber": "serial",
        "serialno": "serial",
        "sn": "serial",
        "location": "location",
        "type": "type",
        "profile": "profile",
        "firmware": "firmware",
        "firmwareversion": "firmware",
        "version": "firmware",
    }
)
"""Category in lower case, without `_` and `-`, to the last part of its fact's key."""

EMITS = MappingProxyType(
    {
        "onvif.scope": "every scope, percent-decoded, without onvif://www.onvif.org/",
        "onvif.scope.name": "scope name/: the name, which anybody may have set",
        "onvif.scope.hardware": "scope hardware/: the model, or what the SDK had there",
        "onvif.scope.manufacturer": "scope manufacturer/, mfr/, vendor/",
        "onvif.scope.model": "scope model/",
        "onvif.scope.mac": "scope mac/, MacAddress/",
        "onvif.scope.serial": "scope SerialNumber/, serial/",
        "onvif.scope.location": "scope location/, factory default or the administrator's",
        "onvif.scope.type": "scope type/: video_encoder, ptz, ...",
        "onvif.scope.profile": "scope Profile/: Streaming, S, T, G, ...",
        "onvif.scope.firmware": "scope firmware/, version/",
    }
)

# Categories that name one thing wherever they stand: `acc/mfr/X` and `type/manufacturer/X` too.
_ANYWHERE = frozenset({"manufacturer", "mac", "serial", "firmware", "model"})
_HALF_DATE = re2.compile(r"[ _]+(?:19|20)\d\d-(?:\d{0,2}-?)?$")
"""What is left behind a version of a date for which the sender had no room: `v3.12 2017-06-`."""
_PREFIX = re2.compile(r"(?i)^onvif:/{1,2}(?:www\.)?onvif\.org/")


def parse(scopes: str | Iterable[str]) -> tuple[Fact, ...]:
    """The facts of a blank-separated list of scopes (or of single scopes).

    A piece without a scheme belongs to the scope before it: a blank that was not encoded.
    """
    facts = Facts()
    for scope in _split(scopes):
        found = _PREFIX.match(scope)
        path = decode(unquote_to_bytes(scope[found.end() :] if found else scope))
        facts.add("onvif.scope", path)
        if found:
            _category(path, facts)
    return facts.done()


def _split(scopes: str | Iterable[str]) -> list[str]:
    if isinstance(scopes, str):
        scopes = [scopes]
    found: list[str] = []
    for text in scopes:
        first = True
        for piece in text[:65_536].split():
            if first or ":" in piece or not found:
                found.append(piece)
            else:
                found[-1] += " " + piece
            first = False
            if len(found) >= MAX_SCOPES:
                return found
    return found


def _category(path: str, facts: Facts) -> None:
    """Adds the dedicated fact of one ONVIF scope, where its category is known."""
    parts = path.split("/")
    for depth, part in enumerate(parts[:2]):
        category = CATEGORIES.get(part.strip().lower().replace("_", "").replace("-", ""))
        rest = parts[depth + 1 :]
        if category is None or not rest or (depth == 1 and category not in _ANYWHERE):
            continue
        if category == "type" and len(rest) > 1:
            following = CATEGORIES.get(rest[0].lower())
            if following in _ANYWHERE:
                continue
        if category == "firmware" and rest[0].lower() == "version":
            rest = rest[1:]
        value = "/".join(rest)
        if category == "firmware":
            value = _HALF_DATE.sub("", value)
        if category == "mac":
            facts.add_mac("onvif.scope.mac", value)
        else:
            facts.add(f"onvif.scope.{category}", value)
        return
