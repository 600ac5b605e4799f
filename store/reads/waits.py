"""Tickets for which a while has gone by: what waiting rules ask.

One statement a rule, on the indexes the queues have; a ticket that the rule acted on already, for the
same moment, is left out by the key its act would have.
"""

from __future__ import annotations

import sqlite3

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

_SHIFT = stamp.SLOT_BITS + stamp.COUNTER_BITS

_SET = (
    f"(SELECT ((max(id) >> {_SHIFT}) + {stamp.EPOCH_MS}) / 1000 FROM change WHERE eid = t.id AND field = ?)"
)


def past(
    conn: sqlite3.Connection,
    where: Where,
    *,
    since: str,
    seconds: int,
    now: int,
    key: str,
    limit: int = 1_000,
) -> list[tuple[str, int]]:
    """Tickets of `where` whose moment `since` lies `seconds` or more back, with that moment, oldest first.

    `since` is as a rule writes it; `key` is what the key of the rule's acts begins with. Moments of a
    silent import and before it are nobody's wait.
    """
    moment, params = _moment(since)
    sql = (
        f"SELECT id, at FROM (SELECT t.id AS id, {moment} AS at, t.archive AS archive FROM ticket t"
        f" WHERE ({where.sql})) WHERE at <= ? AND (archive IS NULL OR at > archive)"
        " AND NOT EXISTS (SELECT 1 FROM entry WHERE key = ? || at || ':' || id) ORDER BY at, id LIMIT ?"
    )
    rows = conn.execute(sql, (*params, *where.params, now - seconds, key, limit))
    return [(str(eid), int(at)) for eid, at in rows.fetchall()]


def _moment(since: str) -> tuple[str, tuple[str, ...]]:
    """The SQL of a moment, and what is bound to it."""
    if since in _COLUMNS:
        return _COLUMNS[since], ()
    if since.startswith("tag:"):
        return _SET, (f"tag.{since.removeprefix('tag:')}",)
    return f"ifnull({_SET}, t.created)", (since,)
