"""CPE 2.3 names as formatted strings (NISTIR 7695, section 6.2): bound and taken apart."""

from typing import NamedTuple

MAX_CHARS = 1_024
PARTS = 13
"""`cpe`, `2.3`, part, vendor, product, version, update, edition, language and four more."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.")


class Cpe(NamedTuple):
    """The components that name a device or its firmware, unquoted and in lower case.

    `version` is `*` for any and `-` for not applicable.
    """

    part: str
    vendor: str
    product: str
    version: str


def quoted(value: str) -> str:
    """A value as a component: lower case, blanks as underscores, the rest behind backslashes.

    Letters, digits, underscore, hyphen and period stand for themselves, but a hyphen alone would
    mean "not applicable". Characters that the grammar does not have (control characters and other
    than ASCII) are left out.
    """
    lowered = "_".join(value.casefold().split())
    made = "".join(
        char if char in _PLAIN else f"\\{char}"
        for char in lowered
        if char.isascii() and char.isprintable()
    )
    return "\\-" if made == "-" else made


def bind(part: str, vendor: str, product: str, version: str) -> str | None:
    """A name of part, vendor, product and version; None where vendor or product is empty.

    Args:
        part: `h` hardware, `o` firmware, `a` application.
        vendor: As the CPE dictionary writes it.
        product: Model, for firmware with `_firmware` behind it.
        version: Empty for not applicable (`-`) to hardware, for any (`*`) otherwise.
    """
    names = quoted(vendor), quoted(product)
    if not all(names):
        return None
    shown = quoted(version) or ("-" if part == "h" else "*")
    return f"cpe:2.3:{part}:{names[0]}:{names[1]}:{shown}:*:*:*:*:*:*:*"


def parse(name: str) -> Cpe | None:
    """The components of a name; None for what is none."""
    if len(name) > MAX_CHARS:
        return None
    parts: list[str] = [""]
    quoting = False
    for char in name:
        if quoting:
            parts[-1] += char
            quoting = False
        elif char == "\\":
            quoting = True
        elif char == ":":
            parts.append("")
        else:
            parts[-1] += char
    if len(parts) != PARTS or parts[:2] != ["cpe", "2.3"] or parts[2] not in {"a", "h", "o"}:
        return None
    return Cpe(parts[2], parts[3].casefold(), parts[4].casefold(), parts[5].casefold())
