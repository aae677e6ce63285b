"""Templates such as `NC-{model}` in fingerprint files."""

import re2

_PLACEHOLDER = re2.compile(r"\{([a-z_][a-z0-9_]*)\}")


def placeholders(template: str) -> list[str]:
    """The names in braces, in order."""
    return list(_PLACEHOLDER.findall(template)) if "{" in template else []


def fill(template: str, groups: "dict[str, str | None]") -> str:
    """The template with its names replaced; empty when one of them has no value."""
    filled = template
    for name in placeholders(template):
        value = groups.get(name)
        if not value:
            return ""
        filled = filled.replace(f"{{{name}}}", value)
    return filled
