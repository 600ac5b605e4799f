"""One write transaction: commit what was done here, and what else must be true with it.

The only code that appends to the log. Knows no policy: who may do what, and what follows from it,
is decided by the caller and handed in as changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from store import keep
from store.log import held, ids, project, stamp
from store.log.entry import GENESIS, MAX_CHANGES, Change, Entry, Value, chained, cleaned, whole
from store.log.heard import Heard
from store.log.held import Held
from store.registry import PUT

if TYPE_CHECKING:
    from store.db import Store


class Beside(Protocol):
    """Something local that must be written in the same transaction: a blob, a ledger line, a draft."""

    def write(self, conn: sqlite3.Connection) -> None: ...


class Receipt(Struct, frozen=True):
    """What a commit did."""

    entry: int
    """Stamp of the entry; of the first one when a bulk act took several. 0 when nothing was to do."""
    tickets: tuple[str, ...] = ()
    """Tickets whose rows were touched."""
    numbers: tuple[tuple[str, int], ...] = ()
    """Numbers given to new tickets."""
    changes: int = 0


NOTHING = Receipt(0)


def _nobody(_: Sequence[Change], __: Receipt) -> None:
    """Nobody listens."""


PART = "\x1f"
"""Stands before the number in the keys of a bulk act's further entries, and in no key that a caller gives."""

_STATE = "SELECT k, v FROM meta WHERE k IN ('cursor', 'fut', 'hi', 'hlc')"


