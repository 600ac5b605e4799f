"""Clocks: how long until the desk breaks its word to a customer, and why.

Pure. Knows what happened to a ticket, its policy and the open hours; does not know what time it
is, where tickets are kept or how a policy is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct, field

from store.model import DONE, PRIORITIES, Status
from store.rules.hours import Hours
from store.rules.hours import Why as Opening
from store.rules.promises import NO_TARGETS, Act, Clock, Due, Event, Mood, Policy, Promise, State

MINUTE = 60
WARN = 45
"""Seconds of every promised minute after which a ticket asks for attention: 75 %."""

KINDS = tuple(Promise)
"""In the order of the fields of Targets."""

# An enum's members are looked up slowly, and these are compared for every event of every ticket.
_CREATED, _OPENED, _CUSTOMER, _REPLY = Act.CREATED, Act.OPENED, Act.CUSTOMER, Act.REPLY

Run = tuple[int, int]
"""From and to of a time in which the status let the clocks run."""


def clocks(events: Iterable[Event], *, hours: Hours, policy: Policy, now: int) -> tuple[Clock, ...]:
    """The three promises of a ticket as they stand at `now`: first, next, resolution.

    `events` are in the order of the log and hold only what had happened by `now`. A time that runs
    backwards counts as the one before it, since a computer's clock can be set back. Without an
    event that begins the ticket, as for archived letters, there are no clocks.
    """
    course = _follow(events, policy=policy)
    if course.created is None:
        return ()
    now = max(now, course.last)
    return tuple(_clock(course, kind, hours=hours, policy=policy, now=now) for kind in KINDS)


def next_due(clocks: Iterable[Clock]) -> Due | None:
    """The running promise that breaks, or broke, first. None while nothing runs."""
    running = (
        Due(clock.due, clock.kind, clock.warn)
        for clock in clocks
        if clock.state is State.RUNNING and clock.due is not None and clock.warn is not None
    )
    return min(running, key=lambda due: due.at, default=None)


def due(events: Iterable[Event], *, hours: Hours, policy: Policy) -> Due | None:
    """What `next_due` says of a ticket's clocks, without the rest: made for all tickets at once."""
    course = _follow(events, policy=policy)
    if course.running is None:
        return None
    best = None
    for kind, minutes in zip(KINDS, policy.targets.get(course.priority, NO_TARGETS), strict=True):
        since = course.open_since(kind)
        if minutes is not None and since is not None:
            at = _reached(course, since, hours=hours, seconds=minutes * MINUTE)
            if at is not None and (best is None or at < best[0]):
                best = at, kind, since, minutes
    if best is None:
        return None
    at, kind, since, minutes = best
    warn = _reached(course, since, hours=hours, seconds=minutes * WARN)
    return Due(at, kind, at if warn is None else warn)


def mood(now: int, *, due: int | None, warn: int | None) -> Mood:
    """Calm, soon or late. A promise breaks in the very second it is due."""
    if due is not None and now >= due:
        return Mood.LATE
    return Mood.SOON if warn is not None and now >= warn else Mood.CALM


class Why(StrEnum):
    """Why a stretch of a ticket's life counts against a promise or does not."""

    RUNNING = "running"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    BREAK = "break"
    PAUSED = "paused"
    ENDED = "ended"
    IDLE = "idle"
    """Nobody was waiting for this yet."""


class Interval(Struct, frozen=True):
    start: int
    end: int
    counted: int
    """Open seconds of it that the clock ran."""
    why: Why
    name: str = ""
    """The holiday, or the status that stopped the clock, or `reply`."""


def explain(
    events: Iterable[Event], kind: Promise, *, hours: Hours, policy: Policy, now: int
) -> tuple[Interval, ...]:
    """A ticket's life from creation to now, without a hole, and what each piece counted.

    `counted` adds up to the clock's `used`.
    """
    course = _follow(events, policy=policy)
    if course.created is None:
        return ()
    now = max(now, course.last)
    since, answered = course.round(kind)
    since = now if since is None else since
    until = now if answered is None else answered
    pieces = [Interval(course.created, since, 0, Why.IDLE)]
    for start, end, status in course.stays(now):
        pieces += _stay(max(start, since), min(end, until), status, hours=hours, policy=policy)
    pieces.append(Interval(until, now, 0, Why.ENDED, "reply"))
    return tuple(piece for piece in pieces if piece.start < piece.end)


def _stay(start: int, end: int, status: Status, *, hours: Hours, policy: Policy) -> Iterator[Interval]:
    """The time a ticket stayed in one status while a promise was waiting."""
    if start >= end:
        return
    if status in DONE or status in policy.pauses:
        yield Interval(start, end, 0, Why.ENDED if status in DONE else Why.PAUSED, status.value)
        return
    for stretch in hours.stretches(start, end):
        if stretch.why is Opening.OPEN:
            yield Interval(stretch.start, stretch.end, stretch.end - stretch.start, Why.RUNNING)
        else:
            yield Interval(stretch.start, stretch.end, 0, Why(stretch.why.value), stretch.name)


