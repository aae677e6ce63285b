"""The nouns that every other part speaks of: standard library only, no behaviour of their own.

A `Query` is what we ask, a `Frame` what was heard, an `Observation` what a parser read out of a
frame, an `Evidence` what a rule concluded from an observation, a `Device` the box that all of
its evidence describes, an `Inventory` the document that is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

Address = IPv4Address | IPv6Address

MAX_FACT_CHARS = 4096
"""A fact's value is cut here: no banner that identifies a device is longer."""


class Transport(StrEnum):
    """How a frame travelled, or how a query is to travel."""

    UDP = "udp"
    """One datagram. As a query: unicast to `Query.address`."""
    MULTICAST = "multicast"
    """Query only: one datagram to the group `Query.address`, on every interface."""
    BROADCAST = "broadcast"
    """Query only: one datagram to 255.255.255.255, on every interface."""
    TCP = "tcp"
    """Bytes of one TCP conversation: as a frame, what one side said."""
    HTTP = "http"
    """An HTTP message in the canonical form (see `wire.head`), over plain TCP."""
    HTTPS = "https"
    """The same, over TLS."""
    TLS = "tls"
    """A certificate: the payload is the leaf in DER."""
    ETHERNET = "ethernet"
    """A whole link-layer frame that is no IP packet (ARP, SADP 0x8033, LLDP)."""


class Direction(StrEnum):
    """Whether a frame asks or answers, where the carrier of the frame knows."""

    REQUEST = "request"
    ANSWER = "answer"


class Touch(StrEnum):
    """How a probe touches the network."""

    PASSIVE = "passive"
    MULTICAST = "multicast"
    UNICAST = "unicast"
    LOGIN = "login"


class Strength(IntEnum):
    """How far one piece of evidence carries (docs/fingerprints.md)."""

    HINT = 1
    """A MAC prefix, an open port, a generic title: never decides anything alone."""
    FAMILY = 2
    """Shared by the devices of one platform and its relabels."""
    DISTINCT = 3
    """Only this vendor's firmware says so."""
    DECLARED = 4
    """The device states it in a field made for it."""

    @property
    def word(self) -> str:
        """The name as fingerprint files and reports write it."""
        return self.name.lower()

    @property
    def confidence(self) -> str:
        """The reader's word for it: high, medium or low."""
        if self >= Strength.DISTINCT:
            return "high"
        return "medium" if self == Strength.FAMILY else "low"


class Slot(StrEnum):
    """What can be claimed of a device."""

    KIND = "kind"
    BRAND = "brand"
    MAKER = "maker"
    MODEL = "model"
    FIRMWARE = "firmware"
    SERIAL = "serial"
    MAC = "mac"
    HOSTNAME = "hostname"
    ENDPOINT_UUID = "endpoint_uuid"
    CLAIMED_ADDRESS = "claimed_address"
    CHANNELS = "channels"


class Kind(StrEnum):
    """Kinds of device; `SURVEILLANCE_KINDS` are the ones that camfinder looks for."""

    CAMERA = "camera"
    RECORDER = "recorder"
    ENCODER = "encoder"
    DOORBELL = "doorbell"
    VMS = "vms"
    SURVEILLANCE = "surveillance"
    """Only in evidence: certainly one of the five above, not known which."""
    OTHER = "other"
    UNKNOWN = "unknown"


SURVEILLANCE_KINDS = frozenset(
    {Kind.CAMERA, Kind.RECORDER, Kind.ENCODER, Kind.DOORBELL, Kind.VMS, Kind.SURVEILLANCE}
)


