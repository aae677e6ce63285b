"""The lab's wiring: one namespace with a bridge per subnet that also routes between them, one
for the scanner, one per device, one per crowd. Nothing of it has a name on the machine.

    scanner eth0 --+               +-- eth0 device
                   | br0 (switch)  |
    router .254  --+---------------+-- eth0 device       crowd: 100.64.n.0/30 behind the switch
"""

import os
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from camfinder.lab import namespaces
from camfinder.lab.building import Building, Crowd, Subnet
from camfinder.lab.namespaces import path_of
from camfinder.lab.seat import Seat
from camfinder.model import CamfinderError


@dataclass
class Wiring:
    """Descriptors of the namespaces: the scanner's, the devices' and the crowds', in order."""

    switch: int
    scanner: int
    devices: list[int] = field(default_factory=list)
    crowds: list[int] = field(default_factory=list)

    def close(self) -> None:
        """Lets go of all of it."""
        for descriptor in (self.switch, self.scanner, *self.devices, *self.crowds):
            os.close(descriptor)


def wire(building: Building) -> Wiring:
    """Builds the wiring of a building; afterwards this process is in the switch's namespace.

    Raises:
        CamfinderError: A part of it could not be made.
        OSError: Namespaces are not allowed.
    """
    namespaces.leave_the_machine()
    wiring = Wiring(namespaces.current(), namespaces.create())
    subnets = building.order.subnets
    routed = len(subnets) > 1 or building.crowds
    commands = ["link set lo up"]
    for number, subnet in enumerate(subnets):
        commands += _bridge(number, subnet)
    namespaces.ip(commands)
    if routed:
        _route_packets()
    _seat_scanner(wiring, subnets)
    for number, seat in enumerate(building.seats):
        home = _home(subnets, seat)
        wiring.devices.append(_plug_in(f"d{number}", home, seat, subnets[home]))
    for number, (crowd, _) in enumerate(building.crowds):
        wiring.crowds.append(_crowd(number, crowd))
    return wiring


def _bridge(number: int, subnet: Subnet) -> list[str]:
    name = f"br{number}"
    return [
        # Snooping without a querier may cut groups off, and a lab has no querier.
        f"link add {name} type bridge mcast_snooping 0 stp_state 0 forward_delay 0",
        f"addr add {subnet.gateway}/{subnet.net.prefixlen} brd + dev {name}",
        f"link set {name} up",
    ]


def _route_packets() -> None:
    try:
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    except OSError as error:
        raise CamfinderError(f"the lab cannot route here: {error}") from error


def _seat_scanner(wiring: Wiring, subnets: tuple[Subnet, ...]) -> None:
    inner = ["link set lo up"]
    legs = []
    for number, subnet in enumerate(each for each in subnets if each.attached):
        leg = f"eth{number}"
        bridge = f"br{subnets.index(subnet)}"
        _cable(f"s{number}", bridge, leg, wiring.scanner, "")
        legs.append(leg)
        inner += [
            f"addr add {subnet.scanner}/{subnet.net.prefixlen} brd + dev {leg}",
            f"link set {leg} up",
        ]
        if number == 0:
            inner.append(f"route add default via {subnet.gateway}")
    namespaces.ip(inner, wiring.scanner)
    for leg in legs:
        namespaces.full_checksums(leg, wiring.scanner)


def _cable(port: str, bridge: str, leg: str, descriptor: int, mac: str) -> None:
    address = f"address {mac} " if mac else ""
    namespaces.ip(
        (
            f"link add {port} type veth peer name {leg} {address}netns {path_of(descriptor)}",
            f"link set {port} master {bridge}" if bridge else f"link set {port} up",
            f"link set {port} up",
        )
    )


def _plug_in(port: str, home: int, seat: Seat, subnet: Subnet) -> int:
    """A namespace for one device, on the bridge of its subnet."""
    descriptor = namespaces.create()
    _cable(port, f"br{home}", "eth0", descriptor, seat.mac)
    namespaces.ip(
        (
            "link set lo up",
            f"addr add {seat.address}/{subnet.net.prefixlen} brd + dev eth0",
            "link set eth0 up",
            f"route add default via {subnet.gateway}",
        ),
        descriptor,
    )
    namespaces.full_checksums("eth0", descriptor)
    return descriptor


def _crowd(number: int, crowd: Crowd) -> int:
    """A namespace that owns the live addresses of a routed network (AnyIP local routes)."""
    descriptor = namespaces.create()
    _cable(f"c{number}", "", "eth0", descriptor, "")
    near, far = f"100.64.{number}.1", f"100.64.{number}.2"
    namespaces.ip((f"addr add {near}/30 dev c{number}", f"route add {crowd.network} via {far}"))
    rest = {"silent": "blackhole", "reject": "local", "unreachable": "unreachable"}[crowd.dead]
    device = " dev lo" if rest == "local" else ""
    namespaces.ip(
        (
            "link set lo up",
            f"addr add {far}/30 dev eth0",
            "link set eth0 up",
            f"route add default via {near}",
            f"route add {rest} {IPv4Network(crowd.network)}{device}",
            *(f"route add local {address}/32 dev lo" for address in crowd.live),
        ),
        descriptor,
    )
    if crowd.dead == "unreachable":  # only routers say so
        with namespaces.inside(descriptor):
            _route_packets()
    return descriptor


def _home(subnets: tuple[Subnet, ...], seat: Seat) -> int:
    return next(at for at, subnet in enumerate(subnets) if seat.address in subnet.net)
