"""SNMP with the communities that the user gave: who is asked, and with which of them.

The last question to a device, when all else was asked: a community travels in clear, so that it
goes to nobody who is known by then, or is plainly no camera. Each is sent once, in the order
of the file, until one is answered; where none is, a host that is up is asked with all of them once
more, because a datagram may be lost. Who says that nobody listens there is asked no further.
"""

from collections.abc import Callable, Sequence

from camfinder.flow.credentials import Communities, Given
from camfinder.model import Address, Frame, Known
from camfinder.net.net import Net
from camfinder.net.sweep import Host
from camfinder.probes import Probe, snmp

TURNS = 2
"""How often a question is asked that has no answer."""


class Managers:
    """Asks as a manager of the network would, with the communities of its file."""

    def __init__(self, communities: Given[Communities], net: Net, probes: Sequence[Probe]) -> None:
        is_wanted = any(probe.name == "snmp" for probe in probes)
        self._communities = communities if is_wanted else Given()
        self._net = net
        self._number = 0

    def may_ask(self, host: Host) -> bool:
        """Whether there is a community for a host, and may be somebody to hear it.

        Not where every port of an attached address was silent: nobody is there.
        """
        address = host.target.address
        nobody = host.target.on_link and bool(host.reason) and not self._net.alive(address)
        return bool(self._communities.of(address)) and not nobody

    async def ask(self, address: Address, known: Callable[[], Known]) -> None:
        """One question with each community, until one is answered; what comes is kept by the net.

        Version 1 is only for a silent device that is a camera or the like by other evidence: old
        ones speak nothing else, and drop version 2c without a word.

        Args:
            address: Whom to ask.
            known: What is known of the address by now.
        """
        for version in ("2c", "1"):
            if version == "1" and known().surveillance is not True:
                return
            for turn in range(TURNS):
                if turn and not self._net.alive(address):
                    break
                if await self._settled(address, version, known):
                    return

    async def _settled(self, address: Address, version: str, known: Callable[[], Known]) -> bool:
        """One question with each community; whether there is nothing left to ask."""
        for community in self._communities.of(address) or ():
            if known().done or await self._answers(address, community, version):
                return True
            if self._net.closed(address, snmp.PORT):
                return True
        return False

    async def _answers(self, address: Address, community: str, version: str) -> bool:
        """Whether the agent took the community; where all at once was too much it is asked less."""
        frames = await self._question(address, community, version, short=version == "1")
        errors = {snmp.error_of(each.payload) for each in frames}
        if version == "2c" and errors & snmp.TOO_MUCH:
            for _ in range(TURNS):
                if await self._question(address, community, version, short=True):
                    break
        return bool(errors & {0, *snmp.TOO_MUCH})

    async def _question(
        self, address: Address, community: str, version: str, *, short: bool
    ) -> tuple[Frame, ...]:
        self._number += 1
        query = snmp.question(address, community, self._number, version=version, short=short)
        return await self._net.ask(query)
