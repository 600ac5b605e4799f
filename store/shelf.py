"""The shelf: mail that could not be read, with its raw bytes and the reason.

A letter lies here instead of blocking the next one; it is visible, and read again on command.
"""

from __future__ import annotations

import sqlite3

from msgspec import Struct


class Shelved(Struct, frozen=True):
    """Beside a commit: this letter could not be read."""

    at: int
    source: str
    """Where it came from, such as `support/INBOX/1712/88`."""
    reason: str
    blob: str

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(
            "INSERT OR IGNORE INTO shelf(at, source, reason, blob) VALUES(?, ?, ?, ?)",
            (self.at, self.source, self.reason, self.blob),
        )


class Unshelved(Struct, frozen=True):
    """This one was read after all; the ledger of its mailbox names the message from now on."""

    id: int
    blob: str

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute("UPDATE shelf SET state = 'read' WHERE id = ?", (self.id,))
        conn.execute(
            "UPDATE ledger SET what = 'message', ref = (SELECT min(id) FROM message WHERE body = ledger.ref)"
            " WHERE what = 'shelf' AND ref = ? AND EXISTS (SELECT 1 FROM message WHERE body = ledger.ref)",
            (self.blob,),
        )


class OnShelf(Struct, frozen=True):
    id: int
    at: int
    source: str
    reason: str
    blob: str
    news: bool
    """Whether a mailbox handed it over after its first sync; else it belongs to an archive."""


def lying(conn: sqlite3.Connection) -> list[OnShelf]:
    """What lies on the shelf, newest first."""
    rows = conn.execute(
        "SELECT id, at, source, reason, blob, EXISTS (SELECT 1 FROM ledger l JOIN box b ON b.id = l.box"
        " WHERE l.what = 'shelf' AND l.ref = shelf.blob AND l.uid > b.archived)"
        " FROM shelf WHERE state = 'shelved' ORDER BY id DESC"
    )
    return [OnShelf(*row[:5], news=bool(row[5])) for row in rows]


def was_read(conn: sqlite3.Connection, blob: str) -> bool:
    """Whether a message has these bytes."""
    return conn.execute("SELECT 1 FROM message WHERE body = ? LIMIT 1", (blob,)).fetchone() is not None
