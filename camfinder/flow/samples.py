"""Devices whose facts a rule can be written from: of a document, of cases, of a capture, of a run.

A document holds what its evidence rests on, the banners of its services and the certificate; the
others hold every fact that was read.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from camfinder.capture.pcap import Capture
from camfinder.document import DeviceDoc, Document, loads
from camfinder.flow.cases import CaseReader
from camfinder.flow.messages import BadValue
from camfinder.flow.reader import Reader
from camfinder.flow.sightings import MAX_PER_ADDRESS
from camfinder.match.values import mac_text
from camfinder.model import CamfinderError, Fact, Observation, Problem, Slot
from camfinder.probes import Probe

MAX_FILE_BYTES = 512 << 20
MAX_ADDRESSES = 100_000
_IDENTITY: Mapping[Slot, str] = {
    Slot.SERIAL: "serial",
    Slot.MAC: "mac",
    Slot.HOSTNAME: "host",
    Slot.ENDPOINT_UUID: "uuid",
    Slot.CLAIMED_ADDRESS: "address",
}
"""Slots whose values identify a device, and what sort of value each is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One device, as far as it was seen.

    Attributes:
        name: How it is asked for: its id, address, or the id of the case.
        names: All of its names: addresses and MACs as well, lower case.
        title: What is known of it.
        known: Something names its brand.
        facts: What was read, each once, in order.
        identity: Kind and value of what identifies it, for `reports.placeholders`.
        day: When it was seen, empty where that is not known.
    """

    name: str
    names: frozenset[str]
    title: str
    known: bool
    facts: tuple[Fact, ...]
    identity: tuple[tuple[str, str], ...]
    day: str


def from_file(path: Path, probes: Sequence[Probe], declares: Mapping[str, Slot]) -> list[Sample]:
    """The devices of an inventory document, of cases in JSON Lines, or of a capture.

    Args:
        path: The file.
        probes: Whose parsers read messages and frames.
        declares: Facts that are fields made for a slot.

    Raises:
        CamfinderError: It cannot be read, is none of these, or is redacted.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CamfinderError(f"{path}: larger than 512 MiB; cut the device out of it")
        with path.open("rb") as file:
            first = file.read(64).lstrip()[:1]
            file.seek(0)
            data = file.read() if first == b"{" else b""
    except OSError as error:
        raise CamfinderError(
            f"{path}: {error.strerror}; give a document, cases in JSON Lines, or a capture"
        ) from error
    if first != b"{":
        return from_capture(path, probes, declares)
    if b'"camfinder.inventory/' in data[:4096]:
        return from_document(loads(data, str(path)), str(path))
    return list(from_cases(data.splitlines(), str(path), probes, declares))


def from_document(document: Document, name: str) -> list[Sample]:
    """The devices of a document.

    Raises:
        CamfinderError: It is redacted: its values are pseudonyms.
    """
    if document.redacted:
        raise CamfinderError(f"{name}: is redacted; take the document that it was made from")
    return [_of_document(device) for device in document.devices]


def _of_document(device: DeviceDoc) -> Sample:
    return Sample(
        name=next((a for a in device.addresses if ":" not in a), device.address or device.id),
        names=_names([device.id, *device.addresses, device.mac or ""]),
        title=" ".join(filter(None, (device.brand, device.model))) or device.kind,
        known=device.brand is not None,
        facts=tuple(dict.fromkeys(_facts_of(device))),
        identity=tuple(_identity_of(device)),
        day=device.last_seen.date().isoformat(),
    )


def _facts_of(device: DeviceDoc) -> Iterator[Fact]:
    for item in device.evidence:
        yield Fact(item.fact, item.value)
    for service in device.services:
        if service.banner and (key := _banner_fact(service.protocol, service.banner)):
            yield Fact(key, service.banner)
    if device.certificate is not None:
        yield Fact("tls.subject", device.certificate.subject)
        yield Fact("tls.issuer", device.certificate.issuer)


def _banner_fact(protocol: str, banner: str) -> str:
    """The fact that a service's line was; empty where that is not known.

    Of HTTP it is the server, or where that said nothing the title: a server's name is one word, or
    holds a slash or a version.
    """
    if protocol == "http":
        last = banner.rsplit(" ", maxsplit=1)[-1]
        server = "/" in banner or last == banner or last[:1].isdigit() or "httpd" in banner.lower()
        return "http.server" if server else "http.title"
    if protocol in {"rtsp", "sip", "ssdp"}:
        return f"{protocol}.server"
    return f"{protocol}.banner" if protocol in {"ftp", "telnet", "ssh"} else ""


