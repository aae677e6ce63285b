"""The building: which subnets there are, who lives where, and what a scan should find.

In a /24 the last addresses are the lab's own: `.254` routes between the subnets, `.250` is the
scanner's. Devices live at `.1` to `.249`.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Literal

import msgspec

from camfinder.lab.persona import Expect, Persona, Table
from camfinder.lab.reading import load_persona, load_personas
from camfinder.lab.seat import Seat, seat
from camfinder.model import CamfinderError

__all__ = [
    "Building",
    "Crowd",
    "Dead",
    "Expect",
    "Order",
    "Persona",
    "Place",
    "Subnet",
    "available",
    "load_persona",
    "load_personas",
    "mac_at",
    "order",
]

Dead = Literal["silent", "reject", "unreachable"]


class Subnet(Table, frozen=True, kw_only=True):
    """One subnet: attached to the scanner, or behind the lab's router."""

    network: str
    attached: bool = True

    @property
    def net(self) -> IPv4Network:
        """The network as a number."""
        return IPv4Network(self.network)

    @property
    def gateway(self) -> IPv4Address:
        """The router's address."""
        return self.net.broadcast_address - 1

    @property
    def scanner(self) -> IPv4Address:
        """The scanner's address, where it is attached."""
        return self.net.broadcast_address - 5


class Place(Table, frozen=True, kw_only=True):
    """A persona at an address, with a MAC."""

    persona: str
    address: str
    mac: str


class Crowd(Table, frozen=True, kw_only=True):
    """One persona at many addresses of a routed network, in one namespace.

    Attributes:
        persona: Who.
        network: The routed network.
        live: Its addresses that answer.
        dead: What the others do: nothing, TCP resets, or ICMP unreachable.
    """

    persona: str
    network: str
    live: tuple[str, ...]
    dead: Dead = "silent"


