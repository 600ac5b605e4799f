"""Derived columns of a ticket: when it was last written, answered and touched, and who cites what.

All of them are maxima over the log, so any order of arrival gives the same values.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from store.keep import Touched
from store.log import stamp
from store.log.project import row_of


class Tickets(Struct, frozen=True):
    """The tickets one transaction concerns."""

    touched: tuple[str, ...]
    mailed: frozenset[str]
    """Those of them whose messages were touched."""


def follow(conn: sqlite3.Connection, touched: Touched) -> Tickets:
    """Refresh the tickets a transaction touched, those of touched messages included."""
    messages = [eid for eid in touched.fields if eid.startswith("m")]
    _cite(conn, (eid for eid in messages if "" in touched.fields[eid]))
    mailed = _tickets_of(conn, messages)
    moved = (eid for eid in messages if "ticket" in touched.fields[eid])
    mailed = list(dict.fromkeys((*mailed, *_left(conn, moved))))
    conn.executemany(_DATES, ((eid, eid, eid) for eid in mailed))
    own = (eid for eid in touched.fields if eid.startswith("t"))
    tickets = tuple(dict.fromkeys((*own, *mailed)))
    conn.executemany(_TOUCH, ((touched.at.get(eid, 0), touched.lseq, eid) for eid in tickets))
    # A renamed customer changes every row that shows the name.
    customers = (eid for eid in touched.fields if eid.startswith("c"))
    conn.executemany(
        "UPDATE ticket SET version = ? WHERE customer = ?", ((touched.lseq, eid) for eid in customers)
    )
    return Tickets(tickets, frozenset(mailed))


# A vote is nothing a customer waits on.
_DATES = """UPDATE ticket SET
  last_in  = (SELECT max(date) FROM message WHERE message.ticket = ? AND kind = 'in' AND _deleted IS NULL
    AND ' ' || ifnull(signals, '') || ' ' NOT LIKE '% vote %'),
  last_out = (SELECT max(date) FROM message WHERE message.ticket = ? AND kind = 'out' AND _deleted IS NULL)
  WHERE id = ?"""

_TOUCH = """UPDATE ticket SET
  updated = max(updated, ?, ifnull(created, 0), ifnull(last_in, 0), ifnull(last_out, 0)), version = ?
  WHERE id = ?"""


def rebuild(conn: sqlite3.Connection) -> None:
    """Make the derived columns anew from messages and the log."""
    conn.execute("DELETE FROM msgref")
    _cite(conn, (row[0] for row in conn.execute("SELECT id FROM message").fetchall()))
    conn.execute(_DATES.replace("= ?", "= ticket.id").replace("WHERE id = ticket.id", "WHERE true"))
    conn.execute("UPDATE ticket SET updated = 0, version = (SELECT ifnull(max(lseq), 0) FROM entry)")
    newest = conn.execute(
        """SELECT c.eid, max(c.id) FROM change c JOIN entry e ON e.id = c.id
           WHERE c.eid >= 't' AND c.eid < 'u' AND c.field > '' AND e.kind <> 'archive' GROUP BY c.eid"""
    )
    acts = {eid: stamp.unix(last) for eid, last in newest}
    rows = [row[0] for row in conn.execute("SELECT id FROM ticket")]
    conn.executemany(_TOUCH.replace(", version = ?", ""), ((acts.get(eid, 0), eid) for eid in rows))


def _cite(conn: sqlite3.Connection, messages: Iterable[str]) -> None:
    rows = conn.execute(
        f"SELECT id, refs FROM message WHERE id IN ({_THESE}) AND refs > ''", (_list(messages),)
    )
    cited = [(ref, eid) for eid, refs in rows.fetchall() for ref in str(refs).split()]
    conn.executemany("INSERT OR IGNORE INTO msgref VALUES(?, ?)", cited)


def _tickets_of(conn: sqlite3.Connection, messages: Iterable[str]) -> list[str]:
    rows = conn.execute(f"SELECT ticket FROM message WHERE id IN ({_THESE}) ORDER BY n", (_list(messages),))
    return list(dict.fromkeys(row[0] for row in rows if row[0]))


_THESE = "SELECT value FROM json_each(?)"


def _list(ids: Iterable[str]) -> str:
    return json.dumps(list(ids))


def _left(conn: sqlite3.Connection, messages: Iterable[str]) -> Iterable[str]:
    """Every ticket a moved message ever stood in: the one it left has other dates now."""
    query = "SELECT field, value FROM change WHERE eid = ? AND field IN ('', 'ticket')"
    for eid in messages:
        for field, value in conn.execute(query, (eid,)).fetchall():
            ticket = value if field else row_of(value).get("ticket")
            if isinstance(ticket, str) and ticket:
                yield ticket
