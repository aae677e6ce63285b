"""Uniview: `NVR-B3801.20.17.240507`, `IPC_G6103-B6103.16.10.B25.201218`.

The part before the first dot is the product line and firmware branch, which must be equal; then
fields as numbers (a leading B carries no meaning), then the day (YYMMDD).
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, day, ordinal

_FORM = re2.compile(r"(?i)^([A-Z]{2,8}(?:_[A-Z0-9]{1,12})?[- ]B\d{3,5})((?:\.B?\d{1,8}){1,6})$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    parts = [part.lstrip("B") for part in found.group(2).upper().split(".")[1:]]
    built = day(parts[-1]) if len(parts[-1]) == 6 else None
    fields = parts[:-1] if built else parts
    return Version(
        raw,
        tuple(int(part) for part in fields),
        tail=(ordinal(built),),
        branch=(found.group(1).upper().replace(" ", "-"),),
        built=built,
    )


SCHEME = Scheme("uniview", parse, compare, compare)
