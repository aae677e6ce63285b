"""The lab's wiring, of namespaces that have no name on the machine.

One holds a bridge per subnet and routes between them, one is the scanner's, one belongs to each
device and to each crowd.

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
    """Descriptors of the namespaces: the scanner's, the devices' and the crowds', in order.

    `refusing` ones own dead addresses and listen on no port: the kernel resets connections.
    """

    switch: int
    scanner: int
    devices: list[int] = field(default_factory=list)
    crowds: list[int] = field(default_factory=list)
    refusing: list[int] = field(default_factory=list)

    def close(self) -> None:
        """Lets go of all of it."""
        for descriptor in (self.switch, self.scanner, *self.devices, *self.crowds, *self.refusing):
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
        if crowd.dead == "reject":
            wiring.refusing.append(_refuser(number, crowd))
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
    pair = f"link add {port} type veth peer name {leg} {address}netns {path_of(descriptor)}"
    join = (f"link set {port} master {bridge}",) if bridge else ()
    namespaces.ip((pair, *join, f"link set {port} up"))


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
    near = f"100.64.{number}.1"
    descriptor = _far_network(f"c{number}", near, f"100.64.{number}.2")
    if crowd.dead == "unreachable":  # only routers say so
        with namespaces.inside(descriptor):
            _route_packets()
    rest = "unreachable" if crowd.dead == "unreachable" else "blackhole"
    live = [f"route add local {address}/32 dev lo" for address in crowd.live]
    namespaces.ip((f"route add {rest} {IPv4Network(crowd.network)}", *live), descriptor)
    hosts = [f"{address}/32" for address in crowd.live]
    ways = hosts if crowd.dead == "reject" else [crowd.network]
    namespaces.ip(f"route add {each} via 100.64.{number}.2" for each in ways)
    return descriptor


def _refuser(number: int, crowd: Crowd) -> int:
    """A namespace that owns the rest of a routed network, where nothing listens."""
    far = f"100.64.{number}.6"
    descriptor = _far_network(f"r{number}", f"100.64.{number}.5", far)
    namespaces.ip((f"route add local {crowd.network} dev lo",), descriptor)
    namespaces.ip((f"route add {crowd.network} via {far}",))
    return descriptor


def _far_network(port: str, near: str, far: str) -> int:
    """A namespace on a cable of its own to the router."""
    descriptor = namespaces.create()
    _cable(port, "", "eth0", descriptor, "")
    namespaces.ip((f"addr add {near}/30 dev {port}",))
    namespaces.ip(
        (
            "link set lo up",
            f"addr add {far}/30 dev eth0",
            "link set eth0 up",
            f"route add default via {near}",
        ),
        descriptor,
    )
    return descriptor


def _home(subnets: tuple[Subnet, ...], seat: Seat) -> int:
    return next(at for at, subnet in enumerate(subnets) if seat.address in subnet.net)
