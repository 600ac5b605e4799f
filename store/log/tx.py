"""One write transaction: commit what was done here, and what else must be true with it.

The only code that appends to the log. Knows no policy: who may do what, and what follows from it,
is decided by the caller and handed in as changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from store import keep
from store.log import ids, project, stamp, wire
from store.log.entry import GENESIS, MAX_CHANGES, Change, Entry, chained, cleaned
from store.registry import PUT

if TYPE_CHECKING:
    from store.db import Store


class Beside(Protocol):
    """Something local that must be written in the same transaction: a blob, a ledger line, a draft."""

    def write(self, conn: sqlite3.Connection) -> None: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit did."""

    entry: int
    """Stamp of the entry; of the first one when a bulk act took several. 0 when nothing was to do."""
    tickets: tuple[str, ...] = ()
    """Tickets whose rows were touched."""
    numbers: tuple[tuple[str, int], ...] = ()
    """Numbers given to new tickets."""
    changes: int = 0


NOTHING = Receipt(0)


class Tx:
    """An open write transaction. Made only by `Store.write()`."""

    def __init__(self, conn: sqlite3.Connection, store: Store) -> None:
        self.conn = conn
        self.store = store
        self.touched = keep.Touched()

    def stamp(self) -> int:
        """The stamp the next entry will have at the least; good for making ids."""
        wall, last = self.store.clock(), self._meta("hlc")
        return stamp.make(wall, last=last, slot=self.store.slot)

    def new_id(self, prefix: str, n: int = 0) -> str:
        """An id for the n-th row made by hand in the next entry."""
        return ids.from_stamp(prefix, self.stamp(), n)

    def commit(
        self,
        changes: Iterable[Change],
        *,
        actor: str,
        kind: str,
        key: str | None = None,
        cause: int | None = None,
        beside: Sequence[Beside] = (),
    ) -> Receipt:
        """Append one act. With a `key` already in the log, or nothing to change, the act is void.

        What stands `beside` is written in any case: a letter seen twice is still seen.
        """
        for thing in beside:
            thing.write(self.conn)
        if key is not None and self._has_key(key):
            return NOTHING
        fresh = self._without_known_puts(cleaned(changes))
        if not fresh:
            return NOTHING
        head = 0
        for n, part in enumerate(_parts(fresh)):
            part_key = key if key is None or n == 0 else f"{key}#{n}"
            entry = self._append(part, actor=actor, kind=kind, key=part_key, cause=head or cause)
            head = head or entry.id
        return Receipt(head, self._tickets(fresh), self._number(fresh), len(fresh))

    def finish(self) -> None:
        """Let the local consumers follow what was touched; called once, before COMMIT."""
        keep.follow(self.conn, self.store, self.touched)

    def _append(
        self, changes: tuple[Change, ...], *, actor: str, kind: str, key: str | None, cause: int | None
    ) -> Entry:
        seq, prev = self._chain()
        entry = Entry(
            id=self._next_stamp(changes), actor=actor, kind=kind, changes=changes, key=key, cause=cause,
            seen=self._meta("cursor"), seq=seq + 1, prev=prev,
        )  # fmt: skip
        digest = chained(self.store.secret, entry, prev=prev)
        lseq = insert_entry(self.conn, entry, digest, jpos=None)
        # Without a journal an entry is confirmed by being written.
        self.conn.execute("UPDATE entry SET jpos = lseq WHERE lseq = ?", (lseq,))
        self.conn.execute("INSERT OR REPLACE INTO chain VALUES(?, ?, ?)", (self.store.slot, seq + 1, digest))
        project.write_local(self.conn, entry)
        self.touched.add(entry, lseq=lseq)
        return entry

    def _next_stamp(self, changes: Sequence[Change]) -> int:
        new, hi = self.stamp(), self._meta("hi")
        self._set_meta("hlc", new)
        if new < hi:
            highest = project.highest_winner(self.conn, changes)
            if highest > new:
                new = stamp.above(highest, fut=self._meta("fut"), slot=self.store.slot)
                self._set_meta("fut", new)
        if new > hi:
            self._set_meta("hi", new)
        return new

    def _without_known_puts(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        known = "SELECT 1 FROM change WHERE eid = ? AND field = '' LIMIT 1"
        return tuple(
            c for c in changes if c.field != PUT or self.conn.execute(known, (c.eid,)).fetchone() is None
        )

    def _number(self, changes: Sequence[Change]) -> tuple[tuple[str, int], ...]:
        new = [c.eid for c in changes if c.field == PUT and c.eid.startswith("t")]
        if not new:
            return ()
        # Rows of one entry are numbered as they were handed in: by creation time, then id.
        order = sorted(new, key=lambda eid: (project.created(self.conn, eid), eid))
        return tuple((eid, give_number(self.conn, eid)) for eid in order)

    def _tickets(self, changes: Sequence[Change]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.eid for c in changes if c.eid.startswith("t")))

    def _has_key(self, key: str) -> bool:
        return self.conn.execute("SELECT 1 FROM entry WHERE key = ? LIMIT 1", (key,)).fetchone() is not None

    def _chain(self) -> tuple[int, bytes]:
        row = self.conn.execute("SELECT seq, hash FROM chain WHERE slot = ?", (self.store.slot,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)

    def _meta(self, key: str) -> int:
        return int(self.conn.execute("SELECT v FROM meta WHERE k = ?", (key,)).fetchone()[0])

    def _set_meta(self, key: str, value: int) -> None:
        self.conn.execute("UPDATE meta SET v = ? WHERE k = ?", (value, key))


def insert_entry(conn: sqlite3.Connection, entry: Entry, digest: bytes, *, jpos: int | None) -> int:
    """Write the entry and its changes; returns its arrival number."""
    eids = " ".join(dict.fromkeys(change.eid for change in entry.changes))
    cursor = conn.execute(
        "INSERT INTO entry(id, actor, kind, key, cause, seen, v, jpos, eids, seq, prev, hash)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.id, entry.actor, entry.kind, entry.key, entry.cause, entry.seen, entry.v, jpos, eids,
            entry.seq, entry.prev, digest,
        ),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO change(eid, field, id, value) VALUES(?, ?, ?, ?)",
        ((change.eid, change.field, entry.id, change.value) for change in entry.changes),
    )
    return int(cursor.lastrowid or 0)


def give_number(conn: sqlite3.Connection, eid: str) -> int:
    """The next number for a ticket that has none; its number if it has one."""
    row = conn.execute("SELECT n FROM number WHERE eid = ?", (eid,)).fetchone()
    if row is None:
        row = conn.execute("UPDATE meta SET v = v + 1 WHERE k = 'next_number' RETURNING v - 1").fetchone()
        conn.execute("INSERT INTO number(eid, n, jpos) VALUES(?, ?, 0)", (eid, row[0]))
    conn.execute("UPDATE ticket SET number = ? WHERE id = ?", (row[0], eid))
    return int(row[0])


def _parts(changes: tuple[Change, ...]) -> Iterable[tuple[Change, ...]]:
    return (changes[at : at + MAX_CHANGES] for at in range(0, len(changes), MAX_CHANGES))


def body_of(entry: Entry) -> str:
    """What `entry.body` keeps of an entry whose changes do not all stand in `change`."""
    return wire.encode(entry)
