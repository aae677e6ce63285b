"""Whether a firmware version lies in the range that an advisory states: yes, no, cannot be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from camfinder.judge.firmware import Scheme, Version, equal, read
from camfinder.judge.firmware.base import by_fields


@dataclass(frozen=True, slots=True)
class Range:
    """Which versions are affected: from, up to and build day together, or one of `exactly`.

    Attributes:
        start: First affected version, empty for the first ever.
        up_to: Last affected version.
        before: First version that is not affected.
        exactly: Single affected versions.
        build_before: Affected are builds of days before this one.
        branch: How many leading fields make a branch; 0 where one line of versions is all.
        fixed: From this version on it is fixed, whatever the branch.
    """

    start: str = ""
    up_to: str = ""
    before: str = ""
    exactly: tuple[str, ...] = ()
    build_before: date | None = None
    branch: int = 0
    fixed: str = ""

    @property
    def bounded(self) -> bool:
        """Something here tells versions apart."""
        return bool(self.start or self.exactly or self._ends)

    @property
    def _ends(self) -> bool:
        return bool(self.up_to or self.before or self.build_before)

    @property
    def words(self) -> str:
        """The range in words, such as `from 5.2.0 up to 5.4.0`."""
        parts = [f"from {self.start}"] if self.start else []
        parts += [f"up to {self.up_to}"] if self.up_to else []
        parts += [f"before {self.before}"] if self.before else []
        parts += [f"built before {self.build_before.isoformat()}"] if self.build_before else []
        text = " ".join(parts)
        single = ", ".join(self.exactly)
        return f"{text}, and {single}" if text and single else text or f"exactly {single}"


def holds(span: Range, scheme: Scheme, version: Version) -> bool | None:
    """The version lies in the range; None where it cannot be compared with it."""
    if span.fixed and _reached(scheme, version, span.fixed):
        return False
    answers = []
    if span.exactly:
        answers.append(_one_of([_same(scheme, version, each) for each in span.exactly]))
    if span.start or span.up_to or span.before or span.build_before:
        answers.append(_all(_ends(span, scheme, version)))
    return any_of(answers)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True where one is, else None where one is open, else False."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found or not found else False


def _one_of(answers: Sequence[bool | None]) -> bool | None:
    """One of the versions is this one; those of other branches are none of them."""
    if True in answers:
        return True
    return False if False in answers else None


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def _ends(span: Range, scheme: Scheme, version: Version) -> list[bool | None]:
    """One answer for every end that the range has."""
    found: list[bool | None] = []
    if span.start:
        order = _order(span, scheme, version, span.start, lower=True)
        found.append(None if order is None else order >= 0)
    if span.up_to:
        order = _order(span, scheme, version, span.up_to)
        found.append(None if order is None else order <= 0)
    if span.before:
        order = _order(span, scheme, version, span.before)
        found.append(None if order is None else order < 0)
    if span.build_before:
        found.append(None if version.built is None else version.built < span.build_before)
    return found


def _order(
    span: Range, scheme: Scheme, version: Version, text: str, *, lower: bool = False
) -> int | None:
    bound = read(scheme, text)
    if bound is None or _other_branch(span.branch, version, bound):
        return None
    return (scheme.compare if lower else scheme.upper)(version, bound)


def _other_branch(fields: int, version: Version, bound: Version) -> bool:
    """Both are branches of the same line: equal but for the last field of the branch."""
    mine, theirs = version.fields[:fields], bound.fields[:fields]
    return bool(fields) and mine != theirs and mine[:-1] == theirs[:-1]


def _same(scheme: Scheme, version: Version, text: str) -> bool | None:
    bound = read(scheme, text)
    return None if bound is None else equal(scheme, version, bound)


def _reached(scheme: Scheme, version: Version, text: str) -> bool:
    """The version is surely the fixed one or a later one, by its numbers alone."""
    bound = read(scheme, text)
    if bound is None or version.equal_only or bound.equal_only:
        return False
    order = scheme.compare(version, bound)
    return order >= 0 if order is not None else by_fields(version.fields, bound.fields) > 0
