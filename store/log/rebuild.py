"""Rows from the log alone, and the proof that they are equal.

`rebuild` makes every row anew, `digest` names a state in 32 characters, `verify` walks the chain and
compares each row with its fold. Local columns and tables take no part in a digest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import chain, groupby
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from store import keep
from store.errors import StoreDamaged
from store.log import project, stamp, wire
from store.log.entry import GENESIS, Change, Entry, Value, chained_leaves, leaf
from store.log.tx import Tx, rows_of
from store.registry import PUT, TABLES, Table, cell, known, table_of

Folded = tuple[str, Table, project.Row]


class Verdict(Struct, frozen=True):
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
    tx.conn.execute("DELETE FROM tally")
    count = 0
    # As they came: letters of one second keep their order, and with it who answered whom.
    for eid, table, row in _rows_of(tx.conn.execute(_AS_THEY_CAME)):
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
    yield from _rows_of(changes)


_AS_THEY_CAME = """SELECT c.eid, c.field, c.id, c.value FROM
  (SELECT eid FROM change WHERE field = '' GROUP BY eid ORDER BY min(id)) f
  CROSS JOIN change c ON c.eid = f.eid"""


def _rows_of(changes: Iterable[tuple[str, str, int, Value]]) -> Iterator[Folded]:
    """Rows of changes that stand row by row, each in the order of the log's key."""
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
    """Every projected row with its map fields, in id order; holds one of them at a time."""
    for table in sorted(TABLES, key=lambda t: t.prefix):
        maps = groupby(conn.execute(_MAPS, (table.prefix, chr(ord(table.prefix) + 1))), key=itemgetter(0))
        of, parts = next(maps, _NO_MAPS)
        query = f"SELECT id, {', '.join(table.columns)} FROM {table.name} ORDER BY id"
        for eid, *cells in conn.execute(query):
            while of and _place(of) < _place(eid):
                of, parts = next(maps, _NO_MAPS)
            row: dict[str, Value] = dict(zip(table.columns, cells, strict=True))
            if of == eid:
                row |= {f"{namespace}.{key}": value for _, namespace, key, value in parts}
            yield eid, row


_MAPS = "SELECT eid, ns, k, v FROM attr WHERE eid >= ? AND eid < ? ORDER BY eid, ns, k"
_MapCell = tuple[str, str, str, Value]
_NO_MAPS: tuple[str, Iterator[_MapCell]] = "", iter(())


def _place(eid: str) -> bytes:
    """How SQLite compares ids, of which a damaged file may hold any."""
    return eid.encode("utf-8", "surrogateescape")


def verify(conn: sqlite3.Connection, secret: bytes) -> Verdict:
    """Walk the hash chain of every replica and compare every row with its fold.

    Works on a read connection while others write, in memory that does not grow with the desk: what has to
    be sorted goes through a nameless file of SQLite's. At most 20 faults are named.
    """
    faults: list[str] = []
    entries = changes = rows = 0
    with _one_view(conn):
        try:
            checked = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if checked != "ok":
                faults.append(f"the file itself is damaged: {checked}")
            entries = _verify_chain(conn, secret, faults)
            _verify_keys(conn, faults)
            rows = _verify_rows(conn, faults)
            _verify_numbers(conn, faults)
            changes = int(conn.execute("SELECT count(*) FROM change").fetchone()[0])
        except (sqlite3.DatabaseError, TypeError, ValueError) as error:
            faults.append(f"the file itself is damaged: {error}")
    return Verdict(entries, changes, rows, tuple(faults[:20]))


@contextmanager
def _one_view(conn: sqlite3.Connection) -> Generator[None]:
    """All statements inside see one moment of the desk, and damaged text is read as it is."""
    begun = not conn.in_transaction
    conn.text_factory = _as_it_is
    if begun:
        conn.execute("PRAGMA temp_store = FILE")
        conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.text_factory = str
        if begun and conn.in_transaction:
            conn.execute("ROLLBACK")
        if begun:
            conn.execute("PRAGMA temp_store = MEMORY")


