"""How fast a long reading goes: the pace of the last minute, in words a person can plan with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskterm.progress import SPAN, Pace


def told(*marks: tuple[float, int]) -> Pace:
    pace = Pace()
    for at, so_far in marks:
        pace.told(so_far, at=at)
    return pace


def test_a_steady_pace_in_words() -> None:
    assert told((0, 0), (10, 3000)).words(60_000) == "300 letters/s, 3 min left"
    assert told((0, 0), (10, 3000)).words(3_000) == "300 letters/s, 10 s left"
    assert told((0, 0), (10, 25)).words(36_000) == "2.5 letters/s, 4 h 00 min left"


def test_nothing_is_said_before_anything_is_known() -> None:
    assert told().words(9) == told((0, 5)).words(9) == told((0, 5), (9, 5)).words(9) == ""
    assert told((5, 1), (5, 9)).words(9) == "", "two counts of one moment are no pace"


def test_only_the_last_minute_counts_and_another_folder_begins_anew() -> None:
    fast_then_slow = [(float(at), at * 100) for at in range(60)]
    fast_then_slow += [(60.0 + at, 6000 + at) for at in range(int(SPAN) + 5)]
    assert told(*fast_then_slow).per_second() < 3
    assert told((0, 0), (1, 900), (2, 10), (3, 20)).per_second() == 10


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 10**6)), max_size=30), st.integers(0, 10**9))
def test_clocks_that_jump_do_no_harm(marks: list[tuple[float, int]], left: int) -> None:
    assert told(*marks).per_second() >= 0
    told(*marks).words(left)
