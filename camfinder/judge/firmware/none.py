"""Products whose versions say nothing: the model alone decides."""

from camfinder.judge.firmware.base import Scheme, Version


def parse(_raw: str) -> Version | None:
    """Never a version."""
    return None


def never(_version: Version, _bound: Version) -> int | None:
    """Never comparable."""
    return None


SCHEME = Scheme("none", parse, never, never)
