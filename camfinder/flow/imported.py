"""What other tools have seen, added to the document: addresses and MACs that a sweep cannot see.

ARP and MAC tables, leases and Nmap's results become evidence with their file and line as origin.
All of it is a hint: a MAC's prefix speaks for a maker, nothing is decided by it. A sighting joins
the device with its MAC, else the one at its address; it does not where the two disagree (an entry
of a table outlives the device that it was made for).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from ipaddress import ip_address

from camfinder.document import ClaimDoc, DeviceDoc, Document, SourceDoc, build
from camfinder.match.boxes import Sighting as Observed
from camfinder.match.engine import Engine
from camfinder.match.identify import describe, identify
from camfinder.model import (
    Device,
    Evidence,
    Fact,
    Inventory,
    Observation,
    Run,
    Slot,
    Strength,
    Transport,
)
from camfinder.records.record import Sighting
from camfinder.records.text import trouble

MAX_ADDRESSES = 3
"""A MAC with more IPv4 addresses belongs to a router or proxy: it is no device's."""
MAX_EVIDENCE = 2_000


@dataclass(frozen=True, slots=True)
class Imported:
    """A file of evidence that was read.

    Attributes:
        name: Of the file.
        sha256: Of its bytes.
        form: What it was read as.
        trouble: What is wrong with it; empty for nothing.
    """

    name: str
    sha256: str
    form: str
    sightings: tuple[Sighting, ...]
    trouble: str = ""


def imported(name: str, data: bytes, form: str, sightings: Iterable[Sighting]) -> Imported:
    """A file of evidence, with its digest."""
    digest = hashlib.sha256(data).hexdigest()
    return Imported(name, digest, form, tuple(sightings), trouble(data, name))


@dataclass(slots=True)
class _Index:
    """The devices of the document by what a table can name."""

    by_mac: dict[str, DeviceDoc] = field(default_factory=dict)
    by_address: dict[str, list[DeviceDoc]] = field(default_factory=lambda: defaultdict(list))

    def add(self, device: DeviceDoc) -> None:
        for mac in _macs(device):
            self.by_mac.setdefault(mac, device)
        for address in device.addresses:
            self.by_address[address].append(device)

    def find(self, seen: Sighting, *, routed: bool) -> DeviceDoc | None:
        """The device that a sighting is of; None where none, or not surely one."""
        if seen.mac and seen.mac in self.by_mac:
            return self.by_mac[seen.mac]
        here = self.by_address.get(seen.address or "", [])
        if len(here) != 1:
            return None
        others = _macs(here[0]) - {seen.mac}
        return here[0] if not seen.mac or routed or not others else None


def _macs(device: DeviceDoc) -> set[str]:
    claimed = (c.value for c in device.claims.get("mac", []) if c.strength != "hint")
    return {mac for mac in (device.mac, *claimed) if mac}


def add(document: Document, files: Sequence[Imported], engine: Engine) -> None:
    """Add what the files have seen.

    Args:
        document: Changed in place: evidence to known devices, further devices, sources.
        files: As read.
        engine: For the makers of MACs.
    """
    sightings = [seen for file in files for seen in file.sightings]
    index = _Index()
    for device in document.devices:
        index.add(device)
    routers = _routers(sightings)
    of_known: dict[str, list[Observed]] = defaultdict(list)
    rest: list[Observed] = []
    at = document.run.ended_at
    for seen in sightings:
        routed = seen.mac in routers
        known = index.find(seen, routed=routed)
        if known is None and seen.address in index.by_address:
            # Somebody else answers there now: the entry is old, its device elsewhere or gone.
            seen = replace(seen, address=None)  # noqa: PLW2901 - the same sighting, less of it
        observed = _observed(seen, engine, at, routed=routed)
        if known is not None:
            of_known[known.id] += observed
        elif seen.address or not routed:
            rest += observed
    _join(document, of_known, engine)
    document.devices += _new(rest, document, engine)
    document.run.sources += [SourceDoc(name=file.name, sha256=file.sha256) for file in files]


def observations(files: Sequence[Imported], engine: Engine, at: datetime) -> list[Observation]:
    """The sightings as observations, for whoever keeps those; `sightings_in` reads them again."""
    sightings = [seen for file in files for seen in file.sightings]
    routers = _routers(sightings)
    made = (_observed(seen, engine, at, routed=seen.mac in routers) for seen in sightings)
    return [observation for each in made for observation, _evidence in each]


def sightings_in(kept: Iterable[Observation]) -> Imported:
    """What `observations` was made of, as one file."""
    found: list[Sighting] = []
    for observation in kept:
        if observation.transport is not Transport.ETHERNET:
            banner = _said(observation, "banner") or ""
            service = (observation.port, observation.transport.value, banner)
            found[-1] = replace(found[-1], services=(*found[-1].services, service))
            continue
        source, _, row = observation.origin.rpartition("#")
        said = partial(_said, observation)
        found.append(
            Sighting(
                source=source,
                row=int(row),
                kind="nmap" if observation.probe == "nmap" else "lease",
                address=said("address"),
                mac=said("mac"),
                raw=observation.raw.decode("utf-8", "replace"),
                hostname=said("hostname"),
                at=observation.seen_at,
            )
        )
    return Imported("stored", "", "stored", tuple(found))


