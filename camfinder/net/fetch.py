"""HTTP and HTTPS: one shared client and TLS context; with `digest` the only importer of httpx.

The connection is ours (`dial`), so that it is paced, counted and closed like any other; httpx
and h11 read and write the messages on it. What h11 refuses is kept as it came from the same
connection: a second request would be one more load on the device.
"""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv6Address
from typing import Any

import httpcore
import httpx

from camfinder.model import Address, Query
from camfinder.net.dial import Stream
from camfinder.net.tcp import MAX_HEAD_BYTES, TOTAL_FACTOR, Answer, Reader

USER_AGENT = "camfinder"
SLOW = "too slow"
ENDLESS = "more around the body than a body"
NEVER_SENT = frozenset({"authorization", "proxy-authorization", "cookie"})
PROOFS = frozenset({b"authentication-info", b"proxy-authentication-info"})
"""What a server makes of the password when it took it: passwords could be tried on it."""
OP_LEGACY_SERVER_CONNECT = 0x4
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


def lenient_context() -> ssl.SSLContext:
    """TLS as old devices speak it: any version from 1.0, any key size, nothing verified.

    No password is ever sent through it; the certificate is evidence, not trust.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= OP_LEGACY_SERVER_CONNECT
    context.options &= ~ssl.OP_NO_TLSv1 & ~ssl.OP_NO_TLSv1_1
    return context


class _Wire(httpcore.AsyncNetworkStream):
    """Our stream as httpcore wants it.

    A request leaves in one segment: some cameras take a body that comes apart from its head
    for a second request.

    Args:
        stream: The connection.
        idle_s: How long one read waits.
        most: Bytes that are read of an answer, whatever they are: interim answers (RFC 9110,
            15.2) and heads of chunks are no body, and may never end.
        wrote: Told of the request when it leaves.
    """

    def __init__(
        self, stream: Stream, idle_s: float, most: int, wrote: Callable[[bytes], None]
    ) -> None:
        self._stream = stream
        self._idle_s = idle_s
        self._left = most
        self._wrote = wrote
        self._unsent = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """As `AsyncNetworkStream.read`; the signature is httpcore's."""
        del timeout
        try:
            if self._unsent:
                data, self._unsent = self._unsent, b""
                self._wrote(data)
                await self._stream.write(data)
            if self._left <= 0:
                raise httpcore.ReadError(ENDLESS)
            async with asyncio.timeout(self._idle_s):
                data = await self._stream.read(min(max_bytes, 16_384))
        except TimeoutError as error:
            raise httpcore.ReadTimeout("silence") from error
        except OSError as error:
            raise httpcore.ReadError(error.strerror or str(error)) from error
        self._left -= len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Holds the bytes until the answer is waited for."""
        del timeout
        self._unsent += buffer

    async def aclose(self) -> None:
        """Leaves the stream open: what h11 refused is still to be read from it."""

    def get_extra_info(self, info: str) -> Any:
        """The TLS object, under httpcore's name for it."""
        return self._stream.tls if info == "ssl_object" else None


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()


