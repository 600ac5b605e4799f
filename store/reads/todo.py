"""Items of tickets as the desk asks for them: those of one ticket, and those that are due now."""

from __future__ import annotations

import sqlite3

from store.rules import todos
from store.rules.todos import Todo


def of_ticket(conn: sqlite3.Connection, ticket: str) -> list[Todo]:
    """The items of a ticket: what is due first, then what is never due, then what is done."""
    rows = conn.execute("SELECT k, v FROM attr WHERE eid = ? AND ns = ?", (ticket, todos.SPACE))
    return todos.in_order([todo for key, value in rows if (todo := todos.read(key, value))])


def links(conn: sqlite3.Connection, ticket: str) -> list[str]:
    """The links of a ticket."""
    rows = conn.execute("SELECT v FROM attr WHERE eid = ? AND ns = ? ORDER BY v", (ticket, todos.LINKS))
    return [str(row[0]) for row in rows]


def due(conn: sqlite3.Connection, now: int) -> list[tuple[str, Todo]]:
    """Items that are due and not done, which have not rung for this moment, with their tickets.

    Left out are tickets that are closed, merged, spam or in the bin.
    """
    rows = conn.execute(
        """SELECT a.eid, a.k, a.v FROM attr a JOIN ticket t ON t.id = a.eid
           WHERE a.ns = ? AND CASE WHEN json_valid(a.v) THEN json_extract(a.v, '$.due') END <= ?
             AND t.merged_into IS NULL AND t.status NOT IN ('closed', 'spam') AND t._deleted IS NULL
             AND NOT EXISTS (SELECT 1 FROM attr r WHERE r.eid = a.eid AND r.ns = 'x'
               AND r.k = 'rang-' || a.k AND r.v = json_extract(a.v, '$.due'))""",
        (todos.SPACE, now),
    ).fetchall()
    found = [(eid, todo) for eid, key, value in rows if (todo := todos.read(key, value))]
    return [(eid, todo) for eid, todo in found if todo.due is not None and todo.done is None]
