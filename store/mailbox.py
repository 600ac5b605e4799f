"""The mailbox ledger: every UID ever seen is a message, a shelf entry or a logged ignore.

Written in the same transaction as what the UID became, so the cursor can never run ahead of the
letters. Local to this machine; knows nothing of IMAP but its numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

MESSAGE, SHELF, IGNORED = "message", "shelf", "ignored"
WITHHELD = "withheld"
"""Listed by the server but not handed over: asked for again at every look, until it comes."""
EXPUNGED = "expunged before it was read"
"""The reason of an ignore that is no letter any more."""

Span = tuple[int, int]
"""First and last of a run of UIDs."""


class Box(Struct, frozen=True):
    """One folder under one UIDVALIDITY."""

    id: int
    last_uid: int
    """The highest UID seen; new letters lie above it."""
    low_uid: int | None
    """The archive import has come down to here; None when it has not begun."""
    archived: int
    """UIDs up to this one were there before the first sync: archive, so no clock starts for them."""
    modseq: int | None = None
    """Flags are noted up to this modification sequence (RFC 7162); None where nothing was noted yet."""


class Seen(Struct, frozen=True):
    """Beside a commit: this UID is accounted for."""

    box: int
    uid: int
    what: str
    """`message`, `shelf`, `ignored` or `withheld`."""
    ref: str
    """Message id, shelf blob, or the reason of the ignore."""
    flags: str | None = None
    """As the server has them, space separated."""
    gm: int | None = None
    """Gmail's id of the letter, equal in all its folders."""
    gone: int | None = None
    """When it was found to be no longer in the folder, Unix seconds."""

    def row(self) -> tuple[int, int, str, str, str | None, int | None, int | None]:
        """What `SEEN` is run with."""
        return self.box, self.uid, self.what, self.ref, self.flags, self.gm, self.gone

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute(SEEN, self.row())


SEEN = (
    "INSERT INTO ledger(box, uid, what, ref, flags, gm, gone) VALUES(?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET what = excluded.what, ref = excluded.ref, flags = excluded.flags,"
    " gm = excluded.gm, gone = excluded.gone"
    " WHERE what = 'withheld' OR (what = 'ignored' AND excluded.what <> 'ignored')"
    " OR (gone IS NOT NULL AND excluded.gone IS NULL)"
)


class Reached(Struct, frozen=True):
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


class Noted(Struct, frozen=True):
    """Beside a commit: what other programs did in a folder since the last look."""

    box: int
    flags: Sequence[tuple[int, str]] = ()
    """UID and flags as they are now."""
    gone: Sequence[Span] = ()
    """UIDs that are no longer in the folder: moved or deleted."""
    at: int = 0
    """When that was found, Unix seconds."""
    modseq: int | None = None

    def write(self, conn: sqlite3.Connection) -> None:
        conn.executemany(
            "UPDATE ledger SET flags = ? WHERE box = ? AND uid = ? AND flags IS NOT ?",
            ((flags, self.box, uid, flags) for uid, flags in self.flags),
        )
        conn.executemany(
            "UPDATE ledger SET gone = ? WHERE box = ? AND uid BETWEEN ? AND ? AND gone IS NULL",
            ((self.at, self.box, first, last) for first, last in self.gone),
        )
        if self.modseq is not None:
            conn.execute("UPDATE box SET modseq = ? WHERE id = ?", (self.modseq, self.box))


class Homeless(Struct, frozen=True):
    """Beside a commit: a sent letter belongs to no ticket yet; one with one of these ids may bring it."""

    box: int
    uid: int
    ids: Sequence[str]
    """Its own Message-ID and those it cites; none: nothing can bring it any more."""

    def write(self, conn: sqlite3.Connection) -> None:
        conn.execute("DELETE FROM homeless WHERE box = ? AND uid = ?", (self.box, self.uid))
        conn.executemany(
            "INSERT OR IGNORE INTO homeless VALUES(?, ?, ?)", ((ref, self.box, self.uid) for ref in self.ids)
        )


