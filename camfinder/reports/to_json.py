"""JSON: the inventory document itself (docs/inventory.schema.json)."""

from camfinder.reports import Report
from camfinder.reports.document import dumps

REPORT = Report(
    name="json",
    suffix=".json",
    title="the inventory document, camfinder.inventory/1",
    render=dumps,
)
