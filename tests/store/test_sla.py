"""Promises: what stops a clock and what does not, and agreement with a minute-by-minute model."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model import DONE, PAUSED, Kind, Message, Status
from store.rules.hours import ALWAYS, Calendar, Hours
from store.rules.policies import STANDARD, read_policy
from store.rules.promises import (
    Act,
    Clock,
    Due,
    Event,
    Mood,
    Policy,
    Promise,
    State,
    Targets,
    event_of,
)
from store.rules.sla import Interval, Why, clocks, due, explain, next_due

OFFICE = ((((9 * 60), 17 * 60),),) * 5 + ((), ())
WORK = Hours(Calendar("UTC", OFFICE, {date(2026, 6, 8): "Whit Monday"}))
REAL = Hours(Calendar("UTC", ALWAYS))
TWO_HOURS = Policy("two hours", {3: Targets(first=120, next=120, resolution=120)})
HOUR = 3600


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def born(when: int, *, priority: int = 3, status: Status = Status.NEW) -> Event:
    return Event(when, Act.CREATED, status, priority)


def turn(when: int, status: Status) -> Event:
    return Event(when, Act.CHANGE, status)


def three(events: list[Event], *, hours: Hours = REAL, policy: Policy = TWO_HOURS, now: int) -> list[Clock]:
    return list(clocks(events, hours=hours, policy=policy, now=now))


HOLIDAY_WEEKEND = [
    born(at("2026-06-05T16:30")),
    turn(at("2026-06-09T09:15"), Status.WAITING),
    turn(at("2026-06-09T11:15"), Status.OPEN),
]
"""Friday half past four, a holiday on Monday, two hours of waiting on Tuesday."""


def test_a_weekend_a_holiday_and_a_pause_move_the_due_time() -> None:
    resolution = three(HOLIDAY_WEEKEND, hours=WORK, now=at("2026-06-09T11:30"))[2]
    assert resolution.due == at("2026-06-09T12:30")
    assert resolution.warn == at("2026-06-09T12:00")
    assert resolution.used == 60 * 60
    assert resolution.state is State.RUNNING


def test_every_interval_of_it_is_told_with_its_reason() -> None:
    told = explain(
        HOLIDAY_WEEKEND, Promise.RESOLUTION, hours=WORK, policy=TWO_HOURS, now=at("2026-06-09T11:30")
    )
    assert told == (
        Interval(at("2026-06-05T16:30"), at("2026-06-05T17:00"), 30 * 60, Why.RUNNING),
        Interval(at("2026-06-05T17:00"), at("2026-06-08T00:00"), 0, Why.CLOSED),
        Interval(at("2026-06-08T00:00"), at("2026-06-09T00:00"), 0, Why.HOLIDAY, "Whit Monday"),
        Interval(at("2026-06-09T00:00"), at("2026-06-09T09:00"), 0, Why.CLOSED),
        Interval(at("2026-06-09T09:00"), at("2026-06-09T09:15"), 15 * 60, Why.RUNNING),
        Interval(at("2026-06-09T09:15"), at("2026-06-09T11:15"), 0, Why.PAUSED, "waiting"),
        Interval(at("2026-06-09T11:15"), at("2026-06-09T11:30"), 15 * 60, Why.RUNNING),
    )
    reply = [*HOLIDAY_WEEKEND, Event(at("2026-06-09T11:20"), Act.REPLY)]
    told = explain(reply, Promise.FIRST, hours=WORK, policy=TWO_HOURS, now=at("2026-06-09T11:30"))
    assert told[-1] == Interval(at("2026-06-09T11:20"), at("2026-06-09T11:30"), 0, Why.ENDED, "reply")


def test_only_a_reply_stops_the_first_clock() -> None:
    events = [born(0), Event(10, Act.AUTO), Event(20, Act.NOTE), Event(30, Act.CUSTOMER)]
    first, following, _ = three(events, now=HOUR)
    assert (first.state, first.used, first.due) == (State.RUNNING, HOUR, 2 * HOUR)
    assert following.started == 0
    first, following, _ = three([*events, Event(HOUR, Act.REPLY)], now=2 * HOUR)
    assert (first.state, first.used, first.due, first.ended) == (State.MET, HOUR, None, HOUR)
    assert following.state is State.MET


def test_what_a_message_means_to_a_promise() -> None:
    def message(kind: Kind, **more: object) -> Message:
        return Message("m1", "t1", kind, "ana", 7, **more)  # type: ignore[arg-type]

    assert event_of(message(Kind.IN)) == Event(7, Act.CUSTOMER)
    assert event_of(message(Kind.OUT)) == Event(7, Act.REPLY)
    assert event_of(message(Kind.NOTE)) == Event(7, Act.NOTE)
    assert event_of(message(Kind.CALL)) == Event(7, Act.NOTE)
    assert event_of(message(Kind.OUT, auto=True)) == Event(7, Act.AUTO)
    assert event_of(message(Kind.IN, signals=("bounce",))) == Event(7, Act.AUTO)
    assert event_of(message(Kind.IN, signals=("auto", "list"))) == Event(7, Act.AUTO)
    assert event_of(message(Kind.IN, signals=("list",))) == Event(7, Act.CUSTOMER)


def test_the_next_clock_starts_with_the_earliest_unanswered_letter() -> None:
    events = [born(0), Event(100, Act.REPLY), Event(200, Act.CUSTOMER), Event(300, Act.CUSTOMER)]
    following = three(events, now=HOUR)[1]
    assert (following.started, following.due) == (200, 200 + 2 * HOUR)
    told = explain(events, Promise.NEXT, hours=REAL, policy=TWO_HOURS, now=HOUR)
    assert told == (Interval(0, 200, 0, Why.IDLE), Interval(200, HOUR, HOUR - 200, Why.RUNNING))


def test_a_ticket_an_agent_began_owes_no_first_reply() -> None:
    events = [Event(0, Act.OPENED, Status.OPEN, 3)]
    first, following, resolution = three(events, now=HOUR)
    assert first.state is following.state is State.NONE
    assert resolution.due == 2 * HOUR
    assert due(events, hours=REAL, policy=TWO_HOURS) == Due(2 * HOUR, Promise.RESOLUTION, 5400)
    asked = three([*events, Event(60, Act.CUSTOMER)], now=HOUR)
    assert [clock.state for clock in asked] == [State.NONE, State.RUNNING, State.RUNNING]


def test_a_promise_breaks_in_the_second_it_is_due() -> None:
    def first(reply: int, now: int) -> Clock:
        return three([born(0), *([Event(reply, Act.REPLY)] if reply else [])], now=now)[0]

    assert first(2 * HOUR - 1, 3 * HOUR).state is State.MET
    assert first(2 * HOUR, 3 * HOUR).state is State.MISSED
    assert first(0, 2 * HOUR - 1).mood is Mood.SOON
    assert first(0, 2 * HOUR).mood is Mood.LATE
    assert first(0, 5400).mood is Mood.SOON
    assert first(0, 5399).mood is Mood.CALM


def test_a_paused_ticket_is_due_only_if_the_promise_was_broken_before() -> None:
    paused = [born(0), turn(5400, Status.HOLD)]
    resolution = three(paused, now=9 * HOUR)[2]
    assert (resolution.state, resolution.due, resolution.warn) == (State.PAUSED, None, 5400)
    assert next_due(three(paused, now=9 * HOUR)) is None
    broken = three([born(0), turn(3 * HOUR, Status.HOLD)], now=9 * HOUR)[2]
    assert (broken.state, broken.due, broken.used) == (State.PAUSED, 2 * HOUR, 3 * HOUR)
    assert broken.mood is Mood.LATE


@pytest.mark.parametrize("status", sorted(DONE))
def test_a_ticket_that_is_done_has_nothing_due_and_goes_on_when_reopened(status: Status) -> None:
    done = [born(0), turn(HOUR, status)]
    first, _, resolution = three(done, now=5 * HOUR)
    assert (first.state, first.due) == (State.NONE, None)
    assert (resolution.state, resolution.used, resolution.ended) == (State.MET, HOUR, HOUR)
    assert due(done, hours=REAL, policy=TWO_HOURS) is None
    again = three([*done, turn(5 * HOUR, Status.OPEN)], now=5 * HOUR)[2]
    assert (again.state, again.due, again.used) == (State.RUNNING, 6 * HOUR, HOUR)


def test_closing_what_is_solved_is_no_second_end() -> None:
    events = [born(0), turn(HOUR, Status.SOLVED), turn(90 * HOUR, Status.CLOSED)]
    assert three(events, now=99 * HOUR)[2].ended == HOUR


def test_a_policy_may_let_the_clocks_run_on_hold() -> None:
    policy = Policy("strict", TWO_HOURS.targets, pauses=frozenset({Status.WAITING}))
    events = [born(0), turn(HOUR, Status.HOLD)]
    assert three(events, policy=policy, now=HOUR)[2].due == 2 * HOUR


def test_a_new_priority_changes_what_runs_and_not_what_was_kept() -> None:
    policy = read_policy(STANDARD)
    events = [born(0, priority=4), Event(2 * HOUR, Act.REPLY), Event(3 * HOUR, Act.CHANGE, None, 1)]
    first, _, resolution = three(events, policy=policy, now=3 * HOUR)
    assert (first.state, first.target) == (State.MET, 8 * HOUR)
    assert resolution.due == 4 * HOUR
    assert due(events, hours=REAL, policy=policy) == Due(4 * HOUR, Promise.RESOLUTION, 3 * HOUR)


def test_what_is_not_promised_has_no_clock() -> None:
    policy = Policy("first only", {3: Targets(first=60)})
    first, following, resolution = three([born(0)], policy=policy, now=60)
    assert first.state is State.RUNNING
    assert following.state is resolution.state is State.NONE
    assert next_due(three([born(0, priority=2)], policy=policy, now=60)) is None
    assert due([born(0, priority=2)], hours=REAL, policy=policy) is None


def test_archived_letters_start_no_clock() -> None:
    assert clocks([], hours=REAL, policy=TWO_HOURS, now=9) == ()
    assert clocks([Event(5, Act.CUSTOMER)], hours=REAL, policy=TWO_HOURS, now=9) == ()
    assert due([Event(5, Act.CUSTOMER)], hours=REAL, policy=TWO_HOURS) is None
    assert explain([], Promise.FIRST, hours=REAL, policy=TWO_HOURS, now=9) == ()


def test_a_calendar_that_never_opens_breaks_no_promise() -> None:
    never = Hours(Calendar("UTC", ((),) * 7))
    first = three([born(0)], hours=never, now=10**9)[0]
    assert (first.state, first.due, first.mood, first.used) == (State.RUNNING, None, Mood.CALM, 0)
    assert due([born(0)], hours=never, policy=TWO_HOURS) is None


def test_a_clock_that_was_set_back_runs_no_promise_backwards() -> None:
    events = [born(10 * HOUR), turn(9 * HOUR, Status.WAITING), turn(11 * HOUR, Status.OPEN)]
    resolution = three(events, now=5 * HOUR)[2]
    assert (resolution.used, resolution.due) == (0, 13 * HOUR)


def test_the_promise_that_breaks_first_is_the_one_named() -> None:
    policy = read_policy(STANDARD)
    rows = three([born(0, priority=1)], policy=policy, now=60)
    assert next_due(rows) == Due(HOUR, Promise.FIRST, 2700)
    answered = [born(0, priority=1), Event(60, Act.REPLY), Event(120, Act.CUSTOMER)]
    assert next_due(three(answered, policy=policy, now=120)) == Due(HOUR + 120, Promise.NEXT, 2820)


# A ticket's life in minutes, and a model that lives through it minute by minute.

LIFE = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.sampled_from([Act.CUSTOMER, Act.REPLY, Act.NOTE, Act.AUTO, Act.CHANGE]),
        st.one_of(st.none(), st.sampled_from(list(Status))),
    ),
    max_size=8,
)
TARGETS = st.builds(Targets, *[st.integers(1, 900)] * 3)
WEEKS = st.lists(
    st.lists(st.integers(0, 48), max_size=4, unique=True)
    .map(sorted)
    .map(lambda q: tuple((q[i] * 30, q[i + 1] * 30) for i in range(0, len(q) - 1, 2))),
    min_size=7,
    max_size=7,
)
MONDAY = at("2026-06-01T00:00")


def lived(start: int, life: list[tuple[int, Act, Status | None]]) -> list[Event]:
    events = [born(MONDAY + start * 60)]
    for wait, act, status in life:
        events.append(Event(events[-1].at + wait * 60, act, status))
    return events


def used_by_the_minute(events: list[Event], kind: Promise, calendar: Calendar, *, now: int) -> list[int]:
    """The minutes that count for a promise, each looked at on its own."""
    replies = [event.at for event in events if event.act is Act.REPLY]
    asking = [event for event in events if event.act in (Act.CREATED, Act.CUSTOMER)]
    since, until = events[0].at, now
    if kind is Promise.FIRST and replies:
        until = replies[0]
    if kind is Promise.NEXT:
        answered = -1
        for i, event in enumerate(events):
            if event.act is Act.REPLY:
                answered = i
        open_letters = [event.at for event in events[answered + 1 :] if event in asking]
        if open_letters:
            since = open_letters[0]
        else:
            return []
    minutes: list[int] = []
    for moment in range(since, until, 60):
        status = [event.status for event in events if event.at <= moment and event.status][-1]
        day, minute = divmod(moment - MONDAY, 86400)
        opened = any(a <= minute // 60 < b for a, b in calendar.week[day % 7])
        if opened and status not in PAUSED and status not in DONE:
            minutes.append(moment)
    return minutes


@settings(max_examples=150, deadline=None)
@given(WEEKS, TARGETS, st.integers(0, 3000), LIFE, st.integers(0, 900))
def test_it_agrees_with_living_through_every_minute(
    week: list[tuple[tuple[int, int], ...]],
    targets: Targets,
    start: int,
    life: list[tuple[int, Act, Status | None]],
    wait: int,
) -> None:
    calendar = Calendar("UTC", tuple(week))
    hours, policy, events = Hours(calendar), Policy("p", {3: targets}), lived(start, life)
    now = events[-1].at + wait * 60
    for clock, minutes in zip(three(events, hours=hours, policy=policy, now=now), targets, strict=True):
        counted = used_by_the_minute(events, clock.kind, calendar, now=now)
        running = clock.state in (State.RUNNING, State.PAUSED)
        if clock.kind is not Promise.NEXT or running:
            assert clock.used == len(counted) * 60
        if running and len(counted) >= minutes:
            assert clock.due == counted[minutes - 1] + 60
            assert clock.mood is Mood.LATE
        elif clock.state is State.RUNNING:
            assert clock.due is None or clock.due > now
        else:
            assert clock.due is None


@settings(max_examples=150, deadline=None)
@given(WEEKS, TARGETS, st.integers(0, 3000), LIFE, st.integers(0, 900))
def test_the_story_of_a_clock_adds_up(
    week: list[tuple[tuple[int, int], ...]],
    targets: Targets,
    start: int,
    life: list[tuple[int, Act, Status | None]],
    wait: int,
) -> None:
    hours, policy, events = Hours(Calendar("UTC", tuple(week))), Policy("p", {3: targets}), lived(start, life)
    now = events[-1].at + wait * 60
    rows = three(events, hours=hours, policy=policy, now=now)
    assert due(events, hours=hours, policy=policy) == next_due(rows)
    for clock in rows:
        told = explain(events, clock.kind, hours=hours, policy=policy, now=now)
        assert sum(interval.counted for interval in told) == clock.used
        edges = [events[0].at, *(interval.end for interval in told)]
        assert [interval.start for interval in told] == edges[:-1]
        assert edges[-1] == now
        assert clock.target is not None or clock.state is State.NONE
        spent = clock.target is not None and clock.used >= clock.target
        assert spent == (clock.mood is Mood.LATE or clock.state is State.MISSED)
