"""Templates such as `NC-{model}` in fingerprint files."""

from collections.abc import Mapping

import re2

_PLACEHOLDER = re2.compile(r"\{([a-z_][a-z0-9_]*)\}")


def placeholders(template: str) -> list[str]:
    """The names in braces, in order."""
    return list(_PLACEHOLDER.findall(template)) if "{" in template else []


def pieces(template: str, groups: Mapping[str, int]) -> tuple[str | int, ...]:
    """The template as literal text and numbers of groups, in order; empty text left out."""
    found: list[str | int] = []
    rest = template
    for name in placeholders(template):
        before, _, rest = rest.partition(f"{{{name}}}")
        found += [before, groups[name]]
    return tuple(piece for piece in (*found, rest) if piece != "")


def fill(template: str, groups: "dict[str, str | None]") -> str:
    """The template with its names replaced; empty when one of them has no value."""
    filled = template
    for name in placeholders(template):
        value = groups.get(name)
        if not value:
            return ""
        filled = filled.replace(f"{{{name}}}", value)
    return filled
