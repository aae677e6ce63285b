"""What a scan may do, and in which order it does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from camfinder.flow.credentials import Credentials
from camfinder.model import Target, Transport
from camfinder.net.scope import Scope
from camfinder.probes import Probe

TIERS: tuple[tuple[int, ...], ...] = (
    (80, 554, 443),
    (8000, 37777, 8080, 8899, 88, 81, 82),
    (2020, 8443, 8554, 5000, 888, 10554, 34567, 9000, 4520, 6036, 9008, 1756, 8081, 8091, 49152),
    (21, 23, 22),
)
"""Ports in the order of what they yield for cameras (docs/manners.md); never 9100 to 9107."""

FIRST = ("wsd", "sadp", "dhip", "ssdp", "mdns")
"""Discovery protocols by yield: they are asked before the makers' smaller ones."""
HEAD_START_S = 2.0
"""The first round of discovery goes before the sweep: who answers it in full is not swept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan may do.

    Attributes:
        scope: The only addresses that anything is sent to.
        tiers: TCP ports, in tiers by yield.
        rate: Packets per second over all.
        gentle: The slow figures of docs/manners.md.
        timeout_s: For a connection attempt, in seconds.
        retries: How often a timeout is tried again.
        deadline_s: The whole run ends after so many seconds; None: no limit.
        site: Name of the network, for the document.
        credentials: Accounts and communities that the user gave; without, nobody is asked to log
            in, and nobody by SNMP.
        layer2: Ask attached subnets below IP first, where the rights are there.
    """

    scope: Scope
    tiers: tuple[tuple[int, ...], ...] = TIERS
    rate: float = 1000.0
    gentle: bool = False
    timeout_s: float = 2.0
    retries: int = 1
    deadline_s: float | None = None
    site: str | None = None
    credentials: Credentials = field(default_factory=Credentials)
    layer2: bool = True


def rank(probe: Probe) -> tuple[int, str]:
    """The place of a protocol in the order of asking."""
    return (FIRST.index(probe.name) if probe.name in FIRST else len(FIRST), probe.name)


def tiers_for(
    probes: Sequence[Probe], tiers: Sequence[Sequence[int]] = TIERS
) -> tuple[tuple[int, ...], ...]:
    """The ports on which any of these protocols has something to ask, with their own ports."""
    first = {port: None for tier in tiers for port in tier}
    known = {port: None for probe in probes for port in sorted(probe.ports)}
    asked = [port for port in (*first, *known) if _is_asked(probes, port)]
    kept = [tuple(port for port in tier if port in asked) for tier in tiers]
    kept.append(tuple(port for port in asked if port not in first))
    return tuple(tier for tier in kept if tier)


def _is_asked(probes: Sequence[Probe], port: int) -> bool:
    here = Target(IPv4Address("192.0.2.1"), open_ports=(port,))
    return any(q.transport is not Transport.UDP for p in probes for q in p.queries(here))
