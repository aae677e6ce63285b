"""Big networks for benchmarks: one persona many times, and addresses that are dead.

    with run.lab(scale.routed("10.80.0.0/16", live=2000)) as running:
        run.enter(["camfinder", "scan", *running.networks], running)

On an attached subnet every device has a namespace and a MAC of its own, and a dead address does
not answer ARP. A routed network is one process behind the lab's router: thousands of hosts cost
next to nothing, and the dead ones are silent, refuse, or are reported unreachable.
"""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from random import Random

from camfinder.lab.building import Crowd, Dead, Order, Place, Subnet, load_personas, mac_at
from camfinder.model import CamfinderError

_FIRST = "10.77.0.0/24"
DEFAULT_PERSONA = "hikvision-dome"


def attached(
    live: int,
    *,
    network: str = _FIRST,
    persona: str = DEFAULT_PERSONA,
    personas: Path | None = None,
    seed: int = 1,
    hurry: bool = False,
    lifetime_s: float = 3600.0,
) -> Order:
    """A subnet of the scanner's own with `live` copies of a persona, each with its own MAC.

    Args:
        live: How many, spread by `seed` over the subnet.
        network: The subnet; its last six addresses are the lab's.
        persona: Which persona.
        personas: Folder of persona files; None for those that come along.
        seed: Same seed, same addresses and delays.
        hurry: Without the delays of real devices.
        lifetime_s: The lab ends by itself then.

    Raises:
        CamfinderError: No such persona, or more devices than addresses.
    """
    net = IPv4Network(network)
    mac = _mac(personas, persona)
    places = tuple(
        Place(persona=persona, address=str(address), mac=mac_at(mac, address))
        for address in _spread(net, live, seed)
    )
    return Order(
        mode="namespace",
        personas=str(personas) if personas else None,
        subnets=(Subnet(network=network),),
        places=places,
        seed=seed,
        hurry=hurry,
        lifetime_s=lifetime_s,
    )


def routed(
    network: str,
    live: int,
    *,
    dead: Dead = "silent",
    persona: str = DEFAULT_PERSONA,
    personas: Path | None = None,
    seed: int = 1,
    hurry: bool = False,
    lifetime_s: float = 3600.0,
) -> Order:
    """A network behind the lab's router with `live` copies of a persona (MACs stay behind it).

    Args:
        network: The routed network, up to a /16; the scanner's own is 10.77.0.0/24, empty.
        live: How many, spread by `seed` over it.
        dead: What the other addresses do.
        persona: Which persona.
        personas: Folder of persona files; None for those that come along.
        seed: Same seed, same addresses and delays.
        hurry: Without the delays of real devices.
        lifetime_s: The lab ends by itself then.

    Raises:
        CamfinderError: No such persona, or more devices than addresses.
    """
    net = IPv4Network(network)
    _mac(personas, persona)
    crowd = Crowd(
        persona=persona,
        network=network,
        live=tuple(map(str, _spread(net, live, seed))),
        dead=dead,
    )
    return Order(
        mode="namespace",
        personas=str(personas) if personas else None,
        subnets=(Subnet(network=_FIRST),),
        crowds=(crowd,),
        seed=seed,
        hurry=hurry,
        lifetime_s=lifetime_s,
    )


def _mac(personas: Path | None, persona: str) -> str:
    for each in load_personas(personas):
        if each.id == persona:
            return each.mac
    raise CamfinderError(f"no persona {persona!r} in {personas or 'the lab'}")


def _spread(net: IPv4Network, live: int, seed: int) -> list[IPv4Address]:
    """Addresses of the devices, in order; never the lab's own."""
    room = range(1, net.num_addresses - 6)
    if net.prefixlen < 16 or live > len(room):
        raise CamfinderError(f"{live} devices do not fit into {net}, or it is larger than a /16")
    chosen = sorted(Random(seed).sample(room, live))  # noqa: S311 - play, not security
    return [net.network_address + number for number in chosen]
