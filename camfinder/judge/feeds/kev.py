"""CISA's catalogue of known exploited vulnerabilities (its JSON, schema of 2021): days by CVE.

It names no versions; entries are joined with advisories by CVE number.
"""

import msgspec

from camfinder.judge.feeds.common import Data, day, is_key
from camfinder.judge.feeds.products import Vendors


class Entry(msgspec.Struct, rename="camel"):
    """One entry of `vulnerabilities`."""

    cve_id: str = msgspec.field(name="cveID")
    date_added: str
    vendor_project: str = ""
    product: str = ""


def read(raw: Data, vendors: Vendors) -> tuple[str, str] | None:
    """CVE number and the day on which it was added; None for what concerns nobody here.

    Args:
        raw: The entry.
        vendors: Vendors of surveillance devices, and CVE numbers that are kept in any case.

    Raises:
        msgspec.DecodeError: It is no JSON, or lacks a field.
    """
    entry = msgspec.json.decode(raw, type=Entry)
    added = day(entry.date_added)
    wanted = entry.cve_id in vendors.known or vendors.of(entry.vendor_project) is not None
    return (entry.cve_id, added) if wanted and added and is_key(entry.cve_id) else None
