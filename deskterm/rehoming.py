"""After a merge is taken back: what came in since goes where it would have gone without the merge.

Reads only; the changes become part of the undo, so that undoing that brings them back again.
"""

from __future__ import annotations

import sqlite3

from deskterm.replies import address_of
from store.log.entry import Change
from store.log.undo import Plan


def since(conn: sqlite3.Connection, plan: Plan) -> list[Change]:
    """Letters and tickets younger than the merges this plan takes back, with where they belong."""
    found: list[Change] = []
    for change in plan.changes:
        if change.field != "merged_into" or change.value is not None:
            continue
        into = conn.execute(
            "SELECT value FROM change WHERE eid = ? AND field = 'merged_into' AND id = ?",
            (change.eid, plan.entry),
        ).fetchone()
        if into is None or not into[0]:
            continue
        if change.eid.startswith("t"):
            found += _letters(conn, plan, change.eid, str(into[0]))
        elif change.eid.startswith("c"):
            found += _tickets(conn, plan, change.eid, str(into[0]))
    return found


def _letters(conn: sqlite3.Connection, plan: Plan, away: str, into: str) -> list[Change]:
    """Letters of the surviving ticket that answer a letter that goes home, or one another in turn."""
    home = {c.eid for c in plan.changes if c.field == "ticket" and c.value == away}
    rows = conn.execute(
        "SELECT m.id, ifnull(m.refs, '') FROM message m JOIN change c ON c.eid = m.id AND c.field = ''"
        " WHERE m.ticket = ? AND c.id > ? ORDER BY c.id",
        (into, plan.entry),
    ).fetchall()
    found: list[Change] = []
    for eid, refs in rows:
        if _parent(conn, str(refs)) in home:
            home.add(eid)
            found.append(Change(eid, "ticket", away))
    return found


def _parent(conn: sqlite3.Connection, refs: str) -> str:
    """The nearest cited letter that is here."""
    for msgid in reversed(refs.split()):
        row = conn.execute("SELECT id FROM message WHERE msgid = ? ORDER BY n LIMIT 1", (msgid,)).fetchone()
        if row is not None:
            return str(row[0])
    return ""


def _tickets(conn: sqlite3.Connection, plan: Plan, away: str, into: str) -> list[Change]:
    """Tickets the surviving customer got since by letters from the other one's address."""
    row = conn.execute("SELECT email FROM customer WHERE id = ?", (away,)).fetchone()
    rows = conn.execute(
        "SELECT t.id, (SELECT sender FROM message WHERE ticket = t.id AND kind = 'in' ORDER BY date LIMIT 1)"
        " FROM ticket t JOIN change c ON c.eid = t.id AND c.field = '' WHERE t.customer = ? AND c.id > ?",
        (into, plan.entry),
    ).fetchall()
    email = str(row[0] or "") if row else ""
    return [
        Change(eid, "customer", away) for eid, who in rows if email and address_of(str(who or "")) == email
    ]
