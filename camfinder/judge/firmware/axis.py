"""Axis: `9.80.3.1`, `10.12.236`, `11.11`.

Numbers, field after field. The long-term tracks get fixes of their own, so that 9.80.69 may be
fixed although it is lower than 11.9: a version on a track lies below an upper end on the same
track only. A bound of two fields (`11.9`) takes in all of that release, except on a track, where
the fix came with some later number of the same two fields.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, by_fields, compare, numbers

TRACKS = frozenset({(6, 50), (8, 40), (9, 80), (10, 12), (11, 11), (12, 6)})
"""Major and minor of the long-term support tracks."""

_FORM = re2.compile(r"(?i)^(?:axis os )?v?(\d{1,4}(?:\.\d{1,6}){1,4})(?:_[0-9a-z]{1,20})?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    return None if found is None else Version(raw, numbers(found.group(1)))


def lower(version: Version, bound: Version) -> int | None:
    """Compared with a lower end; a bound of two fields takes in all of its release."""
    if version.fields[:2] == bound.fields:
        return 0
    return compare(version, bound)


def upper(version: Version, bound: Version) -> int | None:
    """Compared with an upper end."""
    track = version.fields[:2]
    if track == bound.fields[:2]:
        if len(bound.fields) > 2 or track not in TRACKS:
            return 0 if len(bound.fields) == 2 else compare(version, bound)
        return 0 if by_fields(version.fields, bound.fields) == 0 else None
    order = by_fields(version.fields, bound.fields)
    return None if order < 0 and track in TRACKS else order


SCHEME = Scheme("axis", parse, lower, upper)
