"""One row of a queue as runs: marks, clock, priority, who and subject.

Pure: a line and the time in, text and roles out. Knows nothing of widgets, pages or the store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from deskterm.safe import clean, pad
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run
from store.model import DONE, PAUSED, Line, Status

Left = Callable[[Line, int], "int | None"]
"""Seconds left of a line's promise at a time, counted as the promise counts; None without a clock."""

MINUTE, HOUR, DAY = 60, 3600, 86400
NO_SUBJECT = "(no subject)"
CLOCK_AT, CLOCK_CELLS = 2, 8
"""The cells of glyph and clock: all of a row that changes as time passes."""


class Heading(Struct, frozen=True):
    """How a queue is named and drawn."""

    name: str
    order: str = "by SLA"
    bands: bool = False
    """Headings between the lines, for the order by promises on a screen with room."""
    state: str = ""
    """`offline since 09:12`, or empty."""
    empty: tuple[str, ...] = ("Nothing waits for you.",)
    """What stands in the middle when there is no line."""


class Band(StrEnum):
    """The heading a line stands under while the queue is sorted by its promises."""

    BREACHED = "BREACHED"
    NEXT_HOUR = "NEXT HOUR"
    TODAY = "TODAY"
    LATER = "LATER"
    NO_CLOCK = "NO CLOCK"


def seconds_left(line: Line, now: int) -> int | None:
    """Wall time until the line's promise breaks; negative when it is broken."""
    return None if line.due_at is None else line.due_at - now


@lru_cache(maxsize=16)
def end_of_day(now: int) -> int:
    """The next local midnight after `now`."""
    local = datetime.fromtimestamp(now).astimezone()
    day = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return int(day.timestamp())


def band_of(line: Line, *, now: int, left: Left = seconds_left) -> Band:
    """Which heading the line stands under at `now`."""
    seconds = None if line.status in PAUSED or line.status in DONE else left(line, now)
    if seconds is None or line.due_at is None:
        return Band.NO_CLOCK
    if seconds < 0:
        return Band.BREACHED
    if seconds < HOUR:
        return Band.NEXT_HOUR
    return Band.TODAY if line.due_at <= end_of_day(now) else Band.LATER


def clock_text(seconds: int) -> str:
    """Time left in at most six cells: `0:48`, `-0:12`, `4m59s` under five minutes, `2d 4h`, `12d`."""
    sign = "-" if seconds < 0 else ""
    size = abs(seconds)
    if 0 <= seconds < 5 * MINUTE:
        return f"{size // MINUTE}m{size % MINUTE:02}s"
    if size < 2 * DAY:
        return f"{sign}{size // HOUR}:{size % HOUR // MINUTE:02}"
    if size < 10 * DAY:
        return f"{sign}{size // DAY}d {size % DAY // HOUR}h"[:6]
    return f"{sign}{min(size // DAY, 999)}d"


def clock_of(line: Line, *, now: int, symbols: Symbols, left: Left = seconds_left) -> tuple[str, str, Role]:
    """The glyph, the words and the role of a line's clock: state is a shape and a word before a colour."""
    if line.status in DONE:
        word = {Status.SPAM: "spam", Status.CLOSED: "closed"}.get(line.status, "solved")
        return symbols.done, word, Role.DONE
    if line.status in PAUSED:
        return symbols.paused, "paused", Role.PAUSED
    seconds = left(line, now)
    if seconds is None:
        return " ", "", Role.DIM
    if seconds < 0:
        return symbols.late, clock_text(seconds), Role.LATE
    if line.warn_at is not None and now >= line.warn_at:
        return symbols.soon, clock_text(seconds), Role.SOON
    return symbols.calm, clock_text(seconds), Role.CALM


class Columns(Struct, frozen=True):
    """Which columns a row has room for."""

    width: int
    who: int
    priority: bool = True


def columns_for(width: int, *, alone: bool = False) -> Columns:
    """The columns at a width; `alone` when the list is the only pane of a narrow screen."""
    who = 11 if width < 60 and not alone else 12 if width < 100 else 20
    return Columns(width, who=max(min(who, width - 30), 4), priority=not alone)


def row(
    line: Line,
    *,
    columns: Columns,
    clock: tuple[str, str, Role],
    symbols: Symbols,
    cursor: bool = False,
    selected: bool = False,
    failed: bool = False,
) -> list[Run]:
    """A line as exactly `columns.width` cells. `clock` is what `clock_of` said; text is cleaned here."""
    glyph, words, mood = (symbols.failed, "failed", Role.BAD) if failed else clock
    ink = Role.UNREAD if line.unread else Role.TEXT
    runs: list[Run] = [
        (symbols.cursor if cursor else " ", Role.MARK),
        (symbols.selected if selected else " ", Role.MARK),
        (glyph, mood),
        (" ", Role.TEXT),
        (pad(words, 6, right=True), mood),
        (" ", Role.TEXT),
    ]
    if columns.priority:
        runs += [(f"P{line.priority}", Role.URGENT if line.priority == 1 else Role.DIM), (" ", Role.TEXT)]
    runs += [(pad(clean(line.who), columns.who, ellipsis=symbols.ellipsis), ink), (" ", Role.TEXT)]
    room = columns.width - (columns.who + (15 if columns.priority else 12))
    runs.append((pad(clean(line.subject) or NO_SUBJECT, max(room, 0), ellipsis=symbols.ellipsis), ink))
    return runs


def band_row(band: Band, count: int | None) -> list[Run]:
    """The heading line of a band, with how many stand under it where that is known."""
    return [(f" {band.value}" + (f" {count}" if count is not None else ""), Role.BAND)]
