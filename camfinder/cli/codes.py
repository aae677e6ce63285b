"""Exit codes: the highest that applies, in the order of docs/commands.md."""

from enum import IntEnum

from camfinder.model import Problem, ProblemKind


class Exit(IntEnum):
    """What a run's exit code says."""

    OK = 0
    FOUND = 1
    """Something named by `--fail-on` was found."""
    USAGE = 2
    """Usage, configuration or data error; an unreadable capture too."""
    INCOMPLETE = 3
    """A method asked for by name had no rights, hosts skipped, deadline, truncated capture."""
    INTERRUPTED = 130
    """Ctrl-C; the report is written."""


_INCOMPLETE = {ProblemKind.TRUNCATED, ProblemKind.SKIPPED}
_ORDER = (Exit.INTERRUPTED, Exit.USAGE, Exit.INCOMPLETE, Exit.FOUND)


def highest(*codes: Exit) -> Exit:
    """The code that wins."""
    return next((code for code in _ORDER if code in codes), Exit.OK)


def of_problems(problems: tuple[Problem, ...]) -> Exit:
    """What the problems of a run make of its exit code."""
    kinds = {problem.kind for problem in problems}
    if ProblemKind.INTERRUPTED in kinds:
        return Exit.INTERRUPTED
    if ProblemKind.UNREADABLE in kinds:
        return Exit.USAGE
    return Exit.INCOMPLETE if kinds & _INCOMPLETE else Exit.OK


def of_methods(problems: tuple[Problem, ...], named: frozenset[str]) -> Exit:
    """Incomplete, where a method that was asked for by name had no rights."""
    failed = {p.probe for p in problems if p.kind is ProblemKind.NO_RIGHTS}
    return Exit.INCOMPLETE if failed & named else Exit.OK
