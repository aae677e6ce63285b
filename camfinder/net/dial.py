"""One TCP connection: opened without blocking, read with bounds, closed in order."""

import asyncio
import errno
import os
import resource
import select
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from camfinder.model import Address

RECEIVE_BUFFER = 32_768
"""Small on purpose: a peer that pours cannot have more than this under way when we hang up."""
CLOSE_WAIT_S = 0.2
TCP_INFO_BYTES = 232
SEGMENTS = struct.Struct("=II")
SEGMENTS_AT = 136
"""Offset of tcpi_segs_out, tcpi_segs_in in struct tcp_info (linux/tcp.h, since 4.2)."""


class PortState(StrEnum):
    """What one connection attempt found."""

    OPEN = "open"
    CLOSED = "closed"
    """Reset: nothing listens, but the host lives."""
    SILENT = "silent"
    """No answer: a firewall, or no host."""
    REJECTED = "rejected"
    """An ICMP error came instead: a firewall or a router says no."""
    UNREACHABLE = "unreachable"
    """Nobody has the address on the attached subnet, or there is no way to it."""
    NOT_ASKED = "not asked"
    """Out of scope, over the budget, or left alone: nothing was sent."""


def raise_nofile_limit(wanted: int = 65_536) -> int:
    """Raises the soft limit of open files as far as allowed; the limit that now holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    goal = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if goal > soft:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (goal, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def sockaddr(address: Address, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """The address as the socket calls take it, with the zone as an interface number.

    Raises:
        OSError: The zone names no interface.
    """
    if address.version == 4:
        return (str(address), port)
    zone = address.scope_id
    index = 0
    if zone is not None:
        index = int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    return (str(IPv6Address(address.packed)), port, 0, index)


def own_end(sock: socket.socket) -> tuple[Address | None, int]:
    """The local address and port of a socket."""
    with suppress(OSError, ValueError):
        name = sock.getsockname()
        return ip_address(str(name[0]).partition("%")[0]), int(name[1])
    return None, 0


def segments(sock: socket.socket) -> tuple[int, int]:
    """Segments sent and received on a connection so far, by the kernel's own count."""
    with suppress(OSError, struct.error):
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)
        sent, received = SEGMENTS.unpack_from(info, SEGMENTS_AT)
        return int(sent), int(received)
    return 2, 1


def _writable(sock: socket.socket) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return bool(poll.poll(0))


def no_more() -> float:
    """No extension of the patience."""
    return 0.0


async def dial(
    address: Address, port: int, patience_s: float, more: Callable[[], float] = no_more
) -> socket.socket:
    """A connected socket.

    Args:
        address: Whom to call.
        port: And where.
        patience_s: How long an answer is waited for.
        more: Asked when the patience is over: so many seconds more (0: give up).

    Raises:
        TimeoutError: No answer within the patience.
        OSError: The answer was no.
    """
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        code = sock.connect_ex(sockaddr(address, port))
        if code == errno.EINPROGRESS:
            await _settled(sock, patience_s, more)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        _check(sock, code)
    except BaseException:
        sock.close()
        raise
    return sock


def _check(sock: socket.socket, code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))
    if sock.getsockname() == sock.getpeername():
        # On the own machine a port in the ephemeral range can connect to itself.
        raise ConnectionRefusedError(errno.ECONNREFUSED, "connected to itself")


async def _settled(sock: socket.socket, patience_s: float, more: Callable[[], float]) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    descriptor = sock.fileno()

    def settle() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_writer(descriptor, settle)
    try:
        while patience_s > 0:
            done, _ = await asyncio.wait((ready,), timeout=patience_s)
            # On a busy machine the time can be over before the loop has read an answer that is
            # already here.
            if done or _writable(sock):
                return
            patience_s = more()
    finally:
        loop.remove_writer(descriptor)
    raise TimeoutError(errno.ETIMEDOUT, "no answer")


def verdict(error: OSError) -> PortState:
    """What a failed connection attempt means."""
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return PortState.SILENT
    if error.errno in {errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED}:
        return PortState.CLOSED
    if error.errno in {errno.EHOSTUNREACH, errno.EACCES, errno.EPROTO, errno.ENOPROTOOPT}:
        return PortState.REJECTED
    return PortState.UNREACHABLE


async def hang_up(sock: socket.socket) -> None:
    """Closes with a FIN of ours, and waits a moment for the peer's."""
    loop = asyncio.get_running_loop()
    try:
        sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(CLOSE_WAIT_S):
            for _ in range(8):
                if not await loop.sock_recv(sock, 4096):
                    break
    except OSError:  # TimeoutError is one: the peer keeps its half open, let it
        pass
    finally:
        sock.close()


class Stream:
    """Bytes over a connected socket, plain or through TLS.

    Attributes:
        sock: The socket; the stream closes it.
        received: The first bytes that came (after TLS), up to `keep_bytes`.
        tls: The TLS object after `start_tls`.
    """

    def __init__(self, sock: socket.socket, keep_bytes: int = 0) -> None:
        self.sock = sock
        self.received = bytearray()
        self.tls: ssl.SSLObject | None = None
        self._keep = keep_bytes
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._loop = asyncio.get_running_loop()

    async def start_tls(self, context: ssl.SSLContext) -> bytes:
        """Handshakes; the peer's certificate in DER, empty if it showed none.

        Raises:
            ssl.SSLError, OSError: The handshake failed.
        """
        tls = context.wrap_bio(self._incoming, self._outgoing)
        while not await self._step(tls.do_handshake):
            pass
        self.tls = tls
        return tls.getpeercert(binary_form=True) or b""

    async def _step(self, operation: Callable[[], object]) -> bool:
        """One try of a TLS operation; feeds it when it wants more. True when it is done."""
        try:
            operation()
        except ssl.SSLWantReadError:
            await self._flush()
            await self._feed()
            return False
        except ssl.SSLError:
            with suppress(OSError):
                await self._flush()
            raise
        await self._flush()
        return True

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._loop.sock_sendall(self.sock, data)

    async def _feed(self) -> None:
        data = await self._loop.sock_recv(self.sock, 16_384)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def write(self, data: bytes) -> None:
        """Sends everything.

        Raises:
            OSError: The peer is gone.
        """
        if self.tls is None:
            await self._loop.sock_sendall(self.sock, data)
            return
        self.tls.write(data)
        await self._flush()

    async def read(self, size: int) -> bytes:
        """Some bytes, at most `size`; none at the end of the stream.

        Raises:
            OSError: The peer broke off.
        """
        if self.tls is None:
            data = await self._loop.sock_recv(self.sock, size)
        else:
            data = await self._tls_read(self.tls, size)
        if len(self.received) < self._keep:
            self.received += data[: self._keep - len(self.received)]
        return data

    async def _tls_read(self, tls: ssl.SSLObject, size: int) -> bytes:
        while True:
            try:
                return tls.read(size)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError as error:
                raise ConnectionAbortedError(errno.ECONNABORTED, str(error)) from error

    async def aclose(self) -> tuple[int, int]:
        """Closes in order; segments sent and received over the whole connection."""
        if self.tls is not None:
            with suppress(ssl.SSLError, OSError):
                self.tls.unwrap()
            with suppress(OSError):
                await self._flush()
        sent, received = segments(self.sock)
        await hang_up(self.sock)
        # Our FIN and the acknowledgement of the peer's; the peer's FIN and its acknowledgement.
        return sent + 2, received + 2
