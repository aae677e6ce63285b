"""Build dates in firmware texts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.reports.firmware_age import build_date

SEEN = date(2026, 11, 2)
DATED = [
    ("V5.7.3 build 230411", "Hikvision", date(2023, 4, 11)),
    ("1.3.9 Build 240115 Rel.41200n", "TP-Link", date(2024, 1, 15)),
    ("2.840.0000000.9.R, Build Date: 2022-05-17", "Dahua", date(2022, 5, 17)),
    ("2.420.0.0.R,build:2016-8-4", "Dahua", date(2016, 8, 4)),
    ("1.4.8.60000B230907", "TVT", date(2023, 9, 7)),
    ("UVC.S5L.v4.70.1.0.1a2b3c4.231002.1130", "Ubiquiti", date(2023, 10, 2)),
    ("1.41.05_20220303_R201", "Hanwha Vision", date(2022, 3, 3)),
    ("v3.1.0.2368_23062508", "Reolink", date(2023, 6, 25)),
    ("v3.0.0.136_20121112", "Reolink", date(2020, 12, 11)),
    ("v3.0.0.136_20121112", None, date(2012, 11, 12)),
]
UNDATED = [
    None, "", "10.12.182", "4.001.0000005.1.R", "IPC_G6202-B0035P65D1807R1", "V4.02.R12.00006571",
    "V5.7.3 build 231341", "V5.7.3 build 990411", "V9 build 270101", "1.0_20991231", "7.80.0128",
]  # fmt: skip


@pytest.mark.parametrize(("text", "brand", "built"), DATED)
def test_date_is_read(text: str, brand: str | None, built: date) -> None:
    """The maker's form gives the day."""
    assert build_date(text, brand, SEEN) == built


@pytest.mark.parametrize("text", UNDATED)
def test_no_date_is_made_up(text: str | None) -> None:
    """No day of the calendar, one before 2000, or after the run, is no date."""
    assert build_date(text, "Hikvision", SEEN) is None


@given(st.text(), st.none() | st.just("Reolink"))
def test_any_text_is_survived(text: str, brand: str | None) -> None:
    """Whatever a device calls its firmware, it is a plausible date or none."""
    found = build_date(text.encode("utf-8", "replace").decode(), brand, SEEN)
    assert found is None or date(2000, 1, 1) <= found <= SEEN
