"""Bounded memory keeps what is asked for and forgets the rest."""

from camfinder.match.memo import Memo


def test_what_is_asked_for_stays() -> None:
    """A key that is asked for in every generation is never forgotten, others are."""
    memo: Memo[int, str] = Memo(4)
    memo.keep(-1, "kept")
    for number in range(40):
        memo.keep(number, str(number))
        assert memo.get(-1) == "kept"
        assert len(memo) <= 8
    assert memo.get(39) == "39"
    assert memo.get(3) is None
    assert memo.get(99) is None
