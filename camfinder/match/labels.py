"""Rules that follow from a vendor's names alone: what its label tells wherever devices show it.

A file with `sells` in its `[vendor]` needs no rules for titles, realms, banners and pages in which
nothing but the name is told (docs/fingerprints.md, "Names"). They are rules like those of the
files: checked with examples, listed, shown as evidence under ids of their own.
"""

from collections.abc import Iterator, Mapping

import re2

from camfinder.match.nouns import Hit, Miss, Rule, Vendor
from camfinder.match.patterns import Later
from camfinder.model import Kind, Slot, Strength

ONLY = "surveillance"
"""Value of `sells`: surveillance equipment alone goes under this name."""

ALSO = "cameras-too"
"""Value of `sells`: other things too."""

SELLS = {ONLY: ONLY, ALSO: ALSO}

_EDGE, _END = r"(?:^|[^0-9A-Za-z])", r"(?:[^0-9A-Za-z]|$)"
_BANNERS = (
    "http.title", "http.realm", "http.server", "http.copyright", "rtsp.realm", "rtsp.server",
    "rtsp.sdp.session", "rtsp.sdp.info", "tls.subject", "tls.issuer", "ftp.banner",
    "telnet.banner", "snmp.sysdescr", "sip.server", "sip.user_agent", "ssdp.server",
    "upnp.model_description", "upnp.model_name", "dhcp.vendor_class", "onvif.scope.name",
    "onvif.manufacturer", "onvif.scope.manufacturer", "upnp.manufacturer",
)  # fmt: skip
_OWNERS = ("upnp.friendly_name", "mdns.instance", "dhcp.hostname", "onvif.hostname")
"""Names that owners may change; the factory setting often holds the brand."""

_ONVIF = ("onvif.manufacturer", "onvif.scope.manufacturer")
_CLASS = (
    r"(?:(?:ip|network|internet|cctv|security|surveillance|dome|bullet|ptz|wireless|wi-?fi|cloud)"
    r"[ _-]?cam(?:era)?s?\b|\bip ?cam|\bvideo ?door(?:bell|phone)\b|\bvideo server\b)"
)
_PAGE = Later(
    r"(?is)^.{0,300}$|\b(?:camera|ipcam|[dn]vr|surveillance|onvif|rtsp|ptz|live ?view"
    r"|video server|doorbell|activex)\b"
)
"""A page that is short, or speaks of video surveillance."""

_ALONE: Mapping[Kind | None, Kind] = {
    kind: kind for kind in (Kind.VMS, Kind.ENCODER, Kind.DOORBELL)
}
"""What a name tells where nothing else is sold under it: makers of cameras make recorders too."""

_BESIDE: Mapping[Kind | None, Kind] = {
    None: Kind.CAMERA,
    Kind.CAMERA: Kind.CAMERA,
    Kind.DOORBELL: Kind.DOORBELL,
}
"""What such a word beside a name tells, by the kind of the vendor's devices."""


def rules_of(vendor: Vendor) -> Iterator[Rule]:
    """The rules that the vendor's names make; none where its file does not say what it sells."""
    names = "|".join(map(_spelled, _distinct((vendor.name, *vendor.aliases))))
    named = rf"(?i){_EDGE}(?:{names}){_END}"
    login, page = f"{vendor.name} Login", f"<h1>{vendor.name}</h1>Live View"
    if vendor.sells == ONLY:
        word = _ALONE.get(vendor.kind, Kind.SURVEILLANCE).value
        yield _rule(vendor, "named", _BANNERS, named, word, login, Strength.DISTINCT)
        yield _rule(vendor, "owner-name", _OWNERS, named, word, f"{vendor.name}-1")
        yield _rule(
            vendor, "page", ("http.body",), named, word, page, requires={"http.body": _PAGE}
        )
    elif vendor.sells == ALSO:
        kind = _BESIDE.get(vendor.kind, Kind.SURVEILLANCE)
        beside = rf"(?is){_EDGE}(?:{names}){_END}.{{0,60}}?{_CLASS}"
        beside += rf"|{_CLASS}.{{0,60}}?{_EDGE}(?:{names}){_END}"
        whole, word = rf"(?i)^(?:{names}){_END}", Kind.SURVEILLANCE.value
        yield _rule(vendor, "onvif", _ONVIF, whole, word, vendor.name)
        facts = (*(key for key in _BANNERS if key not in _ONVIF), *_OWNERS)
        text = f"{vendor.name} IP Camera"
        yield _rule(vendor, "word.camera", facts, beside, kind.value, text, Strength.DISTINCT)


def _rule(
    vendor: Vendor,
    name: str,
    facts: tuple[str, ...],
    match: str,
    kind: str,
    hit: str,
    brand: Strength = Strength.FAMILY,
    requires: Mapping[str, Later] | None = None,
) -> Rule:
    """A rule that gives brand and kind, the kind at `family`."""
    others = dict.fromkeys(requires or (), hit)
    return Rule(
        id=f"{vendor.id}.{name}",
        vendor=vendor.id,
        facts=facts,
        match=match,
        pattern=Later(match),
        requires=requires or {},
        proves=brand,
        gives={Slot.BRAND: vendor.id, Slot.KIND: kind},
        strengths={Slot.BRAND: brand, Slot.KIND: Strength.FAMILY},
        cpe=(),
        source=f"the vendor's names; {vendor.source}",
        hits=(Hit(text=hit, raw=None, with_facts=others),),
        misses=(Miss(text=f"{vendor.name}ish", raw=None, with_facts={}, why="another name"),),
        file=vendor.file,
    )


def _distinct(names: tuple[str, ...]) -> Iterator[str]:
    """The names without those that another one's pattern takes too."""
    seen: set[str] = set()
    for name in names:
        key = "".join(name.casefold().replace("-", " ").replace("_", " ").split())
        if key not in seen:
            seen.add(key)
            yield name


def _spelled(name: str) -> str:
    """The name as a pattern; blanks and dashes may be written as one another or left out."""
    parts = name.replace("-", " ").replace("_", " ").split()
    return "[ _-]?".join(str(re2.escape(part)) for part in parts)