def _as_it_is(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _verify_chain(conn: sqlite3.Connection, secret: bytes, faults: list[str]) -> int:
    own = int(conn.execute("SELECT v FROM meta WHERE k = 'slot'").fetchone()[0])
    last: dict[int, tuple[int, bytes]] = {}
    count = 0
    for entry, digest_ in _entries_with_digests(conn, secret, faults):
        count += 1
        slot = stamp.slot_of(entry.id)
        seq, prev = last.get(slot, (0, GENESIS))
        if entry.seq == seq + 1 and entry.prev != prev:
            faults.append(f"entry {entry.id} does not follow the one before it: the log was changed")
        if entry.seq <= seq or (slot == own and entry.seq != seq + 1):
            faults.append(f"entry {entry.id} is number {entry.seq} of replica {slot} after number {seq}")
        if digest_ != entry.hash:
            faults.append(f"entry {entry.id} does not match its hash: it or its changes were altered")
        last[slot] = (entry.seq, entry.hash)
    for slot, seq, hash_ in conn.execute("SELECT slot, seq, hash FROM chain"):
        if last.get(slot) != (seq, hash_):
            here = last.get(slot, (0, b""))[0]
            faults.append(f"the newest entries of replica {slot} are missing: {here} of {seq} are here")
    return count


def _entries_with_digests(
    conn: sqlite3.Connection, secret: bytes, faults: list[str]
) -> Iterator[tuple[Entry, bytes]]:
    """Each entry with the hash its parts give now, in (slot, seq) order."""
    heads = conn.execute(
        "SELECT id, actor, kind, key, cause, seen, v, seq, prev, hash, void, eids, body FROM entry"
        f" ORDER BY id & {stamp.SLOT_MASK}, seq, id"
    )
    ordered = conn.execute(
        "SELECT c.id, c.eid, c.field, c.value FROM change c JOIN entry e ON e.id = c.id"
        f" ORDER BY c.id & {stamp.SLOT_MASK}, e.seq, c.id, c.eid, c.field"
    )
    groups = groupby(ordered, key=itemgetter(0))
    group = next(groups, None)
    for eid, actor, kind, key, cause, seen, v, seq, prev, digest_, void, eids, body in heads:
        stands: list[Change] = []
        if group is not None and group[0] == eid:
            stands = [Change(*part[1:]) for part in group[1]]
            group = next(groups, None)
        head = Entry(eid, actor, kind, (), key, cause, seen, v, seq, bytes(prev), bytes(digest_))
        whole = _voided(head, body, stands, faults) if void and body else stands
        if rows_of(whole) != eids:
            faults.append(f"entry {eid} does not list the rows it touched")
        yield head, chained_leaves(head, (leaf(secret, change) for change in whole), prev=head.prev)


def _voided(head: Entry, body: str, stands: list[Change], faults: list[str]) -> Sequence[Change]:
    """All changes of a void entry, from its body; what still stands of them must be its puts."""
    try:
        entry = wire.decode(body)
    except StoreDamaged as error:
        faults.append(f"entry {head.id}: {error}")
        return stands
    if replace(entry, changes=()) != head or [c for c in entry.changes if c.field == PUT] != stands:
        faults.append(f"entry {head.id} is void and differs from what was kept of it")
    return entry.changes


def _verify_keys(conn: sqlite3.Connection, faults: list[str]) -> None:
    """Of each key the lowest entry lives and the others are void; every change has its entry."""
    wrong = conn.execute(
        "SELECT id FROM entry e WHERE void <> EXISTS(SELECT 1 FROM entry WHERE key = e.key AND id < e.id)"
    )
    faults.extend(f"entry {entry} is marked void or live wrongly" for (entry,) in wrong)
    orphans = conn.execute(
        "SELECT DISTINCT eid FROM change c WHERE NOT EXISTS(SELECT 1 FROM entry WHERE id = c.id)"
    )
    faults.extend(f"{eid} has changes that belong to no entry" for (eid,) in orphans)


def _verify_numbers(conn: sqlite3.Connection, faults: list[str]) -> None:
    wrong = conn.execute(
        "SELECT id FROM ticket t WHERE number IS NOT (SELECT n FROM number WHERE eid = t.id)"
    )
    faults.extend(f"ticket {eid} shows a number that is not its own" for (eid,) in wrong)
    count, highest = conn.execute("SELECT count(*), ifnull(max(n), 0) FROM number").fetchone()
    following = conn.execute("SELECT v FROM meta WHERE k = 'next_number'").fetchone()[0]
    if not count == highest == following - 1:
        faults.append(f"{count} ticket numbers were given, the highest is {highest}, the next is {following}")


def _verify_rows(conn: sqlite3.Connection, faults: list[str]) -> int:
    count = 0
    have = stored(conn)
    here = next(have, None)
    for eid, table, row in folded(conn):
        count += 1
        while here is not None and _place(here[0]) < _place(eid):
            faults.append(f"{here[0]} is in a table but not in the log")
            here = next(have, None)
        want, got = _visible(table, row), None
        if here is not None and here[0] == eid:
            got, here = here[1], next(have, None)
        if got is None:
            faults.append(
                f"{table.name} {eid} is in the log but not in its table; `deskterm verify --rebuild` mends it"
            )
        elif {k: v for k, v in got.items() if v is not None} != want:
            fields = sorted(k for k in want.keys() | got.keys() if want.get(k) != got.get(k))
            faults.append(
                f"{table.name} {eid} differs from the log in {', '.join(fields)}; `--rebuild` mends it"
            )
    faults.extend(f"{eid} is in a table but not in the log" for eid, _ in chain([here] if here else [], have))
    return count


def _visible(table: Table, row: project.Row) -> dict[str, Value]:
    """The fields of a folded row that are projected: known ones, as their columns store them."""
    cells = {field: cell(table, field, value) for field, value in row.items() if known(table, field)}
    return {field: value for field, value in cells.items() if value is not None}
