"""Whose records a vulnerability feed is asked for: the vendors of the fingerprints."""

from collections import Counter

import re2

from camfinder.judge.advisories import Advisories
from camfinder.judge.feeds.products import Vendors
from camfinder.judge.makers import plain
from camfinder.match.fingerprint import Fingerprints
from camfinder.match.patterns import compile_pattern
from camfinder.model import Kind

BROAD = frozenset(
    {
        "alarm-com", "asus", "aver", "avermedia", "belkin", "bosch", "canon", "cisco", "control4",
        "crestron", "dlink", "edimax", "elan", "flir", "fortirecorder", "google-nest",
        "grandstream", "grundig", "hisilicon", "honeywell", "huawei", "hytera", "lg", "linksys",
        "logitech", "loxone-intercom", "matrix", "mercury", "meraki", "motion", "motorola", "moxa",
        "netgear", "panasonic", "pelco", "philips", "planet", "polaroid", "qnap", "roku", "samsung",
        "schneider-electric", "siemens", "sitecom", "smc", "sony", "synology", "tenda", "toshiba",
        "tplink", "trendnet", "tuya", "ubiquiti", "xiaomi", "zte", "zyxel",
    }
)  # fmt: skip
"""Vendors most of whose products are no surveillance devices."""

_NO_PRODUCTS = frozenset({"several", "throughtek"})
_IDLE = frozenset({"none", "component"})
_BY_HABIT = {
    "annke": "hikvision", "ezviz": "hikvision", "hilook": "hikvision", "hiwatch": "hikvision",
    "imou": "dahua", "amcrest": "dahua", "lorex": "dahua", "empiretech": "dahua",
}  # fmt: skip
"""Brands that write versions in the way of a maker; used only where the version is of that form."""


def feed_vendors(fingerprints: Fingerprints, advisories: Advisories) -> Vendors:
    """The vendors under all their names, with their ways of writing versions and models."""
    by_name: dict[str, str] = {}
    for vendor in fingerprints.vendors.values():
        for name in (vendor.id, vendor.name, vendor.cpe_vendor or "", *vendor.aliases):
            by_name.setdefault(plain(name), vendor.id)
    by_name |= {name: vendor for name, vendor in advisories.names.items() if vendor != "several"}
    by_name.pop("", None)
    for vendor_id in _NO_PRODUCTS:
        by_name.pop(vendor_id, None)
    forms: dict[str, list[re2._Regexp]] = {}
    for form in fingerprints.models:
        if form.kind is not Kind.OTHER:
            forms.setdefault(form.vendor, []).append(compile_pattern(f"(?i)^(?:{form.match})"))

    def knows(vendor: str, product: str) -> bool:
        """The product name begins like one of the vendor's model numbers."""
        name = product.replace("_firmware", "").replace("_", "-")
        return any(form.search(name) for form in forms.get(vendor, ()))

    return Vendors(by_name, _schemes(advisories), BROAD, frozenset(advisories.all), knows)


def _schemes(advisories: Advisories) -> dict[str, tuple[str, ...]]:
    """The schemes that the advisories of each vendor use, the most used first; dotted last."""
    found: dict[str, Counter[str]] = {}
    for vendor, advised in advisories.by_vendor.items():
        tables = (table for advisory in advised for table in advisory.affected)
        found[vendor] = Counter(table.scheme for table in tables if table.scheme not in _IDLE)
    for vendor, scheme in _BY_HABIT.items():
        found.setdefault(vendor, Counter())[scheme] += 1
    return {
        vendor: tuple(dict.fromkeys([*(name for name, _n in used.most_common()), "dotted"]))
        for vendor, used in found.items()
    }
