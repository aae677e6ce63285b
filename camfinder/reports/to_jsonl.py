"""JSON Lines: one device per line, for pipes and log stores (https://jsonlines.org)."""

from camfinder.document import Document, encode
from camfinder.reports import Report


def render(document: Document) -> bytes:
    """One device per line, in the form of the inventory document."""
    return b"".join(encode(device) + b"\n" for device in document.devices)


REPORT = Report(name="jsonl", suffix=".jsonl", title="one device per line", render=render)
