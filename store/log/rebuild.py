"""Rows from the log alone, and the proof that they are equal.

`rebuild` makes every row anew, `digest` names a state in 32 characters, `verify` walks the chain and
compares each row with its fold. Local columns and tables take no part in a digest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

from store import keep
from store.errors import StoreDamaged
from store.log import project, stamp, wire
from store.log.entry import GENESIS, Change, Entry, Value, chained_leaves, leaf
from store.log.tx import Tx
from store.registry import TABLES, Table, cell, known, table_of

Folded = tuple[str, Table, project.Row]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found; empty `faults` means the desk is whole."""

    entries: int
    changes: int
    rows: int
    faults: tuple[str, ...]


def rebuild(tx: Tx) -> int:
    """Throw all projected rows away and make them anew from the log; returns how many rows."""
    for table in TABLES:
        tx.conn.execute(f"DELETE FROM {table.name}")
    tx.conn.execute("DELETE FROM attr")
    count = 0
    for eid, table, row in folded(tx.conn):
        project.write_row(tx.conn, table, eid, row)
        count += 1
    tx.conn.execute("UPDATE ticket SET number = (SELECT n FROM number WHERE eid = ticket.id)")
    keep.rebuild(tx.conn, tx.store)
    return count


def folded(conn: sqlite3.Connection, *, before: int | None = None) -> Iterator[Folded]:
    """Every row the log makes, in id order, optionally as it was below a stamp."""
    bound = before if before is not None else 2**63 - 1
    changes = conn.execute(
        "SELECT eid, field, id, value FROM change WHERE id < ? ORDER BY eid, field, id", (bound,)
    )
    for eid, group in groupby(changes, key=itemgetter(0)):
        table = table_of(eid)
        row = project.fold_changes(part[1:] for part in group)
        if table is not None and row is not None:
            yield eid, table, row


def digest(conn: sqlite3.Connection) -> str:
    """The state of all convergent rows and numbers as 32 hex digits; equal states, equal digests."""
    return _digest(stored(conn), conn.execute("SELECT eid, n FROM number ORDER BY eid"))


def digest_at(conn: sqlite3.Connection, before: int) -> str:
    """The digest the rows had when the log ended below `before` (numbers left out)."""
    return _digest(((eid, _visible(table, row)) for eid, table, row in folded(conn, before=before)), ())


def rows_digest(conn: sqlite3.Connection) -> str:
    """The digest of the rows without numbers, to compare with `digest_at`."""
    return _digest(stored(conn), ())


def _digest(rows: Iterable[tuple[str, dict[str, Value]]], numbers: Iterable[tuple[str, int]]) -> str:
    mac = blake2b(digest_size=16)
    for eid, row in rows:
        cells = sorted((field, value) for field, value in row.items() if value is not None)
        mac.update(repr((eid, cells)).encode("utf-8", "surrogatepass"))
    for eid, number in numbers:
        mac.update(f"#{eid}{number}".encode())
    return mac.hexdigest()


def stored(conn: sqlite3.Connection) -> Iterator[tuple[str, dict[str, Value]]]:
    """Every projected row with its map fields, in id order."""
    maps: dict[str, dict[str, Value]] = {}
    for eid, namespace, key, value in conn.execute("SELECT eid, ns, k, v FROM attr"):
        maps.setdefault(eid, {})[f"{namespace}.{key}"] = value
    for table in sorted(TABLES, key=lambda t: t.prefix):
        query = f"SELECT id, {', '.join(table.columns)} FROM {table.name} ORDER BY id"
        for eid, *cells in conn.execute(query):
            yield eid, {**dict(zip(table.columns, cells, strict=True)), **maps.get(eid, {})}


