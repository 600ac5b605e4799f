"""Entries that others made: put them in the log, in any order, any number of times.

Dumb on purpose and stable across versions: no policy, no clock can make it refuse, and an unknown
field or kind is kept for a newer program.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from store.log import project, stamp, wire
from store.log.entry import Change, Entry
from store.log.tx import Tx, give_number, insert_entry
from store.registry import PUT


class Received(Struct, frozen=True):
    """An entry with its place in the journal, if the journal has an order."""

    entry: Entry
    jpos: int | None = None


def receive(tx: Tx, records: Iterable[Received]) -> int:
    """Apply entries in the order given; returns how many were new. One transaction, the caller's."""
    new = 0
    for record in records:
        if _known(tx.conn, record):
            continue
        _store(tx, record)
        new += 1
    return new


def _known(conn: sqlite3.Connection, record: Received) -> bool:
    row = conn.execute("SELECT jpos FROM entry WHERE id = ?", (record.entry.id,)).fetchone()
    if row is None:
        return False
    if row[0] is None and record.jpos is not None:
        conn.execute("UPDATE entry SET jpos = ?, body = NULL WHERE id = ?", (record.jpos, record.entry.id))
        _number(conn, record.entry)
    return True


def _store(tx: Tx, record: Received) -> None:
    entry, conn = record.entry, tx.conn
    lseq = tx.arrival()
    insert_entry(conn, entry, entry.hash, lseq=lseq, jpos=record.jpos)
    tx.hear(entry.id)
    _advance_chain(conn, entry)
    touched = {(change.eid, change.field) for change in entry.changes}
    if entry.key is not None:
        touched |= _settle_key(conn, entry.key)
    project.refold(conn, touched)
    if record.jpos is not None:
        _number(conn, entry)
    tx.touched.add(entry, lseq=lseq)
    tx.touched.add_fields(touched)


def _settle_key(conn: sqlite3.Connection, key: str) -> set[tuple[str, str]]:
    """Of all entries with this key the lowest id lives; the others lose their sets, never their puts."""
    ids = [int(row[0]) for row in conn.execute("SELECT id FROM entry WHERE key = ? ORDER BY id", (key,))]
    touched: set[tuple[str, str]] = set()
    for void in ids[1:]:
        touched |= _void(conn, void)
    return touched


def _void(conn: sqlite3.Connection, eid: int) -> set[tuple[str, str]]:
    if conn.execute("SELECT void FROM entry WHERE id = ?", (eid,)).fetchone()[0]:
        return set()
    entry = read_entry(conn, eid)
    conn.execute("UPDATE entry SET void = 1, body = ? WHERE id = ?", (wire.encode(entry), eid))
    lost = [(c.eid, c.field) for c in entry.changes if c.field != PUT]
    conn.executemany("DELETE FROM change WHERE eid = ? AND field = ? AND id = ?", ((*at, eid) for at in lost))
    return set(lost)


def read_entry(conn: sqlite3.Connection, eid: int) -> Entry:
    """The whole entry with this stamp. Raises KeyError when it is not there."""
    row = conn.execute(
        "SELECT actor, kind, key, cause, seen, v, eids, body, seq, prev, hash, void FROM entry WHERE id = ?",
        (eid,),
    ).fetchone()
    if row is None:
        raise KeyError(eid)
    actor, kind, key, cause, seen, v, eids, body, seq, prev, digest, void = row
    if void and body:
        return wire.decode(body)
    return Entry(
        id=eid, actor=actor, kind=kind, changes=_changes(conn, eid, str(eids).split()), key=key, cause=cause,
        seen=seen, v=v, seq=seq, prev=bytes(prev), hash=bytes(digest),
    )  # fmt: skip


def entries(conn: sqlite3.Connection, *, after: int = 0) -> Iterator[Entry]:
    """The whole entries that arrived after `after` (an arrival number), in order of arrival."""
    for (eid,) in conn.execute("SELECT id FROM entry WHERE lseq > ? ORDER BY lseq", (after,)).fetchall():
        yield read_entry(conn, int(eid))


def _changes(conn: sqlite3.Connection, entry: int, eids: Sequence[str]) -> tuple[Change, ...]:
    query = "SELECT eid, field, value FROM change WHERE eid = ? AND id = ? ORDER BY field"
    return tuple(Change(*row) for eid in sorted(eids) for row in conn.execute(query, (eid, entry)))


def _advance_chain(conn: sqlite3.Connection, entry: Entry) -> None:
    conn.execute(
        "INSERT INTO chain VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
        " WHERE excluded.seq > chain.seq",
        (stamp.slot_of(entry.id), entry.seq, entry.hash),
    )


def _number(conn: sqlite3.Connection, entry: Entry) -> None:
    """Numbers are given in the order in which the journal shows a ticket's first put."""
    for change in entry.changes:
        if change.field == PUT and change.eid.startswith("t"):
            give_number(conn, change.eid)
