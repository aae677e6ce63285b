"""What a run could not ask or hear, and why: each a blind spot for the report."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from camfinder.model import Address, BlindSpot, Target
from camfinder.net.interfaces import Interface
from camfinder.net.scope import Scope
from camfinder.probes import Probe

SETTINGS = Path("/proc/sys/net/ipv4/conf")
STRICT = 1
NAMED = 5
"""Networks that are named; of further ones the number is told."""


class Beyond:
    """The networks of a scope that are not attached: broadcast and multicast end before them."""

    def __init__(self) -> None:
        self._networks: dict[IPv4Network | IPv6Network, None] = {}

    def note(self, address: Address) -> None:
        """One address that is reached through a router."""
        bits = 24 if address.version == 4 else 64
        self._networks[ip_network((int(address), bits), strict=False)] = None

    def blind_spots(
        self, probes: Sequence[Probe], interfaces: Iterable[Interface]
    ) -> list[BlindSpot]:
        """What cannot reach them."""
        if not self._networks:
            return []
        names = [str(net) for net in list(self._networks)[:NAMED]]
        more = len(self._networks) - len(names)
        where = ", ".join(names) + (f" and {more} more networks" if more else "")
        ends = ", ".join(probe.name for probe in probes if _ends_at_routers(probe, interfaces))
        if not ends:
            return []
        return [
            BlindSpot(
                f"devices of {where} that answer nothing but a broadcast or multicast",
                f"not attached to this machine: these methods end at the router ({ends})",
                "scan from a machine on that network, or replay a capture made there",
            )
        ]


def _ends_at_routers(probe: Probe, interfaces: Iterable[Interface]) -> bool:
    if probe.crosses_routers:
        return False
    return any(True for each in interfaces for _ in probe.discover(here(each)[0]))


def here(interface: Interface) -> list[Target]:
    """This machine's end of an interface, for discovery: one of each family that it has."""
    ends: list[Target] = []
    if interface.ipv4:
        ends.append(Target(interface.ipv4[0].ip, interface.name, on_link=True))
    local = interface.link_local
    if local is not None:
        ends.append(Target(local, interface.name, on_link=True))
    return ends


def drops_strangers(interface: str) -> bool:
    """Whether the kernel drops datagrams of addresses that it would not reach by this interface.

    Cameras in factory state answer from such (Linux, ip-sysctl: the larger of the two counts).
    """
    values = []
    for name in ("all", interface):
        try:
            text = (SETTINGS / name / "rp_filter").read_text("ascii")
        except OSError:
            continue
        values.append(int(text))
    return max(values, default=0) == STRICT


def of_segments(scope: Scope, interfaces: Iterable[Interface]) -> list[BlindSpot]:
    """Attached subnets in scope whose interface cannot do what discovery needs."""
    spots = []
    for interface in interfaces:
        if not interface.up or interface.loopback or not scope.touches(interface):
            continue
        if not interface.multicast:
            spots.append(
                BlindSpot(
                    f"devices on {interface.name} that only answer multicast",
                    "the interface has multicast switched off",
                    f"ip link set {interface.name} multicast on",
                )
            )
        if drops_strangers(interface.name):
            spots.append(
                BlindSpot(
                    f"devices on {interface.name} with an address outside its subnets",
                    "the kernel drops what comes from there (rp_filter is strict)",
                    f"sysctl net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.{interface.name}"
                    ".rp_filter=2 and a default route, or camfinder listen as root",
                )
            )
        if interface.ipv4 and interface.link_local is None and interface.multicast:
            spots.append(
                BlindSpot(
                    f"devices on {interface.name} that only speak IPv6",
                    "this machine has no IPv6 address there",
                    f"sysctl net.ipv6.conf.{interface.name}.disable_ipv6=0",
                )
            )
    return spots


def of_scope(scope: Scope) -> list[BlindSpot]:
    """Targets too large to be swept."""
    if not scope.heard_only:
        return []
    return [
        BlindSpot(
            f"silent devices of {', '.join(scope.heard_only)}",
            "too many addresses to be asked one by one: only those that were heard were asked",
            "name smaller networks or single addresses",
        )
    ]


def no_layer2(interfaces: Sequence[Interface], why: str) -> BlindSpot:
    """The sweep below IP did not run."""
    names = ", ".join(interface.name for interface in interfaces)
    return BlindSpot(
        f"hosts on {names} that answer nothing but ARP or neighbour discovery",
        f"no layer-2 sweep: {why}",
        "run as root, or setcap cap_net_raw+ep on the Python interpreter",
    )
