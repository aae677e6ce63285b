"""A server or library by name: `uc-httpd 1.0.0`, `gSOAP/2.8`, `GoAhead`, `JAWS/1.0`.

The name must be equal; the numbers are compared where a version is shown.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, numbers

_FORM = re2.compile(r"(?i)^(?:([A-Z][A-Z0-9_-]{0,30}?)[ /]?)?v?(\d{1,4}(?:\.\d{1,6}){0,4})?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form, and where no version is shown."""
    found = _FORM.match(raw)
    if found is None or not found.group(2):
        return None
    return Version(raw, numbers(found.group(2)), branch=((found.group(1) or "").casefold(),))


SCHEME = Scheme("component", parse, compare, compare)
