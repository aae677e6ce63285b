"""CPE names: read as the 2.3 formatted string, written as the 2.2 URI that Nmap's XML holds.

Source: NISTIR 7695, 6.1 (URI binding) and 6.2 (formatted string binding).
"""

import re2

_PREFIX = "cpe:2.3:"
_PARTS = 11
_URI_PARTS = 7
_LONGEST = 400
_FORM = re2.compile(
    r"cpe:2\.3:[aho*-](?::(?:[?*]{0,4}(?:[a-zA-Z0-9._-]|\\[!-~])+[?*]{0,4}|[*-])){10}"
)


def parts(name: str) -> list[str] | None:
    """The eleven parts of a formatted string, still quoted; None where it is none."""
    if len(name) > _LONGEST or _FORM.fullmatch(name) is None:
        return None
    found, current, quoted = [], "", False
    for char in name[len(_PREFIX) :]:
        if char == ":" and not quoted:
            found.append(current)
            current = ""
        else:
            current += char
        quoted = char == "\\" and not quoted
    found.append(current)
    return found if len(found) == _PARTS else None


def uri(name: str) -> str | None:
    """The name as a CPE 2.2 URI (`cpe:/h:axis:p3245-v`), extended attributes left out."""
    found = parts(name)
    if found is None:
        return None
    bound = [_bound(part) for part in found[:_URI_PARTS]]
    return "cpe:/" + ":".join(bound).rstrip(":")


def _bound(part: str) -> str:
    if part in {"*", "-"}:
        return "" if part == "*" else "-"
    made, quoted = "", False
    for char in part:
        if char == "\\" and not quoted:
            quoted = True
            continue
        if quoted:
            made += char if char in "-._" else f"%{ord(char):02x}"
        else:
            made += {"?": "%01", "*": "%02"}.get(char, char)
        quoted = False
    return made


def of_part(names: list[str], part: str) -> str | None:
    """The first well-formed name for `h` (hardware), `o` (firmware) or `a` (application).

    It is written as dictionaries do: hyphens and dots inside a part stand unquoted (6.2.2.1).
    """
    for name in names:
        found = parts(name)
        if found is not None and found[0] == part:
            return _PREFIX + ":".join(_plain(one) for one in found)
    return None


def _plain(part: str) -> str:
    if part == r"\-":
        return part
    return part.replace(r"\-", "-").replace(r"\.", ".").replace(r"\_", "_")
