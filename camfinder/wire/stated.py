"""What a body states of its device as keys and values, whoever made it.

Makers' pages and CGI answers carry the same few words: `"model": "N8"` in JSON, `model=N8` in
lines, `var fw_ver = '1.2'` in scripts, `<firmwareVersion>1.2</firmwareVersion>` in XML. Answers of
protocols with parsers of their own are left to them.
"""

from collections.abc import Iterator

import re2

from camfinder.model import Fact

_WORDS = {
    "http.model": r"(?:device|dev|product|camera|init)?[_-]?"
    r"(?:model(?:[_-]?(?:name|number|no))?|prodnbr)",
    "http.firmware": r"(?:firmware|firm|fw|software|sw)[_-]?(?:version|ver)|firmware",
    "http.serial": r"(?:device)?[_-]?serial[_-]?(?:number|no)",
    "http.brand": r"(?:init)?brand(?:[_-]?name)?|manufacturer",
}
_PLAIN = {
    "http.model": re2.compile(r"(?i)^[0-9]{0,6}[a-z][a-z0-9 ._/()+-]{1,39}$"),
    "http.firmware": re2.compile(r"(?i)^[a-z0-9][a-z0-9 ._()+,:/-]{1,63}$"),
    "http.serial": re2.compile(r"(?i)^[a-z0-9][a-z0-9-]{5,47}$"),
    "http.brand": re2.compile(r"^[^\s<>{}$%=][^<>{}$%=]{1,39}$"),
}
_NUMBERED = frozenset({"http.model", "http.firmware", "http.serial"})
"""Without a digit their values are words of the page."""

_PAIR = re2.compile(
    r"(?i)(?:^|[\s\"'{,;&?<.])(?:"
    + "|".join(f"({words})" for words in _WORDS.values())
    + r")(?:[\"']?\s{0,4}[:=]\s{0,4}|>)(?:\"([^\"\r\n]*)\"|'([^'\r\n]*)'|([^\"'<>,;&{}\[\]\r\n]*))"
)
_MARKS = ("model", "prodnbr")
_ELSEWHERE = ("envelope", "<devicetype", "urn:schemas-upnp-org")
"""SOAP, ISAPI and UPnP descriptions have parsers of their own."""

MAX_PAIRS = 60


def pairs(text: str) -> Iterator[Fact]:
    """The facts `http.model`, `http.firmware`, `http.serial` and `http.brand` of a body.

    Nothing where it states no model and something beside it, and nothing where it states two
    different ones: it speaks of other devices then.

    Args:
        text: The decoded body, of bounded length.
    """
    lower = text.lower()
    if not any(mark in lower for mark in _MARKS) or any(mark in lower for mark in _ELSEWHERE):
        return
    found: dict[str, str] = {}
    for groups in _PAIR.findall(text)[:MAX_PAIRS]:
        key = next(key for key, word in zip(_WORDS, groups, strict=False) if word)
        value = next(filter(None, groups[len(_WORDS) :]), "").strip()
        if not _PLAIN[key].search(value) or (key in _NUMBERED and not any(map(str.isdigit, value))):
            continue
        if found.setdefault(key, value) != value and key in {"http.model", "http.brand"}:
            return
    if "http.model" in found and len(found) > 1:
        yield from (Fact(key, value) for key, value in found.items())
