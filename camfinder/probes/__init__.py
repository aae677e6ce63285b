"""Protocols: one module each, bytes in, observations out, no I/O.

A module here ends in `PROBE = Probe(...)` and is found by its file name. To add a protocol, run
`make new-probe NAME=...` and read `docs/add-a-protocol.md`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from camfinder.model import Frame, Known, Observation, Query, Slot, Target, Touch


def no_queries(_target: Target) -> Iterable[Query]:
    """For probes that only listen, or only follow up."""
    return ()


def no_follow_ups(_observation: Observation, _known: Known) -> Iterable[Query]:
    """For probes that need no second question."""
    return ()


@dataclass(frozen=True, slots=True)
class Probe:
    """A protocol.

    Attributes:
        name: The module's name; the prefix of most of its fact keys.
        title: What people call it, one line.
        touch: How it touches the network at most.
        ports: Ports its frames come from or go to; a parser is also offered frames of other
            ports that start with one of `magics`.
        emits: Fact key to meaning (units included): documentation, and the list of facts that a
            fingerprint may name.
        parse: Frame to observations. Gives nothing when the frame is not of this protocol,
            raises `ParseError` when it is but is broken, and raises nothing else.
        declares: The facts that the device states in a field made for a slot: they need no
            fingerprint. Brand values go through the vendors' aliases.
        free_text: Facts in which people and makers write brand and model in running text
            (titles, realms, host names): searched with the model grammars.
        discover: Multicast and broadcast queries, once per run and interface (the target holds the
            interface's own address and name).
        queries: Queries to one address: with `open_ports` empty the datagrams that need no open
            port, else the TCP conversations that fit those ports.
        follow_ups: Questions that an answer, of this or another probe, suggests.
        magics: First bytes by which frames on other ports are offered to `parse`.
        crosses_routers: A unicast query works beyond the attached subnet.
        needs_rights: What the method needs from the system, for people; empty for nothing.
    """

    name: str
    title: str
    touch: Touch
    ports: frozenset[int]
    emits: Mapping[str, str]
    parse: Callable[[Frame], Iterable[Observation]]
    declares: Mapping[str, Slot] = field(default_factory=lambda: MappingProxyType({}))
    free_text: frozenset[str] = frozenset()
    discover: Callable[[Target], Iterable[Query]] = no_queries
    queries: Callable[[Target], Iterable[Query]] = no_queries
    follow_ups: Callable[[Observation, Known], Iterable[Query]] = no_follow_ups
    magics: tuple[bytes, ...] = ()
    crosses_routers: bool = False
    needs_rights: str = ""


@cache
def all_probes() -> tuple[Probe, ...]:
    """Every protocol module of this package, by name.

    Raises:
        TypeError: A module here has no `PROBE`, or one of another name.
    """
    found = []
    for info in pkgutil.iter_modules(__path__):
        probe = getattr(importlib.import_module(f"{__name__}.{info.name}"), "PROBE", None)
        if not isinstance(probe, Probe) or probe.name != info.name:
            raise TypeError(f"{__name__}.{info.name} must end in PROBE = Probe(name={info.name!r})")
        found.append(probe)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The facts of all probes together: what fingerprints are checked and matched against."""

    emits: Mapping[str, str]
    declares: Mapping[str, Slot]
    free_text: frozenset[str]


@cache
def catalogue() -> Catalogue:
    """The union over all probes."""
    probes = all_probes()
    return Catalogue(
        emits={key: text for probe in probes for key, text in probe.emits.items()},
        declares={key: slot for probe in probes for key, slot in probe.declares.items()},
        free_text=frozenset(key for probe in probes for key in probe.free_text),
    )
