"""TVT: `1.3.4.22966B181219.D00.U1(4A21S)`.

Version with revision, then the build day (YYMMDD), then the D and U codes; the hardware in brackets
must be equal where both state it.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, number, numbers, ordinal

_FORM = re2.compile(
    r"(?i)^v?(\d{1,4}(?:\.\d{1,8}){1,3})(?:[ _]?B(\d{6}))?(?:\.D(\d{1,4}))?(?:\.U(\d{1,4}))?"
    r"(?:\.?\(([0-9A-Z._-]{1,16})\))?(?:\.beta)?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form and for test versions."""
    found = _FORM.match(raw)
    if found is None or raw.casefold().endswith("beta"):
        return None
    built = day(found.group(2))
    return Version(
        raw,
        numbers(found.group(1)),
        tail=(ordinal(built), number(found.group(3)), number(found.group(4))),
        branch=((found.group(5) or "").upper(),),
        built=built,
    )


SCHEME = Scheme("tvt", parse, compare, compare)
