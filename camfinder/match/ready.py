"""Rules made ready for a flood of values: which of them occur in a text, and what they then say."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from camfinder.match.finding import Finding
from camfinder.match.nouns import Rule
from camfinder.match.patterns import Pattern, PatternSet, Spans
from camfinder.match.shapes import widened
from camfinder.match.templates import pieces
from camfinder.model import Slot

WIDE = 5
"""Rules on so many fact keys are in one set for all keys: the automaton of brand names is built
once, and a text is read once for all of them."""

SHARED = 16
"""From so many rules on, those of a shorter list of keys have a set of their own too."""

Pieces = tuple[str | int, ...]
_Passes = list[tuple[PatternSet, list[int]]]
"""Sets of patterns, and the place of each pattern's rule among those of a key, -1 for none."""


class Ready:
    """A rule with its templates taken apart.

    Attributes:
        rule: The rule.
        templates: Slot to literal text and numbers of groups, in order.
        fixed: What the rule says does not depend on the text.
        sure: The same it says of all texts of a shape in which it may occur (`match.shapes`);
            known when its set is compiled.
        pattern: Its pattern.
        said: What it says, where that is fixed and was asked for before: never made twice.
    """

    __slots__ = ("fixed", "pattern", "rule", "said", "sure", "templates")

    def __init__(self, rule: Rule) -> None:
        groups = rule.pattern.groupindex
        self.rule = rule
        self.templates: Mapping[Slot, Pieces] = {
            slot: pieces(template, groups) for slot, template in rule.gives.items()
        }
        self.fixed = all(
            isinstance(piece, str) for each in self.templates.values() for piece in each
        )
        self.sure = False
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


class _Half(NamedTuple):
    """Rules whose patterns are looked for in one pass."""

    which: PatternSet
    rules: Sequence[Ready]


class _Together:
    """Rules that are looked for together: most in shapes, a few in texts as they are."""

    def __init__(self, rules: Sequence[Ready]) -> None:
        self._rules = rules

    @cached_property
    def halves(self) -> tuple[_Half, _Half]:
        """Those looked for in shapes, those in texts; compiled when the first text comes."""
        wide = [(each, widened(each.rule.match)) for each in self._rules]
        for each, one in wide:
            each.sure = each.fixed and one.blind
        texts = [each for each, one in wide if not one.telling]
        return (
            _Half(
                PatternSet([one.match for _each, one in wide if one.telling]),
                [each for each, one in wide if one.telling],
            ),
            # Hardly a word is in these, and what they look for is at the start: an automaton.
            _Half(PatternSet([each.rule.match for each in texts], by_literals=False), texts),
        )


class KeyRules:
    """The rules that look at one fact key, in the order of their evidence."""

    def __init__(self, order: Sequence[Ready], together: Iterable[_Together]) -> None:
        self._order = order
        self._together = tuple(together)

    @cached_property
    def _shapes(self) -> _Passes:
        return self._passes(0)

    @cached_property
    def _texts(self) -> _Passes:
        return self._passes(1)

    def _passes(self, side: int) -> _Passes:
        """One side of each set, and the places of its rules in the order of this key."""
        place = {id(each): at for at, each in enumerate(self._order)}
        found: _Passes = []
        for one in self._together:
            which, rules = one.halves[side]
            if which.size:  # a wide set holds rules that do not look at this key: no place
                found.append((which, [place.get(id(each), -1) for each in rules]))
        return found

    @property
    def by_shape(self) -> bool:
        """All rules are looked for in shapes."""
        return not self._texts

    def likely(self, form: bytes) -> tuple[int, ...]:
        """The places of rules that may occur in the texts of a shape."""
        return tuple(_places(self._shapes, form))

    def at(self, places: Iterable[int]) -> list[Ready]:
        """The rules of these places, in the order of their evidence."""
        return [self._order[at] for at in sorted(places)]

    def occurring(self, text: bytes, likely: tuple[int, ...]) -> list[Ready]:
        """The rules whose pattern occurs in the text, and those that its shape makes likely."""
        if self._texts:
            likely = (*likely, *_places(self._texts, text))
        return self.at(likely) if likely else []


def _places(passes: _Passes, text: bytes) -> list[int]:
    """The places of the rules that occur in a text, or in a shape."""
    return [places[at] for which, places in passes for at in which(text) if places[at] >= 0]


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
