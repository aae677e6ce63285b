"""May this be sent? The scope, the budget of each host, and who is to be left alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from camfinder.model import Address, Frame, Problem, ProblemKind, Transport
from camfinder.net.ledger import Counter, Kind
from camfinder.net.scope import Scope


class Recorder(Protocol):
    """Takes everything that was sent and heard."""

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
        """One datagram, or bytes written on a connection."""

    def heard(self, frame: Frame) -> None:
        """One frame."""


class Manners:
    """The gate before every unicast send.

    Attributes:
        scope: What may be asked.
        ledger: What was sent so far.
        problem: Takes what was not sent, and everything else that went wrong.
        alive: Addresses that gave any sign of life.
    """

    def __init__(
        self,
        scope: Scope,
        problem: Callable[[Problem], None],
        no_hosts: frozenset[Address] = frozenset(),
    ) -> None:
        self.scope = scope
        self.ledger = Counter()
        self.problem = problem
        self.alive: set[Address] = set()
        self._no_hosts = no_hosts
        self._left_alone: dict[Address, str] = {}
        self._told: set[tuple[Address, str | None, ProblemKind]] = set()

    def leave_alone(self, address: Address, reason: str) -> None:
        """Sends this address nothing any more."""
        self._left_alone.setdefault(address, reason)

    def may(self, address: Address, kind: Kind, probe: str | None) -> bool:
        """Whether one more send of this kind is allowed; the refusal is told once a probe."""
        if not self.scope.permits(address):
            self._tell(ProblemKind.BLOCKED_BY_SCOPE, probe, address, "outside the scope: not asked")
        elif address in self._no_hosts:
            detail = "the broadcast or network address of an attached subnet: not asked"
            self._tell(ProblemKind.BLOCKED_BY_SCOPE, probe, address, detail)
        elif address in self._left_alone:
            self._tell(ProblemKind.SKIPPED, probe, address, self._left_alone[address])
        elif not self.ledger.allows(address, kind):
            self._tell(ProblemKind.BUDGET, probe, address, f"no {kind} is left for this host")
        else:
            return True
        return False

    def _tell(self, kind: ProblemKind, probe: str | None, address: Address, detail: str) -> None:
        if (address, probe, kind) not in self._told:
            self._told.add((address, probe, kind))
            self.problem(Problem(kind, probe, str(address), detail))