class Tx:
    """An open write transaction. Made only by `Store.write()`."""

    def __init__(self, conn: sqlite3.Connection, store: Store) -> None:
        self._conn = conn
        self._held = Held()
        self.heard = Heard(conn, self._held)
        self.store = store
        self.touched = keep.Touched()
        # The write lock is ours until COMMIT, so the state can be held here and written back once.
        self._state: dict[str, int] = dict(conn.execute(_STATE).fetchall())
        self._was = dict(self._state)
        self.told: Callable[[Sequence[Change], Receipt], None] = _nobody
        """Is told of every act, as it was committed."""
        self._end: tuple[int, bytes] | None = None
        """Where our chain ends, once this transaction has added to it."""
        self._lseq = int(conn.execute("SELECT ifnull(max(lseq), 0) FROM entry").fetchone()[0])

    @property
    def conn(self) -> sqlite3.Connection:
        """The connection. Whoever asks for it may read or write anything, so nothing waits any longer."""
        if self._held:
            self._held.write(self._conn)
            if self._end:
                self._keep_chain(self._end)
        return self._conn

    @property
    def file(self) -> sqlite3.Connection:
        """The connection for reading alone, for those who know what waits themselves."""
        return self._conn

    def later(self, statement: str, rows: Iterable[tuple[Value | bytes, ...]]) -> None:
        """Run a statement with rows at the end, or before anybody reads. It may depend on none that waits."""
        self._held.later(statement, rows)

    def stamp(self) -> int:
        """The stamp the next entry will have at the least; good for making ids."""
        return stamp.make(self.store.clock(), last=self._state["hlc"], slot=self.store.slot)

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
        waits: bool = False,
    ) -> Receipt:
        """Append one act. With a `key` already in the log, or nothing to change, the act is void.

        What stands `beside` is written in any case: a letter seen twice is still seen. One that `waits` is
        written with others, at the latest when somebody reads; it comes out the same.
        """
        clean, actor, kind = cleaned(changes), whole(actor), whole(kind)
        key = None if key is None else whole(key).replace(PART, "?")
        if waits and not beside and self._may_wait(clean, key):
            return self._hold(clean, actor=actor, kind=kind, key=key, cause=cause)
        conn = self.conn
        for thing in beside:
            thing.write(conn)
        if key is not None and self.heard.has_key(key):
            return NOTHING
        fresh = self._without_known_puts(clean)
        if not fresh:
            return NOTHING
        head = 0
        for n, part in enumerate(_parts(fresh)):
            part_key = key if key is None or n == 0 else f"{key}{PART}{n}"
            entry = self._append(part, actor=actor, kind=kind, key=part_key, cause=head or cause)
            head = head or entry.id
        receipt = Receipt(head, self._tickets(fresh), self._number(fresh), len(fresh))
        self.told(fresh, receipt)
        return receipt

    def says(self, message: str, text: str) -> None:
        """Tell the index what a message made here says, so that it need not unpack what was just packed."""
        self.touched.texts[message] = text

    def finish(self) -> None:
        """Let the local consumers follow what was touched; called once, before COMMIT."""
        keep.follow(self.conn, self.store, self.touched)
        moved = [(value, key) for key, value in self._state.items() if value != self._was[key]]
        self.conn.executemany("UPDATE meta SET v = ? WHERE k = ?", moved)

    def arrival(self) -> int:
        """The arrival number of the next entry."""
        self._lseq += 1
        return self._lseq

    def hear(self, received: int) -> None:
        """Remember a stamp somebody else made; our clock follows it unless it is far ahead of our wall."""
        self._end = None
        self.heard.forget()
        self._state["hi"] = max(self._state["hi"], received)
        if stamp.trusted(received, wall_ms=self.store.clock()):
            self._state["hlc"] = max(self._state["hlc"], received)

    def _append(
        self, changes: tuple[Change, ...], *, actor: str, kind: str, key: str | None, cause: int | None
    ) -> Entry:
        entry, digest, lseq = self._entry(changes, actor=actor, kind=kind, key=key, cause=cause)
        # Without a journal an entry is confirmed by being written.
        insert_entry(self.conn, entry, digest, lseq=lseq, jpos=lseq)
        self._keep_chain((entry.seq, digest))
        project.write_local(self.conn, entry)
        self.touched.add(entry, lseq=lseq)
        return entry

    def _entry(
        self, changes: tuple[Change, ...], *, actor: str, kind: str, key: str | None, cause: int | None
    ) -> tuple[Entry, bytes, int]:
        """The next entry of our chain, its hash and its arrival number."""
        seq, prev = self._end or self._chain()
        entry = Entry(
            id=self._next_stamp(changes), actor=actor, kind=kind, changes=changes, key=key, cause=cause,
            seen=self._state["cursor"], seq=seq + 1, prev=prev,
        )  # fmt: skip
        digest = chained(self.store.secret, entry, prev=prev)
        self.heard.of(changes, key)
        self._end = seq + 1, digest
        return entry, digest, self.arrival()

    def _keep_chain(self, end: tuple[int, bytes]) -> None:
        self._conn.execute("INSERT OR REPLACE INTO chain VALUES(?, ?, ?)", (self.store.slot, *end))

    def _may_wait(self, changes: tuple[Change, ...], key: str | None) -> bool:
        """Whether an act is of the plainest kind: new rows, and fields set of rows that stand."""
        if not 0 < len(changes) <= MAX_CHANGES or self.stamp() <= self._state["hi"]:
            return False
        if key is not None and self.heard.has_key(key):
            return False
        made = {change.eid for change in changes if change.field == PUT}
        if sum(eid[0] == "t" for eid in made) > 1 or not all(map(self.heard.is_new, made)):
            return False
        sets = [change for change in changes if change.field != PUT]
        if any(change.value is None and "." in change.field for change in sets):
            return False
        return all(change.eid in made or self.heard.has_put(change.eid) for change in sets)

    def _hold(
        self, changes: tuple[Change, ...], *, actor: str, kind: str, key: str | None, cause: int | None
    ) -> Receipt:
        entry, digest, lseq = self._entry(changes, actor=actor, kind=kind, key=key, cause=cause)
        numbers: list[tuple[str, int]] = []
        for change in changes:
            if change.field == PUT:
                self._held.put(change.eid, project.row_of(change.value))
                if change.eid[0] == "t":
                    numbers.append((change.eid, next_number(self._conn)))
                    self._held.number(*numbers[-1])
        self._held.add(entry, entry_row(entry, digest, lseq=lseq, jpos=lseq))
        self.touched.add(entry, lseq=lseq)
        receipt = Receipt(entry.id, self._tickets(changes), tuple(numbers), len(changes))
        self.told(changes, receipt)
        return receipt

    def _next_stamp(self, changes: Sequence[Change]) -> int:
        state, slot = self._state, self.store.slot
        new = self.stamp()
        # Only stamps lent from the future can be met again; all others lie below our clock.
        while new <= state["hi"] and self._is_taken(new):
            new = stamp.make(0, last=new, slot=slot)
        state["hlc"] = new
        if new < state["hi"]:
            highest = project.highest_winner(self.conn, changes)
            if highest > new:
                new = state["fut"] = stamp.above(highest, fut=state["fut"], slot=slot)
        state["hi"] = max(state["hi"], new)
        return new

    def _without_known_puts(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(c for c in changes if c.field != PUT or not project.exists(self.conn, c.eid))

    def _number(self, changes: Sequence[Change]) -> tuple[tuple[str, int], ...]:
        new = [c.eid for c in changes if c.field == PUT and c.eid.startswith("t")]
        if not new:
            return ()
        # Rows of one entry are numbered as they were handed in: by creation time, then id.
        order = sorted(new, key=lambda eid: (project.created(self.conn, eid), eid)) if len(new) > 1 else new
        return tuple((eid, give_number(self.conn, eid)) for eid in order)

    def _tickets(self, changes: Sequence[Change]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.eid for c in changes if c.eid.startswith("t")))

    def _chain(self) -> tuple[int, bytes]:
        row = self._conn.execute("SELECT seq, hash FROM chain WHERE slot = ?", (self.store.slot,)).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)

    def _is_taken(self, entry: int) -> bool:
        return self.conn.execute("SELECT 1 FROM entry WHERE id = ?", (entry,)).fetchone() is not None


