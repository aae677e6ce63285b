"""Hanwha (Samsung Techwin) recorders: `SRN4000_v2.16_170401`: model, version, day (YYMMDD).

The model must be equal where both state it.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, numbers, ordinal

_FORM = re2.compile(
    r"(?i)^(?:([A-Z]{2,4}-?\d{2,5}[A-Z]{0,3})[_ ])?v?(\d{1,3}(?:\.\d{1,4}){1,3})(?:[_ ](\d{6}))?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    built = day(found.group(3))
    return Version(
        raw,
        numbers(found.group(2)),
        tail=(ordinal(built),),
        branch=((found.group(1) or "").upper().replace("-", ""),),
        built=built,
    )


SCHEME = Scheme("hanwha-old", parse, compare, compare)
