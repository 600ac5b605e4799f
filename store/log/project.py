"""Winners: how entries become rows.

A row is its lowest put below the highest set of each field. Nothing here knows policy, and no name
that came from outside becomes SQL: column names come from the registry alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from store.log.entry import Change, Entry, Made, Value, held, whole
from store.registry import PUT, REDACT, Table, cell, known, table_of

Row = Mapping[str, Value]


def write_local(conn: sqlite3.Connection, entry: Entry) -> None:
    """Write an entry made here: its sets always win, its puts are the first of their rows."""
    sets: list[Change] = []
    for change in entry.changes:
        table = table_of(change.eid)
        if table is None:
            continue
        if change.field == PUT:
            _insert(conn, table, change.eid, row_of(change.value))
            _overlay_waiting(conn, change.eid, before=entry.id)
        elif change.field in table.columns or (known(table, change.field) and exists(conn, change.eid)):
            sets.append(change)
    write_fields(conn, sets)


def refold(conn: sqlite3.Connection, touched: Iterable[tuple[str, str]]) -> None:
    """Recompute the winners of these (row, field) pairs from the log and write them."""
    by_row: dict[str, set[str]] = {}
    for eid, field in touched:
        by_row.setdefault(eid, set()).add(field)
    sets: list[Change] = []
    for eid, fields in by_row.items():
        table = table_of(eid)
        if table is None:
            continue
        if PUT in fields or not _stands(conn, table, eid):
            write_row(conn, table, eid, fold(conn, eid))
        else:
            shown = (field for field in sorted(fields) if known(table, field))
            sets += (Change(eid, field, winner(conn, eid, field)) for field in shown)
    write_fields(conn, sets)


def winner(conn: sqlite3.Connection, eid: str, field: str, *, before: int | None = None) -> Value:
    """The value of a field: its highest set, else that field of the lowest put, else None.

    `before` looks at the log as it was below that stamp.
    """
    bound = before if before is not None else 2**63 - 1
    row = conn.execute(
        "SELECT value FROM change WHERE eid = ? AND field = ? AND id < ? ORDER BY id DESC LIMIT 1",
        (eid, field, bound),
    ).fetchone()
    if row is not None:
        return cast(Value, row[0])
    first = conn.execute(
        "SELECT value FROM change WHERE eid = ? AND field = '' AND id < ? ORDER BY id LIMIT 1", (eid, bound)
    ).fetchone()
    return row_of(first[0]).get(field) if first else None


def fold(conn: sqlite3.Connection, eid: str, *, before: int | None = None) -> Row | None:
    """The whole row from the log, unknown fields included; None when no put exists."""
    bound = before if before is not None else 2**63 - 1
    changes = conn.execute(
        "SELECT field, id, value FROM change WHERE eid = ? AND id < ? ORDER BY field, id", (eid, bound)
    )
    return fold_changes(changes)


def fold_changes(changes: Iterable[tuple[str, int, Value]]) -> Row | None:
    """Fold (field, id, value) triples of one row, given in (field, id) order."""
    base: dict[str, Value] | None = None
    sets: dict[str, Value] = {}
    for field, _, value in changes:
        if field == PUT:
            base = dict(row_of(value)) if base is None else base
        elif field != REDACT:
            sets[field] = value
    return None if base is None else {**base, **sets}


def write_row(conn: sqlite3.Connection, table: Table, eid: str, row: Row | None) -> None:
    """Make the stored row equal to `row`; a row without a put does not stand."""
    if row is None:
        return
    conn.execute("DELETE FROM attr WHERE eid = ?", (eid,))
    if not _stands(conn, table, eid):
        _insert(conn, table, eid, row)
        return
    conn.execute(updating(table.name, table.columns), (*_cells(table, row), eid))
    _write_maps(conn, table, eid, row)


def write_fields(conn: sqlite3.Connection, sets: Iterable[Change]) -> None:
    """Write known fields, one statement a row, since each update of a ticket moves it in every queue."""
    cells: dict[tuple[str, str], dict[str, Value]] = {}
    for change in sets:
        table = table_of(change.eid)
        if table is None:
            continue
        if change.field in table.columns:
            value = cell(table, change.field, change.value)
            cells.setdefault((table.name, change.eid), {})[change.field] = value
        else:
            _write_map(conn, change)
    alike: dict[tuple[str, tuple[str, ...]], list[tuple[Value, ...]]] = {}
    for (name, eid), row in cells.items():
        alike.setdefault((name, tuple(row)), []).append((*row.values(), eid))
    for (name, columns), rows in alike.items():
        conn.executemany(updating(name, columns), rows)


def exists(conn: sqlite3.Connection, eid: str) -> bool:
    """Whether the log holds a put for this row."""
    query = "SELECT 1 FROM change WHERE eid = ? AND field = '' LIMIT 1"
    return conn.execute(query, (eid,)).fetchone() is not None


def highest_winner(conn: sqlite3.Connection, changes: Sequence[Change]) -> int:
    """The highest stamp that now decides one of the fields about to be set; 0 if none."""
    query = "SELECT max(id) FROM change WHERE eid = ? AND field = ?"
    stamps = (conn.execute(query, (c.eid, c.field)).fetchone()[0] for c in changes if c.field != PUT)
    return max((int(s) for s in stamps if s is not None), default=0)


def created(conn: sqlite3.Connection, eid: str) -> int:
    row = conn.execute("SELECT created FROM ticket WHERE id = ?", (eid,)).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def row_of(value: Value) -> Row:
    """The row a put holds, without what no column can hold.

    A put that is no JSON object (a damaged peer) counts as an empty row.
    """
    if isinstance(value, Made):
        return value.row
    try:
        row: object = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        return {}
    shown = held(cast("dict[str, object]", row))
    # Half a character can only come out of an escape, since the text of the put itself is whole.
    if "\\u" in str(value):
        return {whole(field): whole(v) if isinstance(v, str) else v for field, v in shown.items()}
    return shown


def _overlay_waiting(conn: sqlite3.Connection, eid: str, *, before: int) -> None:
    waiting = conn.execute(
        "SELECT DISTINCT field FROM change WHERE eid = ? AND field > '' AND id <> ?", (eid, before)
    ).fetchall()
    if waiting:
        refold(conn, [(eid, field) for (field,) in waiting])


def _stands(conn: sqlite3.Connection, table: Table, eid: str) -> bool:
    return conn.execute(_stands_sql(table.name), (eid,)).fetchone() is not None


def _insert(conn: sqlite3.Connection, table: Table, eid: str, row: Row) -> None:
    conn.execute(inserting(table, table.columns), (eid, *_cells(table, row)))
    _write_maps(conn, table, eid, row)


def _cells(table: Table, row: Row) -> list[Value]:
    return [cell(table, column, row.get(column)) for column in table.columns]


def _write_maps(conn: sqlite3.Connection, table: Table, eid: str, row: Row) -> None:
    if table.maps:
        for field, value in row.items():
            if "." in field and known(table, field):
                _write_map(conn, Change(eid, field, value))


def _write_map(conn: sqlite3.Connection, change: Change) -> None:
    namespace, _, key = change.field.partition(".")
    if change.value is None:
        conn.execute("DELETE FROM attr WHERE eid = ? AND ns = ? AND k = ?", (change.eid, namespace, key))
    else:
        conn.execute(
            "INSERT INTO attr VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET v = excluded.v",
            (change.eid, namespace, key, change.value),
        )


@cache
def inserting(table: Table, columns: tuple[str, ...]) -> str:
    """The statement that makes a row: its id, then these columns."""
    return f"INSERT INTO {table.name}({', '.join(('id', *columns))}) VALUES(?{', ?' * len(columns)})"


@cache
def updating(name: str, columns: tuple[str, ...]) -> str:
    """The statement that sets these columns of a row: they, then its id."""
    return f"UPDATE {name} SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?"


@cache
def _stands_sql(name: str) -> str:
    return f"SELECT 1 FROM {name} WHERE id = ?"