class _Course(Struct):
    """What a ticket's events come to. Filled by `_follow` alone."""

    created: int | None = None
    last: int = 0
    """The latest moment any event tells of."""
    status: Status = Status.NEW
    priority: int = PRIORITIES[-1]
    by_customer: bool = True
    replied: int | None = None
    asked: int | None = None
    """The letter that waits for a reply, or waited for the last one."""
    answered: int | None = None
    """When `asked` got its reply."""
    running: int | None = None
    """Since when the clocks run without a stop."""
    ended: int | None = None
    """Since when the ticket is done."""
    runs: list[Run] = field(default_factory=list[Run])
    changes: list[tuple[int, Status]] = field(default_factory=list[tuple[int, Status]])
    priorities: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def round(self, kind: Promise) -> tuple[int | None, int | None]:
        """Since when this promise waits, and when a reply ended the wait."""
        if kind is Promise.FIRST:
            return (self.created, self.replied) if self.by_customer else (None, None)
        return (self.asked, self.answered) if kind is Promise.NEXT else (self.created, None)

    def open_since(self, kind: Promise) -> int | None:
        """Since when this promise waits, None if nothing waits."""
        since, answered = self.round(kind)
        return since if answered is None else None

    def stays(self, now: int) -> Iterator[tuple[int, int, Status]]:
        """From, to and status, from creation to now."""
        ends = [at for at, _ in self.changes[1:]] + [now]
        for (start, status), end in zip(self.changes, ends, strict=True):
            yield start, end, status

    def priority_at(self, moment: int) -> int:
        return [priority for at, priority in self.priorities if at <= moment][-1]


def _follow(events: Iterable[Event], *, policy: Policy) -> _Course:
    course = _Course()
    at = 0
    for event in events:
        if event.at > at:
            at = event.at
        act = event.act
        if course.created is None:
            if act is not _CREATED and act is not _OPENED:
                continue
            _begin(course, at, act)
        elif act is _CUSTOMER:
            if course.asked is None or course.answered is not None:
                course.asked, course.answered = at, None
        elif act is _REPLY:
            if course.replied is None:
                course.replied = at
            if course.asked is not None and course.answered is None:
                course.answered = at
        status = event.status
        if status is not None and status is not course.status:
            _turn(course, at, status, policy=policy)
        if event.priority is not None and event.priority != course.priority:
            course.priority = event.priority
            course.priorities.append((at, event.priority))
    course.last = at
    return course


def _begin(course: _Course, at: int, act: Act) -> None:
    course.created = course.running = at
    course.by_customer = act is _CREATED
    course.asked = at if course.by_customer else None
    course.changes.append((at, course.status))
    course.priorities.append((at, course.priority))


def _turn(course: _Course, at: int, status: Status, *, policy: Policy) -> None:
    """A ticket takes another status: a run may end, begin or go on."""
    course.status = status
    course.changes.append((at, status))
    if status in DONE:
        course.ended = at if course.ended is None else course.ended
    else:
        course.ended = None
    runs = status not in DONE and status not in policy.pauses
    if runs and course.running is None:
        course.running = at
    elif not runs and course.running is not None:
        if course.running < at:
            course.runs.append((course.running, at))
        course.running = None


def _clock(course: _Course, kind: Promise, *, hours: Hours, policy: Policy, now: int) -> Clock:
    since, answered = course.round(kind)
    ended = course.ended if answered is None else answered
    minutes = _target(policy, kind, course.priority if ended is None else course.priority_at(ended))
    used = 0 if since is None else _used(course, since, now if answered is None else answered, hours=hours)
    if since is None or minutes is None:
        return Clock(kind, State.NONE, Mood.CALM, None, since, None, None, used)
    target = minutes * MINUTE
    if ended is not None:
        if used >= target:
            state = State.MISSED
        else:
            state = State.MET if answered is not None or kind is Promise.RESOLUTION else State.NONE
        return Clock(kind, state, Mood.CALM, target, since, None, None, used, ended)
    due = _reached(course, since, hours=hours, seconds=target)
    warn = _reached(course, since, hours=hours, seconds=minutes * WARN)
    state = State.PAUSED if course.running is None else State.RUNNING
    return Clock(kind, state, mood(now, due=due, warn=warn), target, since, due, warn, used)


def _reached(course: _Course, since: int, *, hours: Hours, seconds: int) -> int | None:
    """When so much open time has been used since a moment; None if the clocks stopped before."""
    for start, end in course.runs:
        if end > since:
            start = max(start, since)
            opened = hours.between(start, end)
            if opened >= seconds:
                return hours.add(start, seconds)
            seconds -= opened
    if course.running is None:
        return None
    return hours.add(max(course.running, since), seconds)


def _used(course: _Course, since: int, until: int, *, hours: Hours) -> int:
    runs = course.runs if course.running is None else [*course.runs, (course.running, until)]
    return sum(hours.between(max(start, since), min(end, until)) for start, end in runs)


def _target(policy: Policy, kind: Promise, priority: int) -> int | None:
    targets = policy.targets.get(priority, NO_TARGETS)
    if kind is Promise.FIRST:
        return targets.first
    return targets.next if kind is Promise.NEXT else targets.resolution
