"""TCP: connections that are paced, counted and kept to one at a time per host."""

import asyncio
import errno
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime

from camfinder.model import Address, Frame, Problem, ProblemKind, Query, Transport
from camfinder.net import netlink
from camfinder.net.dial import (
    PortState,
    Stream,
    dial,
    hang_up,
    own_end,
    segments,
    verdict,
)
from camfinder.net.fetch import Fetcher
from camfinder.net.interfaces import Links
from camfinder.net.manners import Manners, Recorder
from camfinder.net.pace import ALIVE, NEW, Pace
from camfinder.net.tcp import Answer, converse, is_request

RESOLVING_S = 2.4
"""An attached address that the kernel still asks for after the first patience gets this long."""
HELD_S = 3.0
"""An open connection that nobody takes over is closed after this."""
HANDSHAKE_S = 6.0
"""Old cameras take seconds for an RSA handshake."""
WRONG_SCHEME = (b"https port", b"ssl-enabled server port", b"http request to an https server")
"""What servers write when HTTP comes to a TLS port (nginx, Apache, Go), lower case."""
NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
)
TLS_ALERT = b"\x15\x03"
PROBLEMS = {
    PortState.CLOSED: ProblemKind.REFUSED,
    PortState.SILENT: ProblemKind.TIMEOUT,
    PortState.REJECTED: ProblemKind.UNREACHABLE,
    PortState.UNREACHABLE: ProblemKind.UNREACHABLE,
}


