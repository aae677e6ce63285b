"""HTTP and HTTPS: the front page, where it leads to, and its icon.

Source: RFC 9110, RFC 9112; HTML living standard (title, meta refresh, link icon); the hash of an
icon follows the convention of internet-wide search engines: MurmurHash3 over the base64 text with
line breaks.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import unescape
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import SplitResult, urljoin, urlsplit

import mmh3
import re2

from camfinder.model import (
    Address,
    Direction,
    Frame,
    Known,
    Observation,
    Query,
    Slot,
    Target,
    Touch,
    Transport,
)
from camfinder.probes import Probe
from camfinder.wire import head, page, stated
from camfinder.wire.paths import is_safe
from camfinder.wire.text import Facts, byte_pattern, decode, observe

MAX_BODY_CHARS = 32_768
MAX_ICON_BYTES = 262_144
TLS_PORTS = frozenset({443, 4443, 7443, 8443})
PORTS = TLS_PORTS | {
    80, 81, 82, 83, 85, 88, 888, 2020, 5000, 8000, 8080, 8081, 8090, 8899, 8999, 9000, 10000, 49152,
}  # fmt: skip

_META = re2.compile(r"(?is)<meta\s[^<>]*http-equiv\s*=\s*[\"']?refresh[^<>]*>")
_META_URL = re2.compile(r"(?is)url\s*=\s*[\"']?\s*([^\"'<>\s;]+)")
_SCRIPT_URL = re2.compile(
    r"(?is)\blocation(?:\.href)?\s*(?:=|\.replace\s*\(|\.assign\s*\()\s*[\"']([^\"'<>\s]+)[\"']"
)
_ICON = re2.compile(r"(?is)<link\s[^<>]*rel\s*=\s*[\"']?(?:shortcut\s+)?icon[^<>]*>")
_HREF = re2.compile(r"(?is)\shref\s*=\s*[\"']?([^\"'<>\s]+)")
_LOGIN = re2.compile(r"(?i)login|main|home|view|start|page|camera|monitor")
_ACCOUNTS = byte_pattern(rb"(?i)GetUsersResponse|<UserList|user\d_(?:name|pwd)|<XML_TOPSEE")
_ACCOUNT_MARKS = (b"user", b"topsee")
_SECRETS = (
    byte_pattern(rb"(?i)(<(?:\w+:)?(?:password|passwd|pwd|salt|challenge)(?:\s[^<>]*)?>)[^<]*"),
    byte_pattern(
        rb"(?i)((?:password|passwd|pwd|salt)[\"']?\s*[:=]\s*)(?:\"[^\"\r\n]*\"|'[^'\r\n]*')"
    ),
)
_SECRET_MARKS = (b"pass", b"pwd", b"salt", b"challenge")
_OWN_FACTS = {"server": "http.server", "www-authenticate": "http.www_authenticate",
              "set-cookie": "http.set_cookie", "location": "http.location"}  # fmt: skip
_DULL = {"date", "content-length", "connection", "keep-alive"}


def queries(target: Target) -> Iterable[Query]:
    """The front page of every open web port."""
    for port in target.open_ports:
        if port in PORTS:
            yield _get("/", target.address, port, secure=port in TLS_PORTS)


def _get(path: str, address: Address, port: int, *, secure: bool) -> Query:
    return Query(
        probe="http",
        transport=Transport.HTTPS if secure else Transport.HTTP,
        address=address,
        port=port,
        request=f"GET {path}",
        listen_s=5.0,
        max_bytes=262_144,
    )


def follow_ups(observation: Observation, known: Known) -> Iterable[Query]:
    """The page that the front page leads to, and the icon: all at the address that answered.

    No more than two pages deep: every step goes to a page of a higher `_level`.
    """
    answered = observation.first("http.answered")
    if observation.probe != "http" or not answered or observation.address is None:
        return
    if known.done or known.surveillance is False or observation.transport is Transport.TCP:
        return
    path = answered.partition(" ")[2]
    here = _base(observation, path)
    page = observation.first("http.body") or ""
    for target in _leads_to(observation, page):
        if (query := _step(here, path, target, observation.address)) is not None:
            yield query
            break
    if path == "/":
        yield _get(
            _icon_path(here, page, observation),
            observation.address,
            observation.port,
            secure=observation.transport is Transport.HTTPS,
        )


def _icon_path(here: str, page: str, observation: Observation) -> str:
    """Where the page says its icon is, if that is on the same port, else the usual place."""
    icon = _ICON.search(page)
    href = _HREF.search(icon.group(0)) if icon else None
    if href and observation.address is not None:
        parts = _local(here, unescape(href.group(1)), observation.address)
        if parts is not None and _port(parts) == observation.port and is_safe(parts.path):
            return parts.path
    return "/favicon.ico"


def _base(observation: Observation, path: str) -> str:
    scheme = "https" if observation.transport is Transport.HTTPS else "http"
    address = observation.address
    host = f"[{address}]" if address is not None and address.version == 6 else str(address)
    return (
        f"{scheme}://{host.partition('%')[0]}{']' if '%' in host else ''}:{observation.port}{path}"
    )


def _leads_to(observation: Observation, page: str) -> Iterator[str]:
    """Redirects of an answer: by header, by meta element, by script."""
    yield from observation.all("http.location")[:1]
    if (meta := _META.search(page)) and (url := _META_URL.search(meta.group(0))):
        yield unescape(url.group(1))
    if script := _SCRIPT_URL.search(page[:8192]):
        yield script.group(1)


def _step(here: str, path: str, target: str, address: Address) -> Query | None:
    """The request that a redirect asks for, where it stays with the address and leads on."""
    parts = _local(here, target, address)
    if parts is None:
        return None
    wanted = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    elsewhere = _port(parts) != _port(urlsplit(here))
    leads_on = path == "/" if elsewhere else _level(wanted) > _level(path)
    if not leads_on or not is_safe(wanted):
        return None
    return _get(wanted, address, _port(parts), secure=parts.scheme == "https")


def _local(here: str, target: str, address: Address) -> SplitResult | None:
    """The parts of a URL, relative to `here`, that stays on this very address; else None."""
    try:
        parts = urlsplit(urljoin(here, target))
        host = ip_address((parts.hostname or "").partition("%")[0])
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or port == 0 or host.version != address.version:
        return None
    return parts if int(host) == int(address) else None


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _level(path: str) -> int:
    """How far behind the front page a path lies: 0 itself, 1 an index page, 2 what it leads to."""
    bare = path.partition("?")[0]
    if bare == "/":
        return 0
    deep = bare.strip("/").count("/") > 0 and not bare.rpartition("/")[2].lower().startswith(
        "index"
    )
    return 2 if deep or _LOGIN.search(bare) else 1


def parse(frame: Frame) -> Iterable[Observation]:
    """One observation for an answer; a body without a head counts where HTTP carried it."""
    if frame.direction is Direction.REQUEST or frame.transport not in {
        Transport.HTTP,
        Transport.HTTPS,
        Transport.TCP,
    }:
        return ()
    facts = Facts()
    if head.is_message(frame.payload, "HTTP", "ICY", "UNKNOWN"):
        message = head.parse(frame.payload)
        if message.code is None:
            return ()
        _head_facts(message, frame, facts)
        code, body, charset, size = message.code, message.body, message.charset, message.size
        content_type = (message.get("content-type") or "").lower()
    elif frame.transport is Transport.TCP or b"<" not in frame.payload[:512]:
        return ()
    else:
        code, body, charset, size, content_type = None, frame.payload, "", 0, ""
    raw = _body_facts(body, charset, content_type, frame, facts, code)
    if raw is not None:
        raw = frame.payload[:size] + raw
    return (observe("http", frame, facts, raw=raw),) if len(facts) else ()


def _head_facts(message: head.Head, frame: Frame, facts: Facts) -> None:
    facts.add("http.status", message.code)
    for name, value in message.headers:
        lower = name.lower()
        if lower in _OWN_FACTS:
            facts.add(_OWN_FACTS[lower], value)
        elif lower not in _DULL:
            facts.add(f"http.header.{lower}", value)
    facts.add_all("http.realm", head.realms(message.all("www-authenticate")))
    path = _path(frame.request)
    if path:
        facts.add("http.answered", f"{message.code} {path}")


def _path(request: str) -> str:
    """The path of `GET /path`; empty for anything else."""
    method, _, path = request.partition(" ")
    return path if method in {"GET", "HEAD", "POST"} and path.startswith("/") else ""


def _body_facts(
    body: bytes, charset: str, content_type: str, frame: Frame, facts: Facts, code: int | None
) -> bytes | None:
    """Adds what the body shows.

    Returns:
        What of the body may be kept as evidence, or None where that is all of it.
    """
    if code in {200, None} and _is_icon(_path(frame.request), content_type, body):
        icon = body[:MAX_ICON_BYTES]
        facts.add("http.favicon.md5", hashlib.md5(icon, usedforsecurity=False).hexdigest())
        facts.add("http.favicon.mmh3", mmh3.hash(base64.encodebytes(icon)))
        return None
    if content_type.startswith(("image/", "video/", "audio/", "multipart/")):
        return b""  # pictures and accounts are nobody's evidence
    if not body:
        return None
    lower = body.lower()
    if any(mark in lower for mark in _ACCOUNT_MARKS) and _ACCOUNTS.search(body):
        return b""
    kept = _without_secrets(body, lower)
    if b"\x00" in kept[:512].rstrip(b"\x00") and kept[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        return None if kept is body else kept
    text = decode(kept[: 4 * MAX_BODY_CHARS], charset)
    facts.extend(page.words(text))
    facts.extend(stated.pairs(text))
    facts.add("http.body", text, MAX_BODY_CHARS)
    return None if kept is body else kept


def _is_icon(path: str, content_type: str, body: bytes) -> bool:
    bare = path.partition("?")[0].lower()
    named = bare.endswith(".ico") or "favicon" in bare or "icon" in content_type
    return named and bool(body) and body.lstrip()[:1] != b"<"


def _without_secrets(body: bytes, lower: bytes) -> bytes:
    """The body without the values of passwords and salts; itself where it has none.

    Args:
        body: As sent.
        lower: The same in lower case.
    """
    if not any(mark in lower for mark in _SECRET_MARKS):
        return body
    for pattern in _SECRETS:
        if pattern.search(body):
            body = bytes(pattern.sub(rb"\1", body))
    return body


PROBE = Probe(
    name="http",
    title="HTTP and HTTPS front pages",
    touch=Touch.UNICAST,
    ports=frozenset(PORTS),
    emits=MappingProxyType(
        {
            "http.status": "status code",
            "http.server": "Server header",
            "http.www_authenticate": "WWW-Authenticate header, one fact each",
            "http.realm": "a realm in it",
            "http.title": "title of the page, entities decoded, blanks folded",
            "http.heading": "heading, or text of an element marked title, product, model, brand",
            "http.meta": "author, description, generator, product or the like in a meta element",
            "http.copyright": "what follows a copyright sign, up to 120 characters",
            "http.model": "model that the body states beside other values, as `model=` or the like",
            "http.firmware": "firmware, the same way",
            "http.serial": "serial number, the same way",
            "http.brand": "brand or manufacturer, the same way",
            "http.body": "text of the body, up to 32,768 characters, passwords cut",
            "http.set_cookie": "Set-Cookie header",
            "http.location": "Location header",
            "http.header.*": "another header, by its lower-case name",
            "http.favicon.md5": "MD5 of the icon, hexadecimal",
            "http.favicon.mmh3": "MurmurHash3 of the icon's base64 text with line breaks, signed",
            "http.answered": "status code and the path asked for: 200 /path",
        }
    ),
    parse=parse,
    declares=MappingProxyType(
        {
            "http.model": Slot.MODEL,
            "http.firmware": Slot.FIRMWARE,
            "http.serial": Slot.SERIAL,
            "http.brand": Slot.BRAND,
        }
    ),
    free_text=frozenset(
        {
            "http.title",
            "http.realm",
            "http.server",
            "http.copyright",
            "http.heading",
            "http.meta",
        }
    ),
    queries=queries,
    follow_ups=follow_ups,
    crosses_routers=True,
)
