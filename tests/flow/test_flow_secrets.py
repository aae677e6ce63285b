"""Questions with a secret in a run that is written down: asked once, and under no key of theirs."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from camfinder.flow.resuming import ResumableNet
from camfinder.model import Frame, Ledger, Observation, Problem, Query
from camfinder.net.pace import Pace
from camfinder.net.scope import Scope
from camfinder.probes import snmp
from camfinder.store.content import key
from camfinder.store.entries import Entry, Journal, Past

HOST = ip_address("127.0.0.1")


class Written:
    """A journal in memory."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        now = datetime.now(UTC)
        self.entries: list[Entry] = []
        self.past = Past((), entries, now, Ledger()) if entries else None

    def noted(self, entry: Entry, totals: Ledger | None) -> None:  # noqa: ARG002 - the protocol's
        """Takes what was done."""
        self.entries.append(entry)

    def observed(self, number: int, observation: Observation) -> None:
        """Nothing is observed here."""

    def again(self, number: int, at: datetime) -> None:
        """Nor seen again."""


def asked(journal: Journal, *queries: Query) -> None:
    """The queries go to the loopback."""

    def nowhere(_thing: Frame | Problem) -> None:
        """What is heard is of no interest."""

    async def work() -> None:
        scope, pace = Scope.parse(("127.0.0.1",)), Pace(5000)
        async with ResumableNet(
            journal, scope, pace=pace, timeout_s=1, retries=1, keep=nowhere, problem=nowhere,
            recorder=None,
        ) as net:  # fmt: skip
            for query in queries:
                await net.ask(query)

    asyncio.run(work())


def question(port: int, community: str, number: int) -> Query:
    """As `flow.communities` asks, of a port of this test."""
    query = snmp.question(HOST, community, number, short=True)
    return replace(query, port=port, listen_s=0.1)


def test_secret_question_leaves_no_key_in_the_journal() -> None:
    """A hash of the datagram would be one to try communities on; a resumed run asks no more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.setblocking(False)  # the socket's own signature
        port = agent.getsockname()[1]
        queries = [question(port, "first-c0mmunity", 1), question(port, "second", 2)]
        journal = Written()
        asked(journal, *queries)
        heard = [agent.recv(4096), agent.recv(4096)]
        assert heard == [query.payload for query in queries]
        assert {(each.what, each.key) for each in journal.entries} == {
            ("login", b"snmp"), ("sent", b""),
        }  # fmt: skip
        assert [each.spent[0] for each in journal.entries] == [0, 1, 1, 2]
        assert not {key(query) for query in queries} & {each.key for each in journal.entries}
        asked(Written(journal.entries), *queries)
        other = replace(queries[0], probe="onvif")  # another login of the same device
        asked(Written(journal.entries), other)
        assert agent.recv(4096) == other.payload


def test_a_secret_is_sent_once_though_nobody_answers() -> None:
    """Other questions are repeated to a host that lives; each wrong secret may be reported."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.setblocking(False)  # the socket's own signature
        secret = question(agent.getsockname()[1], "c", 1)
        plain = replace(secret, secret=False, payload=b"plain")
        with socket.create_server(("127.0.0.1", 0)) as alive:
            web = Query("http", plain.transport.TCP, HOST, alive.getsockname()[1], listen_s=0.1)
            asked(Written(), web, secret, plain)
        heard: list[bytes] = []
        while len(heard) < 3:
            heard.append(agent.recv(4096))
    assert heard == [secret.payload, b"plain", b"plain"]
