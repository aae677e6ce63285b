"""Whose label a device carries, and whose make its own answers show.

The label is what the device says its brand is. A trace is what betrays a maker whatever the label
says; only rules of that maker's own fingerprint file count, never what a brand is known for.
Traces are counted by independent kinds, not by how often one thing was seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camfinder.document import DeviceDoc, EvidenceDoc
from camfinder.judge.makers import Makers, plain
from camfinder.judge.tables import is_id

RANK: Mapping[str, int] = {"hint": 1, "family": 2, "distinct": 3, "declared": 4}
FAMILY = RANK["family"]
DISTINCT = RANK["distinct"]
DECLARED = RANK["declared"]
NEEDED = 2
"""Independent kinds of traces from which on a maker is shown."""

MAC = "MAC organisation"
PROTOCOL = "own protocol"
MODEL = "model grammar"
FIRMWARE = "firmware form"
_COMMON: Mapping[str, str] = {
    "http": "web pages",
    "tls": "certificate",
    "rtsp": "stream server",
    "onvif": "ONVIF form",
    "wsd": "ONVIF form",
    "snmp": "SNMP number",
    "mdns": "announced services",
    "ssdp": "announced services",
    "upnp": "announced services",
    "dhcp": "DHCP form",
    "sip": "SIP form",
    "telnet": "greeting",
    "ftp": "greeting",
    "ssh": "greeting",
    "arp": MAC,
    "mac": MAC,
}
_LAST: Mapping[str, str] = {
    "realm": "realm or serial form",
    "www_authenticate": "realm or serial form",
    "serial": "realm or serial form",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """One independent kind of sign that a maker made the device.

    Attributes:
        kind: In words: `own protocol`, `firmware form` ...
        strength: As in `RANK`, of the strongest evidence.
        evidence: Ids of the device's evidence.
        shown: The strongest fact, `sadp.serial`.
        makes: It says who made the device, not only what label it carries.
    """

    kind: str
    strength: int
    evidence: tuple[str, ...]
    shown: str
    makes: bool

    @property
    def counts(self) -> bool:
        """It is one of the signals: family or better, or the MAC's organisation."""
        return self.strength >= FAMILY or self.kind == MAC


@dataclass(frozen=True, slots=True)
class Label:
    """The brand that the device carries.

    Attributes:
        id: Of the makers, else of the fingerprints, else as the device wrote it.
        name: For reports.
        strength: As in `RANK`, at least family.
        evidence: Ids of the device's evidence.
        rivals: Names of brands for which equally strong evidence speaks.
        familiar: The fingerprints or makers know this brand.
    """

    id: str
    name: str
    strength: int
    evidence: tuple[str, ...]
    rivals: tuple[str, ...]
    familiar: bool


def label_of(device: DeviceDoc, makers: Makers) -> Label | None:
    """The brand with the strongest evidence, of family strength at least; None without."""
    claims = [c for c in device.claims.get("brand", []) if RANK.get(c.strength, 0) >= FAMILY]
    if not claims:
        return None
    won = next((claim for claim in claims if claim.value == device.brand), claims[0])
    strength = RANK[won.strength]
    rivals = tuple(c.value for c in claims if c is not won and RANK[c.strength] == strength)
    items = [item for item in device.evidence if item.id in won.evidence]
    known = next((item.claims["brand"] for item in items if "brand" in item.claims), won.value)
    key = _exact(items, makers) or (known if known in makers.by_id else None)
    key = key or makers.by_name.get(plain(won.value)) or known
    familiar = key in makers.by_id or known != won.value or is_id(known)
    name = makers.name(key) if key in makers.by_id else won.value
    return Label(key, name, strength, tuple(won.evidence), rivals, familiar)


def _exact(items: Iterable[EvidenceDoc], makers: Makers) -> str | None:
    """The company that a field made for the brand spells out: it may be part of a wider brand."""
    for item in items:
        if item.fingerprint.startswith("field:") and item.fact != "mac.organization":
            found = makers.by_name.get(plain(item.value))
            if found is not None:
                return found
    return None


def traces_of(device: DeviceDoc) -> dict[str, tuple[Trace, ...]]:
    """Maker id to the traces of it in the device's evidence, the strongest first."""
    found: dict[str, dict[str, list[tuple[int, EvidenceDoc]]]] = {}
    for item in device.evidence:
        for vendor, kind, strength in _speaks_for(item):
            found.setdefault(vendor, {}).setdefault(kind, []).append((strength, item))
    return {vendor: _traces(vendor, kinds) for vendor, kinds in found.items()}


def _traces(vendor: str, kinds: Mapping[str, list[tuple[int, EvidenceDoc]]]) -> tuple[Trace, ...]:
    """The kinds that rest on facts of their own: one text read in two ways is one sign."""
    traces: list[Trace] = []
    used: set[tuple[str, str]] = set()
    best = {kind: max(strength for strength, _item in items) for kind, items in kinds.items()}
    for kind in sorted(kinds, key=lambda kind: (-best[kind], kind)):
        items = kinds[kind]
        facts = {(item.fact, item.value) for _strength, item in items}
        if facts <= used:
            continue
        used |= facts
        first = max(items, key=lambda pair: pair[0])[1]
        makes = any(item.claims.get("maker") == vendor for _strength, item in items)
        ids = tuple(item.id for _strength, item in items)
        traces.append(Trace(kind, best[kind], ids, first.fact, makes))
    return tuple(traces)


def _speaks_for(item: EvidenceDoc) -> Iterable[tuple[str, str, int]]:
    """Maker, kind of trace and strength of an item; nothing where it only tells of the brand."""
    named = {slot: item.claims[slot] for slot in ("maker", "brand") if slot in item.claims}
    if item.fact == "mac.organization":
        return [(vendor, MAC, RANK["hint"]) for vendor in set(named.values())]
    source, _dot, rest = item.fingerprint.partition(".")
    if item.fingerprint.startswith(("field:", "brand-word:")):
        brand = named.get("brand")
        kind = kind_of(item.fingerprint, item.fact)
        return [(brand, kind, RANK[item.strength_of("brand")])] if brand else []
    slots: list[str] = [slot for slot, vendor in named.items() if vendor == source]
    if rest.startswith("model.") and not named and "kind" in item.claims:
        slots = ["kind"]  # another brand is stated beside: the form still tells whose numbers
    form = kind_of(item.fingerprint, item.fact)
    found = []
    if slots:
        found.append((source, form, max(RANK[item.strength_of(slot)] for slot in slots)))
    maker = named.get("maker")
    if maker is not None and maker != source and form == FIRMWARE:
        # The brand's customer code inside the maker's form of version: the form is the maker's.
        found.append((maker, form, RANK[item.strength_of("maker")]))
    return found


def kind_of(fingerprint: str, fact: str) -> str:
    """The independent kind that a fact belongs to.

    A fact of a protocol that is not shared by all makers is that maker's own protocol.
    """
    prefix, _dot, rest = fact.partition(".")
    last = rest.rpartition(".")[2]
    if ".model." in fingerprint:
        return MODEL
    if last == "firmware":
        return FIRMWARE
    if prefix not in _COMMON or fact == "http.answered":
        return PROTOCOL
    return _LAST.get(last) or _COMMON[prefix]


def shown(traces: Iterable[Trace]) -> tuple[Trace, ...]:
    """Those that count as signals."""
    return tuple(trace for trace in traces if trace.counts)
