"""The types of the inventory document: the published form.

docs/inventory.schema.json is generated from them. Absent knowledge is null, never an empty
string; times are RFC 3339 UTC. Fields are only ever added.
"""

from datetime import datetime

import msgspec


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
    document's `records`: those of the device, duplicates last; none; or the candidates of an
    ambiguous pairing.
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
