"""The table: it fits its width, keeps what matters, and is honest about colours."""

import io

import pytest
from crowd import crowd
from hypothesis import given, settings
from hypothesis import strategies as st
from inventories import ATTACKS, inventory
from rich.cells import cell_len
from rich.console import Console

from camfinder.document import DifferenceDoc, Document, FindingDoc, build
from camfinder.reports.layout import Column, fold, table
from camfinder.reports.to_table import FILE_WIDTH, lines, render, view


def plain(document: Document, width: int, *, everything: bool = False) -> list[str]:
    """The lines without their styles."""
    made = lines(document, width, everything=everything)
    return ["".join(text for text, _style in line) for line in made]


def terminal(document: Document, width: int = 200) -> str:
    """What a terminal gets."""
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=True, highlight=False).print(view(document))
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140, 200])
def test_no_line_is_wider_than_asked(width: int) -> None:
    """Cells fold before they are cut; the address, brand, model and findings stay."""
    made = plain(crowd(40), width, everything=True)
    assert max(cell_len(line) for line in made) <= width
    heads = next(line for line in made if line.startswith("Address"))
    assert width < 60 or all(name in heads for name in ("Brand", "Model", "Findings"))


def test_more_room_shows_more_columns() -> None:
    """MAC, maker, firmware and confidence come as the width allows."""
    shown = {
        width: {
            name
            for name in ("Maker", "Firmware", "MAC", "Sure")
            if name in next(line for line in plain(crowd(20), width) if line.startswith("Address"))
        }
        for width in (60, 80, 160)
    }
    assert shown[60] <= shown[80] < shown[160] == {"Maker", "Firmware", "MAC", "Sure"}


def test_nothing_is_cut_where_it_can_fold() -> None:
    """A narrow table holds the same characters as a wide one."""
    document = crowd(12)
    narrow = "".join("".join(plain(document, 60)).split())
    assert sum(narrow.count(letter) for letter in "│…") == 0
    for device in document.surveillance:
        assert str(device.address) in narrow


def test_findings_are_marked_worst_first() -> None:
    """Known exploitation with its CVE, then the policy; the record's differences by field."""
    document = crowd(1)
    device = document.devices[0]
    device.surveillance, device.findings = True, []
    names = ("CVE-2021-1", "CVE-2021-2", "CVE-2021-3")
    device.findings = [
        FindingDoc(kind="advisory", id=i, verdict="affected", title="", because="") for i in names
    ]
    device.findings[0].kev = True
    policy = FindingDoc(kind="policy", id="p-1", verdict="listed", title="", because="")
    device.findings.append(policy)
    assert device.record is not None
    device.record.status = "recorded-differently"
    device.record.differs = [DifferenceDoc(field="firmware", recorded="1", seen="2")]
    row = next(line for line in plain(document, 200) if line.startswith(str(device.address)))
    wanted = "KEV CVE-2021-1; listed p-1; affected CVE-2021-2 CVE-2021-3; differs (firmware)"
    assert wanted in row


def test_cleared_devices_are_not_marked() -> None:
    """`not-listed` is no mark."""
    document = crowd(1)
    document.devices[0].findings = [
        FindingDoc(kind="policy", id="p-1", verdict="not-listed", title="", because="")
    ]
    assert "p-1" not in "\n".join(plain(document, 200))


def test_missing_records_have_their_table() -> None:
    """What was recorded and not seen is told with its line in the file."""
    text = "\n".join(plain(crowd(3), 120))
    assert "Recorded but not seen" in text
    assert "assets.csv:3" in text


def test_sums_are_told() -> None:
    """Counts by kind, findings, and what was sent."""
    text = "\n".join(plain(crowd(40), 200))
    document = crowd(40)
    assert f"{len(document.surveillance)} surveillance devices" in text
    assert "listed by a policy" in text
    assert "with known-exploited firmware" in text
    assert "sent 4213 datagrams" in text
    assert "Not seen: Multicast discovery in 10.20.8.0/24" in text


def test_colours_follow_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listed device is red on a terminal, and is not where NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[1;31mlisted us-ndaa-889" in terminal(crowd(12))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in terminal(crowd(12))
    assert "listed us-ndaa-889" in terminal(crowd(12))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_terminal_gets_no_foreign_escape(attack: str) -> None:
    """The only escapes that reach a terminal are our own styles."""
    text = terminal(build(inventory(attack)))
    assert {part.partition("m")[0] for part in text.split("\x1b[")[1:]} <= {"0", "1", "2", "33"}
    assert "\u202e" not in text
    assert "\u2066" not in text


def test_file_is_of_fixed_width() -> None:
    """The text file does not depend on the terminal it was made at."""
    made = render(crowd(40)).decode()
    assert max(cell_len(line) for line in made.splitlines()) <= FILE_WIDTH
    assert not [line for line in made.splitlines() if line.endswith(" ")]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1), st.integers(2, 40))
def test_folding_keeps_every_character(text: str, width: int) -> None:
    """Lines are no wider than asked, whatever the script."""
    made = fold(text, width)
    assert "".join(made) == text
    assert all(cell_len(line) <= width for line in made)


def test_empty_table_columns_do_not_break() -> None:
    """Rows of empty cells give empty lines, wide characters count double."""
    made = list(table("t", [Column("a", 2), Column("b", 2)], [[("", ""), ("摄像机", "")]], 20))
    assert "".join(text for text, _style in made[3]).endswith("摄像机")