def insert_entry(
    conn: sqlite3.Connection, entry: Entry, digest: bytes, *, lseq: int, jpos: int | None
) -> None:
    """Write the entry and its changes under its arrival number."""
    conn.execute(held.ENTRY, entry_row(entry, digest, lseq=lseq, jpos=jpos))
    conn.executemany(held.CHANGE, ((eid, field, entry.id, value) for eid, field, value in entry.changes))


def entry_row(entry: Entry, digest: bytes, *, lseq: int, jpos: int | None) -> tuple[Value | bytes, ...]:
    """The columns of an entry in its table."""
    return (
        lseq, entry.id, entry.actor, entry.kind, entry.key, entry.cause, entry.seen, entry.v, jpos,
        rows_of(entry.changes), entry.seq, entry.prev, digest,
    )  # fmt: skip


def rows_of(changes: Iterable[Change]) -> str:
    """What `entry.eids` holds: the rows touched, separated by spaces."""
    return " ".join(dict.fromkeys(change.eid for change in changes))


def give_number(conn: sqlite3.Connection, eid: str) -> int:
    """The next number for a ticket that has none; its number if it has one."""
    row = conn.execute("SELECT n FROM number WHERE eid = ?", (eid,)).fetchone()
    if row is None:
        row = (next_number(conn),)
        conn.execute(held.NUMBER, (eid, row[0]))
    conn.execute("UPDATE ticket SET number = ? WHERE id = ?", (row[0], eid))
    return int(row[0])


def next_number(conn: sqlite3.Connection) -> int:
    return int(
        conn.execute("UPDATE meta SET v = v + 1 WHERE k = 'next_number' RETURNING v - 1").fetchone()[0]
    )


def _parts(changes: tuple[Change, ...]) -> Iterable[tuple[Change, ...]]:
    return (changes[at : at + MAX_CHANGES] for at in range(0, len(changes), MAX_CHANGES))
