"""Calendars and policies as text: what people may write, and where a mistake is pointed at."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import DocError
from store.model import PAUSED, PRIORITIES, Status
from store.rules.calendars import office, read_calendar, write_calendar
from store.rules.hours import ALWAYS, Calendar, Hours, Spans, in_words
from store.rules.policies import (
    LONGEST_PROMISE,
    STANDARD,
    read_duration,
    read_policy,
    targets_for,
    write_duration,
    write_policy,
)
from store.rules.promises import NO_TARGETS, Policy, Targets


def test_the_shipped_calendar_is_nine_to_five_on_weekdays() -> None:
    assert in_words(read_calendar(office())) == "Mon-Fri 09:00-17:00 UTC"
    assert in_words(read_calendar(office("Europe/Berlin"))) == "Mon-Fri 09:00-17:00 Europe/Berlin"


def test_the_shipped_policy_promises_by_priority() -> None:
    policy = read_policy(STANDARD)
    assert (policy.name, policy.hours, policy.pauses) == ("standard", "office", PAUSED)
    assert [targets_for(policy, priority) for priority in PRIORITIES] == [
        Targets(60, 60, 240),
        Targets(120, 120, 480),
        Targets(240, 240, 24 * 60),
        Targets(480, 480, 48 * 60),
    ]
    assert targets_for(policy, 9) == NO_TARGETS


def test_a_calendar_with_everything() -> None:
    calendar = read_calendar(
        """
zone = "Europe/Berlin"

[week]
mon-thu = "9-12:30, 13:30-17:00"
fri = "09:00 - 15:00"
sat = "22:00-06:00"
sun = "closed"

[holidays]
2026-12-25 = "Christmas Day"

[breaks]
2026-06-12 = "14:00-15:00"

