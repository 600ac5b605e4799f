"""Rows that wait until their transaction ends, or until somebody looks into the file.

Where very many letters come at once: rows of one table written together cost a third of what they cost one
by one between all others. Holds rows that are new and columns that are set; knows no policy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from store.log.entry import Change, Entry, Value
from store.log.project import inserting, updating
from store.registry import BY_PREFIX, PUT, cell, known, table_of

Rows = dict[str, list[tuple[Value | bytes, ...]]]
"""Statement to the rows it is run with, in order."""

ENTRY = (
    "INSERT INTO entry(lseq, id, actor, kind, key, cause, seen, v, jpos, eids, seq, prev, hash)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
CHANGE = "INSERT INTO change(eid, field, id, value) VALUES(?, ?, ?, ?)"
NUMBER = "INSERT INTO number(eid, n, jpos) VALUES(?, ?, 0)"
ATTR = "INSERT INTO attr VALUES(?, ?, ?, ?) ON CONFLICT DO UPDATE SET v = excluded.v"


class Held:
    """What waits. The owner writes it before anything else reads or writes the file."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Value]] = {}
        """New rows by id, columns by name."""
        self.sets: dict[str, dict[str, Value]] = {}
        """Columns set of rows that stand in the file."""
        self.attrs: dict[tuple[str, str, str], Value] = {}
        self.keys: set[str] = set()
        self.others: Rows = {}

    def __bool__(self) -> bool:
        return bool(self.others)

    def later(self, statement: str, rows: Iterable[tuple[Value | bytes, ...]]) -> None:
        """Run a statement with these rows when the time comes. It may depend on no other that waits."""
        self.others.setdefault(statement, []).extend(rows)

    def add(self, entry: Entry, row: tuple[Value | bytes, ...]) -> None:
        """An entry whose own columns are `row`. Its puts are the first of their rows, nothing is unset."""
        if entry.key is not None:
            self.keys.add(entry.key)
        self.later(ENTRY, [row])
        self.later(CHANGE, [(eid, field, entry.id, str(value) if field == PUT else value)
                            for eid, field, value in entry.changes])  # fmt: skip
        for change in entry.changes:
            if change.field != PUT:
                self._set(change)

    def put(self, eid: str, row: Mapping[str, Value]) -> None:
        """A new row as its put says it."""
        table = BY_PREFIX[eid[0]]
        cells = self.rows[eid] = dict[str, Value].fromkeys(table.columns)
        for field, value in row.items():
            if field in cells:
                cells[field] = cell(table, field, value)
            elif "." in field:
                self._set(Change(eid, field, value))

    def number(self, eid: str, number: int) -> None:
        self.later(NUMBER, [(eid, number)])
        self.rows[eid]["number"] = number

    def _set(self, change: Change) -> None:
        table = table_of(change.eid)
        if table is None:
            return
        if change.field in table.columns:
            row = self.rows.get(change.eid)
            row = self.sets.setdefault(change.eid, {}) if row is None else row
            row[change.field] = cell(table, change.field, change.value)
        elif known(table, change.field):
            namespace, _, key = change.field.partition(".")
            self.attrs[change.eid, namespace, key] = change.value

    def write(self, conn: sqlite3.Connection) -> None:
        """Write everything; nothing waits afterwards."""
        rows = self._statements()
        for some in (self.rows, self.sets, self.attrs, self.keys):
            some.clear()
        self.others = {}
        for statement, waiting in rows.items():
            conn.executemany(statement, waiting)

    def _statements(self) -> Rows:
        # Where rows are kept in the order of their ids, neighbours are written one after the other.
        self.others.get(CHANGE, []).sort(key=_place)
        found = self.others
        for eid, row in self.rows.items():
            found.setdefault(inserting(BY_PREFIX[eid[0]], tuple(row)), []).append((eid, *row.values()))
        for eid, row in self.sets.items():
            table = BY_PREFIX[eid[0]]
            found.setdefault(updating(table.name, tuple(row)), []).append((*row.values(), eid))
        if self.attrs:
            found[ATTR] = [(*at, self.attrs[at]) for at in sorted(self.attrs)]
        return found


def _place(row: Sequence[Value | bytes]) -> tuple[Value | bytes, ...]:
    return row[0], row[1], row[2]