def find(conn: sqlite3.Connection, mailbox: str, folder: str, uidvalidity: int) -> Box | None:
    """The box of a folder, or None when this UIDVALIDITY was never seen."""
    row = conn.execute(
        "SELECT id, last_uid, low_uid, archived, modseq FROM box"
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


def here(conn: sqlite3.Connection, box: Box, span: Span) -> list[int]:
    """UIDs of a span that were in the folder when it was looked at last, ascending."""
    rows = conn.execute(
        "SELECT uid FROM ledger WHERE box = ? AND uid BETWEEN ? AND ? AND gone IS NULL ORDER BY uid",
        (box.id, *span),
    )
    return [row[0] for row in rows]


def newest(conn: sqlite3.Connection, box: Box, count: int) -> list[int]:
    """The highest `count` UIDs that were in the folder when it was looked at last, ascending."""
    rows = conn.execute(
        "SELECT uid FROM ledger WHERE box = ? AND gone IS NULL ORDER BY uid DESC LIMIT ?", (box.id, count)
    )
    return sorted(row[0] for row in rows)


def count_here(conn: sqlite3.Connection, box: Box) -> int:
    """How many known UIDs were in the folder when it was looked at last."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM ledger WHERE box = ?)"
        " - (SELECT count(*) FROM ledger WHERE box = ? AND gone IS NOT NULL)",
        (box.id, box.id),
    ).fetchone()
    return int(row[0])


def withheld(conn: sqlite3.Connection, box: Box) -> list[int]:
    """UIDs the server would not hand over so far, lowest first."""
    # Without statistics SQLite would rather read the whole box by its key.
    rows = conn.execute(
        "SELECT uid FROM ledger INDEXED BY ledger_owed WHERE box = ? AND what = 'withheld' ORDER BY uid",
        (box.id,),
    )
    return [row[0] for row in rows]


def placeable(conn: sqlite3.Connection, box: Box) -> list[int]:
    """Sent letters without a ticket whose thread is here by now, lowest UID first."""
    rows = conn.execute(
        "SELECT DISTINCT uid FROM homeless h WHERE box = ? AND ("
        " EXISTS (SELECT 1 FROM message WHERE msgid = h.ref)"
        " OR EXISTS (SELECT 1 FROM msgref r WHERE r.ref = h.ref)) ORDER BY uid",
        (box.id,),
    )
    return [row[0] for row in rows]


def by_gm(conn: sqlite3.Connection, mailbox: str, ids: Iterable[int]) -> dict[int, Seen]:
    """What letters of this account became, by Gmail's id; those that became nothing are left out."""
    found: dict[int, Seen] = {}
    for gm in ids:
        row = conn.execute(
            "SELECT l.box, l.uid, l.what, l.ref, l.flags, l.gm FROM ledger l JOIN box b ON b.id = l.box"
            " WHERE l.gm = ? AND b.mailbox = ? AND l.what IN ('message', 'shelf') LIMIT 1",
            (gm, mailbox),
        ).fetchone()
        if row:
            found[gm] = Seen(*row)
    return found


class Place(Struct, frozen=True):
    """Where a message stands, or stood, in a mailbox."""

    mailbox: str
    folder: str
    uid: int
    flags: tuple[str, ...]
    gone: int | None
    """When it was found to be no longer there; None while it is."""


def places(conn: sqlite3.Connection, message: str) -> list[Place]:
    """Every place a message was read from, in the order they were first read."""
    rows = conn.execute(
        "SELECT b.mailbox, b.folder, l.uid, ifnull(l.flags, ''), l.gone"
        " FROM ledger l JOIN box b ON b.id = l.box WHERE l.what = 'message' AND l.ref = ?"
        " ORDER BY b.id, l.uid",
        (message,),
    )
    return [
        Place(mailbox, folder, uid, tuple(flags.split()), gone) for mailbox, folder, uid, flags, gone in rows
    ]


def sums(conn: sqlite3.Connection, box: Box) -> dict[str, int]:
    """How many UIDs became what; together they sum to what was in the folder."""
    rows = conn.execute("SELECT what, count(*) FROM ledger WHERE box = ? GROUP BY what", (box.id,))
    return {MESSAGE: 0, SHELF: 0, IGNORED: 0, WITHHELD: 0} | dict(rows.fetchall())


def sums_here(conn: sqlite3.Connection, box: Box) -> dict[str, int]:
    """The same for letters that were in the folder when it was looked at last."""
    rows = conn.execute(
        "SELECT what, count(*) FROM ledger WHERE box = ? AND gone IS NULL GROUP BY what", (box.id,)
    )
    return {MESSAGE: 0, SHELF: 0, IGNORED: 0, WITHHELD: 0} | dict(rows.fetchall())


def sums_of(conn: sqlite3.Connection, box: Box, uids: Iterable[int]) -> dict[int, str]:
    """What each of these UIDs became; those the ledger does not know are left out."""
    rows = conn.execute("SELECT uid, what FROM ledger WHERE box = ?", (box.id,))
    asked = frozenset(uids)
    return {uid: what for uid, what in rows if uid in asked}


def lost(conn: sqlite3.Connection, box: Box) -> list[int]:
    """UIDs whose message is not on the desk, as only damage can make them."""
    rows = conn.execute(
        "SELECT uid FROM ledger l WHERE box = ? AND what = 'message' AND gone IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = l.ref) ORDER BY uid",
        (box.id,),
    )
    return [row[0] for row in rows]


def reasons(conn: sqlite3.Connection, box: Box) -> tuple[tuple[str, int], ...]:
    """Why letters of a folder were ignored, and how many, most first."""
    rows = conn.execute(
        "SELECT ref, count(*) FROM ledger WHERE box = ? AND what = 'ignored' AND gone IS NULL"
        " GROUP BY ref ORDER BY 2 DESC, 1",
        (box.id,),
    )
    return tuple((str(ref), int(count)) for ref, count in rows)


def any_box(conn: sqlite3.Connection) -> bool:
    """Whether any folder was ever read."""
    return conn.execute("SELECT 1 FROM box LIMIT 1").fetchone() is not None
