"""Amounts, lengths of time and days as a query names them, and the stretch of numbers each one means.

Pure: the present and the time zone are handed in. Both back ends of the query language compare with
the half-open stretch made here, so they cannot differ about edges.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum, auto

from msgspec import Struct

UNITS = {
    "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_592_000, "y": 31_536_000,
}  # fmt: skip
"""A month counts 30 days and a year 365, as people mean them when they say how old something is."""

LONGEST = 200 * UNITS["y"]
LARGEST = 10**15

_OP = re.compile(r"(<=|>=|<|>|=|)(.*)", re.DOTALL)
_LENGTH = re.compile(r"(-?)((?:[0-9]{1,9}(?:mo|min|[smhdwy]))+|0)")
_PIECE = re.compile(r"([0-9]+)(mo|min|[smhdwy])")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:T([0-9]{1,2}):([0-9]{2}))?)?)?")
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000}

Stretch = tuple[int | None, int | None]
"""From (included) and until (excluded); None is no limit."""


class Sense(Enum):
    """What a length of time is measured from."""

    AGE = auto()
    """Back from now: `>7d` is longer ago than a week."""
    SINCE = auto()
    """Back from now and everything after it."""
    LEFT = auto()
    """Ahead of now: `<1h` is less than an hour left, or none at all."""
    AHEAD = auto()
    """Ahead of now, and not already past: `<30d` is in the coming thirty days."""


class Amount(Struct, frozen=True):
    op: str
    """`<`, `<=`, `>`, `>=`, or empty for equal."""
    number: int

    def __str__(self) -> str:
        return f"{self.op}{self.number}"


class Length(Struct, frozen=True):
    op: str
    seconds: int
    """Below 0 only where time is left: `sla:<-1h` is an hour late."""

    def __str__(self) -> str:
        rest, said = abs(self.seconds), "-" if self.seconds < 0 else ""
        for unit in ("w", "d", "h", "m", "s"):
            count, rest = divmod(rest, UNITS[unit])
            said += f"{count}{unit}" if count else ""
        return self.op + (said or "0")


class Day(Struct, frozen=True):
    op: str
    name: str
    """`2026`, `2026-05`, `2026-05-31`, `2026-05-31T09:30`, or yesterday, today, tomorrow."""

    def __str__(self) -> str:
        return self.op + self.name


def amount(text: str) -> Amount | None:
    """`<=2`, `#17`, `50k`; None when it is no number."""
    op, rest = _split(text)
    match = re.fullmatch(r"#?([0-9]{1,16})([km]?)", rest.lower())
    if match is None or int(match[1]) * _SCALES[match[2]] > LARGEST:
        return None
    return Amount(op, int(match[1]) * _SCALES[match[2]])


def length(text: str) -> Length | None:
    """`7d`, `<1h30m`, `>-2h`; None when it is no length of time."""
    op, rest = _split(text)
    match = _LENGTH.fullmatch(rest.lower())
    if match is None:
        return None
    seconds = sum(int(count) * UNITS[unit] for count, unit in _PIECE.findall(match[2]))
    return Length(op, -seconds if match[1] else seconds) if seconds <= LONGEST else None


def day(text: str) -> Day | None:
    """`2026-05-31`, `>=2026-05`, `today`; None when it is no day there ever was."""
    op, rest = _split(text)
    if rest.lower() in _NEAR:
        return Day(op, rest.lower())
    match = _DAY.fullmatch(rest.upper())
    if match is None:
        return None
    year, month, dom, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        moment = datetime(year or 0, month or 1, dom or 1, hour or 0, minute or 0)
    except ValueError:
        return None
    if not 1970 <= moment.year <= 9000:
        return None
    form = "%Y-%m-%dT%H:%M" if hour is not None else "%Y-%m-%d" if dom else "%Y-%m" if month else "%Y"
    return Day(op, moment.strftime(form))


def of_amount(value: Amount) -> Stretch:
    return _stretch(value.op, value.number, value.number + 1)


def of_length(value: Length, *, sense: Sense, now: int) -> Stretch:
    """The moments a length of time means. Bare, it is the longest that fits: `7d` is up to 7 days."""
    op = value.op or "<="
    if sense in (Sense.AGE, Sense.SINCE):
        moment = now - value.seconds
        flipped = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
        return _stretch(flipped, moment, moment + 1)
    first, until = _stretch(op, now + value.seconds, now + value.seconds + 1)
    return (now, until) if sense is Sense.AHEAD and first is None else (first, until)


def of_day(value: Day, *, sense: Sense, now: int, zone: tzinfo = UTC) -> Stretch:
    first, until = (round(moment.timestamp()) for moment in _edges(value.name, now=now, zone=zone))
    return _stretch(">=" if sense is Sense.SINCE else value.op, first, until)


def _split(text: str) -> tuple[str, str]:
    match = _OP.fullmatch(text)
    op, rest = (match[1], match[2]) if match else ("", text)
    return "" if op == "=" else op, rest


def _stretch(op: str, first: int, until: int) -> Stretch:
    """Of what compares so with the stretch from `first` until `until`."""
    match op:
        case "<":
            return None, first
        case "<=":
            return None, until
        case ">":
            return until, None
        case ">=":
            return first, None
        case _:
            return first, until


def _edges(name: str, *, now: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a named stretch of the calendar begins and ends where the asker is."""
    if name in _NEAR:
        first = datetime.fromtimestamp(now, zone).date() + timedelta(days=_NEAR[name])
        return _midnight(first, zone), _midnight(first + timedelta(days=1), zone)
    if "T" in name:
        moment = datetime.fromisoformat(name).replace(tzinfo=zone)
        return moment, moment + timedelta(minutes=1)
    parts = [int(part) for part in name.split("-")]
    first = date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    if len(parts) == 3:
        return _midnight(first, zone), _midnight(first + timedelta(days=1), zone)
    months = first.year * 12 + first.month - 1 + (1 if len(parts) == 2 else 12)
    return _midnight(first, zone), _midnight(date(months // 12, months % 12 + 1, 1), zone)


def _midnight(when: date, zone: tzinfo) -> datetime:
    return datetime(when.year, when.month, when.day, tzinfo=zone)
