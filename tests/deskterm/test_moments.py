"""Moments as people type them, in a zone with daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm import moments
from store.errors import QueryError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = int(datetime(2026, 11, 18, 15, 30, tzinfo=BERLIN).timestamp())
"""A Wednesday."""


def said(moment: int) -> str:
    return datetime.fromtimestamp(moment, BERLIN).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "Wed 18 15:30"), ("2h ago", "Wed 18 13:30"), ("2h", "Wed 18 13:30"),
        ("1h 30m ago", "Wed 18 14:00"),
        ("3d ago", "Sun 15 15:30"), ("yesterday", "Tue 17 23:59"), ("yesterday 9:00", "Tue 17 09:00"),
        ("last fri 17:00", "Fri 13 17:00"), ("last friday", "Fri 13 23:59"), ("fri", "Fri 13 23:59"),
        ("wed 9:00", "Wed 11 09:00"), ("monday 9am", "Mon 16 09:00"), ("17:00", "Tue 17 17:00"),
        ("noon", "Wed 18 12:00"), ("2026-11-16", "Mon 16 23:59"), ("2026-11-16 14:00", "Mon 16 14:00"),
        ("2026-11-16T14:00:00Z", "Mon 16 15:00"), ("today", "Wed 18 15:30"),
        ("Last Fri at 17:00", "Fri 13 17:00"),
    ],
)  # fmt: skip
def test_moments_that_were(text: str, meant: str) -> None:
    assert said(moments.past(text, now=NOW, zone=BERLIN)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1h", "Wed 18 16:30"), ("in 2d", "Fri 20 15:30"), ("tonight", "Wed 18 20:00"),
        ("tomorrow", "Thu 19 09:00"), ("tomorrow 8:15", "Thu 19 08:15"), ("monday", "Mon 23 09:00"),
        ("wed", "Wed 25 09:00"), ("next fri 5pm", "Fri 20 17:00"), ("17:00", "Wed 18 17:00"),
        ("9:00", "Thu 19 09:00"), ("2026-11-20", "Fri 20 09:00"), ("2026-11-20 14:00", "Fri 20 14:00"),
        ("tomorrow evening", "Thu 19 18:00"),
    ],
)  # fmt: skip
def test_moments_to_come(text: str, meant: str) -> None:
    assert said(moments.ahead(text, now=NOW, zone=BERLIN)) == meant


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25:00", "2026-13-01", "13pm", "7", "last", "fri fri", "-2h", "<2h", "2026-11-31", "0"],
)
def test_what_is_no_moment_is_a_sentence(text: str) -> None:
    for read in (moments.past, moments.ahead):
        with pytest.raises(QueryError, match="is no moment"):
            read(text, now=NOW, zone=BERLIN)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-18 15:00", "2h ago", "now"])
def test_a_moment_gone_by_is_nothing_to_wait_for(text: str) -> None:
    with pytest.raises(QueryError, match="not ahead"):
        moments.ahead(text, now=NOW, zone=BERLIN)


def test_the_future_is_no_past() -> None:
    assert moments.past("today", now=NOW, zone=BERLIN) == NOW
    for text in ("2027-01-01", "tomorrow", "in 2d"):
        with pytest.raises(QueryError, match="still to come"):
            moments.past(text, now=NOW, zone=BERLIN)


def test_a_day_keeps_its_wall_clock_over_a_clock_change() -> None:
    evening = int(datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN).timestamp())
    morning = moments.ahead("tomorrow", now=evening, zone=BERLIN)
    assert datetime.fromtimestamp(morning, BERLIN).hour == 9
    assert morning - evening == 14 * 3600


@given(st.text(max_size=30))
def test_nothing_typed_breaks_it(text: str) -> None:
    for read in (moments.past, moments.ahead):
        try:
            found = read(text, now=NOW, zone=BERLIN)
        except QueryError:
            continue
        assert isinstance(found, int)


@given(st.integers(0, 4_000_000_000))
def test_iso_there_and_back(moment: int) -> None:
    assert moments.from_iso(str(moments.iso(moment))) == moment


def test_lengths_in_two_units() -> None:
    assert [moments.length(s) for s in (0, 45, 3660, 90_000, -60)] == ["0s", "45s", "1h 1m", "1d 1h", "1m"]


def test_the_zone_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert datetime(2026, 1, 1, tzinfo=moments.local()).astimezone(UTC).hour == 15
    monkeypatch.setenv("TZ", "No/Where")
    assert datetime(2026, 1, 1, tzinfo=moments.local()).utcoffset() is not None
