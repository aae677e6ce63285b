"""Dahua: `2.820.0000000.48.R.220614`, the day spelled out, customer codes, old recorders.

Generation and branch must be equal, and so must the field that holds a customer's code (`HW00`,
`00AT008`): other customers' lines count for themselves. Then the counters, then the build day. Old
recorders (`2.608.GV00.0`, neither release letter nor day) are equal or not.
"""

from datetime import date
from typing import NamedTuple

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, ordinal

_FORM = re2.compile(
    r"(?i)^v?(\d{1,2})\.(\d{3})\.([0-9A-Z]{1,12})((?:\.[0-9A-Z]{1,12}){0,4}?)"
    r"(?:\.(\d{8}|\d{6}))?"
    r"(?:[ ,;_]*(?:build(?:[ _]*(?:date|time))?)[ :_]*(\d{4}-\d{2}-\d{2}|\d{8}|\d{6})"
    r"(?:[ T]\d{2}:\d{2}(?::\d{2})?)?)?$"
)
_COUNTER = re2.compile(r"^\d{1,12}$")
_LETTER = re2.compile(r"(?i)^[A-Z]{1,2}$")


class _Fields(NamedTuple):
    counters: tuple[int, ...]
    customer: str
    released: bool


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    middle = _fields(found.group(3).upper(), found.group(4).strip(".").upper())
    if middle is None:
        return None
    built: date | None = day(found.group(6)) or day(found.group(5))
    return Version(
        raw,
        middle.counters,
        tail=(ordinal(built),),
        branch=(f"{int(found.group(1))}.{int(found.group(2))}", middle.customer or "-"),
        built=built,
        equal_only=built is None and not middle.released,
    )


def _fields(third: str, rest: str) -> _Fields | None:
    """The counters, the customer's field, and whether a release letter stands there."""
    counters: list[int] = []
    customer, released = "", False
    if _COUNTER.match(third):
        counters.append(int(third))
    else:
        customer = third
    for part in rest.split(".") if rest else ():
        if _COUNTER.match(part):
            counters.append(int(part))
        elif _LETTER.match(part):
            released = True
        else:
            return None
    return _Fields(tuple(counters), customer, released)


SCHEME = Scheme("dahua", parse, compare, compare)