class ProblemKind(StrEnum):
    """What can go wrong without ending a run."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    NEEDS_LOGIN = "needs_login"
    BLOCKED_BY_SCOPE = "blocked_by_scope"
    NO_RIGHTS = "no_rights"
    BUDGET = "budget"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Target:
    """One address to be asked, and what is known of how to reach it."""

    address: Address
    interface: str | None = None
    on_link: bool = False
    """Attached subnet: broadcast methods and the neighbour table reach it."""
    open_ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """One question. Two equal queries are one question, asked once.

    Attributes:
        probe: Name of the probe that asks.
        transport: How to send it.
        address: Unicast address, multicast group, or 255.255.255.255.
        port: Destination port.
        payload: Datagram, bytes to write on the TCP stream, or body of the HTTP request.
        request: For HTTP(S) `"GET /path"` or `"POST /path"`; elsewhere the name of the operation.
        headers: Extra HTTP header lines.
        reply_ports: Local UDP ports that must be bound to hear the answers (besides the
            sending port); empty where the answer returns to the sender.
        source_port: Local UDP port to send from; 0 for any.
        listen_s: How long answers are waited for, in seconds.
        repeats: How many times a multicast or broadcast datagram is sent.
        max_bytes: Answers are cut here.
        ends_with: On TCP, reading stops when the answer ends like this (empty: at `max_bytes`,
            at the peer's close, or after `listen_s`).
        then: On TCP, further requests written on the same connection, each after the previous
            answer. At most one is used by any probe (RTSP DESCRIBE after OPTIONS).
        reply_groups: Multicast groups joined on the reply ports, besides `address` itself.
        secret: It carries an account: what is sent is kept in no recording.
    """

    probe: str
    transport: Transport
    address: Address
    port: int
    payload: bytes = b""
    request: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    reply_ports: tuple[int, ...] = ()
    source_port: int = 0
    listen_s: float = 3.0
    repeats: int = 1
    max_bytes: int = 65_536
    ends_with: bytes = b""
    then: tuple[bytes, ...] = ()
    reply_groups: tuple[Address, ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What one peer said, whoever carried it here: a socket or a capture file.

    Attributes:
        transport: UDP, TCP, HTTP, HTTPS, TLS or ETHERNET.
        source: Who said it (None where the link layer only is known).
        source_port: Its port; for HTTP, HTTPS, TLS and TCP answers the server's port.
        payload: The bytes: a datagram; one side's bytes of a TCP exchange; an HTTP message in
            canonical form; a DER certificate; a link-layer frame.
        seen_at: UTC.
        origin: Where it was seen, for people: `live eth0`, `office.pcap#17`.
        destination: To whom it was said, where known.
        destination_port: And to which port.
        source_mac: Link-layer source address, `aa:bb:cc:dd:ee:ff`, where known. It may be a
            router's.
        direction: Request or answer, where the carrier knows; discovery datagrams are
            `ANSWER` unless their parser knows better.
        request: What is answered: `"GET /path"`, `"DESCRIBE"`, `"GetDeviceInformation"`; empty
            when unknown.
    """

    transport: Transport
    source: Address | None
    source_port: int
    payload: bytes
    seen_at: datetime
    origin: str
    destination: Address | None = None
    destination_port: int = 0
    source_mac: str | None = None
    direction: Direction = Direction.ANSWER
    request: str = ""


class Fact(NamedTuple):
    """One thing read: `key` is in its probe's `emits`, several facts may share a key."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What a parser read out of one frame about one device.

    Attributes:
        probe: Name of the probe whose parser made it.
        address: The device's address as seen by the network (None: only a MAC is known).
        port: The port it answered from; 0 where that means nothing.
        transport: The transport of the frame.
        facts: In the order of the message.
        seen_at: UTC.
        origin: As in `Frame`.
        raw: The bytes of the frame, as evidence; never holds accounts or passwords.
        mac: Link-layer source of the frame; may be a router's.
        last_seen: When the same was said again at last; None: only once.
    """

    probe: str
    address: Address | None
    port: int
    transport: Transport
    facts: tuple[Fact, ...]
    seen_at: datetime
    origin: str
    raw: bytes
    mac: str | None = None
    last_seen: datetime | None = None

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of the facts with this key."""
        return tuple(fact.value for fact in self.facts if fact.key == key)

    def first(self, key: str) -> str | None:
        """The first value with this key, or None."""
        return next((fact.value for fact in self.facts if fact.key == key), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one rule, or the field of a protocol, says of a device.

    Attributes:
        fingerprint: Rule id (`axis.http.title`), or `field:<fact key>` where the protocol has a
            field made for the claim.
        fact: What it rests on.
        claims: Slot to value; brand and maker hold vendor ids where the vendor is known to the
            fingerprints, the device's own spelling elsewhere.
        strengths: Slot to strength, same keys as `claims`.
        probe: Who read the fact.
        address: Where it came from.
        port: The port it came from.
        transport: And the transport.
        seen_at: UTC.
        where: `live eth0`, `office.pcap#17`.
        raw: The bytes it was read from.
    """

    fingerprint: str
    fact: Fact
    claims: Mapping[Slot, str]
    strengths: Mapping[Slot, Strength]
    probe: str
    address: Address | None
    port: int
    transport: Transport
    seen_at: datetime
    where: str
    raw: bytes

    @property
    def strength(self) -> Strength:
        """The strongest of its claims."""
        return max(self.strengths.values(), default=Strength.HINT)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a host while it is being asked; probes choose their follow-ups by it.

    Attributes:
        vendors: Ids of every brand and maker that any evidence names so far, hints included.
        settled: Slots with a value at `family` strength or better.
        surveillance: True, False, or None while the evidence does not decide.
    """

    vendors: frozenset[str] = frozenset()
    settled: frozenset[Slot] = frozenset()
    surveillance: bool | None = None

    @property
    def done(self) -> bool:
        """Nothing left to ask: settled, or plainly something else."""
        wanted = {Slot.MAKER, Slot.MODEL, Slot.FIRMWARE}
        return self.surveillance is False or (self.surveillance is True and wanted <= self.settled)


@dataclass(frozen=True, slots=True)
class Claim:
    """One value of one slot of a device, with the evidence that carries it.

    Attributes:
        value: In the form that reports show.
        strength: The strongest evidence for it.
        evidence: Indices into `Device.evidence`.
    """

    value: str
    strength: Strength
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """An open port and what it said of itself."""

    port: int
    transport: str
    protocol: str
    banner: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The TLS certificate that a device showed."""

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Device:
    """One box and everything that is claimed of it.

    Attributes:
        id: Stable over runs: made from the best identity (MAC, serial, endpoint UUID, address).
        kind: Never `Kind.SURVEILLANCE`: that becomes `UNKNOWN` with `surveillance` true.
        surveillance: True, False, or None where the evidence does not decide.
        address: The address it was reached at last.
        addresses: All of them, in order of appearance.
        claimed_address: What it says of itself, where that differs from `addresses`.
        brand: Display name of the label.
        maker: Display name of the maker; never concluded from the brand alone.
        firmware_raw: The firmware text as the device wrote it.
        confidence: `high`, `medium`, `low`: of the claim that it is what `kind` says.
        claims: Per slot all values claimed, strongest first.
        disputed: Slots where equal evidence disagrees, with the rival values.
    """

    id: str
    kind: Kind
    surveillance: bool | None
    address: Address | None
    addresses: tuple[Address, ...]
    claimed_address: str | None
    mac: str | None
    brand: str | None
    maker: str | None
    model: str | None
    firmware: str | None
    firmware_raw: str | None
    serial: str | None
    hostname: str | None
    endpoint_uuid: str | None
    channels: int | None
    confidence: str
    claims: Mapping[Slot, tuple[Claim, ...]]
    evidence: tuple[Evidence, ...]
    disputed: Mapping[Slot, tuple[str, ...]]
    services: tuple[Service, ...]
    certificate: Certificate | None
    cpes: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not seen or not understood, and why."""

    kind: ProblemKind
    probe: str | None
    address: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What this run could not see, and what to do about it."""

    what: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Source:
    """An input file of the run, or the recording that it made."""

    name: str
    sha256: str
    packets: int | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was sent: a sniffer must agree with it.

    Attributes:
        datagrams: UDP datagrams sent.
        connections: TCP connection attempts.
        requests: HTTP and RTSP requests written.
        per_host: Address text to the sum of the three for it, multicast apart.
    """

    datagrams: int = 0
    connections: int = 0
    requests: int = 0
    per_host: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """How an inventory came to be."""

    mode: str
    site: str | None
    scope: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    sources: tuple[Source, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    blind_spots: tuple[BlindSpot, ...] = ()
    first_device_s: float | None = None
    """Seconds from `started_at` to the first identified device."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The result of a run; `reports` render it."""

    run: Run
    devices: tuple[Device, ...]
    problems: tuple[Problem, ...]
    fingerprints_digest: str


class CamfinderError(Exception):
    """The user's fault, or the environment's: one clear line, exit code 2."""


class ParseError(Exception):
    """A frame is of the parser's protocol, but broken. The only exception a parser raises."""