class Order(Table, frozen=True, kw_only=True):
    """All that the player has to know to play a building.

    Attributes:
        mode: `namespace` or `loopback`.
        personas: Folder of the persona files; None for those that come along.
        subnets: The first ones attached; loopback mode has one.
        places: Who lives where.
        crowds: Big routed networks (namespace mode only).
        seed: Same seed, same delays.
        hurry: Without the delays of real devices.
        lifetime_s: It ends by itself then.
        port_shift: Loopback mode: added to ports below 1024, where those are not allowed.
        announce_every_s: Devices that announce themselves do so on start and then this often.
        boot_s: Between which seconds after the lab's start the devices begin to speak by
            themselves, each at a moment of its own; what their protocols have them say twice
            they say twice. Without it all speak at the start.
    """

    mode: Literal["namespace", "loopback"]
    personas: str | None = None
    subnets: tuple[Subnet, ...]
    places: tuple[Place, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    seed: int = 1
    hurry: bool = False
    lifetime_s: float = 3600.0
    port_shift: int = 0
    announce_every_s: float = 60.0
    boot_s: tuple[float, float] | None = None


@dataclass(frozen=True)
class Building:
    """A building of loaded personas in their seats.

    Attributes:
        order: What was ordered.
        seats: Who sits where, crowds apart.
        crowds: Every crowd with its seats.
    """

    order: Order
    seats: tuple[Seat, ...]
    crowds: tuple[tuple[Crowd, tuple[Seat, ...]], ...] = ()

    @property
    def mode(self) -> str:
        """`namespace` or `loopback`."""
        return self.order.mode

    @property
    def networks(self) -> tuple[str, ...]:
        """What to scan."""
        return tuple(
            dict.fromkeys(
                (
                    *(each.network for each in self.order.subnets),
                    *(each.network for each in self.order.crowds),
                )
            )
        )

    @property
    def network(self) -> str:
        """The first network: all there is, unless more were ordered."""
        return self.networks[0]

    @classmethod
    def of(cls, order: Order) -> "Building":
        """The building that was ordered.

        Raises:
            CamfinderError: Bad persona files, or a place that does not fit.
        """
        folder = Path(order.personas) if order.personas else None
        known = {persona.id: persona for persona in load_personas(folder)}
        _check(order, known)

        def sit(persona: str, address: str, network: IPv4Network, mac: str = "") -> Seat:
            return seat(
                known[persona],
                IPv4Address(address),
                network,
                mac=mac,
                seed=order.seed,
                hurry=order.hurry,
                port_80=80 + order.port_shift,
            )

        seats = tuple(
            sit(place.persona, place.address, _home(order, place), place.mac)
            for place in order.places
        )
        crowds = tuple(
            (
                crowd,
                tuple(
                    sit(
                        crowd.persona,
                        address,
                        IPv4Network(crowd.network),
                        mac_at(known[crowd.persona].mac, IPv4Address(address)),
                    )
                    for address in crowd.live
                ),
            )
            for crowd in order.crowds
        )
        return cls(order, seats, crowds)


def mac_at(mac: str, address: IPv4Address) -> str:
    """A MAC of the same maker for a copy of a persona at another address."""
    return f"{mac[:8]}:{address.packed[1:].hex(':')}"


def _home(order: Order, place: Place) -> IPv4Network:
    for subnet in order.subnets:
        if IPv4Address(place.address) in subnet.net:
            return subnet.net
    raise CamfinderError(f"{place.persona}: {place.address} is in no subnet of the lab")


def _check(order: Order, known: Mapping[str, Persona]) -> None:
    asked = [*(each.persona for each in order.places), *(each.persona for each in order.crowds)]
    if missing := set(asked) - set(known):
        raise CamfinderError(f"no persona {min(missing)!r} in {order.personas or 'the lab'}")
    taken = [each.address for each in order.places]
    if len(set(taken)) < len(taken):
        raise CamfinderError("two devices of the lab have the same address")
    if order.mode == "loopback" and (order.crowds or len(order.subnets) != 1):
        raise CamfinderError("without network namespaces the lab has one subnet and no crowds")


def order(
    personas: Path | None = None,
    *,
    subnets: Iterable[Subnet] = (),
    mode: Literal["namespace", "loopback"] | None = None,
    seed: int = 1,
    hurry: bool = False,
    lifetime_s: float = 3600.0,
) -> Order:
    """The order for a building in which every persona of the folder lives once.

    Args:
        personas: Folder of persona files; None for those that come along.
        subnets: Networks in order of the personas' `subnet`; without any one /24.
        mode: None for the better one that works here.
        seed: Same seed, same delays.
        hurry: No delays.
        lifetime_s: The lab ends by itself then.

    Raises:
        CamfinderError: Bad persona files, or a persona in a subnet that is not there.
    """
    mode = mode or ("namespace" if available()[0] == "namespace" else "loopback")
    first = "10.77.0.0/24" if mode == "namespace" else "127.77.0.0/24"
    nets = tuple(subnets) or (Subnet(network=first),)
    places = []
    for persona in load_personas(personas):
        if persona.subnet >= len(nets):
            raise CamfinderError(f"persona {persona.id}: subnet {persona.subnet} is not there")
        address = nets[persona.subnet].net.network_address + persona.host
        places.append(Place(persona=persona.id, address=str(address), mac=persona.mac))
    return Order(
        mode=mode,
        personas=str(personas) if personas else None,
        subnets=nets,
        places=tuple(places),
        seed=seed,
        hurry=hurry,
        lifetime_s=lifetime_s,
        port_shift=0 if mode == "namespace" or _low_ports_allowed() else 10_000,
    )


def _low_ports_allowed() -> bool:
    """Whether this user may listen on port 80 of a loopback address."""
    import socket

    with socket.socket() as sock:
        try:
            sock.bind(("127.77.0.253", 80))
        except PermissionError:
            return False
        except OSError:  # taken: then it is allowed
            return True
    return True


@cache
def available() -> tuple[str, str]:
    """The mode that works here (`namespace` or `loopback`), and why not the better one."""
    try:
        tried = subprocess.run(
            [sys.executable, "-m", "camfinder.lab.namespaces"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return "loopback", str(error)
    if tried.returncode != 0:
        return "loopback", tried.stderr.strip().splitlines()[-1]
    why = tried.stdout.strip()
    return ("loopback", why) if why else ("namespace", "")


def decode_order(text: bytes) -> Order:
    """An order as JSON.

    Raises:
        CamfinderError: It is none.
    """
    try:
        return msgspec.json.decode(text, type=Order)
    except msgspec.DecodeError as error:
        raise CamfinderError(f"the lab's order: {error}") from error
