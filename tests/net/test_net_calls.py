"""TCP and HTTP over real sockets: what is asked, what is kept, what bounds hold."""

import asyncio
import ssl
import warnings
import zlib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from net_peers import HOST, Heard, dead_port, network, query, says, self_signed, server

from camfinder.model import Address, Frame, ProblemKind, Transport
from camfinder.net.dial import PortState
from camfinder.net.net import Net
from camfinder.net.pace import Pace
from camfinder.net.scope import Scope

OK = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nX-Odd:  two\r\nContent-Length: 5\r\n\r\nhello"
V6 = ip_address("::1")


def test_connect_tells_open_from_closed() -> None:
    """A listening port is open, a dead one closed; each costs one attempt."""

    async def work() -> None:
        async with server(says(b"")) as port, network(Heard()) as net:
            assert await net.connect(HOST, port) is PortState.OPEN
            assert await net.connect(HOST, dead_port()) is PortState.CLOSED
            assert net.ledger.snapshot().connections == 2
            assert net.alive(HOST)

    asyncio.run(work())


def test_a_held_connection_is_taken_over() -> None:
    """A sweep's open connection carries the request that follows: one attempt for both."""

    async def work() -> None:
        async with server(says(OK)) as port, network(Heard()) as net:
            assert await net.connect(HOST, port, hold=True) is PortState.OPEN
            frames = await net.ask(query(port, Transport.HTTP))
            assert frames[0].payload.endswith(b"hello")
            assert await net.connect(HOST, port, hold=True) is PortState.OPEN
            await net.release(HOST)
            ledger = net.ledger.snapshot()
            assert (ledger.connections, ledger.requests) == (2, 1)

    asyncio.run(work())


def test_a_held_connection_that_died_is_made_anew() -> None:
    """When the server has hung up meanwhile, the question still gets its answer."""

    async def work() -> None:
        seen = 0

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal seen
            seen += 1
            if seen > 1:
                await says(OK)(reader, writer)

        async with server(handler) as port, network(Heard()) as net:
            await net.connect(HOST, port, hold=True)
            await asyncio.sleep(0.05)
            assert (await net.ask(query(port, Transport.HTTP)))[0].payload.endswith(b"hello")

    asyncio.run(work())


def test_http_in_canonical_form() -> None:
    """Status line, head lines in order as sent, blank line, body; and our request is plain."""

    async def work() -> None:
        heads: list[bytes] = []
        async with server(says(OK, heads)) as port, network(Heard()) as net:
            asked = replace(
                query(port, Transport.HTTP),
                request="GET /-wvhttp-01-/info.cgi?a=%41",
                headers=(("X-Test", "1"), ("Authorization", "Basic eA=="), ("Cookie", "a=b")),
            )
            (frame,) = await net.ask(asked)
        assert frame.payload == (
            b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nX-Odd: two\r\nContent-Length: 5\r\n\r\nhello"
        )
        assert (frame.transport, frame.source, frame.source_port) == (Transport.HTTP, HOST, port)
        assert frame.request == asked.request
        lines = heads[0].decode().split("\r\n")
        assert lines[0] == "GET /-wvhttp-01-/info.cgi?a=%41 HTTP/1.1"
        assert set(lines[1:-2]) == {
            f"Host: 127.0.0.1:{port}",
            "User-Agent: camfinder",
            "Accept: */*",
            "Accept-Encoding: identity",
            "Connection: close",
            "X-Test: 1",
        }

    asyncio.run(work())


def test_post_leaves_in_one_piece() -> None:
    """Head and body of a POST come in one segment, with the length and type given."""

    async def work() -> None:
        pieces: list[bytes] = []

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            pieces.append(await reader.read(65_536))
            writer.write(OK)

        async with server(handler) as port, network(Heard()) as net:
            asked = replace(
                query(port, Transport.HTTP),
                request="POST /onvif/device_service",
                payload=b"<soap/>",
                headers=(("Content-Type", "application/soap+xml"),),
            )
            assert len(await net.ask(asked)) == 1
        assert pieces[0].endswith(b"\r\n\r\n<soap/>")
        assert b"Content-Length: 7\r\n" in pieces[0]

    asyncio.run(work())


