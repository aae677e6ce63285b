"""Synology cameras: `1.0.5-0185`: version, then build number."""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, number, numbers

_FORM = re2.compile(r"(?i)^v?(\d{1,3}(?:\.\d{1,3}){1,3})(?:-(\d{1,6}))?$")


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    return Version(raw, numbers(found.group(1)), tail=(number(found.group(2)),))


SCHEME = Scheme("synology", parse, compare, compare)
