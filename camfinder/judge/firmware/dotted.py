"""Dotted numbers, as most makers write them: `1.41.16`, `2.60B15`, `3.1.0.71-11`, `M2.1.6.05`.

Letters in front must be equal (`M2.1.6.05`, `SS016.05.03.01.0010`); then the numbers. A `Hotfix`
comes after the plain version; a numbered suffix (`B15`, `-11`) decides between equal numbers. A
date with a revision behind an underscore (`1.41.16_20240101_R123`) carries nothing. Anything else,
such as a beta, is not comparable.
"""

import re2

from camfinder.judge.firmware.base import Scheme, Version, compare, numbers

_FORM = re2.compile(
    r"(?i)^(?:firmware[ _:]?)?(?:ver(?:sion)?[ .:]*)?(?:illustra\.)?([A-Z]{0,4}?)"
    r"(\d{1,10}(?:\.\d{1,10}){0,6})"
    r"(?:[ _-]?(?:(hotfix|hf|patch)[ _-]?(\d{0,4})|b(?:uild)?[ _.]?(\d{1,6})|-(\d{1,6})))?"
    r"(?:_\d{6,8}(?:_R\d{1,6})?)?$"
)


def parse(raw: str) -> Version | None:
    """The version; None for another form."""
    found = _FORM.match(raw)
    if found is None:
        return None
    letters = found.group(1).upper()
    rank = 1 if found.group(3) else 0
    suffix = found.group(4) or found.group(5) or found.group(6)
    return Version(
        raw,
        numbers(found.group(2)),
        tail=(rank, int(suffix) if suffix else None),
        branch=("-" if letters in {"", "V"} else letters,),
    )


SCHEME = Scheme("dotted", parse, compare, compare)
