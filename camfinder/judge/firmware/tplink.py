"""TP-Link: `1.3.6 Build 230426 Rel.48373n`, `3.1.0_Build_250820_Rel.57668n`, `... n(4555)`.

Version, then build day (YYMMDD), then release number.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, number, numbers, ordinal

_FORM = re2.compile(
    r"(?i)^v?(\d{1,4}(?:\.\d{1,4}){1,3})(?:[ _]+build[ _.]*(\d{6}|\d{8}))?"
    r"(?:[ _]+rel[ _.]*(\d{1,8})[a-z]?)?(?: ?\(\w{1,8}\))?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    built = day(found.group(2))
    return Version(
        raw,
        numbers(found.group(1)),
        tail=(ordinal(built), number(found.group(3))),
        built=built,
    )


SCHEME = Scheme("tplink", parse, compare, compare)
