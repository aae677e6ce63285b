"""Fingerprints as the text of a file: what `reading` reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from camfinder.model import Slot, Strength


@dataclass(frozen=True, slots=True)
class NewVendor:
    """A `[vendor]` to be written."""

    id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class NewRule:
    """A `[[rule]]` to be written, with one hit and one miss.

    Attributes:
        hit: The fact's value.
        hit_gives: What has to come out of it.
        miss: A value for which the rule stays silent, and why.
        remarks: Comments that are written above the rule.
    """

    id: str
    fact: str
    match: str
    proves: Strength
    gives: Mapping[Slot, str]
    source: str
    hit: str
    hit_gives: Mapping[Slot, str]
    miss: tuple[str, str]
    remarks: tuple[str, ...] = ()


def vendor_text(vendor: NewVendor) -> str:
    """The head of a new vendor's file."""
    return (
        "schema = 1\n\n[vendor]\n"
        f"id = {quoted(vendor.id)}\nname = {quoted(vendor.name)}\n"
        f"source = {quoted(vendor.source)}\n"
    )


def rule_text(rule: NewRule) -> str:
    """The rule with its examples, an empty line in front."""
    lines = ["", *(f"# {remark}" for remark in rule.remarks), "[[rule]]"]
    lines += [
        f"id = {quoted(rule.id)}",
        f"fact = {quoted(rule.fact)}",
        f"match = {literal(rule.match)}",
        f"proves = {quoted(rule.proves.word)}",
        f"gives = {_table(rule.gives)}",
        f"source = {quoted(rule.source)}",
        "",
        "  [[rule.hit]]",
        f"  text = {literal(rule.hit)}",
    ]
    if rule.hit_gives:
        lines.append(f"  gives = {_table(rule.hit_gives)}")
    text, why = rule.miss
    lines += ["", "  [[rule.miss]]", f"  text = {literal(text)}", f"  why = {quoted(why)}"]
    return "\n".join(lines) + "\n"


def _table(values: Mapping[Slot, str]) -> str:
    return "{ " + ", ".join(f"{slot} = {quoted(value)}" for slot, value in values.items()) + " }"


def literal(text: str) -> str:
    """A literal string of TOML, in which patterns need no escapes; a basic one where that fails."""
    return quoted(text) if "'" in text or not text.isprintable() else f"'{text}'"


def quoted(text: str) -> str:
    """A basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
