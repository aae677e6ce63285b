"""Reolink: `v3.0.0.1889_23031701`, `1.0.227`: version with build number, day and counter.

The hardware revision is not in the string.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, number, numbers, ordinal

_FORM = re2.compile(r"(?i)^v?(\d{1,3}(?:\.\d{1,6}){1,3})(?:_(\d{6})(\d{2})?)?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    built = day(found.group(2))
    return Version(
        raw,
        numbers(found.group(1)),
        tail=(ordinal(built) or number(found.group(2)), number(found.group(3))),
        built=built,
    )


SCHEME = Scheme("reolink", parse, compare, compare)
