"""The mailbox ledger: every UID ever seen is a message, a shelf entry or a logged ignore.

Written in the same transaction as what the UID became, so the cursor can never run ahead of the
letters. Local to this machine; knows nothing of IMAP but its numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

MESSAGE, SHELF, IGNORED = "message", "shelf", "ignored"
WITHHELD = "withheld"
"""Listed by the server but not handed over: asked for again at every look, until it comes."""


@dataclass(frozen=True, slots=True)
class Box:
    """One folder under one UIDVALIDITY."""

    id: int
    last_uid: int
    """The highest UID seen; new letters lie above it."""
    low_uid: int | None
    """The archive import has come down to here; None when it has not begun."""
    archived: int
    """UIDs up to this one were there before the first sync: archive, so no clock starts for them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Beside a commit: this UID is accounted for."""

    box: int
    uid: int
    what: str
    """`message`, `shelf`, `ignored` or `withheld`."""
    ref: str
    """Message id, shelf blob, or the reason of the ignore."""

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(
            "INSERT INTO ledger VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET what = excluded.what, ref = excluded.ref WHERE what = 'withheld'",
            (self.box, self.uid, self.what, self.ref),
        )


@dataclass(frozen=True, slots=True)
class Reached:
    """Beside a commit: how far this folder has been read, upwards and downwards."""

    box: int
    last_uid: int | None = None
    low_uid: int | None = None

    def write(self, conn: sqlite3.Connection) -> None:
        if self.last_uid is not None:
            conn.execute("UPDATE box SET last_uid = max(last_uid, ?) WHERE id = ?", (self.last_uid, self.box))
        if self.low_uid is not None:
            conn.execute(
                "UPDATE box SET low_uid = min(ifnull(low_uid, ?), ?) WHERE id = ?",
                (self.low_uid, self.low_uid, self.box),
            )


def find(conn: sqlite3.Connection, mailbox: str, folder: str, uidvalidity: int) -> Box | None:
    """The box of a folder, or None when this UIDVALIDITY was never seen."""
    row = conn.execute(
        "SELECT id, last_uid, low_uid, archived FROM box"
        " WHERE mailbox = ? AND folder = ? AND uidvalidity = ?",
        (mailbox, folder, uidvalidity),
    ).fetchone()
    return Box(*row) if row else None


def found(conn: sqlite3.Connection, mailbox: str, folder: str, *, uidvalidity: int, highest: int) -> Box:
    """Begin a box. The first one of a folder is an archive import: all that is there is old.

    A later UIDVALIDITY of a folder that was read whole begins at 0, so that every letter is matched
    again by content; of one whose import never ended it is an archive again.
    """
    row = conn.execute(
        "SELECT low_uid FROM box WHERE mailbox = ? AND folder = ? ORDER BY id DESC LIMIT 1", (mailbox, folder)
    ).fetchone()
    read_whole = row is not None and row[0] == 0
    last, archived = (0, 0) if read_whole else (highest, highest)
    conn.execute(
        "INSERT INTO box(mailbox, folder, uidvalidity, last_uid, archived) VALUES(?, ?, ?, ?, ?)",
        (mailbox, folder, uidvalidity, last, archived),
    )
    box = find(conn, mailbox, folder, uidvalidity)
    assert box is not None
    return box


def unseen(conn: sqlite3.Connection, box: Box, uids: Iterable[int]) -> list[int]:
    """Those of `uids` the ledger does not know, in the order given."""
    asked = list(uids)
    span = (box.id, min(asked, default=0), max(asked, default=0))
    rows = conn.execute("SELECT uid FROM ledger WHERE box = ? AND uid BETWEEN ? AND ?", span)
    known = {row[0] for row in rows}
    return [uid for uid in asked if uid not in known]


def withheld(conn: sqlite3.Connection, box: Box) -> list[int]:
    """UIDs the server would not hand over so far, lowest first."""
    rows = conn.execute("SELECT uid FROM ledger WHERE box = ? AND what = 'withheld' ORDER BY uid", (box.id,))
    return [row[0] for row in rows]


def sums(conn: sqlite3.Connection, box: Box) -> dict[str, int]:
    """How many UIDs became what; together they sum to what was in the folder."""
    rows = conn.execute("SELECT what, count(*) FROM ledger WHERE box = ? GROUP BY what", (box.id,))
    return {MESSAGE: 0, SHELF: 0, IGNORED: 0, WITHHELD: 0} | dict(rows.fetchall())


def any_box(conn: sqlite3.Connection) -> bool:
    """Whether any folder was ever read."""
    return conn.execute("SELECT 1 FROM box LIMIT 1").fetchone() is not None
