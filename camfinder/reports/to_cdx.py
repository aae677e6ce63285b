"""CycloneDX 1.6 (JSON): devices with their firmware as components, advisories as VEX.

A component of type `device` for each device: `manufacturer` is the maker, `supplier` the brand on
its label, its firmware a component inside it. Advisory findings become vulnerabilities with an
analysis: `affected` is `exploitable`, `possibly-affected` is `in_triage`, `not-in-range` is
`not_affected` (by its version, hence no justification, but the reason in `detail`). Equal
judgements share one entry. All else stands in properties named `camfinder:*`.

Written with msgspec: cyclonedx-python-lib took 80 s for 10,000 devices. The tests hold the output
against that library and its schema.

Source: CycloneDX 1.6 JSON schema (ECMA-424).
"""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec
import re2

from camfinder.document import DeviceDoc, Document, FindingDoc, encode
from camfinder.reports import Report
from camfinder.reports.cpe import of_part
from camfinder.reports.inert import shorten, visible

MAX_TEXT = 1_000
"""The schema ends a version at 1,024 characters."""
STATES = {
    "affected": ("exploitable", "affected"),
    "possibly-affected": ("in_triage", "unknown"),
    "not-in-range": ("not_affected", "unaffected"),
}
"""Verdict to the state of the analysis and the status of the version."""
_CVE = re2.compile(r"CVE-\d{4}-\d{4,19}")
_LINK = re2.compile(
    r"https?://[a-zA-Z0-9.-]{1,253}(?::\d{1,5})?(?:/[a-zA-Z0-9/._~?=&%#+-]{0,500})?"
)
_SEVERITIES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"), (0.0, "none"))
_TOLD = (
    "kind", "confidence", "address", "mac", "serial", "hostname", "endpoint_uuid",
    "claimed_address", "channels", "firmware_raw",
)  # fmt: skip


class Property(msgspec.Struct):
    """A name with a value."""

    name: str
    value: str


class Organization(msgspec.Struct):
    """A maker or a label."""

    name: str


class Component(msgspec.Struct, omit_defaults=True, kw_only=True, rename={"bom_ref": "bom-ref"}):
    """A device, its firmware, or the tool."""

    type: str
    bom_ref: str = ""
    supplier: Organization | None = None
    manufacturer: Organization | None = None
    name: str
    version: str = ""
    description: str = ""
    cpe: str | None = None
    properties: list[Property] = []
    components: list["Component"] = []


class Tools(msgspec.Struct):
    """What made the document."""

    components: list[Component]


class Phase(msgspec.Struct):
    """A phase of the life cycle."""

    phase: str


class Metadata(msgspec.Struct, omit_defaults=True):
    """When and by what."""

    timestamp: str
    lifecycles: list[Phase]
    tools: Tools
    properties: list[Property] = []


class Origin(msgspec.Struct, omit_defaults=True):
    """Who publishes a vulnerability."""

    name: str
    url: str | None = None


class Rating(msgspec.Struct):
    """A score and its word in the qualitative scale of CVSS 3 and 4."""

    score: float
    severity: str


class Advisory(msgspec.Struct):
    """Where to read on."""

    url: str


class Analysis(msgspec.Struct, omit_defaults=True):
    """The verdict, and why."""

    state: str
    response: list[str] = []
    detail: str = ""


class Version(msgspec.Struct):
    """A firmware and whether it is affected."""

    version: str
    status: str


class Affected(msgspec.Struct, omit_defaults=True):
    """A component that the analysis is of."""

    ref: str
    versions: list[Version] = []


class Vulnerability(
    msgspec.Struct, omit_defaults=True, kw_only=True, rename={"bom_ref": "bom-ref"}
):
    """An advisory with one analysis, for all components that share it."""

    bom_ref: str
    id: str
    source: Origin | None = None
    ratings: list[Rating] = []
    description: str = ""
    recommendation: str = ""
    advisories: list[Advisory] = []
    analysis: Analysis
    affects: list[Affected]
    properties: list[Property] = []


class Bom(msgspec.Struct, omit_defaults=True, kw_only=True, rename="camel"):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    bom_format: str
    spec_version: str
    serial_number: str | None = None
    version: int
    metadata: Metadata
    components: list[Component]
    vulnerabilities: list[Vulnerability] = []


def render(document: Document) -> bytes:
    """The JSON, in one line; equal documents have equal serial numbers."""
    named = list(zip(_refs(document.devices), document.devices, strict=True))
    bom = Bom(
        schema="http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format="CycloneDX",
        spec_version="1.6",
        version=1,
        metadata=_metadata(document),
        components=[_device(ref, device) for ref, device in named],
        vulnerabilities=_vulnerabilities(named),
    )
    digest = hashlib.sha256(msgspec.json.encode(bom)).digest()
    bom.serial_number = f"urn:uuid:{UUID(bytes=digest[:16], version=5)}"
    return encode(bom) + b"\n"


def _refs(devices: Iterable[DeviceDoc]) -> Iterator[str]:
    """A reference for each device that no other has."""
    taken: set[str] = set()
    for number, device in enumerate(devices):
        ref = f"device:{_text(device.id)}"
        ref = ref if ref not in taken else f"{ref}#{number}"
        taken.add(ref)
        yield ref