def test_redirects_and_cookies_are_not_followed() -> None:
    """A redirect is an answer; nothing goes where it points, and no cookie comes back."""

    async def work() -> None:
        heads: list[bytes] = []
        elsewhere: list[bytes] = []
        async with server(says(OK, elsewhere), "127.0.0.2") as trap:
            answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:%d/\r\n" % trap
            answer += b"Set-Cookie: sid=1; Path=/\r\nContent-Length: 0\r\n\r\n"
            async with server(says(answer, heads)) as port, network(Heard()) as net:
                for _ in range(2):
                    (frame,) = await net.ask(query(port, Transport.HTTP))
                    assert frame.payload.startswith(b"HTTP/1.1 302")
        assert not elsewhere
        assert all(b"cookie" not in head.lower() for head in heads)

    asyncio.run(work())


def test_ten_megabytes_are_cut() -> None:
    """A body without end is cut at max_bytes, quickly, and the sender is hung up on."""

    async def work() -> None:
        poured = 0

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal poured
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
            for _ in range(640):
                writer.write(b"x" * 16_384)
                await writer.drain()
                poured += 16_384

        async with server(handler) as port, network(Heard()) as net:
            asked = replace(query(port, Transport.HTTP), max_bytes=20_000)
            (frame,) = await net.ask(asked)
        assert len(frame.payload.partition(b"\r\n\r\n")[2]) == 20_000
        assert poured < 5_000_000

    asyncio.run(work())


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_body_is_unpacked_with_bounds(coding: str) -> None:
    """A body that comes packed is unpacked, a bomb no further than max_bytes."""

    async def work() -> None:
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else -15)
        packed = packer.compress(b"<title>Camera</title>" + bytes(30_000_000)) + packer.flush()
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
        answer = head % (coding.encode(), len(packed)) + packed
        async with server(says(answer)) as port, network(Heard()) as net:
            (frame,) = await net.ask(replace(query(port, Transport.HTTP), max_bytes=50_000))
        body = frame.payload.partition(b"\r\n\r\n")[2]
        assert body.startswith(b"<title>Camera</title>")
        assert len(body) == 50_000

    asyncio.run(work())


@pytest.mark.parametrize("after_head", [False, True])
def test_a_dribbling_server_is_bounded(after_head: bool) -> None:
    """A server that sends a byte now and then holds us for a bounded time only."""

    async def work() -> None:
        heard = Heard()

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            if after_head:
                writer.write(b"HTTP/1.1 200 OK\r\nServer: slow\r\n\r\n")
            while True:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.05)

        async with server(handler) as port, network(heard) as net:
            async with asyncio.timeout(30):  # the peer itself never ends
                frames = await net.ask(query(port, Transport.HTTP))
        assert ProblemKind.TIMEOUT in heard.kinds()
        assert (b"Server: slow" in frames[0].payload) == after_head

    asyncio.run(work())


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1;%s\r\nz\r\n" % (b"y" * 8000),
        ),
    ],
    ids=["interim", "chunks"],
)
def test_an_answer_that_never_begins_or_ends_is_bounded(first: bytes, again: bytes) -> None:
    """Interim answers without end, and a byte of body per heap of chunk head: both are cut."""

    async def work() -> None:
        sent = 0

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            with suppress(ConnectionError):
                while sent < 20_000_000:
                    writer.write(again)
                    sent += len(again)
                    await writer.drain()

        async with server(handler) as port, network(Heard()) as net:
            (frame,) = await net.ask(replace(query(port, Transport.HTTP), max_bytes=20_000))
        assert sent < 5_000_000
        assert frame.payload.startswith(b"HTTP/1.1 ")

    asyncio.run(work())


def test_a_head_without_end_is_bounded() -> None:
    """A head of megabytes is neither read whole nor believed."""

    async def work() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(200_000):
                writer.write(b"X-%d: 1\r\n" % number)
                await writer.drain()

        async with server(handler) as port, network(Heard()) as net:
            frames = await net.ask(replace(query(port, Transport.HTTP), max_bytes=30_000))
        assert all(len(frame.payload) <= 30_000 for frame in frames)

    asyncio.run(work())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\nServer: Boa/0.94\n\n<html>",
        b'HTTP/1.1 401 \r\nWWW-Authenticate: Digest realm="x"\r\nBad Header Line\r\n\r\nbody',
        b"HTTP/1.1 200 OK\r\nServer : App-webs\r\n\r\nx",
        b"HTTP/1.1 200\r\n\r\nno reason",
        b"<html><title>Old camera</title></html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        b"HTTP/1.1 2000 OK\r\nServer: uc-httpd\r\n\r\n",
        b"\x00\x01\x02 garbage",
    ],
)
def test_weird_heads_are_kept(answer: bytes) -> None:
    """What no HTTP library accepts is kept as sent, from the same connection."""

    async def work() -> None:
        heard = Heard()
        async with server(says(answer)) as port, network(heard) as net:
            (frame,) = await net.ask(query(port, Transport.HTTP))
            assert net.ledger.snapshot().connections == 1
        assert frame.payload.split()[-1] == answer.split()[-1]
        assert frame.payload[:8] == answer[:8]

    asyncio.run(work())


