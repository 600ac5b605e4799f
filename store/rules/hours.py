"""Hours: when the desk is open, and arithmetic in open time.

Pure. Knows calendars and time zones; does not know what time it is, what is promised to whom,
or how a calendar is written down. Moments are whole Unix seconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct, field

DAY = 86_400
MIDNIGHT = 24 * 60
"""The end of a day in minutes, written 24:00."""

FIRST_DAY = date(1970, 1, 1).toordinal()
LAST_DAY = date(2200, 1, 1).toordinal()
"""Outside these dates every calendar is closed, so that a nonsense date costs bounded work."""

MARGIN = 32
"""Days computed on either side of a moment that is asked for the first time."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Span = tuple[int, int]
"""From and to. In a calendar minutes of the local day (0 to 1440), elsewhere moments; the end is excluded."""
Spans = tuple[Span, ...]

ALWAYS: tuple[Spans, ...] = (((0, MIDNIGHT),),) * 7
"""A week that never closes."""


class Calendar(Struct, frozen=True):
    """When a desk is open, as people write it down."""

    zone: str
    """IANA name, such as Europe/Berlin."""
    week: tuple[Spans, ...]
    """Opening spans of Monday to Sunday: seven entries."""
    holidays: Mapping[date, str] = field(default_factory=dict[date, str])
    """Local dates that are closed whole, with their names."""
    breaks: Mapping[date, Spans] = field(default_factory=dict[date, Spans])
    """Cut out of whatever would be open on that date."""
    shifts: Mapping[date, Spans] = field(default_factory=dict[date, Spans])
    """Replaces the weekly hours of that date; a holiday is stronger."""


class Why(StrEnum):
    """Why a stretch of time counts or does not."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    BREAK = "break"


class Stretch(Struct, frozen=True):
    start: int
    end: int
    why: Why
    name: str = ""
    """The holiday's name."""


class _Table(Struct, frozen=True):
    """The open spans of a run of dates, and how much open time had passed at the end of each."""

    lo: int
    hi: int
    """Ordinals of the first date and of the one after the last."""
    since: int
    until: int
    """Moments between which nothing is missing, whatever the zone."""
    starts: list[int]
    ends: list[int]
    after: list[int]


