"""The table of devices: the right verdict for every main regime, built by the real engine."""

from functools import cache

import pytest
from devices import LETTERS, Row, table
from judged import MAIN, device_of, verdict, words

from camfinder.document import DeviceDoc
from camfinder.judge.relabel import MAC, shown, traces_of

ACCUSED = {"listed", "listed-through-maker"}
ROWS = table()


@cache
def _device(name: str) -> DeviceDoc:
    return device_of(next(row for row in ROWS if row.name == name).observations)


def _right(row: Row) -> tuple[str, ...]:
    return tuple(LETTERS[letter] for letter in row.right)


def test_the_table_is_large_and_its_names_are_unique() -> None:
    """At least 150 devices, of every sort."""
    names = [row.name for row in ROWS]
    assert len(names) >= 150
    assert len(set(names)) == len(names)
    groups = {row.group for row in ROWS}
    assert groups == {"relabelled", "listed", "habit", "cannot-tell", "honest"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_verdict(row: Row) -> None:
    """Every regime says what is right of this device."""
    assert words(_device(row.name)) == _right(row)


def test_no_false_accusation() -> None:
    """Nothing is listed, by name or through its maker, that should not be."""
    wrong = [
        (row.name, policy)
        for row in ROWS
        for policy, said, right in zip(MAIN, words(_device(row.name)), _right(row), strict=True)
        if said in ACCUSED and right not in ACCUSED
    ]
    assert wrong == []


def test_relabelled_devices_are_traced() -> None:
    """At least 95 in 100 relabelled devices with two or more signs are traced to the maker."""
    rows = [row for row in ROWS if row.group == "relabelled"]
    traced = [row for row in rows if words(_device(row.name)) == _right(row)]
    assert len(rows) >= 100
    assert len(traced) >= 0.95 * len(rows)


@pytest.mark.parametrize("row", [r for r in ROWS if r.group == "relabelled"], ids=lambda r: r.name)
def test_accusations_through_a_maker_rest_on_two_signs(row: Row) -> None:
    """Every `listed-through-maker` names evidence of two kinds, not both of them hints."""
    device = _device(row.name)
    for policy in MAIN:
        finding = verdict(device, policy)
        assert finding is not None
        if finding.verdict != "listed-through-maker":
            continue
        held = set(finding.evidence)
        assert held <= {item.id for item in device.evidence}
        signs = [
            t for ts in traces_of(device).values() for t in shown(ts) if held >= set(t.evidence)
        ]
        assert len({sign.kind for sign in signs}) >= 2
        assert any(sign.kind != MAC for sign in signs)
