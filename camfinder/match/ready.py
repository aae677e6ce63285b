"""Rules made ready for a flood of values: which of them occur in a text, and what they then say."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from camfinder.match.finding import Finding
from camfinder.match.nouns import Rule
from camfinder.match.patterns import Pattern, PatternSet, Spans
from camfinder.match.templates import pieces
from camfinder.model import Slot

WIDE = 5
"""Rules on so many fact keys are in one set for all keys: the automaton of brand names is built
once, and a text is read once for all of them."""

SHARED = 16
"""From so many rules on, those of a shorter list of keys have a set of their own too."""

Pieces = tuple[str | int, ...]


class Ready:
    """A rule with its templates taken apart.

    Attributes:
        rule: The rule.
        templates: Slot to literal text and numbers of groups, in order.
        fixed: What the rule says does not depend on the text.
        pattern: Its pattern.
        said: What it says, where that is fixed and was asked for before: never made twice.
    """

    __slots__ = ("fixed", "pattern", "rule", "said", "templates")

    def __init__(self, rule: Rule) -> None:
        groups = rule.pattern.groupindex
        self.rule = rule
        self.templates: Mapping[Slot, Pieces] = {
            slot: pieces(template, groups) for slot, template in rule.gives.items()
        }
        self.fixed = all(
            isinstance(piece, str) for each in self.templates.values() for piece in each
        )
        self.pattern = Pattern(rule.pattern)
        self.said: tuple[Finding, ...] | None = None


def filled(template: Pieces, text: bytes, spans: Spans) -> str:
    """The template with the match's groups in it; empty when one of them has no value."""
    whole = ""
    for piece in template:
        if isinstance(piece, str):
            whole += piece
            continue
        begin, end = spans[piece]
        if begin == end:
            return ""
        whole += text[begin:end].decode()
    return whole


class _Together:
    """Rules that are looked for in one pass."""

    def __init__(self, rules: Sequence[Ready]) -> None:
        self.rules = rules

    @cached_property
    def which(self) -> PatternSet:
        """Which of the rules match; compiled when the first text comes."""
        return PatternSet([each.rule.match for each in self.rules])


class KeyRules:
    """The rules that look at one fact key, in the order of their evidence."""

    __slots__ = ("_order", "_sets")

    def __init__(self, order: Sequence[Ready], sets: Iterable[_Together]) -> None:
        self._order = order
        place = {id(each): at for at, each in enumerate(order)}
        # A wide set holds rules that do not look at this key: they have no place.
        self._sets = [(one, [place.get(id(each), -1) for each in one.rules]) for one in sets]

    def occurring(self, text: bytes) -> list[Ready]:
        """The rules whose pattern occurs in the text."""
        found: list[int] = []
        for together, places in self._sets:
            if occur := together.which(text):
                found += [places[at] for at in occur]
        if not found:
            return []
        return [self._order[at] for at in sorted(found) if at >= 0]


def rules_by_key(rules: Iterable[Rule]) -> dict[str, KeyRules]:
    """The rules of each fact key."""
    by_keys: dict[tuple[str, ...], list[Ready]] = {}
    for rule in rules:
        by_keys.setdefault(rule.facts, []).append(Ready(rule))
    wide = _Together([one for keys, each in by_keys.items() if len(keys) >= WIDE for one in each])
    order: dict[str, list[Ready]] = {}
    sets: dict[str, dict[int, _Together]] = {}
    single: dict[str, list[Ready]] = {}
    for keys, listed in sorted(by_keys.items(), key=_long_first):
        together = wide if len(keys) >= WIDE else _Together(listed)
        for key in keys:
            order.setdefault(key, []).extend(listed)
            if together is wide or _is_shared(keys, listed):
                sets.setdefault(key, {})[id(together)] = together
            else:
                single.setdefault(key, []).extend(listed)
    for key, listed in single.items():
        together = _Together(listed)
        sets.setdefault(key, {})[id(together)] = together
    return {key: KeyRules(order[key], sets[key].values()) for key in order}


def _is_shared(keys: Sequence[str], listed: Sequence[Ready]) -> bool:
    return len(keys) > 1 and len(listed) >= SHARED


def _long_first(item: tuple[Sequence[str], Sequence[Ready]]) -> bool:
    """Long lists that several keys share come first in the evidence."""
    return not _is_shared(*item)
