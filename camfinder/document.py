"""The inventory document, `camfinder.inventory/1`: what all report formats are made from.

The types here are the published form (docs/inventory.schema.json is generated from them). Unknown
fields are ignored on reading, so that a document of a later minor version still opens. Absent
knowledge is null, never an empty string; times are RFC 3339 UTC.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, overload

import msgspec

from camfinder import __version__
from camfinder.model import (
    MAX_FACT_CHARS,
    CamfinderError,
    Certificate,
    Claim,
    Device,
    Evidence,
    Inventory,
    Run,
)

SCHEMA = "camfinder.inventory/1"
EXCERPT_BYTES = 256
"""How many of the observed bytes an evidence item carries, centred on the fact's value."""


class ToolDoc(msgspec.Struct, kw_only=True):
    """Which camfinder, with which knowledge, made the document."""

    version: str
    fingerprints: str
    policies: dict[str, str | None] | None = None
    advisories: dict[str, str | None] | None = None


class SourceDoc(msgspec.Struct, kw_only=True):
    """An input capture of the run, or the recording it made."""

    name: str
    sha256: str
    packets: int | None = None


class LedgerDoc(msgspec.Struct, kw_only=True):
    """What was sent: datagrams, TCP connection attempts, HTTP and RTSP requests."""

    datagrams: int = 0
    connections: int = 0
    requests: int = 0
    per_host: dict[str, int] = {}


class BlindSpotDoc(msgspec.Struct, kw_only=True):
    """What this run could not see, why, and what would help."""

    what: str
    why: str
    remedy: str


class RunDoc(msgspec.Struct, kw_only=True):
    """How the inventory came to be. `mode` is scan, replay or listen."""

    mode: str
    site: str | None = None
    scope: list[str]
    started_at: datetime
    ended_at: datetime
    first_device_s: float | None = None
    sources: list[SourceDoc] = []
    ledger: LedgerDoc
    blind_spots: list[BlindSpotDoc] = []


class ClaimDoc(msgspec.Struct, kw_only=True):
    """One value claimed for a slot, with the ids of the evidence that carries it."""

    value: str
    strength: str
    evidence: list[str]


class EvidenceDoc(msgspec.Struct, kw_only=True):
    """One fact and what a rule, or the protocol's own field, concludes from it.

    `excerpt` is base64: up to 256 of the observed bytes, around the value; `sha256` is of all.
    `strengths` holds the slots of `claims` that are claimed more weakly than `strength`.
    """

    id: str
    fingerprint: str
    fact: str
    value: str
    strength: str
    claims: dict[str, str]
    probe: str
    address: str | None
    port: int
    transport: str
    seen_at: datetime
    where: str
    sha256: str
    excerpt: str
    strengths: dict[str, str] = {}

    def strength_of(self, slot: str) -> str:
        """How strongly this item claims the slot."""
        return self.strengths.get(slot, self.strength)


class ServiceDoc(msgspec.Struct, kw_only=True):
    """An open port and what it said of itself."""

    port: int
    transport: str
    protocol: str
    banner: str | None = None


class CertificateDoc(msgspec.Struct, kw_only=True):
    """The TLS certificate that the device showed."""

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    sha256: str


class DifferenceDoc(msgspec.Struct, kw_only=True):
    """A field in which a record and the device disagree."""

    field: str
    recorded: str | None
    seen: str | None


class DeviceRecordDoc(msgspec.Struct, kw_only=True):
    """What the given records say of a device.

    `status`: recorded, recorded-differently, unrecorded, ambiguous. `records` are ids of the
    document's `records`: one, none, or the candidates of an ambiguous pairing.
    """

    status: str
    differs: list[DifferenceDoc] = []
    source: str | None = None
    records: list[str] = []


class RecordDoc(msgspec.Struct, kw_only=True):
    """One record that the user gave, and what became of it.

    `status`: seen, not-seen, answered-otherwise, ambiguous. `devices` are ids.
    """

    id: str
    source: str
    row: int | None = None
    status: str
    in_scope: bool | None = None
    name: str | None = None
    address: str | None = None
    mac: str | None = None
    serial: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    location: str | None = None
    devices: list[str] = []
    note: str | None = None


class FindingDoc(msgspec.Struct, kw_only=True):
    """A judgement about a device, with the chain of evidence it rests on.

    `kind`: policy, advisory, posture. `verdict` of a policy: listed, listed-through-maker,
    brand-known-to-relabel, not-listed, cannot-tell; of an advisory: affected, possibly-affected,
    not-in-range; of a posture: stated. `id` is the policy's id, the CVE or advisory id, or the
    posture's name; `clause` the id of the clause that decides; `date` the day from which it holds.
    `evidence` are ids of the device's evidence.
    """

    kind: str
    id: str
    verdict: str
    title: str
    because: str
    evidence: list[str] = []
    clause: str | None = None
    date: str | None = None
    reference: str | None = None
    kev: bool | None = None
    kev_date: str | None = None
    cvss: float | None = None
    fixed_in: str | None = None


