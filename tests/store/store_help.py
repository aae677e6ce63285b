"""Runs of a store made without a network: real observations, engine, sightings and writer."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from shipped import engine

from camfinder.document import Document, build
from camfinder.flow.sightings import Sightings
from camfinder.match.engine import Engine
from camfinder.model import (
    Fact,
    Inventory,
    Ledger,
    Observation,
    Problem,
    ProblemKind,
    Run,
    Transport,
)
from camfinder.store import keeping, reading, runs
from camfinder.store.content import Plan
from camfinder.store.database import Database
from camfinder.store.entries import Entry
from camfinder.store.writer import Writer

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
EVERYWHERE = Plan(targets=["10.0.0.0/8"], covers=[(4, "10.0.0.1", "10.255.255.254")])


def loaded() -> Engine:
    """The shipped fingerprints, compiled once."""
    return engine()


def onvif(address: str, **said: str) -> Observation:
    """What an ONVIF device answers: manufacturer, model, firmware, serial, mac, hostname, epr."""
    return seen("onvif", address, **said)


def seen(probe: str, address: str, **said: str) -> Observation:
    """What a device answers to a probe: its facts without the probe's name."""
    facts = tuple(Fact(f"{probe}.{key}", value) for key, value in said.items())
    raw = "\n".join(said.values()).encode("utf-8", "surrogatepass")
    place = ip_address(address)
    return Observation(probe, place, 80, Transport.HTTP, facts, START, "live eth0", raw)


def run(
    database: Database,
    observations: Iterable[Observation],
    *,
    month: int = 1,
    site: str | None = None,
    mode: str = "scan",
    plan: Plan = EVERYWHERE,
    tried: Mapping[str, Mapping[int, str]] = {},
    problems: tuple[Problem, ...] = (),
) -> Document:
    """One whole run, kept as the commands keep it; its document as the report would show it."""
    at = START + timedelta(days=30 * (month - 1))
    number = runs.begin(database, site=site, mode=mode, plan=plan)
    writer = Writer(database, number)
    sightings = Sightings(loaded(), lambda _problem: None, writer)
    for observation in observations:
        sightings.add(observation)
    for address, ports in tried.items():
        for port, state in ports.items():
            writer.noted(Entry("port", b"", address, port, state, (1, 0, 4), at), Ledger())
    writer.close()
    told = Run(mode, site, tuple(plan.targets), at, at + timedelta(minutes=5))
    digest = loaded().fingerprints.digest
    document = build(Inventory(told, sightings.devices(), problems, digest))
    keeping.finish(database, number, document)
    with database.reading() as connection:
        reading.fill(connection, runs.find(connection, str(number)), document)
    return document


CUT_SHORT = Problem(ProblemKind.INTERRUPTED, None, None, "Ctrl-C")
