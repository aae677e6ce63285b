"""What a run notes while it goes on, so that another process can take it up.

No database here: `flow` writes and reads these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from camfinder.model import Ledger, Observation

IMPORTED = frozenset({"import", "nmap"})
"""`probe` of observations that others made: entries of the lists that the user gave as evidence."""


class Entry(NamedTuple):
    """One thing that was done.

    Attributes:
        what: `asked` (a question and its answer are done with), `sent` (one datagram left),
            `port` (a connection attempt and what it found), `resolve` (a question below IP),
            `login` (an attempt begins), `problem` (something went wrong), `lost` (what left so
            shortly before the process ended that it counts as not sent).
        key: Of the query (`content.key`), the probe of a login, or the problem as JSON; else empty.
        address: Whom it went to.
        port: And where there.
        state: Of a port, as `net.dial.PortState`; else empty.
        spent: What the address has cost so far: sends, requests, packets on the wire.
        at: When.
    """

    what: str
    key: bytes
    address: str
    port: int
    state: str
    spent: tuple[int, int, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier process of the same run had done when it ended.

    Attributes:
        observations: In the order in which they were made.
        entries: In the order in which they were noted.
        started_at: When the run began.
        ledger: What had been sent.
    """

    observations: Sequence[Observation]
    entries: Sequence[Entry]
    started_at: datetime
    ledger: Ledger


class Journal(Protocol):
    """Takes what a run does, at once and without waiting."""

    @property
    def past(self) -> Past | None:
        """What there is to go on from; None for a new run."""

    def observed(self, number: int, observation: Observation) -> None:
        """A new observation; numbers count from 0 over all processes of the run."""

    def again(self, number: int, at: datetime) -> None:
        """The same was said again."""

    def noted(self, entry: Entry, ledger: Ledger | None) -> None:
        """Something was done; the ledger as it stands then, where anything was sent."""
