"""Tickets for which a while has gone by: what waiting rules ask.

One statement a rule, on the indexes the queues have; a ticket that the rule acted on already, for the
same moment, is left out by the key its act would have.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from store.log import stamp
from store.reads.sql import Where

_COLUMNS = {
    "created": "t.created",
    "updated": "t.updated",
    "last_in": "t.last_in",
    "last_out": "t.last_out",
    "due": "t.due_at",
    "warn": "t.warn_at",
}

_AT_ONCE = 1_000
"""Tickets that are read together; those a rule has nothing to do to come again each time."""

_FIRST = (-(2**62), "")
"""Before every moment and id."""

_SHIFT = stamp.SLOT_BITS + stamp.COUNTER_BITS

_SET = (
    f"(SELECT ((max(id) >> {_SHIFT}) + {stamp.EPOCH_MS}) / 1000 FROM change WHERE eid = t.id AND field = ?)"
)

_NOT_BY_RULES = ("created", "last_in", "due", "warn")
"""Moments that no act of a rule can move to now."""

_OWN = f"""EXISTS (SELECT 1 FROM entry WHERE entry.id >= (at * 1000 - {stamp.EPOCH_MS}) << {_SHIFT}
  AND entry.id < ((at + 1) * 1000 - {stamp.EPOCH_MS}) << {_SHIFT}
  AND substr(entry.key, 1, length(?)) = ? AND entry.key LIKE '%:' || waiting.id)"""


def past(
    conn: sqlite3.Connection,
    where: Where,
    *,
    since: str,
    seconds: int,
    now: int,
    key: str,
    ticket: str = "",
    urgent: bool = False,
) -> Iterator[tuple[str, int]]:
    """Tickets of `where` whose moment `since` lies `seconds` or more back, with that moment, oldest first.

    `since` is as a rule writes it; `key` is what the key of the rule's acts begins with; `ticket` asks about
    one alone, `urgent` about P1 alone. Moments of a silent import and before it are nobody's wait.
    """
    moment, params = _moment(since)
    sql = (
        f"SELECT id, at FROM (SELECT t.id AS id, {moment} AS at, t.archive AS archive FROM ticket t"
        f" WHERE ({where.sql}) AND ? IN ('', t.id) AND (NOT ? OR t.priority = 1)) waiting"
        " WHERE at <= ? AND (archive IS NULL OR at > archive) AND (at, id) > (?, ?)"
        " AND NOT EXISTS (SELECT 1 FROM entry WHERE key = ? || at || ':' || waiting.id)"
        f" AND NOT (? AND {_OWN}) ORDER BY at, id LIMIT ?"
    )
    asked = (*params, *where.params, ticket, urgent, now - seconds)
    page, last = _AT_ONCE, _FIRST
    while page == _AT_ONCE:
        rows = conn.execute(
            sql, (*asked, *last, key, since not in _NOT_BY_RULES, key, key, _AT_ONCE)
        ).fetchall()
        yield from ((str(eid), int(at)) for eid, at in rows)
        page, last = len(rows), (rows[-1][1], rows[-1][0]) if rows else _FIRST


def _moment(since: str) -> tuple[str, tuple[str, ...]]:
    """The SQL of a moment, and what is bound to it."""
    if since in _COLUMNS:
        return _COLUMNS[since], ()
    if since.startswith("tag:"):
        return _SET, (f"tag.{since.removeprefix('tag:')}",)
    return f"ifnull({_SET}, t.created)", (since,)