class TriageDoc(msgspec.Struct, kw_only=True):
    """What people said of a device in the store; it stays over runs.

    `status`: accepted, false-positive, or null where only a label was given.
    """

    status: str | None = None
    note: str | None = None
    label: str | None = None
    at: datetime


class DeviceDoc(msgspec.Struct, kw_only=True):
    """One box and everything claimed of it (see docs/inventory.md)."""

    id: str
    kind: str
    surveillance: bool | None
    address: str | None
    addresses: list[str]
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
    claims: dict[str, list[ClaimDoc]]
    evidence: list[EvidenceDoc]
    disputed: dict[str, list[str]]
    services: list[ServiceDoc]
    certificate: CertificateDoc | None
    cpes: list[str]
    first_seen: datetime
    last_seen: datetime
    record: DeviceRecordDoc | None = None
    findings: list[FindingDoc] = []
    triage: TriageDoc | None = None

    @property
    def possible(self) -> bool:
        """Nothing decides, but a hint (a kind, a camera maker's MAC prefix) speaks for it."""
        if self.surveillance is not None:
            return False
        kinds = {claim.value for claim in self.claims.get("kind", [])}
        names = [*self.claims.get("brand", []), *self.claims.get("maker", [])]
        return bool(kinds - {"other"}) or any(claim.strength == "hint" for claim in names)


class ChangeDoc(msgspec.Struct, kw_only=True):
    """What is otherwise than in the run before: filled where a store knows that run.

    `kind`: appeared, gone, changed. `device` is the id, which is none of the document's where the
    device is gone. `field` is null where the whole device appeared or is gone; `before` and
    `after` are its values as reports show them (of a whole device: brand, model and address).
    `at` is when it was noticed.
    """

    kind: str
    device: str
    field: str | None = None
    before: str | None = None
    after: str | None = None
    at: datetime


class ProblemDoc(msgspec.Struct, kw_only=True):
    """Something that was not seen or not understood, and why."""

    kind: str
    probe: str | None
    address: str | None
    detail: str


class Document(msgspec.Struct, kw_only=True):
    """The whole inventory.

    `changes` is null where there is no run to compare with, empty where nothing changed.
    `redacted`: serials, MACs and names are pseudonyms (`camfinder report --redact`).
    """

    schema: str
    tool: ToolDoc
    run: RunDoc
    devices: list[DeviceDoc]
    records: list[RecordDoc] = []
    problems: list[ProblemDoc] = []
    changes: list[ChangeDoc] | None = None
    redacted: bool = False

    @property
    def surveillance(self) -> list[DeviceDoc]:
        """The devices that are cameras, recorders, encoders, doorbells, management software."""
        return [device for device in self.devices if device.surveillance]

    @property
    def possible(self) -> list[DeviceDoc]:
        """Undecided, but a hint speaks for a surveillance device."""
        return [device for device in self.devices if device.possible]

    @property
    def unknown(self) -> list[DeviceDoc]:
        """Undecided, and nothing speaks for a surveillance device."""
        return [d for d in self.devices if d.surveillance is None and not d.possible]

    @property
    def others(self) -> list[DeviceDoc]:
        """Certainly something else."""
        return [device for device in self.devices if device.surveillance is False]


def build(inventory: Inventory) -> Document:
    """The document of an inventory."""
    return Document(
        schema=SCHEMA,
        tool=ToolDoc(version=__version__, fingerprints=inventory.fingerprints_digest),
        run=_run(inventory.run),
        devices=[_device(device) for device in inventory.devices],
        problems=[
            ProblemDoc(kind=p.kind, probe=p.probe, address=_text(p.address), detail=_text(p.detail))
            for p in inventory.problems
        ],
    )


def dumps(document: Document) -> bytes:
    """JSON, indented by two, with a line end."""
    return msgspec.json.format(encode(document), indent=2) + b"\n"


def encode(value: object) -> bytes:
    r"""Compact JSON in which format characters (bidi controls ...) are written as `\u202e`.

    JSON is looked at in terminals, too.
    """
    data = msgspec.json.encode(value)
    if data.isascii() and b"\x7f" not in data:
        return data
    return "".join(c if c.isprintable() else _escaped(c) for c in data.decode()).encode()


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def loads(data: bytes, name: str) -> Document:
    """A document from its JSON.

    Raises:
        CamfinderError: It is no inventory document, or one of another major version.
    """
    try:
        document = msgspec.json.decode(data, type=Document)
    except msgspec.DecodeError as error:
        raise CamfinderError(
            f"{name} is not an inventory document ({error}); make one with --json or -o FILE.json"
        ) from error
    if document.schema != SCHEMA:
        raise CamfinderError(
            f"{name} is a {document.schema!r} document; this camfinder reads {SCHEMA}"
        )
    return document


