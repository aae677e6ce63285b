"""Network namespaces for tests: small networks with cables, routers and dead addresses.

A socket belongs to the namespace in which it was made, so one test can hold both ends: make a
camera's socket inside `with camera:`, and run the scanner inside `with scanner:`.

    with laboratory() as lab:
        scanner, camera = lab.namespace("scanner"), lab.namespace("camera")
        lab.cable(scanner, "eth0", "10.9.0.1/24", camera, "eth0", "10.9.0.2/24")

Names are unique to the process; everything is gone after the block.
"""

import ctypes
import itertools
import os
import socket
import struct
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003
_numbers = itertools.count(1)


def _ip(*arguments: str) -> None:
    done = subprocess.run(("ip", *arguments), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@cache
def why_not() -> str:
    """Why namespaces cannot be made here; empty when they can."""
    name = f"cf{os.getpid()}probe"
    try:
        _ip("netns", "add", name)
    except (OSError, RuntimeError) as error:
        return f"no network namespaces here: {error}"
    _ip("netns", "del", name)
    return ""


class Namespace:
    """One namespace; as a context, the thread is in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._back: list[int] = []
        _ip("netns", "add", name)
        self.ip("link", "set", "lo", "up")
        with self:
            # Duplicate address detection would keep new IPv6 addresses unusable for seconds.
            for conf in ("default", "all"):
                with suppress(OSError):
                    path = Path(f"/proc/sys/net/ipv6/conf/{conf}/accept_dad")
                    path.write_text("0", "ascii")

    def ip(self, *arguments: str) -> None:
        """Runs `ip` in here."""
        _ip("-n", self.name, *arguments)

    def address(self, interface: str, *addresses: str) -> None:
        """Adds addresses with prefix to an interface."""
        for address in addresses:
            self.ip("addr", "add", address, "dev", interface)

    def await_ipv6(self, interface: str) -> None:
        """Returns when IPv6 multicast works there: up to a second after the cable is in."""
        for _ in range(200):
            with self:
                routes = Path("/proc/thread-self/net/ipv6_route").read_text("ascii")
            if any(
                line.startswith("ff0000") and line.split()[-1] == interface
                for line in routes.splitlines()
            ):
                return
            time.sleep(0.02)
        raise RuntimeError(f"no IPv6 on {interface} of {self.name}")

    def forward(self) -> None:
        """Makes a router of it."""
        with self:
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1", "ascii")

    def __enter__(self) -> Self:
        self._back.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(descriptor)
        finally:
            os.close(descriptor)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        descriptor = self._back.pop()
        try:
            _enter(descriptor)
        finally:
            os.close(descriptor)


@dataclass
class Laboratory:
    """The namespaces of one test."""

    _all: list[Namespace] = field(default_factory=list)

    def namespace(self, label: str) -> Namespace:
        """A new namespace with `lo` up; its real name begins with `cf` and the process id."""
        made = Namespace(f"cf{os.getpid()}n{next(_numbers)}{label}")
        self._all.append(made)
        return made

    def cable(
        self,
        a: Namespace,
        name_a: str,
        address_a: str,
        b: Namespace,
        name_b: str,
        address_b: str,
    ) -> None:
        """A veth pair between two namespaces, up, each end with one address (or none: ``)."""
        ends = (a.name, name_a, "type", "veth", "peer", "name", name_b, "netns", b.name)
        _ip("link", "add", "netns", ends[0], "name", *ends[1:])
        for namespace, name, address in ((a, name_a, address_a), (b, name_b, address_b)):
            if address:
                namespace.address(name, address)
            namespace.ip("link", "set", name, "up")

    def close(self) -> None:
        """Removes them all."""
        for namespace in self._all:
            with suppress(RuntimeError):
                _ip("netns", "del", namespace.name)


@contextmanager
def laboratory() -> Iterator[Laboratory]:
    """A laboratory that is gone after the block; skips the test where there can be none."""
    if reason := why_not():
        pytest.skip(reason)
    lab = Laboratory()
    try:
        yield lab
    finally:
        lab.close()


@dataclass(frozen=True)
class Packet:
    """One IPv4 or IPv6 packet, as far as counting needs it."""

    protocol: int
    source: str
    source_port: int
    destination: str
    destination_port: int
    flags: int
    payload: bytes

    @property
    def syn(self) -> bool:
        """A connection attempt."""
        return self.protocol == socket.IPPROTO_TCP and self.flags & 0x12 == 0x02

    @property
    def rst(self) -> bool:
        """A reset."""
        return self.protocol == socket.IPPROTO_TCP and bool(self.flags & 0x04)

    @property
    def udp(self) -> bool:
        """A datagram."""
        return self.protocol == socket.IPPROTO_UDP


class Sniffer:
    """Everything that passes one interface of a namespace, both ways."""

    def __init__(self, namespace: Namespace, interface: str) -> None:
        with namespace:
            self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            self._sock.setsockopt(socket.SOL_SOCKET, 33, 16 * 1024 * 1024)
            self._sock.bind((interface, ETH_P_ALL))
        self._sock.setblocking(False)  # the socket's own signature

    def packets(self) -> list[Packet]:
        """What has passed since the last call."""
        found = []
        with suppress(BlockingIOError):
            while True:
                packet = _packet(self._sock.recv(65_535))
                if packet is not None:
                    found.append(packet)
        return found

    def close(self) -> None:
        """Ends it."""
        self._sock.close()


def _packet(data: bytes) -> Packet | None:
    if data[:1] and data[0] >> 4 == 4 and len(data) >= 20:
        start = (data[0] & 15) * 4
        protocol = data[9]
        source, destination = (str(IPv4Address(data[at : at + 4])) for at in (12, 16))
        end = int.from_bytes(data[2:4])
        return _ports(protocol, source, destination, data[start:end])
    if data[:1] and data[0] >> 4 == 6 and len(data) >= 40:
        source, destination = (
            socket.inet_ntop(socket.AF_INET6, data[at : at + 16]) for at in (8, 24)
        )
        return _ports(data[6], source, destination, data[40:])
    return None


def _ports(protocol: int, source: str, destination: str, data: bytes) -> Packet:
    ports = struct.unpack_from("!HH", data) if protocol in {6, 17} and len(data) >= 8 else (0, 0)
    flags = data[13] if protocol == 6 and len(data) >= 20 else 0
    start = (data[12] >> 4) * 4 if protocol == 6 and len(data) >= 20 else 8
    return Packet(protocol, source, ports[0], destination, ports[1], flags, data[start:])


@pytest.fixture
def lab() -> Generator[Laboratory, None, None]:
    """A laboratory for one test."""
    with laboratory() as made:
        yield made
