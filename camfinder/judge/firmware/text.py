"""Versions without a known order (AVTECH `FullImg-1023-1007-1011-1009`, ABUS `LM.1.6.18`).

They are equal or not. Leading `firmware_` and `V`, blanks and letter case carry no meaning.
"""

from camfinder.judge.firmware.base import Scheme, Version, compare, plain


def parse(raw: str) -> Version | None:
    """The version; None for a text without letters or digits."""
    return Version(raw, (), equal_only=True) if plain(raw) else None


SCHEME = Scheme("text", parse, compare, compare)