def _said(observation: Observation, key: str) -> str | None:
    return observation.first(f"{observation.probe}.{key}")


def _routers(sightings: Iterable[Sighting]) -> frozenset[str]:
    """MACs that stand for others: more addresses behind them than a device has."""
    pairs = {
        (seen.mac, seen.address)
        for seen in sightings
        if seen.mac and seen.address and ":" not in seen.address
    }
    count = Counter(mac for mac, _address in pairs)
    return frozenset(mac for mac, number in count.items() if number > MAX_ADDRESSES)


def _observed(seen: Sighting, engine: Engine, at: datetime, *, routed: bool) -> list[Observed]:
    """The sighting as observations, one for each open port, with evidence that is all hints."""
    probe = "nmap" if seen.kind == "nmap" else "import"
    told = (("mac", seen.mac), ("address", seen.address), ("hostname", seen.hostname))
    facts = tuple(Fact(f"{probe}.{key}", value) for key, value in told if value)
    first = Observation(
        probe=probe,
        address=ip_address(seen.address) if seen.address else None,
        port=0,
        transport=Transport.ETHERNET,
        facts=facts,
        seen_at=seen.at or at,
        origin=f"{seen.source}#{seen.row}",
        raw=seen.raw.encode("utf-8", "replace"),
        mac=None if routed else seen.mac,
    )
    found: list[Observed] = [(first, (*_own(first, routed=routed), *engine.evidence(first)))]
    for port, over, said in seen.services:
        transport = Transport.UDP if over == "udp" else Transport.TCP
        banner = (Fact(f"{probe}.banner", said),) if said else ()
        found.append((replace(first, port=port, transport=transport, facts=banner, mac=None), ()))
    return found


def _own(observation: Observation, *, routed: bool) -> Iterator[Evidence]:
    """What the entry itself says."""
    slots = {"mac": Slot.MAC, "hostname": Slot.HOSTNAME}
    for fact in observation.facts:
        slot = slots.get(fact.key.partition(".")[2])
        claimed = slot is not None and not (slot is Slot.MAC and routed)
        claims = {slot: fact.value} if slot is not None and claimed else {}
        yield Evidence(
            fingerprint=f"field:{fact.key}",
            fact=fact,
            claims=claims,
            strengths=dict.fromkeys(claims, Strength.HINT),
            probe=observation.probe,
            address=observation.address,
            port=0,
            transport=observation.transport,
            seen_at=observation.seen_at,
            where=observation.origin,
            raw=observation.raw,
        )


def _docs(devices: Iterable[Device], document: Document) -> list[DeviceDoc]:
    """Devices in the form of the document."""
    run = Run("scan", None, (), document.run.started_at, document.run.ended_at)
    return build(Inventory(run, tuple(devices), (), "")).devices


def _new(rest: Sequence[Observed], document: Document, engine: Engine) -> list[DeviceDoc]:
    """Devices of the sightings that belong to none of the document's."""
    docs = _docs(identify(rest, engine.fingerprints), document)
    taken = {device.id for device in document.devices}
    for doc in docs:
        number, name = 2, doc.id
        while doc.id in taken:
            doc.id, number = f"{name}-{number}", number + 1
        taken.add(doc.id)
    return docs


def _join(document: Document, of_known: Mapping[str, list[Observed]], engine: Engine) -> None:
    """Sightings of devices that are known already."""
    for device in document.devices:
        if device.id not in of_known:
            continue
        made = describe(of_known[device.id], engine.fingerprints)
        if made is not None:
            _merge(device, _docs([made], document)[0])


def _merge(device: DeviceDoc, more: DeviceDoc) -> None:
    """Evidence and claims of `more`, which are hints: what the device says of itself stays."""
    ids = {}
    for number, item in enumerate(more.evidence, len(device.evidence) + 1):
        if number > MAX_EVIDENCE:
            break
        ids[item.id] = f"e{number}"
        item.id = ids[item.id]
        device.evidence.append(item)
    for slot, claims in more.claims.items():
        mine = device.claims.setdefault(slot, [])
        for claim in claims:
            carried = [ids[each] for each in claim.evidence if each in ids]
            same = next((each for each in mine if each.value == claim.value), None)
            if same is not None:
                same.evidence += carried
            elif carried:
                mine.append(ClaimDoc(value=claim.value, strength=claim.strength, evidence=carried))
    device.mac = device.mac or more.mac
    device.hostname = device.hostname or more.hostname
    families = {":" in address for address in device.addresses}
    device.addresses += [a for a in more.addresses if (":" in a) not in families]
    device.address = device.address or more.address
    known = {(service.port, service.transport) for service in device.services}
    device.services += [s for s in more.services if (s.port, s.transport) not in known]
    device.services.sort(key=lambda service: (service.port, service.transport))
    device.last_seen = max(device.last_seen, more.last_seen)
