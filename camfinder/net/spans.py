"""Sets of addresses as sorted, disjoint spans: a /8 costs as little as one address."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Span(NamedTuple):
    """Consecutive addresses as integers, both ends included."""

    first: int
    last: int


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same addresses, sorted, without overlaps and seams."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.first <= joined[-1].last + 1:
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return tuple(joined)


@dataclass(frozen=True)
class SpanSet:
    """A set of addresses of one family.

    Attributes:
        spans: Sorted and disjoint; make them with `merged`.
    """

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "SpanSet":
        """The set of everything in these spans."""
        return cls(merged(spans))

    @cached_property
    def _firsts(self) -> list[int]:
        return [span.first for span in self.spans]

    @cached_property
    def size(self) -> int:
        """How many addresses."""
        return sum(last - first + 1 for first, last in self.spans)

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number <= self.spans[place].last

    def touches(self, other: Span) -> bool:
        """Whether any address is in both."""
        place = bisect_right(self._firsts, other.last) - 1
        return place >= 0 and self.spans[place].last >= other.first

    def minus(self, other: "SpanSet") -> "SpanSet":
        """What is here and not there."""
        left: list[Span] = []
        holes = other.spans
        start = 0
        for first, last in self.spans:
            while start < len(holes) and holes[start].last < first:
                start += 1
            here = first
            place = start
            while place < len(holes) and holes[place].first <= last:
                if holes[place].first > here:
                    left.append(Span(here, holes[place].first - 1))
                here = max(here, holes[place].last + 1)
                place += 1
            if here <= last:
                left.append(Span(here, last))
        return SpanSet(tuple(left))

    def interleaved(self) -> Iterator[int]:
        """Every address once, by last octet first: each /24 in turn gives one.

        So the load spreads over segments and the routers in front of them, and nothing is
        stored.
        """
        if not self.spans:
            return
        for low in range(256):
            for first, last in self.spans:
                number = (first & ~0xFF) | low
                if number < first:
                    number += 256
                while number <= last:
                    yield number
                    number += 256
