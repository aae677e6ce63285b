"""What is known of a text by its shape holds for the text."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import engine, fingerprints

from camfinder.match.patterns import compile_pattern, encoded
from camfinder.match.shapes import KEPT, ShapeMemo, shape, widened
from camfinder.model import Fact, Observation, Transport

PIECES = [
    *("a", "Z", "7", "0", "12", ".", " ", "-", r"\d", r"\w", r"\D", r"\b", r"\.", r"\x35"),
    *("[1-4]", "[^0-5]", "[a-f0-9]", "[]5]", "[^]a]", r"[\]2]", "[[:digit:]x]", "[^[:alpha:]]"),
    *("(?:1|2)", "(3)?", r"\d{2,3}", "8{2}", "9+", "(?i:b)", "(?P<n1>4)", "^", "$", r"\p{Lu}"),
    *(r"\x{41}", r"\pN", r"\012", r"\0", "x{", "{4}"),
]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = st.text(alphabet="0123456789abZ .-]é\N{ARABIC-INDIC DIGIT FOUR}", max_size=12)


def redone(text: str, seed: int) -> str:
    """The text with other digits."""
    chance = random.Random(seed)  # noqa: S311 - failures must repeat
    return "".join(str(chance.randrange(10)) if c in "0123456789" else c for c in text)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), TEXTS)
def test_widened_pattern_finds_the_shape(pieces: list[str], text: str) -> None:
    """It occurs in the shape where the pattern occurs in the text; if blind, only there."""
    pattern = "".join(pieces)
    try:
        compiled = compile_pattern(pattern)
    except ValueError:  # a name twice
        return
    wide = widened(pattern)
    found = compiled.search(encoded(text))
    by_shape = compile_pattern(wide.match).search(shape(encoded(text)))
    if found is not None:
        assert by_shape is not None
    if wide.blind:
        assert wide.match == pattern
        assert (found and found.span()) == (by_shape and by_shape.span())


@pytest.mark.parametrize(
    ("pattern", "match", "blind", "telling"),
    [
        (r"(?i)\bfoo \d+", r"(?i)\bfoo \d+", True, True),
        (r"[^<]*x[0-9a-f]{12}", r"[^<]*x[0-9a-f]{12}", True, True),
        ("DS-2CD", "DS-0CD", False, True),
        (r"v[1-3]{2,3}", "v(?:[1-3]|0){2,3}", False, True),
        (r"^1\.3\.6", r"^0\.0\.0", False, False),
        (r"(?P<h1>a)\x32{5", r"(?P<h1>a)(?:\x32|0){0", False, True),
        (r"\Q12\E", r"\Q12\E", False, False),
    ],
)
def test_pattern_for_shapes(pattern: str, match: str, *, blind: bool, telling: bool) -> None:
    """Digits that stand for themselves become a 0; counts and names stay."""
    assert widened(pattern) == (match, blind, telling)


def test_rules_occur_in_the_shapes_of_their_examples() -> None:
    """Every hit of every shipped rule has a shape in which the rule is likely, whatever the key."""
    checked = 0
    for rule in fingerprints().rules:
        wide = widened(rule.match)
        likely = compile_pattern(wide.match)
        for text in (hit.text for hit in rule.hits if hit.text is not None):
            checked += 1
            assert likely.search(shape(encoded(text))), rule.id
            if wide.blind:
                assert rule.pattern.search(encoded(redone(text, checked))), rule.id
    assert checked > 3_000


def test_few_keys_are_looked_at_value_by_value() -> None:
    """Only numbers are: object ids, hashes, counts."""
    looks = engine()._looks
    by_text = {key for key, look in looks.items() if look.rules and not look.rules.by_shape}
    assert "snmp.sysobjectid" in by_text
    assert not by_text & {"http.title", "http.server", "http.body", "snmp.sysdescr", "ftp.banner"}


def test_memory_is_bounded() -> None:
    """What is not asked for is forgotten; what is asked for again and again is made once."""
    made: list[tuple[str, bytes]] = []

    def make(key: str, form: bytes) -> int:
        made.append((key, form))
        return len(made)

    memo = ShapeMemo(make)
    first = memo("k", b"a1")
    for number in range(KEPT * 3):
        memo("k", b"x" * (number % 400) + bytes(chr(97 + number // 400), "utf-8"))
        assert memo("k", b"a2") == first
    assert made.count(("k", b"a0")) == 1
    assert len(memo) <= 2 * KEPT
    assert memo("other", b"a1") != first


def test_rules_found_are_those_that_match() -> None:
    """Of texts that differ in their digits each gets the rules whose patterns occur in it."""
    rules = fingerprints().rules
    told = 0
    for number, rule in enumerate(rules[::23]):
        key = rule.facts[number % len(rule.facts)]
        text = next((hit.text for hit in rule.hits if hit.text), "")
        for value in (text, redone(text, number), redone(text, number + 1)):
            seen = Observation("x", None, 0, Transport.UDP, (Fact(key, value),), NOW, "t", b"")
            found = {one.fingerprint for _fact, one in engine().told(seen)}
            expected = {
                one.id
                for one in rules
                if key in one.facts and not one.requires and one.pattern.search(encoded(value))
            }
            assert found & {one.id for one in rules if not one.requires} <= expected, value
            claiming = {one.id for one in rules if all("{" not in t for t in one.gives.values())}
            assert expected & claiming <= found, value
            told += len(found)
    assert told > 300
