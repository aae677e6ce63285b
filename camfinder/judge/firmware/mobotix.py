"""Mobotix: `MX-V4.7.2.18`, `MX-V5.1.0.99-r3`; the first number is the family, which must be equal.

4 are P3 and older, 5 Mx6, 7 M7. A revision (`-r3`, `.r3`) comes after the plain version.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, number, numbers

_FORM = re2.compile(r"(?i)^(?:mx-?)?v?(\d{1,2})((?:\.\d{1,4}){1,4})(?:[.-]r(\d{1,3}))?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    fields = numbers(found.group(2)[1:])
    return Version(raw, fields, tail=(number(found.group(3)) or 0,), branch=(found.group(1),))


SCHEME = Scheme("mobotix", parse, compare, compare)
