"""What waits to go out: its states, and the changes that move a reply from one to the next.

Pure but for the reads at the end. The states are words with different meanings to a customer:
`later` will be tried again, `refused` will not, `unsure` may have arrived and is never sent again
by itself.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from store.log.entry import Change, put

QUEUED = "queued"
"""Leaves at `not_before`; until then it can be called back."""
HELD = "held"
"""Waits for a person: the outbox is locked, or the ticket moved since the draft began."""
SENDING = "sending"
"""Committed before the final dot: from here on a lost answer means unsure."""
SENT = "sent"
LATER = "later"
REFUSED = "refused"
UNSURE = "unsure"
CALLED_BACK = "called back"

OPEN = (QUEUED, HELD, LATER)
"""States in which a reply has certainly not left and can be called back."""

_WAITS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600)
"""Seconds to wait after each failed attempt; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the outbox."""

    id: str
    ticket: str
    message: str
    msgid: str
    mailbox: str
    state: str
    not_before: int
    attempts: int
    error: str
    copied: bool
    """The copy in the Sent folder is done; a step of its own."""
    auto: bool


def queued(
    eid: str, *, ticket: str, message: str, msgid: str, mailbox: str, not_before: int,
    state: str = QUEUED, auto: bool = False,
) -> Change:  # fmt: skip
    """The row that lets a reply leave."""
    return put(
        eid,
        {
            "ticket": ticket, "message": message, "msgid": msgid, "mailbox": mailbox, "state": state,
            "not_before": not_before, "attempts": 0, "auto": int(auto) or None,
        },
    )  # fmt: skip


def moved(row: Waiting, state: str, *, error: str = "", not_before: int | None = None) -> list[Change]:
    """The changes that put a row into another state."""
    changes = [Change(row.id, "state", state), Change(row.id, "error", error or None)]
    if not_before is not None:
        changes.append(Change(row.id, "not_before", not_before))
    return changes


def about_to_send(row: Waiting) -> list[Change]:
    """Committed before the final dot, attempts counted before the attempt."""
    return [Change(row.id, "state", SENDING), Change(row.id, "attempts", row.attempts + 1)]


def wait_after(attempts: int) -> int:
    """Seconds until the next attempt after `attempts` failed ones."""
    return _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]


def due(conn: sqlite3.Connection, now: int) -> list[Waiting]:
    """What may leave now, oldest first."""
    return _rows(
        conn, "state IN ('queued', 'later', 'sending') AND state <> 'sending' AND not_before <= ?", (now,)
    )


def interrupted(conn: sqlite3.Connection) -> list[Waiting]:
    """Rows that were about to be sent when the program ended: each is unsure until proven."""
    return _rows(conn, "state IN ('queued', 'later', 'sending') AND state = 'sending'", ())


def next_at(conn: sqlite3.Connection) -> int | None:
    """When the next reply may leave, Unix seconds."""
    row = conn.execute(
        "SELECT min(not_before) FROM outbox WHERE state IN ('queued', 'later', 'sending')"
        " AND state <> 'sending' AND _deleted IS NULL"
    ).fetchone()
    return row[0]


def uncopied(conn: sqlite3.Connection) -> list[Waiting]:
    """Sent replies whose copy in the Sent folder is still owed."""
    return _rows(conn, "state = 'sent' AND copied IS NULL", ())


def of_message(conn: sqlite3.Connection, message: str) -> Waiting | None:
    rows = _rows(conn, "message = ?", (message,))
    return rows[-1] if rows else None


def unsent(conn: sqlite3.Connection) -> list[Waiting]:
    """Everything that has not certainly left: waiting, held, refused or unsure."""
    return _rows(conn, "state NOT IN ('sent', 'called back')", ())


def _rows(conn: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[Waiting]:
    rows = conn.execute(
        "SELECT id, ticket, message, msgid, ifnull(mailbox, ''), state, ifnull(not_before, 0),"
        " ifnull(attempts, 0), ifnull(error, ''), copied IS NOT NULL, auto IS NOT NULL FROM outbox"
        f" WHERE {where} AND _deleted IS NULL ORDER BY not_before, n",
        params,
    )
    return [Waiting(*row[:9], copied=bool(row[9]), auto=bool(row[10])) for row in rows]
