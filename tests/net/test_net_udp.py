"""Datagrams on loopback: answers matched, repeats, floods; and the readers of raw bytes."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from net_peers import HOST, Heard, dead_port, network, query
from test_net_pace import run as in_virtual_time

from camfinder.model import Problem, ProblemKind, Transport
from camfinder.net.datagrams import MAX_FROM_ONE
from camfinder.net.fetch import decoded
from camfinder.net.tcp import first_word, is_request, message_length
from camfinder.net.udp import Ear, open_socket


@contextmanager
def device(host: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A bound, silent UDP socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.setblocking(False)  # the socket's own signature
        yield sock


def test_answers_go_to_who_asked() -> None:
    """Two devices asked at once from one socket: each asker gets its own device's answer."""

    async def work() -> None:
        heard = Heard()
        with device("127.0.0.1") as one:
            port = one.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.2", port))
                other.setblocking(False)  # the socket's own signature
                loop = asyncio.get_running_loop()
                for sock, word in ((one, b"one"), (other, b"two")):

                    def answer(sock: socket.socket = sock, word: bytes = word) -> None:
                        sock.sendto(word, sock.recvfrom(100)[1])

                    loop.add_reader(sock.fileno(), answer)
                async with network(heard) as net, asyncio.TaskGroup() as group:
                    asked = replace(query(port, Transport.UDP), payload=b"?")
                    first = group.create_task(net.ask(asked))
                    second = group.create_task(
                        net.ask(replace(asked, address=ip_address("127.0.0.2")))
                    )
                for sock in (one, other):
                    loop.remove_reader(sock.fileno())
        assert [frame.payload for frame in first.result()] == [b"one"]
        assert [frame.payload for frame in second.result()] == [b"two"]
        assert {id(f) for f in heard.frames} == {id(f) for f in (*first.result(), *second.result())}

    asyncio.run(work())


def test_a_lost_datagram_is_repeated_to_the_living() -> None:
    """A host that lives is asked twice, one of which nothing is known once, and waited for."""

    async def work() -> None:
        loop = asyncio.get_running_loop()
        with device() as sock:
            asked = replace(query(sock.getsockname()[1], Transport.UDP), payload=b"?", listen_s=60)
            async with network(Heard()) as net:
                begun = loop.time()
                assert await net.ask(asked) == ()
                assert loop.time() - begun == pytest.approx(60, abs=0.1)
                assert net.ledger.snapshot().datagrams == 1
                await net.connect(HOST, dead_port())
                sock.recv(10)
                got: list[tuple[str, int]] = []

                def second_only() -> None:
                    got.append(sock.recvfrom(10)[1])
                    if len(got) == 2:
                        sock.sendto(b"here", got[-1])

                loop.add_reader(sock.fileno(), second_only)
                (frame,) = await net.ask(asked)
                assert frame.payload == b"here"
                assert net.ledger.snapshot().datagrams == 3
                loop.remove_reader(sock.fileno())

    in_virtual_time(work)


class Told(list[Problem]):
    """Problems; `here` is set when there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.here = asyncio.Event()

    def append(self, problem: Problem) -> None:
        """As they happen."""
        super().append(problem)
        self.here.set()


def test_a_flood_is_bounded() -> None:
    """A host that sends without end fills no memory: the rest is dropped, and told once."""

    async def work() -> None:
        told = Told()
        heard = Heard(problems=told)
        with device() as sock:

            def flood() -> None:
                peer = sock.recvfrom(10)[1]
                for _ in range(MAX_FROM_ONE + 500):
                    sock.sendto(b"x", peer)

            async with network(heard) as net:
                loop = asyncio.get_running_loop()
                loop.add_reader(sock.fileno(), flood)
                await net.ask(replace(query(sock.getsockname()[1], Transport.UDP), payload=b"?"))
                async with asyncio.timeout(30):
                    await told.here.wait()
                loop.remove_reader(sock.fileno())
        assert len(heard.frames) == MAX_FROM_ONE
        assert heard.kinds() == [ProblemKind.TRUNCATED]

    asyncio.run(work())


def test_discovery_queries_cannot_be_asked_and_others_not_multicast() -> None:
    """A query in the wrong mouth is our own bug: told, and nothing sent."""

    async def work() -> None:
        heard = Heard()
        async with network(heard) as net:
            assert await net.ask(query(1, Transport.MULTICAST, ip_address("239.1.1.1"))) == ()
            wrong = query(1, Transport.UDP)
            await net.discover(lambda _: [replace(wrong, listen_s=0.01)], net.links.interfaces[:1])
            assert net.ledger.snapshot().datagrams == 0
        assert heard.kinds() == [ProblemKind.BUG, ProblemKind.BUG]

    asyncio.run(work())


def test_length_of_messages() -> None:
    """RTSP ends with its head or its length, HTTP with its length alone."""
    assert message_length(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nrest") == 28
    assert message_length(b"RTSP/1.0 200 OK\nCONTENT-LENGTH : 3\n\nabcd") == 39
    assert message_length(b"HTTP/1.1 200 OK\r\n\r\nabc") is None
    assert message_length(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n") is None
    assert message_length(b"RTSP/1.0 200 OK\r\n") is None
    assert message_length(b"220 ready\r\n\r\n") is None


def test_requests_are_told_from_bytes() -> None:
    """HTTP and RTSP requests count as such, other protocols' bytes do not."""
    assert is_request(b"OPTIONS rtsp://h/ RTSP/1.0\r\n\r\n")
    assert is_request(b"GET / HTTP/1.1\r\n\r\n")
    assert not is_request(b"\x20\x00\x00\x00DHIP")
    assert first_word(b"OPTIONS rtsp://h/", "x") == "OPTIONS"
    assert first_word(b"\x00\x01", "hello") == "hello"


@given(st.binary(max_size=400), st.sampled_from(["", "gzip", "deflate", "br"]))
def test_any_bytes_are_read_without_raising(data: bytes, coding: str) -> None:
    """Whatever a peer sends, the readers of raw bytes give an answer within bounds."""
    for start in (b"", b"RTSP/1.0 200\r\n", b"HTTP/1.1 200\nContent-Length:"):
        length = message_length(start + data)
        assert length is None or length > 0
    first_word(data, "")
    is_request(data)
    assert len(decoded(data, coding, 100)) <= 100


def test_the_refusal_of_one_host_costs_no_other_its_question() -> None:
    """The kernel tells of an ICMP error at the next send, whoever that is to: it is sent still."""

    async def work() -> None:
        with device("127.0.0.2") as living:
            with device() as gone:
                shut = gone.getsockname()[1]
            refused: list[str] = []
            ear = Ear(
                open_socket(4, errors=True),
                hear=lambda _ear, _datagram: None,
                refused=lambda _ear, address, _code: refused.append(str(address)),
            )
            ear.open()
            ear.send(b"nobody", HOST, shut)
            ear.send(b"somebody", ip_address("127.0.0.2"), living.getsockname()[1])
            await asyncio.sleep(0)  # the loop's turn to read the error
            ear.close()
            assert living.recv(100) == b"somebody"
            assert refused == [str(HOST)]

    asyncio.run(work())
