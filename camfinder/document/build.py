"""The document of a run: what was found, in the published form."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, overload

from camfinder import __version__
from camfinder.document.text import SCHEMA
from camfinder.document.types import (
    BlindSpotDoc,
    CertificateDoc,
    ClaimDoc,
    DeviceDoc,
    Document,
    EvidenceDoc,
    LedgerDoc,
    ProblemDoc,
    RunDoc,
    ServiceDoc,
    SourceDoc,
    ToolDoc,
)
from camfinder.model import (
    MAX_FACT_CHARS,
    Certificate,
    Claim,
    Device,
    Evidence,
    Inventory,
    Run,
)

EXCERPT_BYTES = 256
"""How many of the observed bytes an evidence item carries, centred on the fact's value."""


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