[shifts]
2026-12-24 = "09:00-12:00"
2026-12-31 = "closed"
"""
    )
    assert calendar.week[0] == calendar.week[3] == ((540, 750), (810, 1020))
    assert calendar.week[4:] == (((540, 900),), ((1320, 1440),), ((0, 360),))
    assert calendar.holidays == {date(2026, 12, 25): "Christmas Day"}
    assert calendar.breaks == {date(2026, 6, 12): ((840, 900),)}
    assert calendar.shifts == {date(2026, 12, 24): ((540, 720),), date(2026, 12, 31): ()}


def test_a_week_may_be_open_always_or_wrap_around_sunday() -> None:
    assert read_calendar('week = "24/7"').week == ALWAYS
    assert read_calendar('[week]\nmon-sun = "00:00-24:00"').week == ALWAYS
    week = read_calendar('[week]\nsat-mon = "10-12"').week
    assert [bool(spans) for spans in week] == [True, False, False, False, False, True, True]
    night = read_calendar('[week]\nmon-sun = "20:00-04:00"').week
    assert night == (((0, 240), (1200, 1440)),) * 7


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ('zone = "Europe/Berlim"', 1, 8, "did you mean Europe/Berlin?"),
        ('zone = "../../etc/passwd"', 1, 8, "No time zone is called"),
        ("zone = 7", 1, 8, "zone has to be text"),
        ('zone = "UTC"\nweeks = "24/7"', 2, 9, "did you mean week?"),
        ('week = "always"', 1, 8, '"24/7"'),
        ("week = 5", 1, 8, "[week] has to be a section"),
        ('[week]\nmoon = "9-17"', 2, 8, "'moon' is no day"),
        ('[week]\nmon = "9-17"\n  mon-fri = "9-17"', 3, 13, "mon has its hours twice"),
        ('[week]\nmon = "9-25"', 2, 7, "'9-25' is no span of time"),
        ('[week]\nmon = "09:60-10:00"', 2, 7, "is no span of time"),
        ('[week]\nmon = "24:00-03:00"', 2, 7, "is no span of time"),
        ('[week]\nmon = "9-9"', 2, 7, "is no span of time"),
        ('[week]\nmon = "9-12, 11-17"', 2, 7, "'11-17' begins before"),
        ('[week]\nmon = "22-6, 7-8"', 2, 7, "'7-8' begins before"),
        ('[week]\nmon = "nine to five"', 2, 7, "'nine to five' is no span"),
        ("[week]\nmon = 9", 2, 7, "mon has to be text"),
        ('[holidays]\n2026-02-30 = "x"', 2, 14, "'2026-02-30' is no date"),
        ('[holidays]\nchristmas = "x"', 2, 13, "'christmas' is no date"),
        ('[shifts]\n2026-12-24 = "22:00-06:00"', 2, 14, "runs past midnight"),
        ('[week]\nmon = "9-17', 2, 12, "Line 2"),
    ],
)
def test_a_mistake_in_a_calendar_is_pointed_at(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(DocError) as raised:
        read_calendar(text)
    assert says in str(raised.value)
    assert (raised.value.line, raised.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("[p1]\nfirst = 60", 2, 9, "first has to be a time"),
        ('[p1]\nfirst = "soon"', 2, 9, "first has to be a time"),
        ('[p1]\nfirst = "0m"', 2, 9, "first has to be a time"),
        ('[p1]\nfirst = "1h"\n\n[p2]\nfirst = ""', 5, 9, "first has to be a time"),
        ('[p1]\nfirst = "2h"\nrezolution = "4h"', 3, 14, "did you mean resolution?"),
        ('[p5]\nfirst = "2h"', 1, 1, "p5 is not known here"),
        ('hours = "office"\npause = ["open"]', 2, 9, "there are: waiting, hold."),
        ('pause = "waiting"', 1, 9, "pause is a list"),
        ("hours = []", 1, 9, "hours has to be text"),
        ("p1 = 3", 1, 6, "[p1] has to be a section"),
        ("p1.first = 3", 1, 1, "first has to be a time"),
        ("x = " + "[" * 5000, 1, 1, "too deeply"),
        ("first = \n", 1, 9, "Line 1"),
        ("# " + "x" * 300_000, 1, 1, "longer than"),
    ],
)
def test_a_mistake_in_a_policy_is_pointed_at(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(DocError) as raised:
        read_policy(text)
    assert says in str(raised.value)
    assert (raised.value.line, raised.value.column) == (line, column)


def test_a_policy_may_promise_little() -> None:
    policy = read_policy('pause = ["waiting"]\n[p2]\nfirst = "90m"', name="loose")
    assert policy.targets[2] == Targets(first=90)
    assert policy.targets[1] == NO_TARGETS
    assert policy.pauses == {Status.WAITING}


def test_durations() -> None:
    assert [read_duration(text) for text in ("15m", "1h", "2d", "1h30m", " 1d 2h 3m ", "1H")] == [
        15,
        60,
        2880,
        90,
        1563,
        60,
    ]
    for wrong in ("", "0h", "15", "m", "1.5h", "-1h", "1m1h", "400d", "99999h", "١h"):
        assert read_duration(wrong) is None, wrong


@given(st.integers(1, LONGEST_PROMISE))
def test_a_duration_reads_back(minutes: int) -> None:
    assert read_duration(write_duration(minutes)) == minutes


MINUTES = st.none() | st.integers(1, LONGEST_PROMISE)
TARGETS = st.builds(Targets, MINUTES, MINUTES, MINUTES)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DATES = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@given(
    st.fixed_dictionaries(dict.fromkeys(PRIORITIES, TARGETS)), st.sets(st.sampled_from(sorted(PAUSED))), NAMES
)
def test_a_policy_reads_back(targets: dict[int, Targets], pauses: set[Status], hours: str) -> None:
    policy = Policy("any", targets, frozenset(pauses), hours)
    assert read_policy(write_policy(policy), name="any") == policy


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    edges = sorted(draw(st.lists(st.integers(0, 1440), max_size=6, unique=True)))
    return tuple((edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, 2))


@given(
    st.builds(
        Calendar,
        zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]),
        week=st.lists(spans(), min_size=7, max_size=7).map(tuple),
        holidays=st.dictionaries(DATES, NAMES, max_size=3),
        breaks=st.dictionaries(DATES, spans(), max_size=3),
        shifts=st.dictionaries(DATES, spans(), max_size=3),
    )
)
def test_a_calendar_reads_back_and_computes(calendar: Calendar) -> None:
    assert read_calendar(write_calendar(calendar)) == calendar
    assert Hours(calendar).between(0, 86400) >= 0


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for read in (read_calendar, read_policy):
        try:
            read(text)
        except DocError as error:
            assert error.line >= 1
            assert error.column >= 1