class Calls:
    """Everything that is asked over TCP.

    Args:
        manners: The gate before each send.
        pace: And its pace.
        links: This machine's interfaces.
        patience_s: How long one try waits.
        retries: How often a try without answer is repeated where a port is known to be open.
        recorder: Takes what is sent and heard.
    """

    def __init__(
        self,
        manners: Manners,
        pace: Pace,
        links: Links,
        *,
        patience_s: float,
        retries: int,
        recorder: Recorder | None,
    ) -> None:
        self._manners = manners
        self._ledger = manners.ledger
        self._pace = pace
        self._links = links
        self._patience_s = patience_s
        self._tries = retries + 1
        self._recorder = recorder
        self._held: dict[Address, tuple[int, socket.socket]] = {}
        self._fetcher: Fetcher | None = None

    async def aclose(self) -> None:
        """Closes what is open."""
        for _, sock in self._held.values():
            sock.close()
        self._held.clear()
        if self._fetcher is not None:
            await self._fetcher.aclose()

    async def connect(self, address: Address, port: int, *, hold: bool) -> PortState:
        """One connection attempt; see `Net.connect`."""
        async with self._pace.connection(address):
            await self._let_go(address)
            if not self._manners.may(address, "connection", None):
                return PortState.NOT_ASKED
            try:
                sock = await self._dial(address, port)
            except OSError as error:
                return self._verdict(address, error)
            if hold:
                self._held[address] = (port, sock)
                loop = asyncio.get_running_loop()
                loop.call_later(HELD_S, self._expire, address, sock)
            else:
                await self._hang_up(address, sock)
        return PortState.OPEN

    async def release(self, address: Address) -> None:
        """Closes the connection that `connect` left open, if nobody took it over."""
        if address in self._held:
            async with self._pace.connection(address):
                await self._let_go(address)

    async def tcp(self, query: Query) -> tuple[Frame, ...]:
        """A conversation in plain TCP."""
        async with self._pace.connection(query.address):
            stream = await self._reach(query)
            if stream is None:
                return ()
            try:
                if is_request(query.payload) and not self._may_request(query):
                    return ()
                talk = await converse(
                    stream,
                    query,
                    max_bytes=self._byte_limit(query),
                    wrote=lambda data: self._wrote(stream, query, data),
                )
            finally:
                await self._end(query.address, stream)
        if talk.trouble is not None:
            timeout = "no answer" in talk.trouble or "took nothing" in talk.trouble
            kind = ProblemKind.TIMEOUT if timeout else ProblemKind.REFUSED
            self._problem(kind, query, talk.trouble)
        return tuple(
            self._frame(query, Transport.TCP, answer) for answer in talk.answers if answer.payload
        )

    async def http(self, query: Query, *, turned: bool = False) -> tuple[Frame, ...]:
        """One HTTP or HTTPS request; where the port speaks the other one, that one too."""
        frames: list[Frame] = []
        async with self._pace.connection(query.address):
            stream = await self._reach(query)
            if stream is None:
                return ()
            try:
                other = await self._exchange(query, stream, frames, turned=turned)
            finally:
                await self._end(query.address, stream)
        if other and not turned:
            return await self._turn(query, frames)
        return tuple(frames)

    async def _exchange(
        self, query: Query, stream: Stream, frames: list[Frame], *, turned: bool
    ) -> bool:
        """The request over an open connection; whether the port rather speaks the other scheme."""
        if query.transport is Transport.HTTPS:
            secured, plain = await self._secure(query, stream, frames, turned=turned)
            if not secured:
                return plain
        if not self._may_request(query):
            return False
        answer = await self._fetch(query, stream)
        if answer is None:
            return False
        if not answer.payload.startswith(TLS_ALERT):
            frames.append(self._frame(query, query.transport, answer))
        return _wants_tls(query, answer)

    async def _turn(self, query: Query, frames: list[Frame]) -> tuple[Frame, ...]:
        """Asks again in the scheme that the port speaks."""
        is_plain = query.transport is Transport.HTTP
        transport = Transport.HTTPS if is_plain else Transport.HTTP
        return (*frames, *await self.http(replace(query, transport=transport), turned=True))

    async def _fetch(self, query: Query, stream: Stream) -> Answer | None:
        if self._fetcher is None:
            self._fetcher = Fetcher()
        answer, trouble = await self._fetcher.fetch(
            stream,
            query,
            max_bytes=self._byte_limit(query),
            wrote=lambda data: self._wrote(stream, query, data),
        )
        if trouble is not None:
            slow = trouble.startswith(("too slow", "silence"))
            self._problem(ProblemKind.TIMEOUT if slow else ProblemKind.MALFORMED, query, trouble)
        return answer

    async def _secure(
        self, query: Query, stream: Stream, frames: list[Frame], *, turned: bool
    ) -> tuple[bool, bool]:
        """Whether TLS stands, and else whether the port rather speaks plain HTTP."""
        if self._fetcher is None:
            self._fetcher = Fetcher()
        try:
            async with asyncio.timeout(max(query.listen_s, HANDSHAKE_S)):
                certificate = await stream.start_tls(self._fetcher.context)
        except ssl.SSLError as error:
            detail, plain = error.reason or str(error), _is_no_tls(error)
        except TimeoutError:
            # A plain server may wait for the end of a line that a TLS hello does not have.
            detail, plain = "silence", True
        except OSError as error:
            detail, plain = error.strerror or str(error), True
        else:
            detail, plain = "", False
        if detail:
            if turned or not plain:
                self._problem(ProblemKind.MALFORMED, query, f"no TLS: {detail}")
            return False, plain
        if certificate:
            answer = Answer("", certificate)
            frames.append(self._frame(query, Transport.TLS, answer))
        return True, False

    # Connections.

    async def _reach(self, query: Query) -> Stream | None:
        """A connection for a query: the one that is already open, or a new one."""
        address = query.address
        held = self._held.pop(address, None)
        if held is not None and held[0] == query.port and _fresh(held[1]):
            return Stream(held[1], query.max_bytes)
        if held is not None:
            await self._hang_up(address, held[1])
        state = PortState.NOT_ASKED
        for _ in range(self._tries):
            if not self._manners.may(address, "connection", query.probe):
                return None
            try:
                return Stream(await self._dial(address, query.port), query.max_bytes)
            except OSError as error:
                state = self._verdict(address, error)
            if state is not PortState.SILENT:
                break
        self._problem(PROBLEMS[state], query, f"TCP port {query.port} is {state}")
        return None

    async def _dial(self, address: Address, port: int) -> socket.socket:
        interface = self._links.on_link(address)
        attached = interface is not None and interface.resolves
        urgency = ALIVE if address in self._manners.alive else NEW
        await self._pace.connect(address, attached=attached, urgency=urgency)
        self._ledger.connection(address)
        self._ledger.wire(address, 1)
        extensions = [RESOLVING_S] if attached else []

        def more() -> float:
            return extensions.pop() if extensions and self._unresolved(address) else 0.0

        sock = await dial(address, port, self._patience_s, more)
        self._manners.alive.add(address)
        return sock

    def _unresolved(self, address: Address) -> bool:
        """Nobody on the attached subnet has said that it has this address."""
        entry = self._links.neighbour(address)
        return entry is None or bool(entry.state & (netlink.INCOMPLETE | netlink.FAILED))

    def _verdict(self, address: Address, error: OSError) -> PortState:
        state = verdict(error)
        interface = self._links.on_link(address)
        attached = interface is not None and interface.resolves
        if state is PortState.CLOSED:
            self._manners.alive.add(address)
            self._ledger.wire(address, 1)
        elif attached and state in {PortState.SILENT, PortState.REJECTED}:
            if self._unresolved(address):
                return PortState.UNREACHABLE
        elif state is PortState.SILENT and self._patience_s > 1:
            # The kernel has repeated its SYN.
            self._ledger.wire(address, 1)
        if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}:
            detail = f"this machine is out of means: {error.strerror}"
            self._manners.problem(Problem(ProblemKind.SKIPPED, None, str(address), detail))
        return state

    async def _let_go(self, address: Address) -> None:
        held = self._held.pop(address, None)
        if held is not None:
            await self._hang_up(address, held[1])

    def _expire(self, address: Address, sock: socket.socket) -> None:
        held = self._held.get(address)
        if held is not None and held[1] is sock:
            del self._held[address]
            sock.close()

    async def _hang_up(self, address: Address, sock: socket.socket) -> None:
        sent, received = segments(sock)
        await hang_up(sock)
        self._account(address, sent + 2, received + 2)

    async def _end(self, address: Address, stream: Stream) -> None:
        self._account(address, *await stream.aclose())

    def _account(self, address: Address, sent: int, received: int) -> None:
        """Charges a finished connection; its SYN is already counted."""
        self._ledger.wire(address, max(sent + received - 1, 0))
        self._pace.owe(address, sent - 1)

    # Bookkeeping.

    def _may_request(self, query: Query) -> bool:
        return self._manners.may(query.address, "request", query.probe)

    def _byte_limit(self, query: Query) -> int:
        """What may be read without going over the packets that the host may cost.

        A full segment holds 1,460 bytes and every second one is acknowledged; 900 leaves room
        for shorter ones.
        """
        left = max(self._ledger.wire_left(query.address) - 12, 3)
        return min(query.max_bytes, left * 900)

    def _wrote(self, stream: Stream, query: Query, data: bytes) -> None:
        if is_request(data):
            self._ledger.request(query.address)
        if self._recorder is not None and not query.secret:
            source, port = own_end(stream.sock)
            self._recorder.sent(
                query.transport, source, port, query.address, query.port, data, datetime.now(UTC)
            )

    def _frame(self, query: Query, transport: Transport, answer: Answer) -> Frame:
        interface = self._links.on_link(query.address)
        frame = Frame(
            transport=transport,
            source=query.address,
            source_port=query.port,
            payload=answer.payload,
            seen_at=datetime.now(UTC),
            origin=f"live {interface.name}" if interface else "live",
            source_mac=self._links.mac(query.address),
            request=answer.request,
        )
        if self._recorder is not None:
            self._recorder.heard(frame)
        return frame

    def _problem(self, kind: ProblemKind, query: Query, detail: str) -> None:
        where = f"{query.request or query.transport} port {query.port}: {detail}"
        self._manners.problem(Problem(kind, query.probe, str(query.address), where))


def _fresh(sock: socket.socket) -> bool:
    """Whether a connection that was left open is still one."""
    try:
        return bool(sock.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _is_no_tls(error: ssl.SSLError) -> bool:
    """Whether the peer does not speak TLS at all, rather than refuse our kind of it."""
    return error.reason in NOT_TLS or isinstance(error, ssl.SSLEOFError)


def _wants_tls(query: Query, answer: Answer) -> bool:
    """Whether an HTTP answer says that the port speaks TLS."""
    if query.transport is not Transport.HTTP:
        return False
    text = answer.payload[:4096].lower()
    return text.startswith(TLS_ALERT) or any(words in text for words in WRONG_SCHEME)
