"""What was reached so far: medians of first replies and of times until solved, before anybody promises them.

Counts archived mail too: import old letters first and this says what was usual. Reads only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct

from store.model import Kind
from store.rules.hours import Hours


class Reached(Struct, frozen=True):
    """One figure of the baseline, in open seconds."""

    count: int
    """Tickets it is made of."""
    median: int
    worst_tenth: int
    """Nine of ten were faster."""


class Baseline(Struct, frozen=True):
    """The figures of one priority, or of all together."""

    priority: int | None
    tickets: int
    first: Reached | None
    """From the customer's letter to the first reply of a person."""
    last: Reached | None
    """From the customer's letter to the last reply of a person: how long it took until all was said."""


_LETTERS = """SELECT t.id, t.priority, m.kind, m.date FROM ticket t JOIN message m ON m.ticket = t.id
  WHERE t._deleted IS NULL AND t.status IS NOT 'spam' AND t.merged_into IS NULL AND t.created >= ?
    AND m._deleted IS NULL AND m.auto IS NULL AND m.kind IN ('in', 'out')
    AND (m.signals IS NULL OR (' ' || m.signals || ' ') NOT LIKE '% auto %')
  ORDER BY t.id, m.date, m.n"""


def baseline(conn: sqlite3.Connection, *, since: int, hours: Hours) -> list[Baseline]:
    """The figures of tickets begun since a Unix second, all together first, then by priority."""
    spans = list(_spans(conn, since, hours))
    kinds: list[int | None] = [None, *sorted({priority for priority, _, _ in spans})]
    return [_of(priority, [s for s in spans if priority in (None, s[0])]) for priority in kinds]


Span = tuple[int, int | None, int | None]
"""Priority, open seconds until the first and until the last reply."""


def _spans(conn: sqlite3.Connection, since: int, hours: Hours) -> Iterable[Span]:
    stories: dict[str, tuple[int, list[tuple[str, int]]]] = {}
    for eid, priority, kind, date in conn.execute(_LETTERS, (since,)):
        stories.setdefault(eid, (priority or 3, []))[1].append((kind, date or 0))
    for priority, letters in stories.values():
        if letters[0][0] != Kind.IN:
            continue  # we wrote first: nobody waited
        began = letters[0][1]
        replies = [date for kind, date in letters if kind == Kind.OUT]
        first, last = (
            (hours.between(began, replies[0]), hours.between(began, replies[-1])) if replies else (None, None)
        )
        yield priority, first, last


def _of(priority: int | None, spans: Sequence[Span]) -> Baseline:
    return Baseline(
        priority,
        len(spans),
        _reached([first for _, first, _ in spans if first is not None]),
        _reached([last for _, _, last in spans if last is not None]),
    )


def _reached(values: list[int]) -> Reached | None:
    if not values:
        return None
    values.sort()
    return Reached(len(values), int(median(values)), values[min(len(values) - 1, len(values) * 9 // 10)])
