"""Ordinary sockets that only listen: for those who may not open a packet socket.

They hear what is broadcast, and of multicast what reaches this machine: groups that it joins
itself (that sends IGMP or MLD reports) or that another of its programs has joined.
"""

from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from camfinder.model import Address, BlindSpot, Frame, Problem
from camfinder.net.datagrams import Datagrams
from camfinder.net.interfaces import Interface, Links


class Port(NamedTuple):
    """A port on which devices speak without being asked.

    Attributes:
        number: UDP port.
        probe: Whose.
        groups: Multicast groups that they speak to.
    """

    number: int
    probe: str
    groups: tuple[Address, ...] = ()


class Overhear:
    """Bound sockets under the loop's ears; a context manager.

    Args:
        links: This machine's interfaces.
        interfaces: Where groups are joined.
        ports: What is bound.
        join: Join the groups.
        keep: Takes every datagram.
        problem: Takes what could not be bound.
        blind_spots: And where the report says so.
    """

    def __init__(
        self,
        links: Links,
        interfaces: Sequence[Interface],
        ports: Iterable[Port],
        *,
        join: bool,
        keep: Callable[[Frame], None],
        problem: Callable[[Problem], None],
        blind_spots: list[BlindSpot],
    ) -> None:
        self._interfaces = interfaces
        self._ports = tuple(ports)
        self._join = join
        self._datagrams = Datagrams(
            links, keep=keep, problem=problem, alive=_nothing, blind_spots=blind_spots
        )

    def __enter__(self) -> Self:
        for port in self._ports:
            for version in (4, 6):
                self._datagrams.overhear(
                    version, port.number, port.probe, self._groups(port, version)
                )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._datagrams.close()

    def _groups(self, port: Port, version: int) -> list[tuple[Address, Interface]]:
        if not self._join:
            return []
        return [
            (group, interface)
            for group in port.groups
            for interface in self._interfaces
            if group.version == version and interface.multicast and _has(interface, version)
        ]


def _has(interface: Interface, version: int) -> bool:
    return bool(interface.ipv4 if version == 4 else interface.ipv6)


def _nothing(_address: Address) -> None:
    """Who is alive does not matter here."""
