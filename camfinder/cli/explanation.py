"""A device in words: each claim, what carries it, and the bytes."""

import base64
import binascii

from camfinder.document import DeviceDoc, EvidenceDoc, FindingDoc
from camfinder.reports.inert import shorten, visible

_STATES = {True: "a surveillance device", False: "not surveillance", None: "undecided"}


def lines(device: DeviceDoc) -> list[str]:
    """The explanation, line by line, each inert: a document may come from anybody."""
    return [visible(line) for line in _lines(device)]


def _lines(device: DeviceDoc) -> list[str]:
    addresses = ", ".join(device.addresses) or "-"
    state = f"{device.kind}, {_STATES[device.surveillance]}, confidence {device.confidence}"
    text = [
        f"{device.address or device.id}: {state}",
        f"  id {device.id}; addresses {addresses}; MAC {device.mac or '-'}",
    ]
    by_id = {item.id: item for item in device.evidence}
    for slot, claims in device.claims.items():
        for number, claim in enumerate(claims):
            rival = " (rival)" if number and slot in device.disputed else ""
            text.append(f"  {slot} = {claim.value}  [{claim.strength}]{rival}")
            for key in claim.evidence:
                if key in by_id:
                    text += _evidence(by_id[key])
    if device.disputed:
        text.append(f"  disputed: {', '.join(device.disputed)}: equal evidence disagrees")
    for finding in device.findings:
        text += _finding(finding, by_id)
    return text


def _finding(finding: FindingDoc, by_id: dict[str, EvidenceDoc]) -> list[str]:
    """A judgement in words, and the chain below it down to the bytes."""
    text = [f"  {finding.kind} {finding.id}: {finding.verdict}: {finding.title}"]
    parts = (("clause", finding.clause), ("since", finding.date), ("by", finding.reference))
    source = "; ".join(f"{name} {value}" for name, value in parts if value)
    if source:
        text.append(f"      {source}")
    text.append(f"      because {finding.because}")
    if finding.evidence:
        text.append("      this rests on:")
    for key in finding.evidence:
        if key in by_id:
            text += _evidence(by_id[key])
    return text


def _evidence(item: EvidenceDoc) -> list[str]:
    place = f"{item.where}, {item.transport} port {item.port}"
    try:
        excerpt = base64.b64decode(item.excerpt).decode("latin-1")
    except binascii.Error:
        excerpt = "(cannot be read)"
    return [
        f"      {item.id}: {item.fingerprint} on {item.fact} = {shorten(visible(item.value), 200)}",
        f"          {place}, {item.seen_at.isoformat()}, sha256 {item.sha256}",
        f"          bytes: {excerpt}",
    ]
