"""Sets of patterns: both ways of compiling agree, hostile text costs no more than its length."""

import time

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camfinder.match.fingerprint import default_folder, load
from camfinder.match.patterns import Pattern, PatternSet, encodable, encoded
from camfinder.match.ready import WIDE

PATTERNS = [
    r"(?i)\baxis\b",
    r"[A-Z]{2}-\d{3,5}",
    r"(?i)kamera|camera",
    r"^$",
    r"é+n",
    r"(?i)sony.*cam",
]
LITERALS = PatternSet(PATTERNS)
AUTOMATON = PatternSet(PATTERNS, by_literals=False)

pieces = st.sampled_from(["axis", "AXIS ", "SN-1234", "\u212aamera", "\u017fony", "cam", "én", " "])
texts = st.lists(pieces | st.text(max_size=5), max_size=8).map("".join)


@given(texts)
def test_literals_and_automaton_agree(text: str) -> None:
    """Both say what searching pattern by pattern says."""
    data = encoded(text)
    one_by_one = [at for at, pattern in enumerate(PATTERNS) if re2.search(pattern, data)]
    assert sorted(LITERALS(data)) == one_by_one == sorted(AUTOMATON(data))


def test_empty_set_matches_nothing() -> None:
    """A set of no patterns is no error."""
    assert list(PatternSet([])(b"anything")) == []


@pytest.mark.parametrize("by_literals", [True, False])
def test_bad_pattern_is_named(*, by_literals: bool) -> None:
    """What RE2 does not know is refused when the set is made."""
    with pytest.raises(ValueError, match=r"a"):
        PatternSet([r"(?=a)"], by_literals=by_literals)


def test_one_name_after_the_other_is_cheap() -> None:
    """A page that lists every brand is read in less than a second: an automaton needed many."""
    names = [f"brand{number:03}" for number in range(600)]
    made = PatternSet([rf"(?i)(?:\b|_){name}(?:\b|_).*(?:camera|dvr)" for name in names])
    page = " ".join(names * 8).encode() + b" camera"
    started = time.process_time()
    assert len(made(page)) == len(names)
    assert time.process_time() - started < 1.0


def test_a_pattern_is_compiled_for_its_first_search() -> None:
    """Text and compiled patterns find the same; what is no pattern is told when it is searched."""
    for pattern in (Pattern(r"v(\d+)"), Pattern(re2.compile(r"v(\d+)"))):
        for _ in range(2):
            assert pattern.search(b"a v12") == [(2, 5), (3, 5)]
        assert pattern.search(b"a") is None
    broken = Pattern(r"(?=a)")
    with pytest.raises(ValueError, match=r"\(\?="):
        broken.search(b"a")


def test_patterns_without_a_word_are_known() -> None:
    """Letters that side-by-side alternatives share, and counted digits, are no part of the word."""
    patterns = [r"ilo ?\d|ibmc", r"ilo ?\d|esxi|ibmc", r"hg\d{3}", r"hg\d\d\d", r"\S"]
    assert list(PatternSet(patterns).unguarded()) == [0, 2, 4]
    assert not PatternSet([]).unguarded()


def test_no_rule_on_many_facts_is_searched_in_every_text() -> None:
    """Rules on titles, realms, servers and so on are all left out by their words."""
    many = [one for one in load([default_folder()]).rules if len(one.facts) >= WIDE]
    assert len(many) > 500
    found = PatternSet([one.match for one in many]).unguarded()
    assert [many[at].id for at in found] == []


def test_lone_surrogates_are_question_marks() -> None:
    """Both forms of a text say the same."""
    assert encoded("a\ud800b") == b"a?b" == encodable("a\ud800b").encode()
