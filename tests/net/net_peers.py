"""Peers on loopback for the tests of `net`: servers that say what a test wants."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from camfinder.model import Address, Frame, Problem, ProblemKind, Query, Transport
from camfinder.net.net import Net
from camfinder.net.pace import Pace
from camfinder.net.scope import Scope

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HOST = ip_address("127.0.0.1")


@dataclass
class Heard:
    """What a run kept."""

    frames: list[Frame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def kinds(self) -> list[ProblemKind]:
        """The kinds of the problems, in order."""
        return [problem.kind for problem in self.problems]


def network(
    heard: Heard, *targets: str, rate: float = 5000, timeout_s: float = 2.0, gentle: bool = False
) -> Net:
    """A Net over these targets (default 127.0.0.0/8)."""
    return Net(
        Scope.parse(targets or ("127.0.0.0/8",)),
        pace=Pace(rate, gentle=gentle),
        timeout_s=timeout_s,
        keep=heard.frames.append,
        problem=heard.problems.append,
    )


def query(port: int, transport: Transport = Transport.TCP, address: Address = HOST) -> Query:
    """The plainest query: a GET where it is HTTP."""
    request = "GET /" if transport in {Transport.HTTP, Transport.HTTPS} else ""
    return Query("test", transport, address, port, request=request, listen_s=0.4)


@asynccontextmanager
async def server(
    handler: Handler, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[int]:
    """A TCP server; gives its port."""

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await handler(reader, writer)
        writer.close()

    running = await asyncio.start_server(quiet, host, port, ssl=tls)
    try:
        yield int(running.sockets[0].getsockname()[1])
    finally:
        running.close()


def says(answer: bytes, seen: list[bytes] | None = None) -> Handler:
    """Reads one head and answers it."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(head)
        writer.write(answer)
        await writer.drain()

    return handler


def dead_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((host, 0))
        return int(sock.getsockname()[1])


def self_signed(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """A server context with a fresh certificate, and the certificate in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera under test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "camera.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, certificate.public_bytes(serialization.Encoding.DER)
