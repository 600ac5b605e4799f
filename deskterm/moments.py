"""Moments as people type and read them: `2h ago`, `last fri 17:00`, `tomorrow`, `2026-11-20 14:00`.

Pure: the present and the zone are handed in. Knows no ticket and no screen.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path

from store.errors import QueryError
from store.rules import spans

MORNING, NOON, EVENING, TONIGHT = time(9), time(12), time(18), time(20)
"""What a day, and the words for its parts, mean as a time."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS = {"morning": MORNING, "noon": NOON, "evening": EVENING, "tonight": TONIGHT, "midnight": time(0)}
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*(am|pm)?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}.*)?", re.ASCII)


def local() -> tzinfo:
    """The zone of this machine, with its daylight saving."""
    import os
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        if name := os.environ.get("TZ", "").removeprefix(":"):
            return ZoneInfo(name)
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        from dateutil.tz import tzlocal

        return tzlocal()


def past(text: str, *, now: int, zone: tzinfo) -> int:
    """A moment that was, as Unix seconds; a bare day means its end, today at most now. Raises QueryError."""
    found = _moment(text, now=now, zone=zone, ahead=False)
    if found is None:
        raise QueryError(
            f'"{text[:60]}" is no moment. Write yesterday, "last fri 17:00", "2h ago" or "2026-11-20 14:00".'
        )
    today = datetime.combine(datetime.fromtimestamp(now, zone).date(), time(23, 59, 59), zone)
    if found > today.timestamp():
        raise QueryError(f'"{text[:60]}" is still to come; nobody knows yet how it will be.')
    return min(found, now)


def ahead(text: str, *, now: int, zone: tzinfo) -> int:
    """A moment to come, as Unix seconds; a bare day means nine in the morning. Raises QueryError."""
    found = _moment(text, now=now, zone=zone, ahead=True)
    if found is None:
        raise QueryError(
            f'"{text[:60]}" is no moment. Write 1h, 2d, tonight, tomorrow, monday, "tomorrow 9:00"'
            ' or "2026-11-20 14:00".'
        )
    if found <= now:
        raise QueryError(f'"{text[:60]}" is not ahead of now; nothing was changed.')
    return found


def shown(moment: int | None, *, zone: tzinfo) -> str:
    """A moment for people: `2026-11-20 14:00`; empty for None."""
    return "" if moment is None else datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M")


def iso(moment: int | None) -> str | None:
    """A moment for programs: ISO 8601 in UTC."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> int:
    """Unix seconds of an ISO 8601 text; without a zone it is UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def length(seconds: int) -> str:
    """How long something is, in at most two units: `3d 4h`, `2h 10m`, `45s`."""
    rest, parts = abs(seconds), list[str]()
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, spans.UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def _moment(text: str, *, now: int, zone: tzinfo, ahead: bool) -> int | None:
    words = text.strip().lower()
    if words == "now":
        return now
    if _ISO.fullmatch(words):
        return _iso(words, zone=zone, ahead=ahead)
    span = words.removeprefix("in ").removesuffix(" ago").replace(" ", "")
    found = spans.length(span) if not span.startswith(("<", ">", "=", "-")) else None
    if found is not None and span != "0":
        back = words.endswith(" ago") or (not ahead and not words.startswith("in "))
        return now - found.seconds if back else now + found.seconds
    return _named(words.split(), now=now, zone=zone, ahead=ahead)


def _iso(words: str, *, zone: tzinfo, ahead: bool) -> int | None:
    try:
        if len(words) == 10:
            return _at(date.fromisoformat(words), None, zone=zone, ahead=ahead)
        found = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    moment = found if found.tzinfo else found.replace(tzinfo=zone)
    seconds = moment.timestamp()
    return int(seconds) if 0 <= seconds < _LATEST else None


def _named(words: list[str], *, now: int, zone: tzinfo, ahead: bool) -> int | None:
    """A day by its name, a time, or both."""
    today = datetime.fromtimestamp(now, zone).date()
    day, rest = _day(words, today=today, ahead=ahead)
    clock = _clock(" ".join(word for word in rest if word != "at"))
    if rest and clock is None:
        return None
    if day is not None:
        return _at(day, clock, zone=zone, ahead=ahead)
    if clock is None:
        return None
    found = _at(today, clock, zone=zone, ahead=ahead)
    if ahead and found <= now:
        return _at(today + timedelta(days=1), clock, zone=zone, ahead=ahead)
    return found if ahead or found <= now else _at(today - timedelta(days=1), clock, zone=zone, ahead=ahead)


def _day(words: list[str], *, today: date, ahead: bool) -> tuple[date | None, list[str]]:
    """The day the first words name, and the words after it."""
    if not words:
        return None, words
    if words[0] in _NEAR:
        return today + timedelta(days=_NEAR[words[0]]), words[1:]
    if _ISO.fullmatch(words[0]):
        try:
            return date.fromisoformat(words[0]), words[1:]
        except ValueError:
            return None, words
    turned = words[0] in ("last", "next")
    name = words[1] if turned and len(words) > 1 else words[0]
    found = next((n for n, full in enumerate(_DAYS) if len(name) >= 3 and full.startswith(name)), None)
    if found is None:
        return None, words
    forward = ahead if not turned else words[0] == "next"
    step = (found - today.weekday() - 1) % 7 + 1 if forward else -((today.weekday() - found - 1) % 7 + 1)
    return today + timedelta(days=step), words[2 if turned else 1 :]


def _clock(text: str) -> time | None:
    if text in _PARTS:
        return _PARTS[text]
    match = _CLOCK.fullmatch(text)
    if match is None or not (match[2] or match[4]):
        return None
    hour = int(match[1])
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0))
    except ValueError:
        return None


def _at(day: date, clock: time | None, *, zone: tzinfo, ahead: bool) -> int:
    """Seconds of a day and a time; without one, the morning ahead and the day's last second behind."""
    when = clock or (MORNING if ahead else time(23, 59, 59))
    return int(datetime.combine(day, when, zone).timestamp())
