"""What waits to go out: its states, and the changes that move a reply from one to the next.

Pure but for the reads at the end. The states are words with different meanings to a customer:
`later` will be tried again, `refused` will not, `unsure` may have arrived and is never sent again
by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from store.log.entry import Change, Value, put

QUEUED = "queued"
"""Leaves at `not_before`; until then it can be called back."""
HELD = "held"
"""Waits for a person to unlock the outbox."""
SHADOW = "shadow"
"""Why a reply is held: the desk is in shadow mode."""
ASKS = "asks"
"""Waits for a person to look again: the ticket moved since the reply was begun."""
SENDING = "sending"
"""Committed before the final dot: from here on a lost answer means unsure."""
SENT = "sent"
LATER = "later"
REFUSED = "refused"
UNSURE = "unsure"
RETURNED = "returned"
"""It left, and a report says that it did not arrive."""
CALLED_BACK = "called back"

OPEN = (QUEUED, HELD, LATER, ASKS)
"""States in which a reply has certainly not left and can be called back."""

FAILED = (REFUSED, UNSURE, ASKS)
"""States in which a reply goes no further without a person."""

_WAITS = (60, 300, 900, 3600, 3 * 3600, 6 * 3600)
"""Seconds to wait after each failed attempt; the last one repeats."""

MOST = 24
"""Attempts after which a letter the server puts off is given up: after about five days (RFC 5321 4.5.4.1)."""


class Waiting(Struct, frozen=True):
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
    rest: tuple[str, ...]
    """The addresses this row is for, where others of the letter fared differently; empty: all of them."""
    base: int | None
    """Arrival number of the newest entry its writer had seen; None: nobody waits for what came since."""
    at: int | None
    """The moment its writer chose for it to leave; None once it has come, or when none was chosen."""
    html: bool
    """An HTML form of the text goes along."""
    copied: bool
    """The copy in the Sent folder is done; a step of its own."""
    auto: bool


def queued(
    eid: str, *, ticket: str, message: str, msgid: str, mailbox: str, not_before: int,
    state: str = QUEUED, auto: bool = False, base: int | None = None, at: int | None = None,
    html: bool = False,
) -> Change:  # fmt: skip
    """The row that lets a reply leave; one that is held from the start is so for shadow mode."""
    return put(
        eid,
        {
            "ticket": ticket, "message": message, "msgid": msgid, "mailbox": mailbox, "state": state,
            "not_before": not_before, "attempts": 0, "auto": int(auto) or None, "base": base,
            "at": at, "html": int(html) or None, "error": SHADOW if state == HELD else None,
        },
    )  # fmt: skip


def moved(row: Waiting, state: str, *, error: str = "", not_before: int | None = None) -> list[Change]:
    """The changes that put a row into another state."""
    changes = [Change(row.id, "state", state), Change(row.id, "error", error or None)]
    if not_before is not None:
        changes.append(Change(row.id, "not_before", not_before))
    return changes


def part(row: Waiting, state: str, rest: Sequence[str], *, error: str, not_before: int) -> dict[str, Value]:
    """A row for those recipients of a letter who fared differently from the others."""
    return {
        "ticket": row.ticket, "message": row.message, "msgid": row.msgid, "mailbox": row.mailbox,
        "state": state, "not_before": not_before, "attempts": 1, "copied": 1, "error": error,
        "auto": int(row.auto) or None, "html": int(row.html) or None, "rest": " ".join(rest),
    }  # fmt: skip


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
    """The way of a message that most needs to be looked at; None when it never had one."""
    return worst(ways(conn, message))


def ways(conn: sqlite3.Connection, message: str) -> list[Waiting]:
    """Every row of a message: one, unless its recipients fared differently."""
    return _rows(conn, "message = ?", (message,))


_WORST = (UNSURE, REFUSED, RETURNED, ASKS, HELD, LATER, SENDING, QUEUED, SENT, CALLED_BACK)


def worst(rows: Sequence[Waiting]) -> Waiting | None:
    """The one of these rows that most needs a person."""
    order = {state: n for n, state in enumerate(_WORST)}
    return min(rows, key=lambda row: order.get(row.state, 0), default=None)


def row(conn: sqlite3.Connection, eid: str) -> Waiting | None:
    """One row by its id."""
    found = _rows(conn, "id = ?", (eid,))
    return found[0] if found else None


def unsure(conn: sqlite3.Connection) -> list[Waiting]:
    """Replies that may have arrived, for which proof is looked for."""
    return _rows(conn, "state = 'unsure'", ())


def unsent(conn: sqlite3.Connection) -> list[Waiting]:
    """Everything that has not certainly left: waiting, held, refused or unsure."""
    return _rows(conn, "state NOT IN ('sent', 'returned', 'called back')", ())


def _rows(conn: sqlite3.Connection, where: str, params: tuple[object, ...]) -> list[Waiting]:
    rows = conn.execute(
        "SELECT id, ticket, message, msgid, ifnull(mailbox, ''), state, ifnull(not_before, 0),"
        " ifnull(attempts, 0), ifnull(error, ''), ifnull(rest, ''), base, at, html IS NOT NULL,"
        " copied IS NOT NULL, auto IS NOT NULL FROM outbox"
        f" WHERE {where} AND _deleted IS NULL ORDER BY not_before, n",
        params,
    )
    return [
        Waiting(*row[:9], rest=tuple(row[9].split()), base=row[10], at=row[11], html=bool(row[12]),
                copied=bool(row[13]), auto=bool(row[14]))
        for row in rows
    ]  # fmt: skip
