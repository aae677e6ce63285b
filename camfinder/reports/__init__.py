"""Report formats: one module each, an inventory document in, bytes out.

A module `to_*.py` here ends in `REPORT = Report(...)` and is found by its file name. To add a
format, read `docs/add-a-report.md`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from camfinder.document import Document


@dataclass(frozen=True, slots=True)
class Report:
    """A format.

    Attributes:
        name: The module's name without `to_`.
        suffix: File suffix, with the dot; the longest suffix that fits a file name wins.
        title: One line for `--help` and the docs.
        render: The whole document; text is UTF-8.
    """

    name: str
    suffix: str
    title: str
    render: Callable[[Document], bytes]


@cache
def all_reports() -> tuple[Report, ...]:
    """Every format module of this package, by name.

    Raises:
        TypeError: A `to_*` module has no `REPORT`, or one of another name.
    """
    found = []
    for info in pkgutil.iter_modules(__path__):
        if not info.name.startswith("to_"):
            continue
        report = getattr(importlib.import_module(f"{__name__}.{info.name}"), "REPORT", None)
        if not isinstance(report, Report) or f"to_{report.name}" != info.name:
            raise TypeError(f"{__name__}.{info.name} must end in REPORT = Report(name=...)")
        found.append(report)
    return tuple(found)


def report_for(file_name: str) -> Report | None:
    """The format that a file's name asks for: the longest known suffix."""
    fits = [r for r in all_reports() if file_name.lower().endswith(r.suffix)]
    return max(fits, key=lambda report: len(report.suffix), default=None)
