"""JSON: the inventory document itself (docs/inventory.schema.json)."""

from camfinder.document import dumps
from camfinder.reports import Report

REPORT = Report(
    name="json",
    suffix=".json",
    title="the inventory document, camfinder.inventory/1",
    render=dumps,
)
