"""A calendar part as one line for people: what, when, where, from whom, and what is asked (RFC 5545, 5546).

Expands nothing: a rule of recurrence is named, never run. Beyond its limits a calendar is refused
with a line that says so. Knows no time but what the part says.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from channels.mime.zones import WINDOWS

BYTES: Final = 300_000
"""A calendar longer than this is not read."""
_EVENTS: Final = 200
_LINES: Final = 5_000
_TEXT: Final = 160
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_ESCAPE: Final = re.compile(r"\\([\\;,nN])")
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]{1,40})=("[^"]{0,300}"|[^;:"]{0,300})')
_STAMP: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?\s*\Z")
_DURATION: Final = re.compile(
    r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:\d{1,6}S)?)?\Z"
)
_FREQUENCY: Final = re.compile(r"FREQ=([A-Z]{5,8})")
_WORDS: Final = {
    "REQUEST": "invitation", "CANCEL": "cancelled", "REPLY": "answer to an invitation",
    "COUNTER": "another time is proposed", "DECLINECOUNTER": "the other time is declined",
    "ADD": "more dates", "REFRESH": "asks for the latest invitation", "PUBLISH": "calendar",
}  # fmt: skip
_ANSWERS: Final = {
    "ACCEPTED": "accepts", "DECLINED": "declines", "TENTATIVE": "accepts for now", "DELEGATED": "delegates",
}  # fmt: skip
_OFTEN: Final = {
    "SECONDLY": "every second", "MINUTELY": "every minute", "HOURLY": "every hour", "DAILY": "daily",
    "WEEKLY": "weekly", "MONTHLY": "monthly", "YEARLY": "yearly",
}  # fmt: skip


class _Property(Struct, frozen=True):
    params: dict[str, str]
    value: str


class _When(Struct, frozen=True):
    """A moment of a calendar: a day, or a wall time and what is known of its zone."""

    day: date
    wall: datetime | None
    zone: str
    """`UTC`, a name such as Europe/Berlin, whatever the part calls it, or empty."""
    known: tzinfo | None


def line(said: str, *, method: str = "") -> str:
    """The line for a calendar's text, brackets included; empty when there is nothing to say.

    `method` is that of the Content-Type field, for parts that do not repeat it.
    """
    many = said[: BYTES + 1].upper().count("BEGIN:VEVENT")
    if len(said) > BYTES or many > _EVENTS:
        size = f"more than {BYTES // 1000} kB" if len(said) > BYTES else f"{many:,} events"
        return f"[calendar of {size}: too large to be read here, it is attached as a file]"
    whole, event, more = _properties(said)
    if not event:
        return ""
    asked = (whole["METHOD"].value.strip() if "METHOD" in whole else "") or method
    asked = asked.strip().upper()
    told = [_unescaped(event["SUMMARY"].value) if "SUMMARY" in event else "", _when(event), _often(event)]
    if place := _unescaped(event["LOCATION"].value) if "LOCATION" in event else "":
        told.append(f"at {place}")
    told.append(_who(event, asked))
    if more:
        told.append(f"and {more} more")
    said = "; ".join(one for one in told if one)
    what = "cancelled" if _is_cancelled(event) else _WORDS.get(asked, "calendar")
    return f"[{what}: {said}]" if said else ""


def _properties(said: str) -> tuple[dict[str, _Property], dict[str, _Property], int]:
    """Properties of the calendar, of its first event (or task), and how many further ones it has."""
    whole: dict[str, _Property] = {}
    event: dict[str, _Property] = {}
    inside: list[str] = []
    events = 0
    for raw in _FOLD.sub("", said).splitlines()[:_LINES]:
        head, _, rest = raw.partition(":")
        name = head.split(";", 1)[0].strip().upper()
        if name == "BEGIN":
            inside.append(rest.strip().upper())
            events += inside[-1] in ("VEVENT", "VTODO")
        elif name == "END" and inside:
            inside.pop()
        elif inside[-1:] in (["VEVENT"], ["VTODO"]) and events == 1:
            event.setdefault(name, _property(raw))
            if name == "ATTENDEE" and "PARTSTAT" in raw.upper():
                event.setdefault("ANSWERED", _property(raw))
        elif inside[-1:] == ["VCALENDAR"]:
            whole.setdefault(name, _property(raw))
    return whole, event, max(0, events - 1)


def _property(raw: str) -> _Property:
    """Parameters and value of `NAME;A=b;C="d:e":value`."""
    at = raw.find(";")
    colon = raw.find(":")
    if at < 0 or colon < at:
        return _Property({}, raw[colon + 1 :] if colon >= 0 else "")
    params: dict[str, str] = {}
    while (found := _PARAMETER.match(raw, at)) is not None and len(params) < 30:
        params[found[1].upper()] = found[2].strip('"')
        at = found.end()
    return _Property(params, raw[at + 1 :] if raw[at : at + 1] == ":" else raw[raw.find(":", at) + 1 :])


def _unescaped(value: str) -> str:
    said = _ESCAPE.sub(lambda m: " " if m[1] in "nN" else m[1], value[: 4 * _TEXT])
    said = " ".join(said.split())
    return said if len(said) <= _TEXT else said[: _TEXT - 3] + "..."


def _is_cancelled(event: dict[str, _Property]) -> bool:
    return "STATUS" in event and event["STATUS"].value.strip().upper() == "CANCELLED"


def _often(event: dict[str, _Property]) -> str:
    rule = _FREQUENCY.search(event["RRULE"].value.upper()) if "RRULE" in event else None
    if rule is None:
        return "repeated" if "RRULE" in event or "RDATE" in event else ""
    return f"repeated {_OFTEN.get(rule[1], '')}".strip()


def _who(event: dict[str, _Property], asked: str) -> str:
    if asked in ("REPLY", "COUNTER") and (found := event.get("ANSWERED") or event.get("ATTENDEE")):
        answer = _ANSWERS.get(found.params.get("PARTSTAT", "").upper(), "") if asked == "REPLY" else ""
        return f"{_person(found)} {answer}".strip()
    return f"from {_person(event['ORGANIZER'])}" if "ORGANIZER" in event else ""


def _person(found: _Property) -> str:
    name = _unescaped(found.params.get("CN", ""))
    address = found.value.strip()
    address = _unescaped(address[7:] if address[:7].lower() == "mailto:" else address)
    return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def _when(event: dict[str, _Property]) -> str:
    start = _moment(event.get("DTSTART") or event.get("DUE"))
    if start is None:
        return ""
    end = _moment(event.get("DTEND")) or _after(start, event.get("DURATION"))
    if start.wall is None:
        last = end.day - timedelta(days=1) if end is not None and end.day > start.day else start.day
        return f"{start.day:%Y-%m-%d}" + (f" to {last:%Y-%m-%d}" if last > start.day else "") + ", all day"
    shown = f"{start.wall:%Y-%m-%d %H:%M}"
    if end is not None and end.wall is not None and end.zone == start.zone and end.wall > start.wall:
        shown += f"-{end.wall:%H:%M}" if end.day == start.day else f" to {end.wall:%Y-%m-%d %H:%M}"
    return f"{shown} {_zoned(start)}"


def _zoned(when: _When) -> str:
    """The zone a wall time is in, with UTC beside it where that can be known."""
    if when.zone == "UTC" or when.wall is None:
        return "UTC"
    if not when.zone:
        return "(no zone given)"
    if when.known is None:
        return f"({when.zone})"
    there = when.wall.replace(tzinfo=when.known).astimezone(UTC)
    return f"{when.zone} ({there:%H:%M} UTC{'' if there.date() == when.day else f' on {there:%Y-%m-%d}'})"


def _moment(found: _Property | None) -> _When | None:
    stamp = _STAMP.match(found.value.strip()) if found is not None else None
    if found is None or stamp is None:
        return None
    try:
        day = date(int(stamp[1]), int(stamp[2]), int(stamp[3]))
        if not 1900 <= day.year <= 2200:
            return None
        if stamp[4] is None:
            return _When(day, None, "", None)
        wall = datetime(day.year, day.month, day.day, int(stamp[4]), int(stamp[5]))
    except ValueError:
        return None
    if stamp[6]:
        return _When(day, wall, "UTC", UTC)
    name, known = _zone(_unescaped(found.params.get("TZID", "")))
    return _When(day, wall, name, known)


@lru_cache(maxsize=64)
def _zone(name: str) -> tuple[str, tzinfo | None]:
    """The zone by its IANA name, by one of Outlook's, or only by what it is called."""
    named = name.strip("/ ")
    named = WINDOWS.get(named.casefold(), named)
    if "/" in named:
        named = "/".join(named.split("/")[-3:]) if named.count("/") > 2 else named
    for candidate in (named, "/".join(named.split("/")[-2:])):
        if re.fullmatch(r"[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*", candidate):
            try:
                return candidate, ZoneInfo(candidate)
            except (KeyError, OSError, ValueError):
                continue
    return name.strip()[:60], None


def _after(start: _When, found: _Property | None) -> _When | None:
    length = _DURATION.match(found.value.strip().upper()) if found is not None else None
    if length is None or start.wall is None:
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in length.groups())
    try:
        wall = start.wall + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None
    return _When(wall.date(), wall, start.zone, start.known)
