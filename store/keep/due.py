"""Due times: when the next promise of each ticket breaks, in indexed columns.

Derived from the events by the rules and never fed back; a change of policy or hours derives them
all again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from store.keep import Touched
from store.keep.derive import Tickets
from store.reads import promised as reading
from store.reads import timeline
from store.reads.promised import Promised
from store.rules import sla
from store.rules.promises import Due, Facts

if TYPE_CHECKING:
    from store.db import Store

_CHOOSES = frozenset({"brand", "channel", "grp", "customer"})
"""What decides which policy holds, besides the priority and the account's tier."""
_MATTERS = _CHOOSES | {"", "status", "priority", "archive", "snooze_until", "merged_into", "_deleted"}
_STEERS = frozenset({"hours", "policy"})
_RUNNING = ("active", "waiting", "snoozed")

_AT_ONCE = 1_000
"""Tickets whose events are read together."""

_WRITE = "UPDATE ticket SET due_at = ?, due_kind = ?, warn_at = ? WHERE id = ?"


def follow(conn: sqlite3.Connection, store: Store, touched: Touched, *, tickets: Tickets) -> None:
    """Derive the due times of the touched tickets, or of all when the promises changed."""
    if _promises_changed(conn, touched):
        rebuild(conn, store)
        return
    again = dict.fromkeys(
        eid
        for eid in tickets.touched
        if eid in tickets.mailed or not _MATTERS.isdisjoint(touched.fields.get(eid, ()))
    )
    again |= dict.fromkeys(_of_people(conn, touched))
    if again:
        _derive(conn, store, list(again))


def _of_people(conn: sqlite3.Connection, touched: Touched) -> Iterator[str]:
    """Running tickets whose customer changed company, or whose company changed its tier."""
    marks = ", ".join("?" * len(_RUNNING))
    for column, prefix, field in (("c.id", "c", "account"), ("c.account", "o", "tier")):
        for eid in [eid for eid, fields in touched.fields.items() if eid[:1] == prefix and field in fields]:
            rows = conn.execute(
                f"SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer"
                f" WHERE {column} = ? AND t.bucket IN ({marks})",
                (eid, *_RUNNING),
            )
            yield from (str(row[0]) for row in rows.fetchall())


def rebuild(conn: sqlite3.Connection, store: Store) -> None:
    """Derive every ticket that can have a running promise."""
    conn.execute("UPDATE ticket SET due_at = NULL, due_kind = NULL, warn_at = NULL WHERE due_at IS NOT NULL")
    marks = ", ".join("?" * len(_RUNNING))
    rows = conn.execute(f"SELECT id FROM ticket WHERE bucket IN ({marks})", _RUNNING)
    _derive(conn, store, [row[0] for row in rows.fetchall()])


def _derive(conn: sqlite3.Connection, store: Store, tickets: Sequence[str]) -> None:
    here = promised(conn, store)
    for at in range(0, len(tickets), _AT_ONCE):
        had = _standing(conn, tickets[at : at + _AT_ONCE])
        events = timeline.events_of(conn, [eid for eid, (bucket, _) in had.items() if bucket in _RUNNING])
        facts = reading.facts(conn, events) if len(here.policies) > 1 else {}
        now: dict[str, Due | None] = {}
        for eid, story in events.items():
            policy, hours = here.of(facts.get(eid, Facts()))
            now[eid] = sla.due(story, hours=hours, policy=policy)
        fresh = {eid: (due.at, due.kind.value, due.warn) if due else _NONE for eid, due in now.items()}
        # Most acts move no promise, and every write here touches four indexes.
        changed = ((fresh.get(eid, _NONE), eid) for eid in had)
        conn.executemany(_WRITE, ((*due, eid) for due, eid in changed if due != had[eid][1]))


_Due = tuple[int | None, str | None, int | None]
_NONE: _Due = (None, None, None)


def _standing(conn: sqlite3.Connection, tickets: Sequence[str]) -> dict[str, tuple[str, _Due]]:
    """The bucket of each ticket and the due time it has now."""
    rows = conn.execute(
        "SELECT id, bucket, due_at, due_kind, warn_at FROM ticket"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(tickets)),),
    )
    return {eid: (bucket, (due_at, kind, warn)) for eid, bucket, due_at, kind, warn in rows}


def promised(conn: sqlite3.Connection, store: Store) -> Promised:
    """The policies and hours in force, kept with the open store until any doc changes anywhere."""
    newest = conn.execute("SELECT max(id) FROM change WHERE eid >= 'd' AND eid < 'e'").fetchone()[0]
    kept = store.promised
    if kept is None or kept[0] != newest:
        kept = store.promised = (newest, reading.promised(conn))
    return kept[1]


def _promises_changed(conn: sqlite3.Connection, touched: Touched) -> bool:
    docs = [eid for eid in touched.fields if eid.startswith("d")]
    kinds = (conn.execute("SELECT kind FROM doc WHERE id = ?", (eid,)).fetchone() for eid in docs)
    return any(row and row[0] in _STEERS for row in kinds)
