"""RE2 patterns and sets of them: linear time on hostile text, the quirks of the binding hidden.

Quirks (google-re2 1.1): `Set.Match` gives None for no match, lone surrogates raise, a set larger
than `max_mem` silently fails to match, errors go to stderr unless `log_errors` is off.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import re2
from re2 import _re2

Spans = Sequence[tuple[int, int]]
_ANYWHERE = _re2.RE2.Anchor.UNANCHORED
"""The binding's core, without its wrapper: that costs more than most searches."""

MAX_MEM = 512 * 1024 * 1024
"""Bytes that one automaton may take. 1,500 realistic patterns need about 64 MB; the default of
8 MB makes a set fail. It is a ceiling: memory is taken as states are visited."""

PATTERN_CHARS = 2_000
"""A longer pattern is a mistake in a fingerprint file."""


PROGRAM_SIZE = 10_000
"""Steps of RE2's program beyond which a pattern is a mistake; the largest shipped one has 1,900."""


def options(*, ignore_case: bool = False) -> "re2.Options":
    """The options under which all patterns of the project are compiled."""
    chosen = re2.Options()
    chosen.max_mem = MAX_MEM
    chosen.log_errors = False
    chosen.case_sensitive = not ignore_case
    return chosen


def compile_pattern(text: str, *, ignore_case: bool = False) -> "re2._Regexp":
    """Compile one pattern.

    Raises:
        ValueError: RE2 does not know it (look-around and back-references do not exist there);
            the message says why.
    """
    if len(text) > PATTERN_CHARS:
        raise ValueError(f"longer than {PATTERN_CHARS} characters")
    try:
        return re2.compile(text, options=options(ignore_case=ignore_case))
    except re2.error as error:
        cause = error.args[0] if error.args else "not an RE2 pattern"
        raise ValueError(cause.decode() if isinstance(cause, bytes) else str(cause)) from None


class Later:
    """A pattern of a file that was checked before: compiled when it is first needed.

    Of some thousand patterns a run needs a few, and compiling them all takes half a second.
    """

    __slots__ = ("_made", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._made: re2._Regexp[str] | None = None

    @property
    def made(self) -> "re2._Regexp[str]":
        """It compiled.

        Raises:
            ValueError: As of `compile_pattern`.
        """
        if self._made is None:
            self._made = compile_pattern(self.pattern)
        return self._made

    @property
    def groupindex(self) -> Mapping[str, int]:
        """Name to number of its named groups."""
        return self.made.groupindex if "(?P<" in self.pattern else {}

    def search(self, text: str | bytes) -> Any:
        """As of the compiled pattern."""
        return self.made.search(text)


def encoded(text: str) -> bytes:
    """A text as RE2 takes it; lone surrogates become question marks.

    A text that meets several patterns is encoded once: given text, the binding encodes it for each
    of them and counts every match's offsets back into characters.
    """
    return text.encode("utf-8", "replace")


def encodable(text: str) -> str:
    """The same text; lone surrogates, which RE2 cannot take, become question marks."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


class PatternSet:
    """Which of many patterns occur in a text.

    By literals (RE2's FilteredRE2): one pass finds the words without which a pattern cannot match,
    and the few patterns that may match are then searched one by one. An automaton over all patterns
    at once needs no second step, but one state of it lists every pattern: each is dear to build,
    and a text that names one brand after the other needs ever new ones (seconds for 40 KB).
    It is better only for few patterns that hold hardly any words, such as model numbers.
    """

    __slots__ = ("_automaton", "_filter", "size")

    def __init__(self, patterns: Sequence[str], *, by_literals: bool = True) -> None:
        """Compile the set.

        Raises:
            ValueError: A pattern is not RE2, or the whole is larger than `MAX_MEM`.
        """
        self.size = len(patterns)
        self._automaton: Any = None
        self._filter: Any = None
        if not patterns:
            return
        if by_literals:
            self._filter = _re2.Filter()
            numbers = [self._filter.Add(each.encode(), options()) for each in patterns]
        else:
            self._automaton = _re2.Set(_ANYWHERE, options())
            numbers = [self._automaton.Add(each.encode()) for each in patterns]
        if -1 in numbers:
            raise ValueError(f"not an RE2 pattern: {patterns[numbers.index(-1)]}")
        (self._filter or self._automaton).Compile()

    def __call__(self, text: bytes) -> Sequence[int]:
        """The indices of the patterns that occur in an `encoded` text, without order."""
        if self._filter is not None:
            found: Sequence[int] = self._filter.Match(text, False)
            return found
        return self._automaton.Match(text) if self._automaton is not None else ()

    def unguarded(self) -> Sequence[int]:
        r"""The patterns without a word by which they could be left out: searched in every text.

        A word is what every match holds, of three letters or more, and RE2 sees it only so:
        alternatives side by side lose the letters that they begin with alike (`ilo ?\d|ibmc` knows
        `lo`), and a counted digit ends it (`hg\d\d\d` knows `hg0`, `hg\d{3}` only `hg`).
        """
        found: Sequence[int] = self._filter.Match(b"", True) if self._filter is not None else ()
        return found


class Pattern:
    """One pattern to be searched in `encoded` texts."""

    __slots__ = ("_match", "_pattern")

    def __init__(self, pattern: "str | Later | re2._Regexp") -> None:
        """Take it as it is: one that is still text is compiled for its first search.

        Of some thousand patterns on brands and models a run needs a few.
        """
        self._pattern = pattern
        self._match: Callable[[Any, bytes, int, int], Spans] = self._first_match

    def _first_match(self, anchor: Any, text: bytes, begin: int, end: int) -> Spans:
        """The first search: those after it go to RE2 directly."""
        given = self._pattern
        if isinstance(given, Later):
            given = given.made
        compiled = compile_pattern(given) if isinstance(given, str) else given
        self._match = compiled._regexp.Match  # noqa: SLF001 (see above)
        return self._match(anchor, text, begin, end)

    def search(self, text: bytes) -> Spans | None:
        """Begin and end in bytes of the match and of its groups, -1 where a group took no part.

        Raises:
            ValueError: As of `compile_pattern`, at the first search.
        """
        found = self._match(_ANYWHERE, text, 0, len(text))
        return None if found[0][0] < 0 else found