def verify(conn: sqlite3.Connection, secret: bytes) -> Verdict:
    """Walk the hash chain of every replica and compare every row with its fold.

    Works on a read connection while others write. At most 20 faults are named.
    """
    faults: list[str] = []
    checked = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
    if checked != "ok":
        faults.append(f"the file itself is damaged: {checked}")
    entries = _verify_chain(conn, secret, faults)
    rows = _verify_rows(conn, faults)
    changes = int(conn.execute("SELECT count(*) FROM change").fetchone()[0])
    return Verdict(entries, changes, rows, tuple(faults[:20]))


def _verify_chain(conn: sqlite3.Connection, secret: bytes, faults: list[str]) -> int:
    last: dict[int, tuple[int, bytes]] = {}
    count = 0
    for entry in _entries_with_leaves(conn, secret, faults):
        count += 1
        slot = stamp.slot_of(entry[0].id)
        seq, prev = last.get(slot, (0, GENESIS))
        if entry[0].seq == seq + 1 and entry[0].prev != prev:
            faults.append(f"entry {entry[0].id} does not follow the one before it: the log was changed")
        if entry[1] != entry[0].hash:
            faults.append(f"entry {entry[0].id} does not match its hash: it or its changes were altered")
        last[slot] = (entry[0].seq, entry[0].hash)
    faults.extend(
        f"the newest entries of replica {slot} are missing: {last.get(slot, (0,))[0]} of {seq} are here"
        for slot, seq, _ in conn.execute("SELECT slot, seq, hash FROM chain")
        if last.get(slot, (0, b""))[0] < seq
    )
    return count


def _entries_with_leaves(
    conn: sqlite3.Connection, secret: bytes, faults: list[str]
) -> Iterator[tuple[Entry, bytes]]:
    """Each entry with the hash its parts give now, in (slot, seq) order within stamps."""
    heads = conn.execute(
        "SELECT id, actor, kind, key, cause, seen, v, seq, prev, hash, void, body FROM entry"
        f" ORDER BY id & {stamp.SLOT_MASK}, seq"
    )
    ordered = conn.execute(
        "SELECT c.id, c.eid, c.field, c.value FROM change c JOIN entry e ON e.id = c.id"
        f" ORDER BY c.id & {stamp.SLOT_MASK}, e.seq, c.eid, c.field"
    )
    groups = groupby(ordered, key=itemgetter(0))
    group = next(groups, None)
    for eid, actor, kind, key, cause, seen, v, seq, prev, digest_, void, body in heads:
        leaves: list[bytes] = []
        if group is not None and group[0] == eid:
            leaves = [leaf(secret, Change(*part[1:])) for part in group[1]]
            group = next(groups, None)
        if void and body:
            leaves = _void_leaves(secret, body, faults)
        entry = Entry(eid, actor, kind, (), key, cause, seen, v, seq, bytes(prev), bytes(digest_))
        yield entry, chained_leaves(entry, leaves, prev=entry.prev)


def _void_leaves(secret: bytes, body: str, faults: list[str]) -> list[bytes]:
    try:
        return [leaf(secret, change) for change in wire.decode(body).changes]
    except StoreDamaged as error:
        faults.append(str(error))
        return []


def _verify_rows(conn: sqlite3.Connection, faults: list[str]) -> int:
    have = dict(stored(conn))
    count = 0
    for eid, table, row in folded(conn):
        count += 1
        want, got = _visible(table, row), have.pop(eid, None)
        if got is None:
            faults.append(
                f"{table.name} {eid} is in the log but not in its table; `deskterm verify --rebuild` mends it"
            )
        elif {k: v for k, v in got.items() if v is not None} != want:
            fields = sorted(k for k in want.keys() | got.keys() if want.get(k) != got.get(k))
            faults.append(
                f"{table.name} {eid} differs from the log in {', '.join(fields)}; `--rebuild` mends it"
            )
    faults.extend(f"{eid} is in a table but not in the log" for eid in have)
    return count


def _visible(table: Table, row: project.Row) -> dict[str, Value]:
    """The fields of a folded row that are projected: known ones, as their columns store them."""
    cells = {field: cell(table, field, value) for field, value in row.items() if known(table, field)}
    return {field: value for field, value in cells.items() if value is not None}
