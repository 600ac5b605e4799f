"""What the ways out of a mailbox have taught us: how large a letter may be, which sender is refused.

Local to this machine and not in the log: another machine may sit behind another server.
"""

from __future__ import annotations

import sqlite3

from msgspec import Struct

SIZE = "size"
"""Bytes a letter may have, as the server said when it was last greeted."""

REFUSED = "refused "
"""Before an address: the server does not let it send."""


class Learned(Struct, frozen=True):
    """One thing known of a mailbox. Its `write` makes it a Beside."""

    mailbox: str
    what: str
    value: str
    at: int
    """Unix seconds."""

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(
            "INSERT OR REPLACE INTO learned(mailbox, k, v, at) VALUES(?, ?, ?, ?)",
            (self.mailbox, self.what, self.value, self.at),
        )


def size(conn: sqlite3.Connection, mailbox: str) -> int | None:
    """Bytes the server of this mailbox takes, if it ever said so."""
    row = _value(conn, mailbox, SIZE)
    return int(row) if row.isdecimal() and int(row) else None


def refused(conn: sqlite3.Connection, mailbox: str, address: str) -> str:
    """What the server said to this address as a sender; empty while it is thought to be taken."""
    return _value(conn, mailbox, REFUSED + address.lower())


def forget_refusals(conn: sqlite3.Connection, mailbox: str) -> None:
    """Try every address again, such as after the server was set up anew."""
    conn.execute("DELETE FROM learned WHERE mailbox = ? AND k LIKE ?", (mailbox, f"{REFUSED}%"))


def _value(conn: sqlite3.Connection, mailbox: str, what: str) -> str:
    row = conn.execute("SELECT v FROM learned WHERE mailbox = ? AND k = ?", (mailbox, what)).fetchone()
    return str(row[0]) if row else ""
