"""Business hours: the traps of calendars and clock changes, and agreement with a slow model."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules.hours import ALWAYS, Calendar, Hours, Spans, Stretch, Why, in_words
from tests.store.slow_hours import DAYS, MINUTE, open_minutes

NINE_TO_FIVE = ((9 * 60, 17 * 60),)
LUNCH = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
CLOSED: Spans = ()
OFFICE = (NINE_TO_FIVE,) * 5 + (CLOSED, CLOSED)
HOUR = 3600
NEVER = Calendar("Europe/Berlin", (CLOSED,) * 7)


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_open_time_skips_nights_weekends_and_holidays() -> None:
    hours = Hours(Calendar("UTC", OFFICE, {date(2026, 6, 8): "Founders' Day"}))
    assert hours.add(at("2026-06-05T16:30"), 2 * HOUR) == at("2026-06-09T10:30")
    assert hours.between(at("2026-06-05T16:30"), at("2026-06-09T10:30")) == 2 * HOUR
    assert hours.next_open(at("2026-06-06T12:00")) == at("2026-06-09T09:00")


def test_an_end_on_closing_time_stays_there_and_a_start_on_opening_time_too() -> None:
    hours = Hours(Calendar("UTC", OFFICE))
    assert hours.add(at("2026-06-05T16:00"), HOUR) == at("2026-06-05T17:00")
    assert hours.subtract(at("2026-06-08T10:00"), HOUR) == at("2026-06-08T09:00")


def test_zero_seconds_moves_into_open_time() -> None:
    hours = Hours(Calendar("UTC", OFFICE))
    assert hours.add(at("2026-06-05T17:00"), 0) == at("2026-06-08T09:00")
    assert hours.add(at("2026-06-05T12:00"), 0) == at("2026-06-05T12:00")
    assert hours.subtract(at("2026-06-07T12:00"), 0) == at("2026-06-05T17:00")
    assert hours.subtract(at("2026-06-08T09:00"), 0) == at("2026-06-08T09:00")


def test_negative_seconds_go_the_other_way() -> None:
    hours = Hours(Calendar("UTC", OFFICE))
    assert hours.add(at("2026-06-08T10:00"), -2 * HOUR) == at("2026-06-05T16:00")
    assert hours.subtract(at("2026-06-05T16:00"), -2 * HOUR) == at("2026-06-08T10:00")


def test_lunch_is_not_open() -> None:
    hours = Hours(Calendar("UTC", (LUNCH,) * 7))
    assert hours.add(at("2026-06-05T12:00"), HOUR) == at("2026-06-05T14:00")
    assert not hours.is_open(at("2026-06-05T12:30"))
    assert hours.is_open(at("2026-06-05T13:30"))


def test_a_desk_that_never_closes_counts_real_hours_over_a_clock_change() -> None:
    hours = Hours(Calendar("Europe/Berlin", ALWAYS))
    start = at("2026-03-29T00:30", "Europe/Berlin")
    assert hours.add(start, 4 * HOUR) == start + 4 * HOUR
    assert (
        hours.between(at("2026-03-29T00:00", "Europe/Berlin"), at("2026-03-30T00:00", "Europe/Berlin"))
        == 23 * HOUR
    )
    assert (
        hours.between(at("2026-10-25T00:00", "Europe/Berlin"), at("2026-10-26T00:00", "Europe/Berlin"))
        == 25 * HOUR
    )


def test_a_time_the_clock_jumps_over_counts_on() -> None:
    hours = Hours(Calendar("Europe/Berlin", ((((2 * 60 + 30), 5 * 60),),) * 7))
    night = at("2026-03-29T00:00", "UTC")
    assert hours.next_open(night) == at("2026-03-29T03:30", "Europe/Berlin") == at("2026-03-29T01:30")


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    hours = Hours(Calendar("Europe/Berlin", (((60, 2 * 60 + 30),),) * 7))
    assert hours.periods_after(at("2026-10-24T23:00"), 1) == [
        (at("2026-10-24T23:00"), at("2026-10-25T00:30"))
    ]


def test_a_night_shift_over_the_spring_change_is_an_hour_short() -> None:
    night = (((0, 6 * 60), (22 * 60, 24 * 60)),) * 7
    hours = Hours(Calendar("Europe/Berlin", night))
    start = at("2026-03-28T22:00", "Europe/Berlin")
    assert hours.between(start, at("2026-03-29T06:00", "Europe/Berlin")) == 7 * HOUR


@pytest.mark.parametrize(("week", "a_day"), [(ALWAYS, 24), ((NINE_TO_FIVE,) * 7, 8)])
def test_a_date_the_zone_skipped_does_not_count_twice(week: tuple[Spans, ...], a_day: int) -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    hours = Hours(Calendar("Pacific/Apia", week))
    start = at("2011-12-29T00:00", "Pacific/Apia")
    assert hours.between(start, start + 10 * 86400) == 10 * a_day * HOUR


@pytest.mark.parametrize("step", [86400, -86400])
def test_a_calendar_read_day_by_day_misses_none(step: int) -> None:
    hours = Hours(Calendar("UTC", (NINE_TO_FIVE,) * 7))
    noon = at("2026-06-05T12:00")
    for days in range(200):
        assert hours.is_open(noon + days * step)
        assert hours.between(noon + days * step, noon + days * step + 86400) == 8 * HOUR


def test_shifts_replace_breaks_cut_and_holidays_win() -> None:
    friday, saturday, monday = date(2026, 6, 5), date(2026, 6, 6), date(2026, 6, 8)
    calendar = Calendar(
        "UTC",
        OFFICE,
        holidays={monday: "Holiday"},
        breaks={friday: ((15 * 60, 18 * 60),), saturday: ((10 * 60, 11 * 60),)},
        shifts={saturday: ((9 * 60, 12 * 60),), monday: NINE_TO_FIVE},
    )
    assert Hours(calendar).periods_after(at("2026-06-05T10:00"), 4) == [
        (at("2026-06-05T10:00"), at("2026-06-05T15:00")),
        (at("2026-06-06T09:00"), at("2026-06-06T10:00")),
        (at("2026-06-06T11:00"), at("2026-06-06T12:00")),
        (at("2026-06-09T09:00"), at("2026-06-09T17:00")),
    ]


def test_periods_before_come_nearest_first() -> None:
    hours = Hours(Calendar("UTC", OFFICE))
    assert hours.periods_before(at("2026-06-08T09:30"), 2) == [
        (at("2026-06-08T09:00"), at("2026-06-08T09:30")),
        (at("2026-06-05T09:00"), at("2026-06-05T17:00")),
    ]


def test_a_calendar_that_never_opens_says_so() -> None:
    hours = Hours(NEVER)
    now = at("2026-06-05T10:00")
    assert hours.add(now, HOUR) is None
    assert hours.subtract(now, HOUR) is None
    assert hours.next_open(now) is None
    assert hours.between(now, now + 10**8) == 0
    assert hours.periods_after(now, 5) == hours.periods_before(now, 5) == []
    assert not hours.is_open(now)


def test_a_calendar_of_shifts_alone_ends_with_the_last_one() -> None:
    hours = Hours(Calendar("UTC", (CLOSED,) * 7, shifts={date(2026, 6, 6): NINE_TO_FIVE}))
    assert hours.add(at("2026-06-01T00:00"), 8 * HOUR) == at("2026-06-06T17:00")
    assert hours.add(at("2026-06-01T00:00"), 8 * HOUR + 1) is None
    assert hours.next_open(at("2026-06-06T17:00")) is None
    assert hours.subtract(at("2026-06-07T00:00"), 8 * HOUR) == at("2026-06-06T09:00")
    assert hours.subtract(at("2026-06-07T00:00"), 8 * HOUR + 1) is None


@pytest.mark.parametrize("moment", [-(10**15), -1, 10**15])
def test_a_nonsense_moment_is_answered(moment: int) -> None:
    hours = Hours(Calendar("Europe/Berlin", OFFICE))
    assert not hours.is_open(moment)
    assert list(hours.stretches(moment, moment + 5)) == [Stretch(moment, moment + 5, Why.CLOSED)]
    assert hours.next_open(moment) == (at("1970-01-01T08:00") if moment < 0 else None)


def test_nobody_knows_the_zone() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        Hours(Calendar("Europe/Atlantis", OFFICE))


def test_every_stretch_has_its_reason() -> None:
    calendar = Calendar(
        "UTC", OFFICE, {date(2026, 6, 8): "Whit Monday"}, breaks={date(2026, 6, 5): ((16 * 60, 18 * 60),)}
    )
    stretches = list(Hours(calendar).stretches(at("2026-06-05T15:00"), at("2026-06-09T10:00")))
    assert [(s.end - s.start, s.why, s.name) for s in stretches] == [
        (HOUR, Why.OPEN, ""),
        (HOUR, Why.BREAK, ""),
        (55 * HOUR, Why.CLOSED, ""),
        (24 * HOUR, Why.HOLIDAY, "Whit Monday"),
        (9 * HOUR, Why.CLOSED, ""),
        (HOUR, Why.OPEN, ""),
    ]


def test_a_calendar_in_words() -> None:
    holidays = {date(2026, 12, day): "Holiday" for day in range(12, 26)}
    week = (LUNCH, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, CLOSED, CLOSED, NINE_TO_FIVE)
    assert in_words(Calendar("Europe/Berlin", OFFICE, holidays)) == (
        "Mon-Fri 09:00-17:00 Europe/Berlin, 14 holidays"
    )
    assert in_words(Calendar("UTC", week, {date(2026, 1, 1): "New Year"})) == (
        "Mon 09:00-12:30, 13:30-17:00, Tue-Thu 09:00-17:00, Sun 09:00-17:00 UTC, 1 holiday"
    )
    assert in_words(Calendar("UTC", ALWAYS)) == "24/7 UTC"
    assert in_words(NEVER) == "closed all week Europe/Berlin"


# What must hold for any calendar, in zones whose clocks change by an hour, by half, at midnight.

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kathmandu",
)
FORTNIGHTS = (date(2026, 3, 25), date(2026, 10, 20), date(2026, 10, 29), date(2026, 4, 1), date(2026, 9, 1))


def span_lists() -> st.SearchStrategy[Spans]:
    """Up to three spans a day on quarters of an hour, in order."""
    quarters = st.lists(st.integers(0, 96), max_size=6, unique=True).map(sorted)
    return quarters.map(lambda q: tuple((q[i] * 15, q[i + 1] * 15) for i in range(0, len(q) - 1, 2)))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    first = draw(st.sampled_from(FORTNIGHTS))
    days = st.integers(0, DAYS - 1).map(lambda step: first + timedelta(days=step))
    calendar = Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week=tuple(draw(st.lists(span_lists(), min_size=7, max_size=7))),
        holidays=draw(st.dictionaries(days, st.just("Holiday"), max_size=2)),
        breaks=draw(st.dictionaries(days, span_lists(), max_size=2)),
        shifts=draw(st.dictionaries(days, span_lists(), max_size=2)),
    )
    return calendar, first


def inside(first: date, minute: int) -> int:
    """A moment well within the fortnight of the slow model, in any zone."""
    return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) + 86400 + minute * MINUTE


MINUTES = st.integers(0, (DAYS - 4) * 1440)


@settings(max_examples=60, deadline=None)
@given(calendars(), MINUTES, MINUTES, st.integers(1, 2000))
def test_it_agrees_with_counting_every_minute(
    given: tuple[Calendar, date], one: int, other: int, length: int
) -> None:
    calendar, first = given
    hours, minutes = Hours(calendar), open_minutes(calendar, first)
    start, end = inside(first, min(one, other)), inside(first, max(one, other))
    assert hours.between(start, end) == MINUTE * sum(start <= minute < end for minute in minutes)
    assert hours.is_open(start) == (start in minutes)
    later = [minute for minute in minutes if minute >= start]
    if length <= len(later):
        assert hours.next_open(start) == later[0]
        assert hours.add(start, length * MINUTE) == later[length - 1] + MINUTE
    earlier = [minute for minute in minutes if minute < end]
    if length <= len(earlier):
        assert hours.subtract(end, length * MINUTE) == earlier[-length]


@settings(max_examples=100, deadline=None)
@given(calendars(), MINUTES, st.integers(1, 200_000), st.integers(0, 200_000), st.integers(0, 59))
def test_adding_and_measuring_are_one_another_backwards(
    given: tuple[Calendar, date], minute: int, seconds: int, more: int, second: int
) -> None:
    calendar, first = given
    hours, start = Hours(calendar), inside(first, minute) + second
    end = hours.add(start, seconds)
    further = hours.add(start, seconds + more)
    if end is not None:
        assert hours.between(start, end) == seconds
        assert hours.between(start, end - 1) == seconds - 1
        assert further is None or further >= end
        assert (hours.add(start + more, seconds) or end) >= end
    begin = hours.subtract(start, seconds)
    if begin is not None:
        assert hours.between(begin, start) == seconds
        assert hours.between(begin + 1, start) == seconds - 1
        # One open second after begin may be a closing time whose next opening is the start.
        back = hours.add(begin, seconds)
        assert back is not None and back <= start and hours.between(back, start) == 0


@settings(max_examples=100, deadline=None)
@given(calendars(), MINUTES, MINUTES)
def test_stretches_leave_no_hole_and_count_the_open_time(
    given: tuple[Calendar, date], one: int, other: int
) -> None:
    calendar, first = given
    hours = Hours(calendar)
    start, end = inside(first, min(one, other)), inside(first, max(one, other))
    stretches = list(hours.stretches(start, end))
    assert stretches or start == end
    edges = [start, *(stretch.end for stretch in stretches)]
    assert [stretch.start for stretch in stretches] == edges[:-1]
    assert edges[-1] == end
    assert all(stretch.start < stretch.end for stretch in stretches)
    counted = sum(s.end - s.start for s in stretches if s.why is Why.OPEN)
    assert counted == hours.between(start, end)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.integers(-4000, 4000), min_size=1, max_size=8))
def test_what_was_asked_before_changes_no_answer(given: tuple[Calendar, date], days: list[int]) -> None:
    calendar, first = given
    used = Hours(calendar)
    for day in days:
        moment = inside(first, 0) + day * 86400
        fresh = Hours(calendar)
        assert used.add(moment, 100_000) == fresh.add(moment, 100_000)
        assert used.subtract(moment, 100_000) == Hours(calendar).subtract(moment, 100_000)
        assert used.periods_after(moment, 3) == fresh.periods_after(moment, 3)
        assert used.periods_before(moment, 3) == Hours(calendar).periods_before(moment, 3)
        assert used.between(moment, moment + 10**7) == Hours(calendar).between(moment, moment + 10**7)
