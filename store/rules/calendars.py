"""Calendars as text: the `hours` docs people edit, to Calendar values and back.

Pure. Knows how hours, holidays, breaks and shifts are written; computes nothing with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from store.rules.doctext import Doc, quoted
from store.rules.hours import ALWAYS, MIDNIGHT, Calendar, Spans, day_ranges, spans_text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("zone", "week", "holidays", "breaks", "shifts")

OFFICE = """\
# When the desk is open. Clock times are those of the zone; several spans a day are
# written "09:00-12:30, 13:30-17:00". A night may run on: "22:00-06:00".
# For a desk that never closes write week = "24/7" instead of the section.
zone = "{zone}"

[week]
mon-fri = "09:00-17:00"

# The whole date is closed.
[holidays]
# 2026-12-25 = "Christmas Day"

# Cut out of one date.
[breaks]
# 2026-06-12 = "14:00-15:00"

# Instead of the week's hours on one date.
[shifts]
# 2026-12-24 = "09:00-12:00"
"""

_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def office(zone: str = "UTC") -> str:
    """The calendar a new desk starts with: Monday to Friday, nine to five."""
    return OFFICE.format(zone=zone)


def read_calendar(text: str) -> Calendar:
    """The calendar a doc describes. Raises DocError, pointing at the mistake."""
    doc = Doc(text)
    doc.known(doc.table, KEYS)
    return Calendar(
        zone=_zone(doc),
        week=_week(doc),
        holidays={_date(doc, "holidays", day): name for day, name in _texts(doc, "holidays").items()},
        breaks=_dated(doc, "breaks"),
        shifts=_dated(doc, "shifts"),
    )


def write_calendar(calendar: Calendar) -> str:
    """The doc of a calendar; reading it gives an equal one."""
    lines = [f"zone = {quoted(calendar.zone)}"]
    if calendar.week == ALWAYS:
        lines.append('week = "24/7"')
    else:
        lines += ["", "[week]"]
        lines += [f"{_days(a, b)} = {quoted(spans_text(spans))}" for a, b, spans in day_ranges(calendar.week)]
    for name, rows in (
        ("holidays", calendar.holidays),
        ("breaks", _as_text(calendar.breaks)),
        ("shifts", _as_text(calendar.shifts)),
    ):
        if rows:
            lines += ["", f"[{name}]"]
            lines += [f"{day.isoformat()} = {quoted(rows[day])}" for day in sorted(rows)]
    return "\n".join(lines) + "\n"


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"


def _as_text(rows: Mapping[date, Spans]) -> dict[date, str]:
    return {day: spans_text(spans) or "closed" for day, spans in rows.items()}


def _zone(doc: Doc) -> str:
    name = doc.text_at(doc.table.get("zone", "UTC"), "zone")
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"did you mean {near[0]}?" if near else "write a name such as Europe/Berlin."
        raise doc.wrong(f"No time zone is called {name!r}; {hint}", "zone") from None
    return name


def _week(doc: Doc) -> tuple[Spans, ...]:
    given = doc.table.get("week")
    if isinstance(given, str):
        if given.strip() != "24/7":
            raise doc.wrong('week is either a section of days or the text "24/7".', "week")
        return ALWAYS
    days: dict[int, Spans] = {}
    spilled: list[Spans] = [()] * 7
    for name, value in _texts(doc, "week").items():
        today, tomorrow = _spans(doc, value, "week", name)
        for day in _named(doc, name):
            if day in days:
                raise doc.wrong(f"{DAYS[day]} has its hours twice; keep one line for each day.", "week", name)
            days[day] = today
            spilled[(day + 1) % 7] = tomorrow
    return tuple(_merged(spilled[day] + days.get(day, ())) for day in range(7))


def _named(doc: Doc, name: str) -> list[int]:
    """`mon`, `mon-fri` or `sat-mon` as day numbers."""
    first, dash, last = name.lower().partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise doc.wrong(
            f"{name!r} is no day; write mon, tue ... sun, or a range such as mon-fri.", "week", name
        )
    start = DAYS.index(first)
    count = (DAYS.index(last) - start) % 7 if dash else 0
    return [(start + step) % 7 for step in range(count + 1)]


def _texts(doc: Doc, section: str) -> dict[str, str]:
    return {key: doc.text_at(value, section, key) for key, value in doc.section(section).items()}


def _dated(doc: Doc, section: str) -> dict[date, Spans]:
    rows: dict[date, Spans] = {}
    for key, value in _texts(doc, section).items():
        today, tomorrow = _spans(doc, value, section, key)
        if tomorrow:
            message = f"{value!r} runs past midnight; end it at 24:00 and give the next date its own line."
            raise doc.wrong(message, section, key)
        rows[_date(doc, section, key)] = today
    return rows


def _date(doc: Doc, section: str, key: str) -> date:
    try:
        if _DATE.fullmatch(key):
            return date.fromisoformat(key)
    except ValueError:
        pass
    raise doc.wrong(f"{key!r} is no date; write year-month-day, such as 2026-12-25.", section, key)


def _spans(doc: Doc, text: str, section: str, key: str) -> tuple[Spans, Spans]:
    """Opening spans of one day, and what of a night falls into the next."""
    today: list[tuple[int, int]] = []
    tomorrow: Spans = ()
    if text.strip().lower() in ("closed", ""):
        return (), ()
    for piece in text.split(","):
        start, end = _span(doc, piece.strip(), section, key)
        if tomorrow or (today and start < today[-1][1]):
            raise doc.wrong(f"{piece.strip()!r} begins before the span in front of it ends.", section, key)
        today.append((start, end if end > start else MIDNIGHT))
        tomorrow = ((0, end),) if 0 < end < start else ()
    return tuple(today), tomorrow


def _span(doc: Doc, piece: str, section: str, key: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(piece)
    if found:
        start = int(found[1]) * 60 + int(found[2] or 0)
        end = int(found[3]) * 60 + int(found[4] or 0)
        minutes_fit = int(found[2] or 0) < 60 and int(found[4] or 0) < 60
        if minutes_fit and start < MIDNIGHT and end <= MIDNIGHT and start != end:
            return start, end
    raise doc.wrong(f"{piece!r} is no span of time; write it like 09:00-17:00, or closed.", section, key)


def _merged(spans: Spans) -> Spans:
    """Spans in order; those that overlap or touch as one."""
    rows: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if rows and start <= rows[-1][1]:
            rows[-1] = rows[-1][0], max(end, rows[-1][1])
        else:
            rows.append((start, end))
    return tuple(rows)
