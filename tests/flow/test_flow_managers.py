"""Communities and agents that do not answer at once, or not at all."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

import pytest
from net_peers import Heard, network
from netns import Namespace, laboratory

from camfinder.flow.communities import Managers
from camfinder.flow.credentials import Given
from camfinder.model import Known, Query
from camfinder.probes import all_probes, snmp
from camfinder.wire import ber

pytestmark = pytest.mark.netns

HERE = ip_address("127.0.0.1")
FIRST, SECOND, THIRD = "first-c0mmunity", "second-c0mmunity", "third-c0mmunity"
CAMERA = Known(surveillance=True)


@pytest.fixture
def alone() -> Iterator[Namespace]:
    """A namespace whose loopback is the only network: its port 161 is ours."""
    with laboratory() as lab, lab.namespace("alone") as namespace:
        yield namespace


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is waited for a quarter of a second."""
    whole = snmp.question

    def question(*arguments: Any, **more: Any) -> Query:
        return replace(whole(*arguments, **more), listen_s=0.25)

    monkeypatch.setattr(snmp, "question", question)


@dataclass
class Agent:
    """An agent that answers one community.

    Attributes:
        community: That it takes; empty for none.
        lost: The answers to these questions get lost, by their number from 1 on.
        too_big: It says so of the first that it answers.
        heard: Version and community of each question, in order.
    """

    community: str
    lost: frozenset[int] = frozenset()
    too_big: bool = False
    heard: list[tuple[int, str]] = field(default_factory=list)

    def open(self) -> socket.socket:
        """Bound, and read by the loop."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((str(HERE), snmp.PORT))
        sock.setblocking(False)  # the socket's own signature
        asyncio.get_running_loop().add_reader(sock.fileno(), self._ready, sock)
        return sock

    def _ready(self, sock: socket.socket) -> None:
        data, peer = sock.recvfrom(65_535)
        version, community, unit = ber.elements(ber.only(data, ber.SEQUENCE), 3)
        self.heard.append((version.content[0], community.content.decode()))
        if community.content.decode() != self.community or len(self.heard) in self.lost:
            return
        number, *_ = ber.elements(unit.content, 4)
        error, self.too_big = int(self.too_big), False
        rest = ber.integer(error) + ber.integer(0) + ber.element(ber.SEQUENCE, b"")
        body = ber.element(snmp.RESPONSE, number.whole + rest)
        sock.sendto(ber.element(ber.SEQUENCE, version.whole + community.whole + body), peer)


def asked(agent: Agent | None, known: Callable[[], Known], *, alive: bool = True) -> int:
    """Asks with three communities; how many datagrams were sent."""

    async def work() -> int:
        sock = agent.open() if agent else None
        try:
            async with network(Heard(), "127.0.0.0/8") as net:
                if alive:
                    await net.connect(HERE, 80)  # refused: somebody is there
                managers = Managers(Given((FIRST, SECOND, THIRD)), net, all_probes())
                await managers.ask(HERE, known)
                return net.ledger.snapshot().datagrams
        finally:
            if sock is not None:
                asyncio.get_running_loop().remove_reader(sock.fileno())
                sock.close()

    return asyncio.run(work())


def test_a_lost_question_is_asked_once_more(alone: Namespace, quick: None) -> None:
    """After all others were silent too; each send is counted."""
    agent = Agent(SECOND, lost=frozenset({2}))
    assert asked(agent, Known) == len(agent.heard)
    assert [name for _version, name in agent.heard] == [FIRST, SECOND, THIRD, FIRST, SECOND]


def test_nothing_is_asked_a_third_time(alone: Namespace, quick: None) -> None:
    """A silent host that is up hears each community twice, in the one version that it may."""
    agent = Agent("")
    asked(agent, Known)
    assert agent.heard == [(1, name) for name in (FIRST, SECOND, THIRD)] * 2


def test_who_gave_no_sign_of_life_hears_each_once(alone: Namespace, quick: None) -> None:
    """Silence may mean that nobody is there."""
    agent = Agent("")
    asked(agent, Known, alive=False)
    assert agent.heard == [(1, name) for name in (FIRST, SECOND, THIRD)]


def test_a_short_question_may_get_lost_too(alone: Namespace, quick: None) -> None:
    """The agent has said that all at once was too much: what it is asked then is repeated."""
    agent = Agent(FIRST, lost=frozenset({2}), too_big=True)
    asked(agent, Known)
    assert agent.heard == [(1, FIRST)] * 3


def test_a_closed_port_hears_one_community(alone: Namespace) -> None:
    """ICMP says that nobody listens: no further community, no other version."""
    assert asked(None, lambda: CAMERA) == 1
