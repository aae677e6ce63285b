"""Vivotek: `CC8160-VVTK-0100d`, `FD8166A-VVTK-0204j`; four digits, then a letter.

The model must be equal where both state it.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, number

_FORM = re2.compile(
    r"(?i)^v?\.?(?:([A-Z0-9]{2,16}(?:-[A-Z0-9]{1,8})?)-)?VVTK-(\d{4})([a-z])?(\d)?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    letter = found.group(3)
    return Version(
        raw,
        (int(found.group(2)),),
        tail=(ord(letter.lower()) if letter else 0, number(found.group(4)) or 0),
        branch=((found.group(1) or "").upper(),),
    )


SCHEME = Scheme("vivotek", parse, compare, compare)