def _metadata(document: Document) -> Metadata:
    run, tool = document.run, document.tool
    told: list[tuple[str, str | None]] = [
        ("mode", run.mode),
        ("site", run.site),
        *(("scope", part) for part in run.scope),
        *((f"source:{source.sha256[:64]}", source.name) for source in run.sources),
        *(("not-seen", f"{s.what} ({s.why}; {s.remedy})") for s in run.blind_spots),
        ("fingerprints", tool.fingerprints),
        *((f"policies:{name}", value) for name, value in (tool.policies or {}).items()),
        *((f"advisories:{name}", value) for name, value in (tool.advisories or {}).items()),
    ]
    camfinder = Component(type="application", name="camfinder", version=_text(tool.version))
    return Metadata(
        timestamp=f"{run.ended_at:%Y-%m-%dT%H:%M:%SZ}",
        lifecycles=[Phase("discovery")],
        tools=Tools([camfinder]),
        properties=_properties(told),
    )


def _device(ref: str, device: DeviceDoc) -> Component:
    name = device.model or device.brand or device.maker
    where = device.address or device.mac or device.id
    return Component(
        type="device",
        bom_ref=ref,
        supplier=Organization(_text(device.brand)) if device.brand else None,
        manufacturer=Organization(_text(device.maker)) if device.maker else None,
        name=_text(name or f"device of kind {device.kind}"),
        description=_text(f"{device.kind} at {where}"),
        cpe=of_part(device.cpes, "h"),
        properties=_properties(_told(device)),
        components=[_firmware(ref, device)] if device.firmware else [],
    )


def _firmware(ref: str, device: DeviceDoc) -> Component:
    named = " ".join(filter(None, (device.model or device.brand or device.kind, "firmware")))
    return Component(
        type="firmware",
        bom_ref=_firmware_ref(ref),
        name=_text(named),
        version=_text(device.firmware or ""),
        cpe=of_part(device.cpes, "o"),
    )


def _firmware_ref(ref: str) -> str:
    return f"firmware:{ref}"


def _told(device: DeviceDoc) -> Iterator[tuple[str, str | None]]:
    yield "surveillance", {True: "yes", False: "no", None: "undecided"}[device.surveillance]
    for name in _TOLD:
        value = getattr(device, name)
        yield name, None if value is None else str(value)
    for address in device.addresses[1:]:
        yield "further-address", address
    for slot, rivals in device.disputed.items():
        yield f"disputed:{slot}", " / ".join(rivals)
    for finding in device.findings:
        if finding.kind != "advisory":
            yield f"{finding.kind}:{finding.id}", f"{finding.verdict}: {finding.because}"
    if device.record is not None:
        yield "record", device.record.status
    yield "first_seen", f"{device.first_seen:%Y-%m-%dT%H:%M:%SZ}"
    yield "last_seen", f"{device.last_seen:%Y-%m-%dT%H:%M:%SZ}"


def _vulnerabilities(named: Iterable[tuple[str, DeviceDoc]]) -> list[Vulnerability]:
    """One entry for all devices of which the same is said for the same reason."""
    made: dict[tuple[object, ...], Vulnerability] = {}
    touched: dict[tuple[object, ...], set[str]] = {}
    for ref, device in named:
        for finding in device.findings:
            if finding.kind != "advisory":
                continue
            key = (finding.id, finding.verdict, finding.because, finding.fixed_in, finding.kev)
            if key not in made:
                made[key] = _vulnerability(f"advisory:{len(made) + 1}", finding)
                touched[key] = set()
            target = _firmware_ref(ref) if device.firmware else ref
            if target not in touched[key]:
                touched[key].add(target)
                made[key].affects.append(_affected(target, device, finding))
    return list(made.values())


def _affected(ref: str, device: DeviceDoc, finding: FindingDoc) -> Affected:
    if not device.firmware:
        return Affected(ref)
    status = STATES.get(finding.verdict, ("", "unknown"))[1]
    return Affected(ref, [Version(_text(device.firmware), status)])


def _vulnerability(ref: str, finding: FindingDoc) -> Vulnerability:
    state, _status = STATES.get(finding.verdict, ("in_triage", ""))
    name, fixed = _text(finding.id), finding.fixed_in
    page = finding.reference or ""
    told = [
        ("known-exploited", None if finding.kev is None else str(finding.kev).lower()),
        ("known-exploited-since", finding.kev_date),
        ("verdict", finding.verdict),
    ]
    return Vulnerability(
        bom_ref=ref,
        id=name,
        source=_origin(name),
        ratings=[] if finding.cvss is None else [_rating(finding.cvss)],
        description=_text(finding.title),
        recommendation=_text(f"Update the firmware to {fixed} or later.") if fixed else "",
        advisories=[Advisory(page)] if _LINK.fullmatch(page) else [],
        analysis=Analysis(
            state=state,
            response=["update"] if fixed and state == "exploitable" else [],
            detail=_text(finding.because),
        ),
        affects=[],
        properties=_properties(told),
    )


def _origin(name: str) -> Origin | None:
    if _CVE.fullmatch(name) is None:
        return None
    return Origin("CVE Program", f"https://www.cve.org/CVERecord?id={name}")


def _rating(score: float) -> Rating:
    return Rating(score, next((word for low, word in _SEVERITIES if score >= low), "none"))


def _properties(told: Iterable[tuple[str, str | None]]) -> list[Property]:
    return [Property(f"camfinder:{_text(name)}", _text(value)) for name, value in told if value]


def _text(value: str) -> str:
    return shorten(visible(shorten(value, MAX_TEXT)), MAX_TEXT)


REPORT = Report(
    name="cdx",
    suffix=".cdx.json",
    title="CycloneDX 1.6: devices, firmware, advisories as VEX",
    render=render,
)
