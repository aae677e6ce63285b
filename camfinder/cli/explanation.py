"""A device in words: each claim, what carries it, and the bytes."""

import base64

from camfinder.document import DeviceDoc, EvidenceDoc
from camfinder.reports.inert import shorten, visible

_STATES = {True: "a surveillance device", False: "not surveillance", None: "undecided"}


def lines(device: DeviceDoc) -> list[str]:
    """The explanation, line by line."""
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
            text.append(f"  {slot} = {visible(claim.value)}  [{claim.strength}]{rival}")
            for key in claim.evidence:
                text += _evidence(by_id[key])
    if device.disputed:
        text.append(f"  disputed: {', '.join(device.disputed)}: equal evidence disagrees")
    return text


def _evidence(item: EvidenceDoc) -> list[str]:
    place = f"{visible(item.where)}, {item.transport} port {item.port}"
    excerpt = base64.b64decode(item.excerpt).decode("latin-1")
    return [
        f"      {item.id}: {item.fingerprint} on {item.fact} = {shorten(visible(item.value), 200)}",
        f"          {place}, {item.seen_at.isoformat()}, sha256 {item.sha256}",
        f"          bytes: {visible(excerpt)}",
    ]
