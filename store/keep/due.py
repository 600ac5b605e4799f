"""Due times: when the next promise of each ticket breaks, in indexed columns.

Derived from the events by the rules and never fed back; a change of policy or hours derives them
all again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from store.keep import Touched
from store.keep.derive import Tickets
from store.reads import timeline
from store.rules import sla

if TYPE_CHECKING:
    from store.db import Store

_MATTERS = frozenset({"", "status", "priority", "archive", "snooze_until", "merged_into", "_deleted"})
_STEERS = frozenset({"hours", "policy"})
_RUNNING = ("active", "waiting", "snoozed")

_WRITE = "UPDATE ticket SET due_at = ?, due_kind = ?, warn_at = ? WHERE id = ?"


def follow(conn: sqlite3.Connection, store: Store, touched: Touched, *, tickets: Tickets) -> None:
    """Derive the due times of the touched tickets, or of all when the promises changed."""
    if _promises_changed(conn, touched):
        rebuild(conn, store)
        return
    again = [
        eid
        for eid in tickets.touched
        if eid in tickets.mailed or not _MATTERS.isdisjoint(touched.fields.get(eid, ()))
    ]
    if again:
        _derive(conn, store, again)


def rebuild(conn: sqlite3.Connection, store: Store) -> None:
    """Derive every ticket that can have a running promise."""
    conn.execute("UPDATE ticket SET due_at = NULL, due_kind = NULL, warn_at = NULL WHERE due_at IS NOT NULL")
    marks = ", ".join("?" * len(_RUNNING))
    rows = conn.execute(f"SELECT id FROM ticket WHERE bucket IN ({marks})", _RUNNING)
    _derive(conn, store, [row[0] for row in rows.fetchall()])


def _derive(conn: sqlite3.Connection, store: Store, tickets: Iterable[str]) -> None:
    policy, hours = promised(conn, store)
    rows: list[tuple[int | None, str | None, int | None, str]] = []
    for eid in tickets:
        found = None
        if _can_run(conn, eid):
            found = sla.due(timeline.events(conn, eid), hours=hours, policy=policy)
        rows.append((found.at, found.kind.value, found.warn, eid) if found else (None, None, None, eid))
    conn.executemany(_WRITE, rows)


def promised(conn: sqlite3.Connection, store: Store) -> timeline.Promised:
    """The policy and hours in force, kept with the open store until any doc changes anywhere."""
    newest = conn.execute("SELECT max(id) FROM change WHERE eid >= 'd' AND eid < 'e'").fetchone()[0]
    kept = store.promised
    if kept is None or kept[0] != newest:
        kept = store.promised = (newest, timeline.promised(conn))
    return kept[1]


def _can_run(conn: sqlite3.Connection, eid: str) -> bool:
    row = conn.execute("SELECT bucket FROM ticket WHERE id = ?", (eid,)).fetchone()
    return row is not None and row[0] in _RUNNING


def _promises_changed(conn: sqlite3.Connection, touched: Touched) -> bool:
    docs = [eid for eid in touched.fields if eid.startswith("d")]
    kinds = (conn.execute("SELECT kind FROM doc WHERE id = ?", (eid,)).fetchone() for eid in docs)
    return any(row and row[0] in _STEERS for row in kinds)
