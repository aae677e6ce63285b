"""Bosch: `7.62.0021`, `7.80 B128`, `6.32`; `B128` is build 0128.

One line of numbers: platforms up to CPP7.3 end at 7, CPP13 and later begin at 8.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, number

_FORM = re2.compile(r"(?i)^v?(\d{1,3})\.(\d{1,3})(?:(?:\.| ?B| build )(\d{1,5}))?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    fields = (int(found.group(1)), int(found.group(2)))
    return Version(raw, fields, tail=(number(found.group(3)),))


SCHEME = Scheme("bosch", parse, compare, compare)
