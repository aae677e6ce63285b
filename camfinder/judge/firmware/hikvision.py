"""Hikvision: `V5.4.5 build 170123`, `V4.30.096build221220`, `3.2.30_build221223`, `V5.7.13_230822`.

Version fields first, then the suffix of storage systems (`V2.3.8-8`), then the build day (YYMMDD).
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, number, numbers, ordinal

_FORM = re2.compile(
    r"(?i)^v?(\d{1,6}(?:\.\d{1,6}){1,3})(?:-(\d{1,6}))?"
    r"(?:(?:[ _,;]*build[ _:]*(?:date[ _:]*)?|_)(\d{6}|\d{8}))?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    built = day(found.group(3))
    return Version(
        raw,
        numbers(found.group(1)),
        tail=(number(found.group(2)) or 0, ordinal(built)),
        built=built,
    )


SCHEME = Scheme("hikvision", parse, compare, compare)
