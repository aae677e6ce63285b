"""The web servers of a device: pages of the persona, and its ONVIF service among them."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable
from http import HTTPStatus

from camfinder.lab import speak_onvif
from camfinder.lab.persona import Http, Page
from camfinder.lab.seat import Seat
from camfinder.lab.services import MAX_REQUEST_BYTES, Talk, TcpService
from camfinder.lab.speak_onvif import Request

_IDLE_S = 10.0


def services(seat: Seat) -> Iterable[TcpService]:
    """One service per web server of the persona."""
    for http in seat.persona.http:
        yield TcpService(http.port, _talk(http), http.certificate)


def _talk(http: Http) -> Talk:
    async def talk(seat: Seat, reader: StreamReader, writer: StreamWriter) -> None:
        request = await _read(reader)
        if request is None:
            return
        await asyncio.sleep(seat.delay_s(http.delay_ms))
        writer.write(respond(seat, http, request))

    return talk


async def _read(reader: StreamReader) -> Request | None:
    """The request, or None where none comes or it is no HTTP."""
    try:
        async with asyncio.timeout(_IDLE_S):
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, _, rest = lines[0].partition(" ")
            headers = dict(_header_pairs(lines[1:]))
            size = headers.get("content-length", "0")
            if not rest or not size.isdecimal() or int(size) > MAX_REQUEST_BYTES:
                return None
            return Request(method, rest.split(" ")[0], headers, await reader.readexactly(int(size)))
    except (TimeoutError, EOFError, asyncio.LimitOverrunError):
        return None


def _header_pairs(lines: list[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def respond(seat: Seat, http: Http, request: Request) -> bytes:
    """The bytes of the answer to one request."""
    onvif = seat.persona.onvif
    if onvif and onvif.port == http.port and request.path.split("?")[0] == onvif.path:
        status, headers, body = speak_onvif.respond(seat, onvif, request)
        return _message(status, "", (*map(seat.text, http.headers), *headers), body)
    page = _page(http.page, request)
    if page is None:
        return _message(404, "", tuple(map(seat.text, http.headers)), b"")
    if page.raw:
        return seat.text(page.raw).encode("utf-8", "surrogateescape")
    headers = tuple(map(seat.text, (*http.headers, *page.headers)))
    body = bytes.fromhex(page.body_hex) if page.body_hex else seat.text(page.body).encode()
    return _message(page.status, page.reason, headers, b"" if request.method == "HEAD" else body)


def _page(pages: tuple[Page, ...], request: Request) -> Page | None:
    bare = request.path.split("?")[0]
    for wanted in (request.path, bare, "*"):
        for page in pages:
            if page.path == wanted and page.method in {"", request.method}:
                return page
    return None


def _message(status: int, reason: str, headers: tuple[str, ...], body: bytes) -> bytes:
    """An HTTP/1.1 answer that ends its connection, as small web servers do."""
    known = {each.value: each.phrase for each in HTTPStatus}
    given = {line.split(":")[0].strip().lower() for line in headers}
    lines = [f"HTTP/1.1 {status} {reason or known.get(status, '')}".rstrip(), *headers]
    if "content-length" not in given:
        lines.append(f"Content-Length: {len(body)}")
    if "connection" not in given:
        lines.append("Connection: close")
    return "\r\n".join((*lines, "", "")).encode("utf-8", "surrogateescape") + body
