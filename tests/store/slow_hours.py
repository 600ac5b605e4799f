"""A slow, obvious model of business hours: every open minute of a fortnight, one by one. It shares no
code with store.rules.hours and is what the fast one is compared with.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.rules.hours import Calendar, Spans

MINUTE = 60
DAYS = 16


def open_minutes(calendar: Calendar, first: date) -> list[int]:
    """The moments at which an open minute begins, in order, for DAYS local dates from `first`."""
    found: set[int] = set()
    for step in range(DAYS):
        day = first + timedelta(days=step)
        if day in calendar.holidays:
            continue
        planned = calendar.shifts.get(day, calendar.week[day.weekday()])
        found |= covered(calendar.zone, day, planned) - covered(
            calendar.zone, day, calendar.breaks.get(day, ())
        )
    return sorted(found)


def covered(zone: str, day: date, spans: Spans) -> set[int]:
    minutes: set[int] = set()
    for start, end in spans:
        minutes |= set(range(moment(zone, day, start), moment(zone, day, end), MINUTE))
    return minutes


@lru_cache(maxsize=20_000)
def moment(zone: str, day: date, minute: int) -> int:
    """Watches the clock on the wall from two days before: the first minute it shows the wanted time;
    if it jumps over it, the moment reached by counting on from the last minute before the jump."""
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    before = None
    for at, wall in wall_clock(zone, day):
        if wall == wanted:
            return at
        if wall > wanted and before is not None and before[1] < wanted:
            return before[0] + int((wanted - before[1]).total_seconds())
        before = at, wall
    raise AssertionError("the clock never came near")


@lru_cache(maxsize=200)
def wall_clock(zone: str, day: date) -> list[tuple[int, datetime]]:
    """What the clock on the wall shows in each minute around a date."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=20)
    info = ZoneInfo(zone)
    first = int(start.timestamp())
    return [
        (at, datetime.fromtimestamp(at, info).replace(tzinfo=None, fold=0))
        for at in range(first, first + 64 * 3600, MINUTE)
    ]
