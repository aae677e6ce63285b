"""The methods as a table, read out of the probe modules: for people and for docs/protocols.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from camfinder.model import Query, Target, Touch, Transport
from camfinder.probes import Probe

HEARD = "heard"
BY_ITSELF = {Touch.PASSIVE: HEARD, Touch.LOGIN: "UDP"}
SENT_BY = {
    Transport.MULTICAST: "multicast",
    Transport.BROADCAST: "broadcast",
    Transport.UDP: "UDP",
    Transport.TCP: "TCP",
    Transport.HTTP: "HTTP",
    Transport.HTTPS: "HTTPS",
}
HERE_V4 = Target(IPv4Address("192.0.2.1"), on_link=True)
HERE_V6 = Target(IPv6Address("fe80::1"), on_link=True)
MANY_PORTS = 8
MANY_FACTS = 10


@dataclass(frozen=True, slots=True)
class Method:
    """One protocol, in words.

    Attributes:
        name: As `--only` takes it.
        title: What people call it.
        transport: How it is asked, or `heard`.
        families: `4`, `6` or `4 6`, of what is asked by multicast or broadcast; empty for others.
        ports: Where it is asked, or heard.
        replies: Local ports that are bound to hear the answers.
        touch: How it touches the network at most.
        crosses_routers: A question to one address works beyond the attached subnet.
        needs_rights: What it needs from the system; empty for nothing.
        yields: What the device states in fields made for it, then further facts.
    """

    name: str
    title: str
    transport: str
    families: str
    ports: str
    replies: str
    touch: str
    crosses_routers: bool
    needs_rights: str
    yields: str


def methods(probes: Iterable[Probe]) -> list[Method]:
    """One row for each probe, by name."""
    return [_method(probe) for probe in sorted(probes, key=lambda each: each.name)]


def _method(probe: Probe) -> Method:
    by_family = {
        family: [*probe.discover(here)] for family, here in (("4", HERE_V4), ("6", HERE_V6))
    }
    asked = [query for queries in by_family.values() for query in queries]
    asked += probe.queries(HERE_V4)
    asked += probe.queries(Target(HERE_V4.address, on_link=True, open_ports=tuple(probe.ports)))
    ways = dict.fromkeys(SENT_BY[query.transport] for query in asked)
    families = [
        family
        for family, queries in by_family.items()
        if any(query.address.version == int(family) for query in queries)
    ]
    return Method(
        name=probe.name,
        title=probe.title,
        transport=", ".join(ways) or BY_ITSELF.get(probe.touch, "on a hint"),
        families=" ".join(families),
        ports=_ports([query.port for query in asked] or sorted(probe.ports)),
        replies=_ports([port for query in asked for port in _bound(query)]),
        touch=probe.touch.value,
        crosses_routers=probe.crosses_routers,
        needs_rights=probe.needs_rights or _rights(probe),
        yields=_yields(probe),
    )


def _bound(query: Query) -> Sequence[int]:
    return (*query.reply_ports, *((query.source_port,) if query.source_port else ()))


def _rights(probe: Probe) -> str:
    """What hearing it by itself takes, where nothing is sent."""
    if probe.touch is not Touch.PASSIVE:
        return ""
    unbound = not probe.ports or any(port < 1024 for port in probe.ports)
    return "packet socket to be heard live" if unbound else ""


def _ports(numbers: Iterable[int]) -> str:
    found = sorted(set(numbers))
    if len(found) > MANY_PORTS:
        return ", ".join(map(str, found[:MANY_PORTS])) + ", …"
    return ", ".join(map(str, found))


def _yields(probe: Probe) -> str:
    slots = dict.fromkeys(slot.value.replace("_", " ") for slot in probe.declares.values())
    named = {key.rpartition(".")[2] for key in probe.declares}
    rest = [key.rpartition(".")[2] for key in probe.emits if key not in probe.declares]
    more = [word.replace("_", " ") for word in dict.fromkeys(rest) if word not in named]
    told = [*slots, *(word for word in more if word not in slots)]
    return ", ".join(told[:MANY_FACTS]) + (", …" if len(told) > MANY_FACTS else "")
