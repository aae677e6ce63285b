"""Days as rules state them: a day, a month or a year (`2023-02-06`, `2026-07`, `2018`)."""

from calendar import monthrange
from datetime import date


def parse_day(text: str) -> tuple[date, date]:
    """The first and the last day that the text can mean.

    Raises:
        ValueError: It is no `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """
    parts = text.split("-")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is no YYYY, YYYY-MM or YYYY-MM-DD")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        raise ValueError(f"{text!r} is no YYYY, YYYY-MM or YYYY-MM-DD")
    numbers = [int(part) for part in parts]
    year = numbers[0]
    if len(numbers) == 1:
        return date(year, 1, 1), date(year, 12, 31)
    if len(numbers) == 2:
        last = _last(year, numbers[1])
        return date(year, numbers[1], 1), date(year, numbers[1], last)
    day = date(*numbers)
    return day, day


def _last(year: int, month: int) -> int:
    """How many days the month has."""
    if not 1 <= month <= 12:
        raise ValueError(f"{month} is no month")
    return monthrange(year, month)[1]


def holds(start: str | None, end: str | None, day: date) -> bool:
    """Something certainly holds on the day.

    From the last day that `start` can mean, until before the first day that `end` can mean: what
    is not certain to hold does not hold.
    """
    if start is not None and day < parse_day(start)[1]:
        return False
    return end is None or day < parse_day(end)[0]


def begun(start: str | None, day: date) -> bool:
    """Something certainly has begun by the day, whether or not it has ended since."""
    return start is None or day >= parse_day(start)[1]