def _identity_of(device: DeviceDoc) -> Iterator[tuple[str, str]]:
    for slot, kind in _IDENTITY.items():
        values = [claim.value for claim in device.claims.get(slot.value, [])]
        values.append(getattr(device, slot.value) or "")
        yield from ((kind, value) for value in dict.fromkeys(values) if value)
    yield from (("address", address) for address in device.addresses)
    if device.certificate is not None:
        yield "serial", device.certificate.serial


def from_cases(
    lines: Iterable[bytes], name: str, probes: Sequence[Probe], declares: Mapping[str, Slot]
) -> Iterator[Sample]:
    """The devices of cases, one a line (docs/identify.md).

    Raises:
        CamfinderError: A line is no case.
    """
    reader = CaseReader(probes)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = msgspec.json.decode(line)
            observations, _problems = reader.read(case)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            BadValue,
            AttributeError,
        ) as error:
            raise CamfinderError(f"{name}, line {number}: {error}; see docs/identify.md") from error
        known = str(case.get("id", number))
        yield _observed(known, observations, declares, case=True)


def from_capture(path: Path, probes: Sequence[Probe], declares: Mapping[str, Slot]) -> list[Sample]:
    """The devices of a capture, each address for itself.

    Raises:
        CamfinderError: It is no capture.
    """
    reader = Reader(probes, lambda _problem: None)
    found: dict[str, dict[tuple[Fact, ...], Observation]] = {}
    for frame in Capture(path, path.name).frames():
        if isinstance(frame, Problem):
            continue
        for one in reader.read(frame):
            place = str(one.address or one.mac or "")
            if place not in found and len(found) >= MAX_ADDRESSES:
                continue
            kept = found.setdefault(place, {})
            if len(kept) < MAX_PER_ADDRESS:
                kept.setdefault(one.facts, one)
    return [_observed(place, list(each.values()), declares) for place, each in found.items()]


def from_run(
    document: Document, observations: Iterable[Observation], declares: Mapping[str, Slot]
) -> list[Sample]:
    """The devices of a stored run, with every fact that was read of them.

    Args:
        document: Of the run.
        observations: Of the run.
        declares: Facts that are fields made for a slot.
    """
    heard: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        heard[str(one.address or one.mac or "")].append(one)
    found = []
    for device in document.devices:
        places = [*device.addresses, *filter(None, [device.mac])]
        mine = _observed("", [one for place in places for one in heard.get(place, ())], declares)
        told = _of_document(device)
        identity = tuple(dict.fromkeys((*told.identity, *mine.identity)))
        found.append(replace(told, facts=mine.facts or told.facts, identity=identity))
    return found


def _observed(
    name: str,
    observations: Sequence[Observation],
    declares: Mapping[str, Slot],
    *,
    case: bool = False,
) -> Sample:
    """One device from what was observed of it; a case's address and time are made up."""
    facts = tuple(dict.fromkeys(fact for one in observations for fact in one.facts))
    identity = [
        (_IDENTITY[slot], fact.value)
        for fact in facts
        if (slot := declares.get(fact.key)) is not None and slot in _IDENTITY
    ]
    places = [] if case else [str(one.address) for one in observations if one.address]
    macs = [one.mac for one in observations if one.mac]
    identity += [*(("address", place) for place in places), *(("mac", mac) for mac in macs)]
    seen: datetime | None = max((one.seen_at for one in observations), default=None)
    return Sample(
        name=name,
        names=_names([name, *places, *macs, *(v for k, v in identity if k == "mac")]),
        title="",
        known=False,
        facts=facts,
        identity=tuple(dict.fromkeys(identity)),
        day="" if case or seen is None else seen.date().isoformat(),
    )


def _names(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values if value)


def chosen(samples: Sequence[Sample], what: str) -> Sample:
    """The device of this name.

    Raises:
        CamfinderError: There is none, or nothing is said and there are several.
    """
    if not samples:
        raise CamfinderError("no device in it")
    if not what and len(samples) == 1:
        return samples[0]
    mac = mac_text(what)
    found = [each for each in samples if {what.lower(), mac or what.lower()} & each.names]
    if not found:
        raise CamfinderError(f"{what}: no such device; without a name the devices are listed")
    return found[0]


def pick(sample: Sample, key: str, part: str) -> Fact:
    """The fact of this key, or the one of several that holds the part.

    Raises:
        CamfinderError: The device has none.
    """
    found = [fact for fact in sample.facts if fact.key == key]
    if not found:
        raise CamfinderError(
            f"--fact {key}: not read of {sample.name}; without --fact all are listed"
        )
    holding = [fact for fact in found if part in fact.value]
    if not holding:
        raise CamfinderError(f"--part {part}: does not stand in {key} of {sample.name}")
    return holding[0]