def schema() -> dict[str, Any]:
    """JSON Schema of the document (draft 2020-12)."""
    made = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **made,
    }


def _run(run: Run) -> RunDoc:
    return RunDoc(
        mode=run.mode,
        site=_text(run.site),
        scope=[_text(part) for part in run.scope],
        started_at=_utc(run.started_at),
        ended_at=_utc(run.ended_at),
        first_device_s=run.first_device_s,
        sources=[
            SourceDoc(name=_text(s.name), sha256=s.sha256, packets=s.packets) for s in run.sources
        ],
        ledger=LedgerDoc(
            datagrams=run.ledger.datagrams,
            connections=run.ledger.connections,
            requests=run.ledger.requests,
            per_host=dict(run.ledger.per_host),
        ),
        blind_spots=[
            BlindSpotDoc(what=_text(b.what), why=_text(b.why), remedy=_text(b.remedy))
            for b in run.blind_spots
        ],
    )


def _device(device: Device) -> DeviceDoc:
    return DeviceDoc(
        id=device.id,
        kind=device.kind,
        surveillance=device.surveillance,
        address=None if device.address is None else str(device.address),
        addresses=[str(address) for address in device.addresses],
        claimed_address=_text(device.claimed_address),
        mac=device.mac,
        brand=_text(device.brand),
        maker=_text(device.maker),
        model=_text(device.model),
        firmware=_text(device.firmware),
        firmware_raw=_text(device.firmware_raw),
        serial=_text(device.serial),
        hostname=_text(device.hostname),
        endpoint_uuid=_text(device.endpoint_uuid),
        channels=device.channels,
        confidence=device.confidence,
        claims={slot.value: [_claim(c) for c in claims] for slot, claims in device.claims.items()},
        evidence=[_evidence(f"e{n}", item) for n, item in enumerate(device.evidence, 1)],
        disputed={
            slot.value: [_text(v) for v in values] for slot, values in device.disputed.items()
        },
        services=[
            ServiceDoc(
                port=s.port, transport=s.transport, protocol=s.protocol, banner=_text(s.banner)
            )
            for s in device.services
        ],
        certificate=_certificate(device.certificate),
        cpes=list(device.cpes),
        first_seen=_utc(device.first_seen),
        last_seen=_utc(device.last_seen),
    )


def _claim(claim: Claim) -> ClaimDoc:
    return ClaimDoc(
        value=_text(claim.value),
        strength=claim.strength.word,
        evidence=[f"e{n + 1}" for n in claim.evidence],
    )


def _evidence(number: str, item: Evidence) -> EvidenceDoc:
    return EvidenceDoc(
        id=number,
        fingerprint=item.fingerprint,
        fact=item.fact.key,
        value=_text(item.fact.value),
        strength=item.strength.word,
        claims=_claims_text(item.claims),
        probe=item.probe,
        address=None if item.address is None else str(item.address),
        port=item.port,
        transport=item.transport.value,
        seen_at=_utc(item.seen_at),
        where=_text(item.where),
        sha256=hashlib.sha256(item.raw).hexdigest(),
        excerpt=base64.b64encode(_excerpt(item.raw, item.fact.value)).decode(),
        strengths={
            slot.value: strength.word
            for slot, strength in item.strengths.items()
            if strength != item.strength
        },
    )


def _claims_text(claims: Mapping[Any, str]) -> dict[str, str]:
    return {slot.value: _text(value) for slot, value in claims.items()}


def _excerpt(raw: bytes, value: str) -> bytes:
    if len(raw) <= EXCERPT_BYTES:
        return raw
    wanted = value.encode("utf-8", "surrogateescape")[:64]
    at = raw.find(wanted)
    if at < 0:
        return raw[:EXCERPT_BYTES]
    start = max(0, at - (EXCERPT_BYTES - min(len(wanted), EXCERPT_BYTES)) // 2)
    return raw[start : start + EXCERPT_BYTES]


def _certificate(certificate: Certificate | None) -> CertificateDoc | None:
    if certificate is None:
        return None
    return CertificateDoc(
        subject=_text(certificate.subject),
        issuer=_text(certificate.issuer),
        serial=certificate.serial,
        not_before=_utc(certificate.not_before),
        not_after=_utc(certificate.not_after),
        sha256=certificate.sha256,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


@overload
def _text(value: str) -> str: ...
@overload
def _text(value: None) -> None: ...
@overload
def _text(value: str | None) -> str | None: ...
def _text(value: str | None) -> str | None:
    """Cut, and without lone surrogates: file names and odd banners hold them, JSON has none."""
    return value if value is None else value[:MAX_FACT_CHARS].encode("utf-8", "replace").decode()