class Hours:
    """Computes in the open time of one calendar. Keep one for as long as the calendar lives: it
    remembers the spans it has worked out. Safe to share between threads.

    Raises ZoneInfoNotFoundError or ValueError when nobody knows the zone.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._last = _last_day(calendar)
        self._table = _Table(0, 0, 1, 0, [], [], [])

    def add(self, at: int, seconds: int) -> int | None:
        """The moment when `seconds` of open time have passed since `at`; None if that never comes.

        An end that falls on closing time is that closing time. Zero gives the first open moment
        at or after `at`.
        """
        if seconds < 0:
            return self.subtract(at, -seconds)
        table: _Table | None = self._around(at)
        while table is not None:
            ends = table.ends
            i = bisect_right(ends, at)
            if i < len(ends):
                start = table.starts[i]
                if seconds == 0:
                    return max(at, start)
                goal = table.after[i] - ends[i] + max(at, start) + seconds
                if goal <= table.after[-1]:
                    j = bisect_left(table.after, goal, i)
                    return ends[j] - table.after[j] + goal
            table = self._later(table)
        return None

    def subtract(self, at: int, seconds: int) -> int | None:
        """The moment from which `seconds` of open time pass until `at`; None if there is none.

        A start that falls on opening time is that opening time. Zero gives the last moment at or
        before `at` that is open, or the closing time it comes after.
        """
        if seconds < 0:
            return self.add(at, -seconds)
        table: _Table | None = self._around(at)
        while table is not None:
            starts = table.starts
            i = bisect_right(starts, at) - 1
            if i >= 0:
                end = min(at, table.ends[i])
                if seconds == 0:
                    return end
                goal = table.after[i] - table.ends[i] + end - seconds
                if goal >= 0:
                    j = bisect_right(table.after, goal)
                    return table.ends[j] - table.after[j] + goal
            table = self._earlier(table)
        return None

    def between(self, start: int, end: int) -> int:
        """Open seconds from `start` to `end`; 0 when the end is not after the start."""
        if end <= start:
            return 0
        table = self._cover(self._around(start), end)
        return _opened(table, end) - _opened(table, start)

    def next_open(self, at: int) -> int | None:
        """The first open moment at or after `at`; None if the desk never opens again."""
        return self.add(at, 0)

    def is_open(self, at: int) -> bool:
        table = self._around(at)
        i = bisect_right(table.starts, at) - 1
        return i >= 0 and at < table.ends[i]

    def periods_after(self, at: int, count: int) -> list[Span]:
        """The next open spans, the one under way cut off at `at`; fewer if the calendar ends."""
        table = self._around(at)
        while True:
            i = bisect_right(table.ends, at)
            wider = self._later(table) if i + count > len(table.ends) else None
            if wider is None:
                break
            table = wider
        pairs = zip(table.starts[i : i + count], table.ends[i : i + count], strict=True)
        return [(max(start, at), end) for start, end in pairs]

    def periods_before(self, at: int, count: int) -> list[Span]:
        """The open spans before `at`, nearest first, the one under way cut off at `at`."""
        table = self._around(at)
        while True:
            i = bisect_left(table.starts, at)
            wider = self._earlier(table) if i < count else None
            if wider is None:
                break
            table = wider
        low = max(0, i - count)
        pairs = zip(table.starts[low:i], table.ends[low:i], strict=True)
        return [(start, min(end, at)) for start, end in pairs][::-1]

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """The time from `start` to `end` without a hole, cut where the reason changes."""
        if end <= start:
            return
        table = self._cover(self._around(start), end)
        at = start
        for i in range(bisect_right(table.ends, start), bisect_left(table.starts, end)):
            opens, closes = max(table.starts[i], start), min(table.ends[i], end)
            yield from _joined(self._shut(at, opens))
            yield Stretch(opens, closes, Why.OPEN)
            at = closes
        yield from _joined(self._shut(at, end))

    def _shut(self, start: int, end: int) -> Iterator[Stretch]:
        """A time in which the desk is closed, one piece a reason and date."""
        at = start
        if at < 0 or end > (LAST_DAY - FIRST_DAY) * DAY:
            yield Stretch(start, end, Why.CLOSED)
            return
        while at < end:
            day = datetime.fromtimestamp(at, self._zone).date()
            # Where midnight comes twice, the date of a moment can lie before its own start.
            stop = max(min(_moment(day, MIDNIGHT, zone=self._zone), end), at + 1)
            if day in self.calendar.holidays:
                yield Stretch(at, stop, Why.HOLIDAY, self.calendar.holidays[day])
            else:
                yield from _breaks(at, stop, self._planned(day))
            at = stop

    def _planned(self, day: date) -> list[Span]:
        """What would be open on a date if nobody took a break."""
        spans = self.calendar.shifts.get(day, self.calendar.week[day.weekday()])
        return _union(self._moments(day, spans))

    def _open_on(self, day: date) -> list[Span]:
        if day in self.calendar.holidays:
            return []
        planned = self._planned(day)
        cuts = self.calendar.breaks.get(day)
        return _without(planned, self._moments(day, cuts)) if cuts else planned

    def _moments(self, day: date, spans: Spans) -> list[Span]:
        zone = self._zone
        pairs = ((_moment(day, a, zone=zone), _moment(day, b, zone=zone)) for a, b in spans)
        return [pair for pair in pairs if pair[0] < pair[1]]

    def _around(self, at: int) -> _Table:
        """The table, grown if need be until it covers a moment."""
        return self._cover(self._table, at)

    def _cover(self, table: _Table, at: int) -> _Table:
        if table.since <= at < table.until:
            return table
        day = min(max(at // DAY + FIRST_DAY, FIRST_DAY), self._last)
        if table.lo == table.hi:
            return self._grow(table, lo=day - MARGIN, hi=day + MARGIN)
        return self._grow(table, lo=min(table.lo, day - MARGIN), hi=max(table.hi, day + MARGIN))

    def _later(self, table: _Table) -> _Table | None:
        """The table grown towards the future, None when there is no more of it."""
        if table.hi >= self._last:
            return None
        return self._grow(table, lo=table.lo, hi=table.hi + max(MARGIN, table.hi - table.lo))

    def _earlier(self, table: _Table) -> _Table | None:
        if table.lo <= FIRST_DAY:
            return None
        return self._grow(table, lo=table.lo - max(MARGIN, table.hi - table.lo), hi=table.hi)

    def _grow(self, table: _Table, *, lo: int, hi: int) -> _Table:
        """A table over more dates. It takes the old one's place in one step, for the threads' sake."""
        hi = min(max(hi, FIRST_DAY), self._last)
        lo = min(max(lo, FIRST_DAY), hi)
        if table.lo == table.hi:
            spans = self._spans(lo, hi)
        else:
            known = zip(table.starts, table.ends, strict=True)
            spans = [*self._spans(lo, table.lo), *known, *self._spans(table.hi, hi)]
        self._table = _laid(spans, lo=lo, hi=hi, last=self._last)
        return self._table

    def _spans(self, lo: int, hi: int) -> list[Span]:
        return [span for day in range(lo, hi) for span in self._open_on(date.fromordinal(day))]


def in_words(calendar: Calendar) -> str:
    """One line for people: `Mon-Fri 09:00-17:00 Europe/Berlin, 14 holidays`."""
    if calendar.week == ALWAYS:
        opening = "24/7"
    else:
        ranges = day_ranges(calendar.week)
        opening = ", ".join(f"{_days(first, last)} {spans_text(spans)}" for first, last, spans in ranges)
    count = len(calendar.holidays)
    holidays = f", {count} holiday{'s' if count > 1 else ''}" if count else ""
    return f"{opening or 'closed all week'} {calendar.zone}{holidays}"


def spans_text(spans: Spans) -> str:
    """Spans as people write them: `09:00-12:30, 13:30-17:00`."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def day_ranges(week: tuple[Spans, ...]) -> list[tuple[int, int, Spans]]:
    """First day, last day (Monday is 0) and hours of neighbouring days that open alike."""
    rows: list[tuple[int, int, Spans]] = []
    first = 0
    for day in range(1, 8):
        if day == 7 or week[day] != week[first]:
            if week[first]:
                rows.append((first, day - 1, week[first]))
            first = day
    return rows


