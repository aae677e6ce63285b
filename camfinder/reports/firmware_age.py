"""When a firmware was built, where its version text says so.

Forms, as makers write them (examples are made up):

| form | example | makers |
|---|---|---|
| `build YYMMDD` | `V5.7.3 build 230411`, `1.3.9 Build 240115 Rel.41200n` | Hikvision, TP-Link |
| `YYYY-MM-DD` | `2.840.0000000.9.R, Build Date: 2022-05-17` | Dahua |
| `BYYMMDD` at the end | `1.4.8.60000B230907` | TVT |
| `.YYMMDD.HHMM` | `UVC.S5L.v4.70.1.0.1a2b3c4.231002.1130` | Ubiquiti |
| `_YYYYMMDD` | `1.41.05_20220303_R201` | Hanwha and others |
| `_YYMMDDHH` | `v3.1.0.2368_23062508` | Reolink (counted in hours of the day) |

A number that is no date of the calendar, or lies before 2000 or after the run, is none.
"""

from datetime import date

import re2

_DASHED = re2.compile(r"(20\d\d)[-/.](\d\d?)[-/.](\d\d?)(?:\D|$)")
_SIX = (
    re2.compile(r"(?i)build[ :_-]{0,3}(\d\d)(\d\d)(\d\d)(?:\D|$)"),
    re2.compile(r"\dB(\d\d)(\d\d)(\d\d)$"),
    re2.compile(r"\.(\d\d)(\d\d)(\d\d)\.\d{4}$"),
)
_EIGHT = re2.compile(r"(?i)(?:_|build[ :_-]{0,3})(\d{8})(?:\D|$)")
_EARLIEST = date(2000, 1, 1)
_LONGEST = 200


def build_date(firmware: str | None, brand: str | None, seen: date) -> date | None:
    """The day on which a firmware was built, or None where its text does not say.

    Args:
        firmware: The text as the device wrote it; cut at 200 characters.
        brand: Decides between the two readings of eight digits.
        seen: The day of the run: no firmware is younger.
    """
    text = (firmware or "")[:_LONGEST]
    for found in _candidates(text, hours_counted=brand == "Reolink"):
        if _EARLIEST <= found <= seen:
            return found
    return None


def _candidates(text: str, *, hours_counted: bool) -> list[date]:
    made: list[date | None] = []
    if match := _DASHED.search(text):
        made.append(_date(*(int(part) for part in match.groups())))
    for pattern in _SIX:
        if match := pattern.search(text):
            year, month, day = (int(part) for part in match.groups())
            made.append(_date(2000 + year, month, day))
    if match := _EIGHT.search(text):
        digits = match.group(1)
        whole = _date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        short = _date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
        made += [short] if hours_counted and int(digits[6:]) < 24 else [whole]
    return [found for found in made if found is not None]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
