"""The sweep over loopback: which ports are asked, in which order, and when it stops."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from net_peers import Heard, dead_port, network, query, says, server

from camfinder.model import Frame, ProblemKind, Target, Transport
from camfinder.net.dial import PortState
from camfinder.net.net import Net
from camfinder.net.sweep import SWEEP_SENDS, Host, sweep

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


async def swept(net: Net, hosts: Sequence[str], tiers: Sequence[Sequence[int]]) -> dict[str, Host]:
    """The sweep's account of some hosts, nothing asked of open ports."""
    found: dict[str, Host] = {}

    async def nothing(target: Target, port: int) -> None:
        pass

    async def done(host: Host) -> None:
        found[str(host.target.address)] = host

    targets = (Target(ip_address(text)) for text in hosts)
    await sweep(net, targets, tiers, nothing, on_done=done)
    return found


def test_open_ports_of_many_hosts() -> None:
    """300 loopback hosts: the two that listen are found, the others are closed but alive."""

    async def work() -> None:
        async with (
            server(says(OK), "127.0.3.7") as port,
            server(says(OK), "127.0.4.9", port=port),
            network(Heard()) as net,
        ):
            hosts = [f"127.0.{block}.{low}" for block in (3, 4) for low in range(1, 151)]
            found = await swept(net, hosts, [[port], [dead_port()]])
        assert {text for text, host in found.items() if host.open} == {"127.0.3.7", "127.0.4.9"}
        assert len(found) == 300
        assert all(host.alive and not host.reason for host in found.values())
        assert all(len(host.closed) == 2 - len(host.open) for host in found.values())

    asyncio.run(work())


def test_the_question_rides_on_the_sweeps_connection() -> None:
    """What on_open asks of the open port costs no second connection."""

    async def work() -> None:
        answers: list[Frame] = []
        async with server(says(OK)) as port, network(Heard()) as net:

            async def ask(target: Target, open_port: int) -> None:
                asked = query(open_port, Transport.HTTP, target.address)
                answers.extend(await net.ask(asked))

            await sweep(net, [Target(ip_address("127.0.0.1"))], [[port]], ask)
            ledger = net.ledger.snapshot()
        assert len(answers) == 1
        assert (ledger.connections, ledger.requests) == (1, 1)

    asyncio.run(work())


def test_false_ends_a_host() -> None:
    """When on_open says False no further port of that host is tried."""

    async def work() -> None:
        asked = []
        async with server(says(OK)) as port, server(says(OK)) as other, network(Heard()) as net:

            async def enough(_target: Target, open_port: int) -> bool:
                asked.append(open_port)
                return False

            await sweep(net, [Target(ip_address("127.0.0.1"))], [[port, other]], enough)
            assert net.ledger.snapshot().connections == 1
        assert asked == [port]

    asyncio.run(work())


def test_resets_are_answers() -> None:
    """A host that resets port after port is asked all of them, up to the sweep's share."""

    async def work() -> None:
        heard = Heard()
        ports = [dead_port() for _ in range(10)]
        async with network(heard) as net:
            found = await swept(net, ["127.0.0.1"], [ports])
            assert len(found["127.0.0.1"].closed) == 10
            more = await swept(net, ["127.0.0.1"], [[dead_port() for _ in range(SWEEP_SENDS)]])
            assert more["127.0.0.1"].reason == "budget"
            assert net.ledger.sends(ip_address("127.0.0.1")) == SWEEP_SENDS
        assert heard.kinds() == [ProblemKind.BUDGET]

    asyncio.run(work())


def test_out_of_scope_targets_are_not_asked() -> None:
    """A target that slipped past the scope is stopped at the gate."""

    async def work() -> None:
        heard = Heard()
        async with network(heard, "127.0.0.1") as net:
            found = await swept(net, ["127.0.0.2"], [[dead_port("127.0.0.2")]])
            assert found["127.0.0.2"].reason == PortState.NOT_ASKED
            assert net.ledger.snapshot().connections == 0
        assert heard.kinds() == [ProblemKind.BLOCKED_BY_SCOPE]

    asyncio.run(work())


def test_a_host_that_goes_silent_is_left_alone() -> None:
    """A host that answered, then drops everything, is recorded and not asked again."""

    async def work() -> None:
        heard = Heard()
        with socket.socket() as first:
            # A full queue of a listener drops SYNs: silence, as of a device that crashed.
            first.bind(("127.0.5.1", 0))
            first.listen(0)
            port = int(first.getsockname()[1])
            async with network(heard, timeout_s=0.6) as net:
                silent = []
                for _ in range(3):
                    mute = socket.socket()
                    mute.bind(("127.0.5.1", 0))
                    mute.listen(0)
                    fill(mute)
                    silent.append(mute)
                ports = [port, *(int(mute.getsockname()[1]) for mute in silent), dead_port()]
                done: list[Host] = []

                async def crash(_target: Target, _port: int) -> None:
                    fill(first)

                async def note(host: Host) -> None:
                    done.append(host)

                target = Target(ip_address("127.0.5.1"))
                await sweep(net, [target], [ports], crash, on_done=note)
                assert done[0].reason == f"went silent after TCP port {port}"
                assert done[0].closed == []
                before = net.ledger.snapshot().connections
                assert await net.ask(query(port, Transport.HTTP, target.address)) == ()
                assert net.ledger.snapshot().connections == before
                for mute in silent:
                    mute.close()
        assert heard.kinds() == [ProblemKind.TIMEOUT, ProblemKind.SKIPPED]

    asyncio.run(work())


_fillers: list[socket.socket] = []


def fill(listener: socket.socket) -> None:
    """Connects until the listener's queue is full."""
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)  # the socket's own signature
        filler.connect_ex(listener.getsockname())
        _fillers.append(filler)


@pytest.fixture(autouse=True)
def _close_fillers() -> object:
    yield
    while _fillers:
        _fillers.pop().close()