class _OverOurs(httpx.AsyncBaseTransport):
    """Carries a request over the connection named in its extensions."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends and reads the head; the body follows as it is read."""
        url = httpcore.URL(
            scheme=b"http",
            host=b"device",
            port=None,
            target=request.extensions["target"],
        )
        connection = httpcore.AsyncHTTP11Connection(url.origin, request.extensions["wire"])
        answer = await connection.handle_async_request(
            httpcore.Request(
                request.method, url, headers=request.headers.raw, content=request.stream
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )


def host_header(address: Address, port: int, *, tls: bool) -> str:
    """The Host of a request: never with a zone, with the port where it is not the usual one."""
    host = str(address) if address.version == 4 else f"[{IPv6Address(address.packed)}]"
    return host if port == (443 if tls else 80) else f"{host}:{port}"


def decoded(raw: bytes, coding: str, max_bytes: int) -> bytes:
    """The body without its content coding, never more than `max_bytes`, however it unpacks.

    We ask for no coding, but some devices only hold their pages packed. Codings other than
    gzip and deflate, and broken ones, leave the body as it came.
    """
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return raw[:max_bytes]
    for window in (GZIP_OR_ZLIB, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(raw, max_bytes)
        except zlib.error:
            continue
    return raw[:max_bytes]


def canonical(
    version: bytes, status: int, reason: bytes, head: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """Status line, header lines in order as sent, blank line."""
    first = b"%s %d %s" % (version, status, reason)
    lines = [first.rstrip(), *(b"%s: %s" % (name, value) for name, value in head)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


class Fetcher:
    """The shared client."""

    def __init__(self) -> None:
        self.context = lenient_context()
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(
            transport=_OverOurs(),
            trust_env=False,
            follow_redirects=False,
            cookies=no_cookies,
            timeout=None,  # noqa: S113  # every read is bounded in _Wire, the whole in fetch
            headers={},
        )

    async def aclose(self) -> None:
        """Frees the client."""
        await self._client.aclose()

    async def fetch(
        self, stream: Stream, query: Query, *, max_bytes: int, wrote: Callable[[bytes], None]
    ) -> tuple[Answer | None, str | None]:
        """One request over a connected stream; the answer in canonical form, and any trouble.

        An answer may come together with trouble: what was heard before it is kept.
        """
        tls = stream.tls is not None
        wire = _Wire(stream, query.listen_s, max_bytes + MAX_HEAD_BYTES, wrote)
        request = self._request(query, wire, tls=tls)
        heard = bytearray()
        head = b""
        coding = ""
        left_out = PROOFS if query.secret else frozenset()
        trouble: str | None = None
        cut = False
        try:
            async with asyncio.timeout(query.listen_s * TOTAL_FACTOR):
                response = await self._client.send(request, stream=True)
                head = canonical(
                    response.extensions["http_version"],
                    response.status_code,
                    response.extensions["reason_phrase"],
                    (line for line in response.headers.raw if line[0].lower() not in left_out),
                )
                coding = response.headers.get("content-encoding", "").strip().lower()
                async for chunk in response.aiter_raw():
                    heard += chunk
                    if len(heard) >= max_bytes:
                        cut = True
                        break
                await response.aclose()
        except TimeoutError:
            trouble = f"{SLOW}: the answer was cut"
        except (httpcore.RemoteProtocolError, httpcore.LocalProtocolError, ValueError) as error:
            trouble = str(error)
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            trouble = str(error) or type(error).__name__
        if head:
            body = decoded(bytes(heard[:max_bytes]), coding, max_bytes)
            return Answer(query.request, head + body, cut or trouble is not None), trouble
        if query.secret:
            return None, trouble
        return await _as_sent(stream, query, max_bytes, trouble)

    def _request(self, query: Query, wire: _Wire, *, tls: bool) -> httpx.Request:
        method, _, target = query.request.partition(" ")
        given = [(k, v) for k, v in query.headers if _may_be_sent(query, k.lower(), v)]
        names = {name.lower() for name, _ in given}
        usual = [
            ("Host", host_header(query.address, query.port, tls=tls)),
            ("User-Agent", USER_AGENT),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ]
        headers = [pair for pair in usual if pair[0].lower() not in names] + given
        if query.payload or method == "POST":
            headers.append(("Content-Length", str(len(query.payload))))
        return httpx.Request(
            method or "GET",
            "http://device/",
            headers=headers,
            content=query.payload or None,
            extensions={"target": (target or "/").encode("ascii", "ignore"), "wire": wire},
        )


def _may_be_sent(query: Query, name: str, value: str) -> bool:
    """No login leaves but a digest, and that only where the user gave the account."""
    is_digest = name == "authorization" and value.startswith("Digest ")
    return (is_digest and query.secret) or name not in NEVER_SENT


async def _as_sent(
    stream: Stream, query: Query, max_bytes: int, trouble: str | None
) -> tuple[Answer | None, str | None]:
    """What the peer said instead of a proper answer: the bytes that came, and the rest."""
    if trouble is not None and trouble != ENDLESS and not trouble.startswith(SLOW):
        with suppress(OSError):
            await Reader(stream).answer(
                ends_with=b"", max_bytes=max_bytes, idle_s=1.0, total_s=query.listen_s
            )
        refused = None
    else:
        refused = trouble
    raw = bytes(stream.received[:max_bytes])
    return (Answer(query.request, raw, cut=True), refused) if raw else (None, trouble)
