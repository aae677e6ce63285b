"""What a document comes down to: marks of each device, and the numbers that head a report.

A number that nobody worked out is None, never 0: without policies nothing is "not listed".
"""

from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

from camfinder.document import DeviceDoc, Document

MARKS = (
    "kev", "listed", "listed-through-maker", "affected", "brand-known-to-relabel",
    "possibly-affected", "posture", "unrecorded", "recorded-differently", "ambiguous", "disputed",
    "appeared", "changed", "accepted", "false-positive",
)  # fmt: skip
"""Worst first: a cell of the address map takes the colour of a device's first mark."""
GROUPS = ("surveillance", "possible", "unknown", "other")


class Headline(NamedTuple):
    """One number at the head of a report.

    Attributes:
        key: `surveillance`, `unrecorded`, `listed`, `kev`, `not-seen`, `blind-spots`.
        number: None where nothing was given to work it out from.
        more: A second number that explains the first (possible devices, possibly affected ...).
    """

    key: str
    number: int | None
    more: int = 0


def group(device: DeviceDoc) -> str:
    """The group of a device, one of `GROUPS`."""
    if device.surveillance:
        return "surveillance"
    if device.surveillance is False:
        return "other"
    return "possible" if device.possible else "unknown"


def marks(device: DeviceDoc, changes: Iterable[str] = ()) -> tuple[str, ...]:
    """What there is to say against a device, worst first.

    Args:
        device: The device.
        changes: Kinds of its changes since the run before.
    """
    found = set(changes)
    for finding in device.findings:
        if finding.kind == "advisory" and finding.verdict == "affected" and finding.kev:
            found.add("kev")
        found.add("posture" if finding.kind == "posture" else finding.verdict)
    if device.record is not None:
        found.add(device.record.status)
    if device.triage is not None and device.triage.status is not None:
        found.add(device.triage.status)
    if device.disputed:
        found.add("disputed")
    return tuple(mark for mark in MARKS if mark in found)


def changes_of(document: Document) -> dict[str, set[str]]:
    """Device id to the kinds of its changes."""
    kinds: dict[str, set[str]] = {}
    for change in document.changes or ():
        kinds.setdefault(change.device, set()).add(change.kind)
    return kinds


def judged(document: Document, kind: str) -> bool:
    """Whether findings of a kind (policy, advisory) were looked for in this document."""
    data = {"policy": document.tool.policies, "advisory": document.tool.advisories}.get(kind)
    return data is not None or any(
        finding.kind == kind for device in document.devices for finding in device.findings
    )


def records_given(document: Document) -> bool:
    """Whether the devices were compared with records."""
    return bool(document.records) or any(d.record is not None for d in document.devices)


def headlines(document: Document) -> tuple[Headline, ...]:
    """The numbers of the report's head, in the order in which they are read."""
    wanted = [device for device in document.devices if device.surveillance]
    counted = Counter(mark for device in wanted for mark in marks(device))
    listed = sum(_listed(device) for device in wanted)
    maybe_kev = sum(_maybe_exploited(device) for device in wanted)
    policies, advisories = judged(document, "policy"), judged(document, "advisory")
    given = records_given(document)
    missing = [r for r in document.records if r.status == "not-seen"]
    outside = sum(record.in_scope is False for record in missing)
    return (
        Headline("surveillance", len(wanted), len(document.possible)),
        Headline(
            "unrecorded",
            counted["unrecorded"] if given else None,
            counted["recorded-differently"],
        ),
        Headline("listed", listed if policies else None, counted["brand-known-to-relabel"]),
        Headline("kev", counted["kev"] if advisories else None, maybe_kev),
        Headline("not-seen", len(missing) - outside if given else None, outside),
        Headline("blind-spots", len(document.run.blind_spots), len(document.problems)),
    )


def _listed(device: DeviceDoc) -> bool:
    return any(f.verdict in {"listed", "listed-through-maker"} for f in device.findings)


def _maybe_exploited(device: DeviceDoc) -> bool:
    verdicts = {f.verdict for f in device.findings if f.kind == "advisory" and f.kev}
    return "possibly-affected" in verdicts and "affected" not in verdicts


def address_order(text: str | None) -> tuple[int, int]:
    """A sort key by which addresses come in the order of their numbers, unknown ones last."""
    try:
        address = ip_address((text or "").partition("%")[0])
    except ValueError:
        return (9, 0)
    return (address.version, int(address))


def ordered(document: Document) -> list[DeviceDoc]:
    """The devices by group, then by address."""
    return sorted(
        document.devices, key=lambda d: (GROUPS.index(group(d)), address_order(d.address), d.id)
    )
