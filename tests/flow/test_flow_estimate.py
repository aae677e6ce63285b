"""What a sweep is said to cost, against what it costs."""

import asyncio
from dataclasses import replace

import pytest
from netns import laboratory
from shipped import engine

from camfinder.flow.estimate import at_least_s, to_nobody
from camfinder.flow.plan import Plan
from camfinder.flow.scan import scan
from camfinder.net.scope import Scope
from camfinder.probes import all_probes


@pytest.mark.netns
def test_silent_addresses_cost_what_is_said() -> None:
    """Datagrams and attempts of a scan beyond a router that swallows all, by the ledger."""
    plan = Plan(Scope.parse(["10.5.0.0/28"]), timeout_s=0.4)
    with laboratory() as lab:
        scanner, router = lab.namespace("s"), lab.namespace("r")
        lab.cable(scanner, "eth0", "10.9.0.1/24", router, "eth0", "10.9.0.254/24")
        scanner.ip("route", "add", "default", "via", "10.9.0.254")
        with scanner:
            done = asyncio.run(scan(plan, engine=engine(), probes=all_probes(), strict=True))
    said = to_nobody(plan, all_probes())
    assert said.datagrams > 0
    assert set(done.run.ledger.per_host.values()) == {sum(said)}
    assert len(done.run.ledger.per_host) == 14
    assert done.run.ledger.connections == 14 * said.attempts


def test_the_slowest_of_all_limits_counts() -> None:
    """Packets a second; hosts under way at once, each waiting for its ports; gentle figures."""
    probes = all_probes()
    plan = Plan(Scope.parse(["10.5.0.0/16"]), rate=100)
    each = sum(to_nobody(plan, probes))
    assert at_least_s(plan, probes) == pytest.approx(65_534 * each / 100)
    quick = replace(plan, rate=1_000_000, timeout_s=60)
    assert at_least_s(quick, probes) >= 65_534 / 2000 * 4 * 29
    attempts = to_nobody(plan, probes).attempts
    gentle = replace(plan, rate=1000, gentle=True)
    assert at_least_s(gentle, probes) == pytest.approx(65_534 * attempts / 50)


def test_without_ports_and_questions_it_is_quick() -> None:
    """Methods that send nothing to single addresses leave nothing to wait for."""
    plan = Plan(Scope.parse(["10.5.0.0/30"]), tiers=())
    assert to_nobody(plan, ()) == (0, 0)
    assert at_least_s(plan, ()) < 1
