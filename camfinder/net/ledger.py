"""What was sent: counted in total and per host, and held to a budget."""

from dataclasses import dataclass
from typing import Literal

from camfinder.model import Address, Ledger

MAX_SENDS = 60
"""Datagrams, connection attempts and requests that one host is ever sent, together."""
MAX_REQUESTS = 12
MAX_WIRE = 200
"""Packets on the wire, of any sort and both directions, that one host may cost."""

Kind = Literal["datagram", "connection", "request"]

# What the next step costs on the wire at least, both directions: a datagram and its answer; a
# handshake and its orderly end; a request, its answer in four segments, and the connection.
EXPECTED_WIRE: dict[Kind, int] = {"datagram": 2, "connection": 7, "request": 16}
# A request needs a connection, so it may cost two counted sends.
EXPECTED_SENDS: dict[Kind, int] = {"datagram": 1, "connection": 1, "request": 2}


@dataclass(slots=True)
class _Host:
    sends: int = 0
    requests: int = 0
    wire: int = 0


class Counter:
    """The running account behind `model.Ledger`."""

    def __init__(self) -> None:
        self._datagrams = 0
        self._connections = 0
        self._requests = 0
        self._hosts: dict[Address, _Host] = {}

    def _host(self, address: Address) -> _Host:
        return self._hosts.setdefault(address, _Host())

    def datagram(self, address: Address) -> None:
        """One UDP datagram was sent; multicast and broadcast count for no host."""
        self._datagrams += 1
        if not address.is_multicast and str(address) != "255.255.255.255":
            host = self._host(address)
            host.sends += 1
            host.wire += 1

    def connection(self, address: Address) -> None:
        """One TCP connection is being attempted."""
        self._connections += 1
        self._host(address).sends += 1

    def request(self, address: Address) -> None:
        """One HTTP or RTSP request was written."""
        self._requests += 1
        host = self._host(address)
        host.sends += 1
        host.requests += 1

    def wire(self, address: Address, packets: int) -> None:
        """So many packets went over the wire, in both directions."""
        self._host(address).wire += packets

    def sends(self, address: Address) -> int:
        """What one host was sent so far: datagrams, attempts and requests."""
        host = self._hosts.get(address)
        return host.sends if host else 0

    def wire_left(self, address: Address) -> int:
        """How many packets one host may still cost."""
        host = self._hosts.get(address)
        return MAX_WIRE - (host.wire if host else 0)

    def allows(self, address: Address, kind: Kind) -> bool:
        """Whether one more send of this kind stays within the host's budget."""
        host = self._hosts.get(address)
        if host is None:
            return True
        if kind == "request" and host.requests >= MAX_REQUESTS:
            return False
        return (
            host.sends + EXPECTED_SENDS[kind] <= MAX_SENDS
            and host.wire + EXPECTED_WIRE[kind] <= MAX_WIRE
        )

    def totals(self) -> Ledger:
        """The account without its hosts."""
        return Ledger(self._datagrams, self._connections, self._requests)

    def spent(self, address: Address) -> tuple[int, int, int]:
        """Sends, requests and packets that one host has cost so far."""
        host = self._hosts.get(address)
        return (host.sends, host.requests, host.wire) if host else (0, 0, 0)

    def restore(self, totals: Ledger) -> None:
        """Go on with the account of an earlier process of the same run."""
        self._datagrams = totals.datagrams
        self._connections = totals.connections
        self._requests = totals.requests

    def restore_host(self, address: Address, sends: int, requests: int, wire: int) -> None:
        """The same for one host."""
        self._hosts[address] = _Host(sends, requests, wire)

    def snapshot(self) -> Ledger:
        """The account as it stands."""
        return Ledger(
            datagrams=self._datagrams,
            connections=self._connections,
            requests=self._requests,
            per_host={
                # Those that were asked for by ARP alone were sent nothing.
                str(address): host.sends
                for address, host in self._hosts.items()
                if host.sends
            },
        )
