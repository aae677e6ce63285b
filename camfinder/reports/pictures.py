"""What the pictures of a report show: counted here, drawn in `svg`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, ip_address

from markupsafe import escape

from camfinder.document import DeviceDoc, Document
from camfinder.reports.firmware_age import build_date
from camfinder.reports.inert import shorten, visible
from camfinder.reports.summary import group, judged, marks
from camfinder.reports.svg import Bar, Event, Spot, address_map, bars, timeline
from camfinder.reports.texts import Texts

LETTERS = {
    "kev": "K", "listed": "L", "affected": "A", "unrecorded": "U", "recorded-differently": "D",
    "surveillance": "", "possible": "?", "unknown": "", "other": "", "not-seen": "-",
}  # fmt: skip
"""The sorts of a map's cells, worst first, with the letter that says them without colour."""
MOST_MAPS = 64
MOST_BARS = 12
_YEAR = 365.25
_AGES = ((1, "under-1"), (2, "1-2"), (3, "2-3"), (5, "3-5"), (1000, "over-5"))
_LANES = ("appeared", "changed", "gone")


def style(device: DeviceDoc) -> str:
    """The sort of a device's cell, one of `LETTERS`."""
    found = set(marks(device))
    if "listed-through-maker" in found:
        found.add("listed")
    worst = next((sort for sort in LETTERS if sort in found), None)
    return worst if worst is not None and device.surveillance else group(device)


Networks = Mapping[int, Mapping[int, Spot]]
"""The first 24 bits of an IPv4 network to its addresses, by their last octet."""


def maps(nets: Networks, text: Texts) -> Iterator[str]:
    """A map for each /24 in which anything was seen or recorded, in order."""
    words = {sort: text(f"sort.{sort}") for sort in LETTERS}
    fullest = sorted(nets, key=lambda net: -len(nets[net]))[:MOST_MAPS]
    for number, net in enumerate(sorted(fullest)):
        spots = sorted(nets[net].values())
        title = text("map.title", net=f"{IPv4Address(net << 8)}/24", n=len(spots))
        drawn = address_map(f"map{number}", title, spots, words)
        yield f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>"


def maps_left_out(nets: Networks) -> int:
    """How many networks have no map, as there would be too many."""
    return max(0, len(nets) - MOST_MAPS)


def sorts_used(nets: Networks) -> list[str]:
    """The sorts that occur, for the legend."""
    used = {spot.style for spots in nets.values() for spot in spots.values()}
    return [sort for sort in LETTERS if sort in used]


def networks(document: Document, anchors: Mapping[str, str]) -> Networks:
    """The IPv4 /24 in which anything was seen or recorded.

    Args:
        document: The inventory.
        anchors: Device id to the anchor of its section, to which a click on its cell leads.
    """
    nets: dict[int, dict[int, Spot]] = {}
    for record in document.records:
        if record.status == "not-seen" and (number := _number(record.address)) is not None:
            name = visible(f"{record.address} {record.name or ''}")
            spot = Spot(number & 255, "not-seen", LETTERS["not-seen"], shorten(name, 80), None)
            nets.setdefault(number >> 8, {})[number & 255] = spot
    for device in document.devices:
        if (number := _number(device.address)) is not None:
            sort = style(device)
            name = " ".join(filter(None, (device.address, device.brand, device.model)))
            title, anchor = shorten(visible(name), 80), anchors.get(device.id)
            spot = Spot(number & 255, sort, LETTERS[sort], title, anchor)
            nets.setdefault(number >> 8, {})[number & 255] = spot
    return nets


def _number(address: str | None) -> int | None:
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    return int(found) if isinstance(found, IPv4Address) else None


def makers(document: Document, text: Texts) -> str:
    """Surveillance devices by maker; the second colour are those that a policy lists."""
    wanted = document.surveillance
    names = [visible(device.maker or text("unknown.maker")) for device in wanted]
    return _counted("makers", text("makers.title"), wanted, names, text, document)


def models(document: Document, text: Texts) -> str:
    """Surveillance devices by brand and model."""
    wanted = document.surveillance
    names = [
        visible(" ".join(filter(None, (d.brand, d.model))) if d.model else text("unknown.model"))
        for d in wanted
    ]
    return _counted("models", text("models.title"), wanted, names, text, document)


def _counted(
    name: str,
    title: str,
    devices: Sequence[DeviceDoc],
    names: Sequence[str],
    text: Texts,
    document: Document,
) -> str:
    counts = Counter(names)
    unnamed = {text("unknown.maker"), text("unknown.model")}
    listed = Counter(
        label
        for label, device in zip(names, devices, strict=True)
        if {"listed", "listed-through-maker"} & set(marks(device))
    )
    named = sorted((k for k in counts if k not in unnamed), key=lambda k: (-counts[k], k))
    rows = [Bar(shorten(k, 120), counts[k], listed[k]) for k in named[:MOST_BARS]]
    if rest := named[MOST_BARS:]:
        number, part_of = sum(counts[k] for k in rest), sum(listed[k] for k in rest)
        rows.append(Bar(text("bars.rest", n=len(rest)), number, part_of, "bar soft"))
    rows += [Bar(k, counts[k], listed[k], "bar soft") for k in unnamed if k in counts]
    part = text("bars.listed") if judged(document, "policy") else ""
    return bars(name, title, rows, part)


def ages(document: Document, text: Texts) -> str:
    """Surveillance devices by the age of their firmware, where its text holds a date."""
    seen = document.run.started_at.date()
    counts: Counter[str] = Counter()
    for device in document.surveillance:
        built = build_date(device.firmware_raw or device.firmware, device.brand, seen)
        years = None if built is None else (seen - built).days / _YEAR
        counts["none" if years is None else next(k for top, k in _AGES if years < top)] += 1
    rows = [Bar(text(f"age.{key}"), counts[key]) for _, key in _AGES]
    rows.append(Bar(text("age.none"), counts["none"], 0, "bar soft"))
    return bars("ages", text("ages.title"), rows)


def changes(document: Document, text: Texts) -> str:
    """What appeared, changed and went since the run before; empty where nothing did."""
    events = [Event(c.kind, c.at) for c in document.changes or () if c.kind in _LANES]
    if not events:
        return ""
    lanes = {lane: text(f"change.{lane}") for lane in _LANES}
    return timeline("timeline", text("timeline.title"), lanes, events)
