"""The shelf: mail that could not be read, with its raw bytes and the reason.

A letter lies here instead of blocking the next one; it is visible, and read again on command.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelved:
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


@dataclass(frozen=True, slots=True)
class Unshelved:
    """Beside a commit: this one was read after all."""

    id: int

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute("UPDATE shelf SET state = 'read' WHERE id = ?", (self.id,))


@dataclass(frozen=True, slots=True)
class OnShelf:
    id: int
    at: int
    source: str
    reason: str
    blob: str


def lying(conn: sqlite3.Connection) -> list[OnShelf]:
    """What lies on the shelf, newest first."""
    rows = conn.execute(
        "SELECT id, at, source, reason, blob FROM shelf WHERE state = 'shelved' ORDER BY id DESC"
    )
    return [OnShelf(*row) for row in rows]
