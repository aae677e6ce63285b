"""Hearing without a word: what devices say of themselves, and what their traffic shows.

With the right to a packet socket every frame goes through the decoder of capture files, so that a
recording of the same traffic gives the same facts. Without it the well-known ports are bound.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Address, IPv6Address

from camfinder.capture.decode import Decoder
from camfinder.capture.live import Sniffer
from camfinder.capture.records import Record
from camfinder.flow.announce import Announcer
from camfinder.flow.progress import Progress
from camfinder.flow.reader import Reader
from camfinder.flow.sightings import Sightings
from camfinder.match.engine import Engine
from camfinder.model import (
    Address,
    BlindSpot,
    CamfinderError,
    Frame,
    Inventory,
    Problem,
    ProblemKind,
    Run,
    Target,
    Touch,
    Transport,
)
from camfinder.net.interfaces import Interface, Links
from camfinder.net.overhear import Overhear, Port
from camfinder.probes import Probe
from camfinder.store.entries import Journal

STAGE = "listening"
FIRST_PORT = 1024
RIGHTS = "run as root, or setcap cap_net_raw+ep on the Python interpreter"


@dataclass(frozen=True, slots=True)
class Ears:
    """How to listen.

    Attributes:
        interfaces: Names; empty for all that are up, loopback apart.
        for_s: Seconds; None until stopped.
        promiscuous: Hear frames for other stations, on a mirror port.
        join: Join the discovery groups: switches then send them here, and IGMP and MLD reports
            are sent.
        site: Name of the network, for the document.
    """

    interfaces: tuple[str, ...] = ()
    for_s: float | None = None
    promiscuous: bool = False
    join: bool = False
    site: str | None = None


async def listen(
    ears: Ears,
    *,
    engine: Engine,
    probes: Sequence[Probe],
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
    journal: Journal | None = None,
    strict: bool = False,
    may_sniff: bool = True,
) -> Inventory:
    """The inventory of what was heard, when the time is over or `stop` is set.

    Args:
        ears: Where and how long.
        engine: The loaded fingerprints.
        probes: Whose parsers are used.
        progress: Told of what is heard.
        stop: Set it to end the run.
        journal: Takes what is seen as it goes.
        strict: Raise bugs of parsers instead of noting them.
        may_sniff: False to bind ports even where a packet socket could be had.

    Raises:
        CamfinderError: No such interface.
    """
    run = _Listening(ears, engine, probes, progress or Progress(), journal, strict=strict)
    await run.hear(stop or asyncio.Event(), may_sniff=may_sniff)
    return run.inventory()


def ports_of(probes: Iterable[Probe]) -> tuple[Port, ...]:
    """Where devices speak unasked: the ports and groups of discovery, and of passive probes."""
    found: dict[int, tuple[str, dict[Address, None]]] = {}
    ends: list[Address] = [IPv4Address("192.0.2.1"), IPv6Address("fe80::1")]
    for probe in probes:
        for end in ends:
            for query in probe.discover(Target(end, on_link=True)):
                groups = [g for g in (query.address, *query.reply_groups) if g.is_multicast]
                for number in {query.port, *query.reply_ports}:
                    found.setdefault(number, (probe.name, {}))[1].update(dict.fromkeys(groups))
        if probe.touch is Touch.PASSIVE:
            for number in probe.ports:
                found.setdefault(number, (probe.name, {}))
    return tuple(
        Port(number, name, tuple(groups))
        for number, (name, groups) in found.items()
        # Below are services of this machine (its DHCP client), whose datagrams we would take.
        if number >= FIRST_PORT
    )


class _Listening:
    def __init__(
        self,
        ears: Ears,
        engine: Engine,
        probes: Sequence[Probe],
        progress: Progress,
        journal: Journal | None,
        *,
        strict: bool,
    ) -> None:
        self.ears, self.engine, self.probes, self.progress = ears, engine, probes, progress
        self.links = Links()
        self.interfaces = _chosen(self.links, ears.interfaces)
        self.problems: list[Problem] = []
        self.blind_spots: list[BlindSpot] = []
        self.sightings = Sightings(engine, self.problems.append, journal)
        self.announcer = Announcer(self.sightings, self.progress)
        self.reader = Reader(probes, self.problems.append, strict=strict)
        self.decoders: dict[str, Decoder] = {}
        self.started_at = datetime.now(UTC)
        self.first_device_s: float | None = None

    async def hear(self, stop: asyncio.Event, *, may_sniff: bool) -> None:
        """Opens the ears and waits."""
        with ExitStack() as stack:
            sniffers = self._sniffers(stack) if may_sniff else []
            silent = [each for each in self.interfaces if each.name not in self.decoders]
            if silent:
                self._bind(stack, silent, may_sniff=may_sniff)
            elif self.ears.join:
                self._join(stack, self.interfaces, keep=_drop)
            self._note_limits(sniffing=bool(sniffers))
            self.progress.stage(STAGE, 0)  # from here on nothing is missed
            try:
                async with asyncio.timeout(self.ears.for_s):
                    await stop.wait()
                self.problems.append(
                    Problem(ProblemKind.INTERRUPTED, None, None, "listening was ended early")
                )
            except TimeoutError:
                pass
            lost = sum(sniffer.lost() for sniffer in sniffers)
        if lost:
            detail = f"{lost} packets came faster than they could be read"
            self.problems.append(Problem(ProblemKind.TRUNCATED, None, None, detail))
        for name, decoder in self.decoders.items():
            for frame in decoder.finish():
                self.keep(_placed(frame, name))
            self.problems += decoder.problems()

    def _sniffers(self, stack: ExitStack) -> list[Sniffer]:
        found = []
        for interface in self.interfaces:
            take = partial(self._take, interface.name)
            try:
                sniffer = Sniffer(interface.name, take, promiscuous=self.ears.promiscuous)
            except PermissionError:
                self._no_rights()
                break
            except OSError as error:
                detail = f"{interface.name}: {error.strerror or error}"
                self.problems.append(Problem(ProblemKind.SKIPPED, None, None, detail))
                continue
            self.decoders[interface.name] = Decoder(f"live {interface.name}", numbered=False)
            found.append(stack.enter_context(sniffer))
        return found

    def _no_rights(self) -> None:
        spot = BlindSpot(
            "ARP, DHCP, DNS questions, TLS names and certificates, HTTP and RTSP heads, streams",
            "no right to a packet socket: only datagrams to well-known ports are heard",
            RIGHTS,
        )
        self.blind_spots.append(spot)
        if self.ears.promiscuous:
            detail = "--promisc needs the right to a packet socket (CAP_NET_RAW)"
            self.problems.append(Problem(ProblemKind.NO_RIGHTS, "promisc", None, detail))

    def _bind(self, stack: ExitStack, silent: Sequence[Interface], *, may_sniff: bool) -> None:
        if not may_sniff:
            self._no_rights()
        self._join(stack, silent, keep=self.keep)
        if not self.ears.join:
            spot = BlindSpot(
                "announcements to multicast groups (WS-Discovery, mDNS, SSDP, SADP and others)",
                "no group was joined: joining sends IGMP or MLD reports, and nothing is to be sent",
                f"--join; or {RIGHTS}: a packet socket hears them without",
            )
            self.blind_spots.append(spot)

    def _join(
        self, stack: ExitStack, interfaces: Sequence[Interface], keep: Callable[[Frame], None]
    ) -> None:
        ports = ports_of(self.probes)
        overhear = Overhear(
            self.links,
            interfaces,
            ports,
            join=self.ears.join,
            keep=keep,
            problem=self.problems.append,
            blind_spots=self.blind_spots,
        )
        stack.enter_context(overhear)

    def _note_limits(self, *, sniffing: bool) -> None:
        if sniffing and not self.ears.join:
            spot = BlindSpot(
                "multicast that switches keep from this port (IGMP or MLD snooping)",
                "no group was joined: that would send IGMP or MLD reports",
                "--join, or a mirror port with --promisc",
            )
            self.blind_spots.append(spot)
        if not self.ears.promiscuous:
            spot = BlindSpot(
                "conversations between other machines",
                "a switch sends them elsewhere",
                "listen on a mirror port with --promisc",
            )
            self.blind_spots.append(spot)

    def _take(self, name: str, record: Record) -> None:
        """One packet of one interface."""
        for frame in self.decoders[name].feed(record):
            self.keep(_placed(frame, name))

    def keep(self, frame: Frame) -> None:
        """Every frame heard comes here."""
        for observation in self.reader.read(frame):
            if not self.sightings.add(observation):
                continue
            self.progress.advance(STAGE, 1)
            address = observation.address
            if address is None:
                continue
            told = self.announcer.heard(address, self.sightings.known(address))
            if told and self.first_device_s is None:
                self.first_device_s = (datetime.now(UTC) - self.started_at).total_seconds()

    def inventory(self) -> Inventory:
        """What was heard, as the document's source; the ledger is empty."""
        return Inventory(
            run=Run(
                mode="listen",
                site=self.ears.site,
                scope=tuple(each.name for each in self.interfaces),
                started_at=self.started_at,
                ended_at=datetime.now(UTC),
                blind_spots=tuple(self.blind_spots),
                first_device_s=self.first_device_s,
            ),
            devices=self.sightings.devices(),
            problems=tuple(self.problems),
            fingerprints_digest=self.engine.fingerprints.digest,
        )


def _chosen(links: Links, names: tuple[str, ...]) -> tuple[Interface, ...]:
    if not names:
        found = tuple(each for each in links.interfaces if each.up and not each.loopback)
        if not found:
            raise CamfinderError("no interface is up; name one with -i")
        return found
    chosen = []
    for name in names:
        interface = links.named(name)
        if interface is None:
            known = ", ".join(each.name for each in links.interfaces)
            raise CamfinderError(f"-i {name}: no such interface; there are {known}")
        chosen.append(interface)
    return tuple(chosen)


def _placed(frame: Frame, name: str) -> Frame:
    """Link-local IPv6 addresses get the interface as their zone."""
    source = frame.source
    if frame.transport is Transport.ETHERNET and frame.payload[12:14] == b"\x86\xdd":
        source = IPv6Address(frame.payload[22:38]) if len(frame.payload) >= 38 else None
    if isinstance(source, IPv6Address) and source.is_link_local and source.scope_id is None:
        return replace(frame, source=IPv6Address(f"{source}%{name}"))
    return frame


def _drop(_frame: Frame) -> None:
    """The packet socket hears the same."""
