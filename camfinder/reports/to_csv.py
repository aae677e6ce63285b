"""CSV: one device per row (RFC 4180), cells defused against formulas."""

import csv
import io

from camfinder.document import DeviceDoc, Document
from camfinder.reports import Report
from camfinder.reports.inert import cell

COLUMNS = (
    "address", "mac", "kind", "surveillance", "brand", "maker", "model", "firmware", "serial",
    "hostname", "channels", "confidence", "addresses", "claimed_address", "endpoint_uuid",
    "open_ports", "disputed", "first_seen", "last_seen", "id",
)  # fmt: skip


def render(document: Document) -> bytes:
    """A header row, then a row per device; empty cells for what is not known."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for device in document.devices:
        writer.writerow([cell(value) for value in _row(device)])
    return out.getvalue().encode()


def _row(device: DeviceDoc) -> list[str]:
    surveillance = {True: "yes", False: "no", None: "undecided"}[device.surveillance]
    values: dict[str, object] = {
        name: getattr(device, name) for name in COLUMNS if hasattr(device, name)
    }
    values |= {
        "surveillance": surveillance,
        "addresses": " ".join(device.addresses),
        "open_ports": " ".join(f"{s.port}/{s.transport}" for s in device.services),
        "disputed": " ".join(device.disputed),
        "first_seen": device.first_seen.isoformat(),
        "last_seen": device.last_seen.isoformat(),
    }
    return ["" if values[name] is None else str(values[name]) for name in COLUMNS]


REPORT = Report(name="csv", suffix=".csv", title="one device per row", render=render)
