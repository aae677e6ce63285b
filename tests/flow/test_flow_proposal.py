"""Patterns proposed from one value: they take it, its placeholder, and its sisters."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from camfinder.flow.proposal import NONE, Wanted, propose
from camfinder.match.patterns import compile_pattern, encodable
from camfinder.model import CamfinderError, Slot
from camfinder.reports.placeholders import Piece, Placeholders

NOBODY = Placeholders([])


def pieces(text: str) -> list[Piece]:
    """A text that holds nothing known."""
    return NOBODY.pieces(text)


@pytest.mark.parametrize(
    ("text", "wanted", "gives", "sisters", "others"),
    [
        (
            "Acme AC-2010W Network Camera", Wanted(), {Slot.MODEL: "AC-2010W"},
            ["Acme AC-3100 Network Camera", "Acme AC-5-IR Network Camera"],
            ["Bcme AC-2010W Network Camera", "Acme Network Camera", "Acme BC-2010 Network Camera"],
        ),
        ("Acme-Web/5.7.3", Wanted(), {}, ["Acme-Web/6.0", "Acme-Web/5.7.3b1"], ["Acme-Web/x"]),
        (
            "Acme-Web/5.7.3", Wanted(firmware="5.7.3"), {Slot.FIRMWARE: "5.7.3"},
            ["Acme-Web/6.0"], ["Acme-Web/"],
        ),
        (
            "Acme firmware 2.1.0 of 2024-05-01", Wanted(), {Slot.FIRMWARE: "2.1.0"},
            ["Acme firmware 3.0 of 2025-11-30"], ["Acme firmware 3.0 of today"],
        ),
        (
            "V1.2.3_210504", Wanted(is_firmware=True), {Slot.FIRMWARE: "1.2.3"},
            [], ["1.2.3"],
        ),
        (
            "Acme C4 Pro", Wanted(model="C4 Pro"), {Slot.MODEL: "C4 Pro"}, ["Acme C5 Max"],
            ["Acme C"],
        ),
        ("Acme AC-2010W", Wanted(model=NONE), {}, [], ["Acme AC-2011"]),
        (
            "ACME [DVR] (16ch) 10.0.0.7 a+b", Wanted(), {}, ["ACME [DVR] (16ch) 10.99.1.2 a+b"],
            ["ACME DVR 16ch 10.0.0.7 aab"],
        ),
    ],
)  # fmt: skip
def test_a_value_becomes_a_pattern(
    text: str, wanted: Wanted, gives: dict[Slot, str], sisters: list[str], others: list[str]
) -> None:
    """Literal parts stay, versions and numbers become general, groups hold what they say."""
    if wanted.is_firmware:
        text = text.replace("_", " ")
    made = propose(pieces(text), wanted, ["Acme"], whole=True)
    pattern = compile_pattern(made.pattern)
    assert made.gives == gives
    found = pattern.search(made.hit)
    assert found is not None
    assert {Slot(name): found.group(name) for name in pattern.groupindex} == gives
    for each in (text, *sisters):
        assert pattern.search(each), (made.pattern, each)
    for each in others:
        assert not pattern.search(each), (made.pattern, each)


def test_two_numbers_are_not_guessed_at() -> None:
    """Where two tokens may be the model, neither is taken, and the author is asked."""
    made = propose(pieces("Acme AC-2010W board HX-9981"), Wanted(), ["Acme"], whole=True)
    assert not made.gives
    assert any("--model-group AC-2010W" in note for note in made.notes)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted(model="BC-1"), "--model-group BC-1: does not stand in the value"),
        (Wanted(model="AC-20", firmware="C-20"), "--firmware-group C-20: stands within"),
    ],
)
def test_a_part_that_cannot_be_a_group(wanted: Wanted, says: str) -> None:
    """What the author names has to be there, once."""
    with pytest.raises(CamfinderError, match=says):
        propose(pieces("Acme AC-20"), wanted, [], whole=True)


@given(st.text(max_size=120), st.booleans())
def test_whatever_was_read_is_taken(text: str, firmware: bool) -> None:
    """The pattern compiles, and takes the value as well as what is shown of it."""
    text = encodable(text)
    made = propose(pieces(text), Wanted(is_firmware=firmware), [], whole=True)
    pattern = compile_pattern(made.pattern)
    assert pattern.search(text)
    assert pattern.search(made.hit)


@given(
    st.lists(
        st.sampled_from(
            ["Acme", "AC-2010W", "v1.2.3", "5.7", "10.1.2.3", "4c:11:bf:a7:b8:c9", "2024-01-02",
             "a@b.cd", "user=x", "(", "[", "\\", "'", "\n", "-", "/", "1080p", "fw 1.2.3", ".5"]
        ),
        max_size=8,
    ),
    st.sampled_from([" ", "", "/", "-", ", "]),
)  # fmt: skip
@example(["user=x", "a@b.cd"], "/")
def test_whatever_is_put_together_is_taken(parts: list[str], between: str) -> None:
    """The same of texts that are full of what is generalised."""
    text = between.join(parts)
    made = propose(pieces(text), Wanted(), ["Acme"], whole=True)
    pattern = compile_pattern(made.pattern)
    assert pattern.search(text), made.pattern
    assert pattern.search(made.hit), made.pattern
