"""Evidence to devices: which observations are of one box, and what that box is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from camfinder.match.boxes import Box, Sighting, group, mark, routers, whole
from camfinder.match.cpes import cpes_of
from camfinder.match.engine import ORGANISATION
from camfinder.match.merge import Merged, claims_of, conclude, kind_of
from camfinder.match.names import bare
from camfinder.match.nouns import Fingerprints
from camfinder.model import (
    Address,
    Certificate,
    Device,
    Evidence,
    Known,
    Observation,
    Service,
    Slot,
    Strength,
    Transport,
)

MAX_EVIDENCE = 2_000
"""Evidence kept of one box: a flood from one box must not fill the report."""

EPHEMERAL = 32_768
"""UDP ports from here on are no services (Linux's ephemeral range)."""

BANNER_CHARS = 120
_BANNERS = (
    "http.server",
    "http.title",
    "rtsp.server",
    "sip.server",
    "ssdp.server",
    "upnp.model_name",
)
_ON_TCP = frozenset({Transport.TCP, Transport.HTTP, Transport.HTTPS, Transport.TLS})


_BUILD_OF = {"dhip.firmware": "dhip.build"}
"""Where a parser puts the build day that it takes off a version."""


def identify(sightings: Iterable[Sighting], fingerprints: Fingerprints) -> tuple[Device, ...]:
    """The devices that the sightings describe, in order of their first sighting.

    Every observation with an address, a MAC or another identity belongs to a device, also one
    without evidence: it gives a device of unknown kind.

    Args:
        sightings: Observations with their evidence (`Engine.evidence`).
        fingerprints: For names, kinds and CPE templates.
    """
    seen = list(sightings)
    marks = [mark(sighting) for sighting in seen]
    foreign = routers(marks)
    devices: list[Device] = []
    taken: set[str] = set()
    for box in group(marks):
        if not (box.addresses or box.macs or box.links or box.serials or box.uuids):
            continue
        device = _device([seen[index] for index in box.sightings], box, foreign, fingerprints)
        devices.append(_renamed(device, taken))
    return tuple(devices)


def describe(sightings: Iterable[Sighting], fingerprints: Fingerprints) -> Device | None:
    """All sightings as one device, whatever identities they carry; None where there are none."""
    seen = list(sightings)
    if not seen:
        return None
    return _device(seen, whole(seen), frozenset(), fingerprints)


def known(evidence: Iterable[Evidence]) -> Known:
    """What the evidence of one host settles so far; cheap enough to ask after every frame."""
    vendors: set[str] = set()
    settled: set[Slot] = set()
    kinds: list[tuple[str, Strength, int]] = []
    for item in evidence:
        for slot, value in item.claims.items():
            strength = item.strengths[slot]
            if slot is Slot.BRAND or slot is Slot.MAKER:
                vendors.add(value)
            if slot is Slot.KIND:
                kinds.append((value, strength, 1))
            if strength >= Strength.FAMILY:
                settled.add(slot)
    return Known(frozenset(vendors), frozenset(settled), kind_of(kinds).surveillance)


def _renamed(device: Device, taken: set[str]) -> Device:
    """The device under an id that no other has."""
    from dataclasses import replace

    name, number = device.id, 2
    while name in taken:
        name = f"{device.id}-{number}"
        number += 1
    taken.add(name)
    return device if name == device.id else replace(device, id=name)


def _device(
    seen: Sequence[Sighting], box: Box, foreign: frozenset[str], fingerprints: Fingerprints
) -> Device:
    """One box as a device."""
    observations = [observation for observation, _evidence in seen]
    evidence = _evidence(seen, foreign)
    found = conclude(evidence, fingerprints)
    merged, values, verdict = found.merged, found.values, found.verdict
    addresses = _addresses(observations)
    mac = mac_of(box, values, foreign)
    return Device(
        id=_id(box, values, mac, addresses),
        kind=verdict.kind,
        surveillance=verdict.surveillance,
        address=_latest(observations),
        addresses=addresses,
        claimed_address=_claimed(merged, addresses),
        mac=mac,
        brand=found.brand,
        maker=found.maker,
        model=values.get(Slot.MODEL),
        firmware=values.get(Slot.FIRMWARE),
        firmware_raw=_raw_firmware(merged, evidence, observations),
        serial=values.get(Slot.SERIAL),
        hostname=values.get(Slot.HOSTNAME),
        endpoint_uuid=values.get(Slot.ENDPOINT_UUID),
        channels=int(values[Slot.CHANNELS]) if Slot.CHANNELS in values else None,
        confidence=verdict.strength.confidence,
        claims=claims_of(merged, fingerprints),
        evidence=evidence,
        disputed=found.disputed,
        services=_services(observations),
        certificate=_certificate(observations),
        cpes=cpes_of(evidence, values, fingerprints),
        first_seen=min(one.seen_at for one in observations),
        last_seen=max(one.last_seen or one.seen_at for one in observations),
    )


def _evidence(seen: Sequence[Sighting], foreign: frozenset[str]) -> tuple[Evidence, ...]:
    """The evidence of the box, each once; what only speaks of a router is left out."""
    found: dict[tuple[object, ...], Evidence] = {}
    for observation, evidence in seen:
        through_router = observation.mac in foreign
        for item in evidence:
            if through_router and item.fact.key == ORGANISATION:
                continue
            claims = tuple(item.claims.items())
            key = (item.fingerprint, item.fact, claims, item.address, item.port)
            if key not in found and len(found) < MAX_EVIDENCE:
                found[key] = item
    return tuple(found.values())


def _addresses(observations: Sequence[Observation]) -> tuple[Address, ...]:
    """In order of appearance."""
    return tuple(dict.fromkeys(one.address for one in observations if one.address is not None))


def _latest(observations: Sequence[Observation]) -> Address | None:
    """The address of the last sighting; IPv4 before IPv6 at the same moment."""
    reached = [one for one in observations if one.address is not None]
    if not reached:
        return None
    best = max(
        reached,
        key=lambda one: (one.last_seen or one.seen_at, one.address and -one.address.version),
    )
    return best.address


def _claimed(merged: Merged, addresses: Sequence[Address]) -> str | None:
    """What the box says its address is, where it was not reached there."""
    reached = {str(address) for address in addresses}
    claimed = [rival.value for rival in merged.rivals.get(Slot.CLAIMED_ADDRESS, ())]
    if not claimed or reached.intersection(claimed):
        return None
    return claimed[0]


def mac_of(box: Box, values: Mapping[Slot, str], foreign: frozenset[str]) -> str | None:
    """The MAC the box states, else the link-layer source where that is its own."""
    if Slot.MAC in values:
        stated = values[Slot.MAC]
        if stated in box.macs or not box.macs:
            return None if stated in foreign else stated
        return min(box.macs)
    own = sorted(box.links - foreign)
    return own[0] if len(own) == 1 else None


def _id(box: Box, values: Mapping[Slot, str], mac: str | None, addresses: Sequence[Address]) -> str:
    """A name made from the best identity, the same in every run that sees that identity."""
    if box.macs:
        return f"mac-{min(box.macs).replace(':', '')}"
    if mac and mac in box.links:
        return f"mac-{mac.replace(':', '')}"
    if box.serials:
        vendor = values.get(Slot.MAKER) or values.get(Slot.BRAND)
        prefix = f"serial-{bare(vendor)}-" if vendor else "serial-"
        return f"{prefix}{min(box.serials)}"
    if box.uuids:
        return f"uuid-{min(box.uuids)}"
    return f"ip-{addresses[0]}" if addresses else "unknown"


def _raw_firmware(
    merged: Merged, evidence: Sequence[Evidence], observations: Iterable[Observation]
) -> str | None:
    """The firmware as the device wrote it, of the value that won.

    A build day that the parser took off (`dhip.build`) stands behind it again: what bounds a range
    of versions is often that day.
    """
    if Slot.FIRMWARE not in merged.values:
        return None
    winner = merged.rivals[Slot.FIRMWARE][0]
    items = [evidence[index] for index in winner.evidence]
    whole = [i for i in items if i.claims.get(Slot.FIRMWARE) == winner.value and _is_field(i)]
    built = (
        (item.fact.value, build)
        for item in whole
        for one in observations
        if one.first(item.fact.key) == item.fact.value
        and (build := one.first(_BUILD_OF.get(item.fact.key, "")))
    )
    for value, build in built:
        return f"{value}, build: {build}"
    return whole[0].fact.value if whole else winner.value


def _is_field(item: Evidence) -> bool:
    """The protocol's own field says it, no rule."""
    return item.fingerprint.startswith("field:")


def _services(observations: Iterable[Observation]) -> tuple[Service, ...]:
    """The ports that answered, by port; each protocol once."""
    found: dict[tuple[int, str, str], str | None] = {}
    for one in observations:
        tcp = one.transport in _ON_TCP
        if not one.port or one.transport is Transport.ETHERNET or one.address is None:
            continue
        if not tcp and one.port >= EPHEMERAL:
            continue
        key = (one.port, "tcp" if tcp else "udp", one.probe)
        found[key] = found.get(key) or _banner(one)
    return tuple(Service(*key, banner) for key, banner in sorted(found.items()))


def _banner(observation: Observation) -> str | None:
    """The shortest telling line of an answer."""
    for key in (*_BANNERS, f"{observation.probe}.banner"):
        value = observation.first(key)
        if value:
            return value[:BANNER_CHARS]
    return None


def _certificate(observations: Iterable[Observation]) -> Certificate | None:
    """The last certificate shown, if its fields can be read."""
    found: Certificate | None = None
    for one in observations:
        digest, subject = one.first("tls.sha256"), one.first("tls.subject")
        start = _moment(one.first("tls.not_before"))
        end = _moment(one.first("tls.not_after"))
        if digest and subject is not None and start and end:
            issuer, serial = one.first("tls.issuer") or "", one.first("tls.serial") or ""
            found = Certificate(subject, issuer, serial, start, end, digest)
    return found


def _moment(text: str | None) -> datetime | None:
    """RFC 3339 to a moment in UTC."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