def _days(first: int, last: int) -> str:
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _last_day(calendar: Calendar) -> int:
    """The date after which the calendar never opens again."""
    if any(start < end for spans in calendar.week for start, end in spans):
        return LAST_DAY
    latest = max((day.toordinal() for day in calendar.shifts), default=FIRST_DAY)
    return min(max(latest + 1, FIRST_DAY), LAST_DAY)


def _moment(day: date, minute: int, *, zone: ZoneInfo) -> int:
    """A wall time as a moment. One the clock jumps over counts on as if it had not jumped yet; of
    one that comes twice the first is meant (both are what fold=0 says in PEP 495)."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return int(wall.timestamp())


def _opened(table: _Table, at: int) -> int:
    """Open seconds from the table's beginning to a moment."""
    i = bisect_right(table.starts, at) - 1
    return table.after[i] - max(0, table.ends[i] - at) if i >= 0 else 0


def _laid(spans: Iterable[Span], *, lo: int, hi: int, last: int) -> _Table:
    """Spans in order of time as a table."""
    starts: list[int] = []
    ends: list[int] = []
    after: list[int] = []
    total, free = 0, -(1 << 62)
    for start, end in spans:
        # A date the clock jumps over pushes its hours into the next one.
        begin = max(start, free)
        if begin < end:
            total, free = total + end - begin, end
            starts.append(begin)
            ends.append(end)
            after.append(total)
    since = -(1 << 62) if lo <= FIRST_DAY else (lo - FIRST_DAY + 2) * DAY
    until = 1 << 62 if hi >= last else (hi - FIRST_DAY - 1) * DAY
    return _Table(lo, hi, since, until, starts, ends, after)


def _union(spans: list[Span]) -> list[Span]:
    """Spans in order, overlapping ones as one; spans that only touch stay apart."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(spans: list[Span], cuts: list[Span]) -> list[Span]:
    """Spans less what the cuts cover."""
    for low, high in cuts:
        pieces = [((a, min(b, low)), (max(a, high), b)) for a, b in spans]
        spans = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return spans


def _breaks(start: int, end: int, planned: list[Span]) -> Iterator[Stretch]:
    """A closed time on one date: what was planned to be open is a break, the rest is after hours."""
    at = start
    for low, high in planned:
        a, b = max(low, at), min(high, end)
        if a < b:
            if at < a:
                yield Stretch(at, a, Why.CLOSED)
            yield Stretch(a, b, Why.BREAK)
            at = b
    if at < end:
        yield Stretch(at, end, Why.CLOSED)


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours of one reason as one stretch."""
    held: Stretch | None = None
    for stretch in stretches:
        if held and (held.why, held.name) == (stretch.why, stretch.name):
            held = Stretch(held.start, stretch.end, held.why, held.name)
            continue
        if held:
            yield held
        held = stretch
    if held:
        yield held