def test_silence_and_refusal_become_problems() -> None:
    """A server that says nothing is a timeout, a closed port a refusal; nothing is raised."""

    async def work() -> None:
        heard = Heard()

        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(5)

        async with server(mute) as port, network(heard) as net:
            assert await net.ask(query(port, Transport.HTTP)) == ()
            assert await net.ask(query(dead_port(), Transport.HTTP)) == ()
            assert await net.ask(query(dead_port())) == ()
        kinds = [ProblemKind.TIMEOUT, ProblemKind.REFUSED, ProblemKind.REFUSED]
        assert heard.kinds() == kinds

    asyncio.run(work())


def test_https_gives_the_certificate_first(tmp_path: Path) -> None:
    """A self-signed certificate is evidence: one handshake gives it and the answer."""
    context, der = self_signed(tmp_path)

    async def work() -> None:
        async with server(says(OK), tls=context) as port, network(Heard()) as net:
            certificate, answer = await net.ask(query(port, Transport.HTTPS))
            assert net.ledger.snapshot().connections == 1
        assert (certificate.transport, certificate.payload) == (Transport.TLS, der)
        assert (answer.transport, answer.payload[-5:]) == (Transport.HTTPS, b"hello")

    asyncio.run(work())


def test_old_tls_is_spoken(tmp_path: Path) -> None:
    """A device that stopped at TLS 1.0 and weak ciphers still shows its certificate."""
    context, der = self_signed(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1

    async def work() -> None:
        async with server(says(OK), tls=context) as port, network(Heard()) as net:
            certificate, answer = await net.ask(query(port, Transport.HTTPS))
        assert certificate.payload == der
        assert answer.payload.endswith(b"hello")

    asyncio.run(work())


class Tape:
    """A recorder."""

    def __init__(self) -> None:
        self.out: list[tuple[Transport, str, int, bytes]] = []
        self.back: list[Frame] = []

    def sent(
        self,
        transport: Transport,
        source: Address | None,
        source_port: int,
        destination: Address,
        destination_port: int,
        payload: bytes,
        at: datetime,
    ) -> None:
        """Notes what went out."""
        assert source == HOST
        assert source_port > 0
        assert at.tzinfo is UTC
        self.out.append((transport, str(destination), destination_port, payload))

    def heard(self, frame: Frame) -> None:
        """Notes what came back."""
        self.back.append(frame)


def test_the_recorder_gets_both_sides() -> None:
    """Every request as written and every frame as returned reach the recorder."""

    async def work() -> None:
        tape = Tape()
        heads: list[bytes] = []
        async with (
            server(says(OK, heads)) as port,
            Net(
                Scope.parse(["127.0.0.1"]),
                pace=Pace(),
                keep=lambda _: None,
                problem=lambda _: None,
                recorder=tape,
            ) as net,
        ):
            frames = await net.ask(query(port, Transport.HTTP))
        assert tape.out == [(Transport.HTTP, "127.0.0.1", port, heads[0])]
        assert tape.back == list(frames)

    asyncio.run(work())


def test_plain_http_on_a_tls_port_is_found() -> None:
    """A port asked for TLS that speaks plain HTTP, or hangs up on TLS, is asked in HTTP."""

    async def work() -> None:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got = await reader.read(4096)
            writer.write(OK if got.startswith(b"GET") else b"HTTP/1.1 400 Bad Request\r\n\r\n")

        async def curt(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if (await reader.read(4096)).startswith(b"GET"):
                writer.write(OK)

        for handler in (plain, curt):
            async with server(handler) as port, network(Heard()) as net:
                (frame,) = await net.ask(query(port, Transport.HTTPS))
                assert (frame.transport, frame.payload[-5:]) == (Transport.HTTP, b"hello")
                assert net.ledger.snapshot().connections == 2

    asyncio.run(work())


@pytest.mark.parametrize(
    "refusal",
    [
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 400 Bad\r\n\r\nThe plain HTTP request was sent to HTTPS port",
    ],
)
def test_tls_on_a_plain_port_is_found(refusal: bytes) -> None:
    """A port asked for HTTP that answers as a TLS port does is asked in TLS once."""

    async def work() -> None:
        hellos: list[bytes] = []

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            hellos.append(await reader.read(4096))
            writer.write(refusal)

        async with server(handler) as port, network(Heard()) as net:
            frames = await net.ask(query(port, Transport.HTTP))
        assert [hello[:3] for hello in hellos] == [b"GET", b"\x16\x03\x01"]
        # The 400 in plain text is an answer of its own, an alert is none.
        assert len(frames) == int(refusal.startswith(b"HTTP"))

    asyncio.run(work())


def test_over_ipv6() -> None:
    """IPv6 works, with brackets in the Host line."""

    async def work() -> None:
        heads: list[bytes] = []
        async with server(says(OK, heads), "::1") as port, network(Heard(), "::1") as net:
            (frame,) = await net.ask(query(port, Transport.HTTP, V6))
        assert frame.source == V6
        assert b"Host: [::1]:%d\r\n" % port in heads[0]

    asyncio.run(work())


RTSP_OPTIONS = b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"
RTSP_DESCRIBE = b"DESCRIBE rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 2\r\n\r\n"


def test_rtsp_reads_each_answer_by_its_length() -> None:
    """Two requests on one connection, each answer whole and at once, none waited out."""

    async def work() -> None:
        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: OPTIONS\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"RTSP/1.0 200 OK\r\ncontent-length: 9\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(b"v=0\r\ns=x\n")
            await asyncio.Event().wait()  # the connection stays open

        async with server(handler) as port, network(Heard()) as net:
            asked = replace(
                query(port),
                payload=RTSP_OPTIONS,
                then=(RTSP_DESCRIBE,),
                ends_with=b"\r\n\r\n",
                listen_s=3600,
            )
            async with asyncio.timeout(30):  # the lengths end the answers, not the patience
                options, describe = await net.ask(asked)
            ledger = net.ledger.snapshot()
        assert (options.request, describe.request) == ("OPTIONS", "DESCRIBE")
        assert options.payload.endswith(b"Public: OPTIONS\r\n\r\n")
        assert describe.payload.endswith(b"s=x\n")
        assert (ledger.connections, ledger.requests) == (1, 2)

    asyncio.run(work())


def test_a_banner_is_read_and_nothing_sent() -> None:
    """Without payload the greeting is taken, at most 256 bytes of it, and nothing is written."""

    async def work() -> None:
        got: list[bytes] = []

        async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 AXIS Q1656 Network Camera ready.\r\n" + b"x" * 1000)
            got.append(await reader.read())

        async with server(handler) as port, network(Heard()) as net:
            (frame,) = await net.ask(query(port))
            await asyncio.sleep(0.05)
            assert net.ledger.snapshot().requests == 0
        assert frame.payload.startswith(b"220 AXIS")
        assert len(frame.payload) == 256
        assert got in ([b""], [])

    asyncio.run(work())


def test_out_of_scope_nothing_is_sent() -> None:
    """An address out of scope is never connected to, whichever way it is asked."""

    async def work() -> None:
        heard = Heard()
        calls: list[bytes] = []
        async with server(says(OK, calls), "127.0.0.9") as port, network(heard, "127.0.0.1") as net:
            outside = ip_address("127.0.0.9")
            for transport in (Transport.HTTP, Transport.HTTPS, Transport.TCP, Transport.UDP):
                assert await net.ask(query(port, transport, outside)) == ()
            assert await net.connect(outside, port) is PortState.NOT_ASKED
            ledger = net.ledger.snapshot()
        assert (ledger.datagrams, ledger.connections, ledger.requests) == (0, 0, 0)
        assert set(heard.kinds()) == {ProblemKind.BLOCKED_BY_SCOPE}
        assert not calls

    asyncio.run(work())


def test_the_budget_of_a_host_is_kept() -> None:
    """After twelve requests no thirteenth is written; the refusal is told."""

    async def work() -> None:
        heard = Heard()
        heads: list[bytes] = []
        async with server(says(OK, heads)) as port, network(heard) as net:
            for _ in range(20):
                await net.ask(query(port, Transport.HTTP))
            assert net.ledger.snapshot().requests == len(heads) <= 12
            assert net.ledger.sends(HOST) <= 60
        assert ProblemKind.BUDGET in heard.kinds()

    asyncio.run(work())


def test_left_alone_means_alone() -> None:
    """A host that is to be left alone is asked nothing more."""

    async def work() -> None:
        heard = Heard()
        async with server(says(OK)) as port, network(heard) as net:
            net.leave_alone(HOST, "went silent")
            assert await net.ask(query(port, Transport.HTTP)) == ()
            assert net.ledger.snapshot().connections == 0
        assert heard.kinds() == [ProblemKind.SKIPPED]

    asyncio.run(work())
