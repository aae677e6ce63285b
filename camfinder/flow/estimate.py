"""What a sweep will cost, told before anything is sent."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NamedTuple

from camfinder.flow.plan import Plan
from camfinder.model import Target, Transport
from camfinder.net.dial import raise_nofile_limit
from camfinder.net.net import patience
from camfinder.net.pace import GENTLE_CONNECTS, GENTLE_HOSTS
from camfinder.net.sweep import room
from camfinder.probes import Probe

_NOBODY = Target(IPv4Address("192.0.2.1"))


class Sends(NamedTuple):
    """What an address beyond a router is sent where nobody answers."""

    datagrams: int
    attempts: int


def to_nobody(plan: Plan, probes: Sequence[Probe]) -> Sends:
    """The datagrams that need no open port, and the first tier of ports."""
    datagrams = {
        query
        for probe in probes
        for query in probe.queries(_NOBODY)
        if query.transport is Transport.UDP
    }
    ports = len(plan.tiers[0]) if plan.tiers else 0
    return Sends(len(datagrams), ports + 1 if ports else 0)  # the first port has a second try


def at_least_s(plan: Plan, probes: Sequence[Probe]) -> float:
    """Seconds that the sweep takes where nobody answers; hosts that do take longer.

    Args:
        plan: Scope, ports and pace.
        probes: The protocols to speak.
    """
    datagrams, attempts = to_nobody(plan, probes)
    hosts_s = [plan.rate / max(datagrams + attempts, 1)]
    if attempts:
        under_way = room(raise_nofile_limit())
        hosts_s.append(under_way / (attempts * patience(plan.timeout_s, plan.retries)))
    if plan.gentle:
        hosts_s += [GENTLE_HOSTS, GENTLE_CONNECTS / max(attempts, 1)]
    return plan.scope.size / min(hosts_s)
