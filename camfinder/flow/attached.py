"""The attached subnets, asked below IP before any connection is tried."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from camfinder.flow import blind
from camfinder.model import Address, Problem, ProblemKind
from camfinder.net.interfaces import Interface
from camfinder.net.layer2 import Layer2
from camfinder.net.net import Net
from camfinder.net.scope import Scope

Network = IPv4Network | IPv6Network


class Attached:
    """Which attached addresses of the scope are anybody's.

    Args:
        net: Carries the interfaces and the pace.
        scope: What may be asked for.
    """

    def __init__(self, net: Net, scope: Scope) -> None:
        self._net = net
        self._scope = scope
        self._stack = ExitStack()
        self._askers: dict[str, Layer2] = {}
        self._covered: list[tuple[str, Network]] = []

    def open(self) -> None:
        """Gets ready to ask; without the rights a blind spot is noted and nothing is covered."""
        for interface in self._interfaces():
            try:
                asker = self._net.layer2(interface)
            except PermissionError:
                missing = [each for each in self._interfaces() if each.name not in self._askers]
                spot = blind.no_layer2(missing, "it needs the right to a packet socket")
                self._net.blind_spots.append(spot)
                detail = "layer-2 sweep: no right to a packet socket (CAP_NET_RAW)"
                self._net.problem(Problem(ProblemKind.NO_RIGHTS, "arp", None, detail))
                return
            except OSError as error:
                why = error.strerror or str(error)
                self._net.blind_spots.append(blind.no_layer2((interface,), why))
                continue
            self._stack.callback(asker.close)
            self._askers[interface.name] = asker
            self._covered += [
                (interface.name, network)
                for network in interface.networks
                if network.version == 4 or interface.link_local is not None
            ]

    def close(self) -> None:
        """Hears no more."""
        self._stack.close()

    def covers(self, address: Address) -> bool:
        """Whether this address is asked for here: silence means that nobody has it."""
        if address in self._net.links.own:
            return False
        zone = getattr(address, "scope_id", None)
        return any(
            address.version == network.version and address in network and zone in {None, name}
            for name, network in self._covered
        )

    async def ask(self) -> None:
        """Asks every interface; answers go the way of all frames. Returns after the last wait."""
        async with asyncio.TaskGroup() as group:
            for interface in self._interfaces():
                asker = self._askers.get(interface.name)
                if asker is None:
                    continue
                group.create_task(asker.call_all(), name=f"all nodes of {interface.name}")
                for network in interface.networks:
                    wanted = partial(self._wanted, network)
                    count = min(network.num_addresses, self._scope.swept(network.version))
                    group.create_task(asker.ask(wanted, count), name=f"layer 2 of {network}")

    def _interfaces(self) -> Sequence[Interface]:
        return [each for each in self._net.segments() if each.resolves and not each.loopback]

    def _wanted(self, network: Network) -> Iterable[Address]:
        """The addresses of the scope in one attached subnet, without storing them."""
        if network.num_addresses <= self._scope.size:
            return (each for each in network if self._is_wanted(each))
        return (each for each in self._scope.addresses() if self._is_in(each, network))

    def _is_in(self, address: Address, network: Network) -> bool:
        return (
            address.version == network.version and address in network and self._is_wanted(address)
        )

    def _is_wanted(self, address: Address) -> bool:
        own = self._net.links
        return self._scope.sweeps(address) and address not in own.no_hosts | own.own
