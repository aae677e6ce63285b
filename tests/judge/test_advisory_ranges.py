"""Ranges of versions: three answers, and what decides them."""

from datetime import date

import pytest

from camfinder.judge.firmware import SCHEMES, read
from camfinder.judge.ranges import Range, any_of, holds


def held(span: Range, scheme: str, raw: str) -> bool | None:
    """The answer for a version that is one of the scheme."""
    version = read(SCHEMES[scheme], raw)
    assert version is not None
    return holds(span, SCHEMES[scheme], version)


@pytest.mark.parametrize(
    ("span", "scheme", "raw", "expected"),
    [
        (Range(before="5.02.006", start="5.00.000"), "hikvision", "V5.01.070 build 231012", True),
        (Range(before="5.02.006", start="5.00.000"), "hikvision", "V5.02.006", False),
        (Range(before="5.02.006", start="5.00.000"), "hikvision", "V4.99.1", False),
        (Range(up_to="5.4.0 Build 160530"), "hikvision", "V5.4.0 build 160530", True),
        (Range(up_to="5.4.0 Build 160530"), "hikvision", "V5.4.0", None),
        (Range(up_to="5.4.0 Build 160530"), "hikvision", "V5.3.9", True),
        (Range(build_before=date(2021, 6, 28)), "hikvision", "V5.7.1 build 210627", True),
        (Range(build_before=date(2021, 6, 28)), "hikvision", "V5.7.1 build 210628", False),
        (Range(build_before=date(2021, 6, 28)), "hikvision", "V5.7.1", None),
        (Range(start="4.1.60", build_before=date(2023, 8, 21)), "hikvision", "V4.1.50", False),
        (Range(exactly=("M2.1.6.05",)), "dotted", "M2.1.6.05", True),
        (Range(exactly=("M2.1.6.05",)), "dotted", "M2.1.6.06", False),
        (Range(exactly=("LM.1.6.18",)), "text", "lm.1.6.18", True),
        (Range(exactly=("LM.1.6.18",)), "text", "LM.1.6.19", False),
        (Range(before="B3223P22C02424"), "text", "B3223P22C02424", False),
        (Range(before="B3223P22C02424"), "text", "B3223P22C01111", None),
        (Range(exactly=("2.608.0000.0", "2.608.GV00.0")), "dahua", "2.608.GV00.0", True),
        (Range(exactly=("2.608.0000.0", "2.608.GV00.0")), "dahua", "2.608.0000.1", False),
    ],
)
def test_three_answers(span: Range, scheme: str, raw: str, expected: bool | None) -> None:
    """In, out, or not to be told."""
    assert held(span, scheme, raw) is expected


def test_parallel_lines() -> None:
    """Three lines side by side: an end of one says nothing of the others; the fix ends all."""
    span = Range(up_to="1.12.0.27", exactly=("1.12.13.2", "1.12.14.5"), branch=3, fixed="1.12.14.7")
    answers = {
        "1.12.0.25": True, "1.12.0.28": False, "1.12.13.2": True, "1.12.13.1": None,
        "1.12.14.5": True, "1.12.14.6": None, "1.12.14.7": False, "1.12.14.9": False,
        "1.11.0.12": True, "1.12.15.0": False, "2.0.0.1": False,
    }  # fmt: skip
    assert {raw: held(span, "dotted", raw) for raw in answers} == answers


def test_other_hardware_says_nothing() -> None:
    """Single builds of several hardware forms: another hardware is not comparable."""
    span = Range(exactly=("1.3.4.1B181219.D00.U1(4A21S)", "1.3.4.1B181219.D14.U1(8A41T)"))
    assert held(span, "tvt", "1.3.4.1B181219.D00.U1(4A21S)") is True
    assert held(span, "tvt", "1.3.4.2B190101.D00.U1(4A21S)") is False
    assert held(span, "tvt", "1.3.4.1B181219.D00.U1(16A82T)") is None


def test_words() -> None:
    """A range is told in words."""
    assert Range(start="1", up_to="2").words == "from 1 up to 2"
    assert Range(before="2", exactly=("3", "4")).words == "before 2, and 3, 4"
    assert Range(exactly=("3",)).words == "exactly 3"
    assert Range(build_before=date(2021, 6, 1)).words == "built before 2021-06-01"
    assert not Range().bounded
    assert not Range(branch=2, fixed="3").bounded


def test_any_of() -> None:
    """One yes is enough, one open question hides a no, nothing at all is open."""
    assert any_of([False, None, True]) is True
    assert any_of([False, None]) is None
    assert any_of([False]) is False
    assert any_of([]) is None
