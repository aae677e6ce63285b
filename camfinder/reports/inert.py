"""Text from the network, made harmless for the place where it is shown.

A banner may hold terminal escapes, spreadsheet formulas, bidi controls: they are shown, not run.
HTML escaping is the template engine's (autoescape); here is what it does not cover.
"""

import unicodedata

_SHOWN = {0x09: " ", 0x0A: "\\n", 0x0D: "\\r"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def visible(text: str) -> str:
    r"""Control, format, surrogate and private characters as `\x1b`, `\u202e`: one line, inert.

    Source: Unicode categories Cc, Cf, Cs, Co, Zl, Zp (UAX 44); bidi controls are Cf (UAX 9).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    code = ord(char)
    if code in _SHOWN:
        return _SHOWN[code]
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return char


def cell(text: str) -> str:
    """A spreadsheet cell that no program takes for a formula.

    Source: OWASP, CSV Injection: a leading `= + - @` (their full-width forms too), tab or line
    end is defused by an apostrophe.
    """
    shown = visible(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown


def shorten(text: str, width: int) -> str:
    """At most `width` characters, with an ellipsis where something was cut."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
