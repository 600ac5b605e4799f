"""Taking an act back: the changes that restore what was, and what could not be restored.

Undo appends, it never deletes. A field somebody set later is left alone and reported.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

from msgspec import Struct

from store.log import project
from store.log.entry import Change, Value
from store.registry import PUT

REVERSALS = ("undo", "redo")

QUIET = ("read", "sending", "archive")
"""Kinds a person does not think of as an act: opening a ticket, the steps of a letter that leaves."""


_PART = (
    "e.kind = h.kind AND (e.key IS NULL"
    " OR substr(e.key, 1, length(h.key) + 1) IN (h.key || char(31), h.key || '#'))"
)
"""Whether entry `e`, caused by `h`, continues the same bulk act; a rule that follows a rule does not.

Logs written before `tx.PART` was a sign of its own have `#` there.
"""


class Kept(Struct, frozen=True):
    """A field that undo left alone, because somebody set it later."""

    eid: str
    field: str
    by: str


class Plan(Struct, frozen=True):
    entry: int
    changes: tuple[Change, ...]
    kept: tuple[Kept, ...]
    made: tuple[str, ...]
    """Rows the act made; undoing moves them to the bin, where the caller's policy allows it."""


def plan(conn: sqlite3.Connection, entry: int) -> Plan:
    """How to undo an act and everything it did in the same stroke (a bulk act is several entries)."""
    changes: list[Change] = []
    kept: list[Kept] = []
    made: list[str] = []
    heads, rows = _Heads(conn), lru_cache(4)(project.row_of)
    for part in stroke(conn, entry):
        for eid, field, decides, earlier, before, row in _steps(conn, part):
            if field == PUT:
                made.append(eid)
            elif not decides and part not in heads.behind(eid, field):
                kept.append(Kept(eid, field, _author(conn, eid, field)))
            elif earlier is not None:
                changes.append(Change(eid, field, before))
            else:
                changes.append(Change(eid, field, rows(row).get(field)))
    return Plan(entry, tuple(changes), tuple(kept), tuple(made))


def stroke(conn: sqlite3.Connection, entry: int) -> list[int]:
    """The entry and, for a bulk act, the entries that continue it, in order."""
    if conn.execute("SELECT 1 FROM entry WHERE id = ?", (entry,)).fetchone() is None:
        return []
    rest = conn.execute(
        f"SELECT e.id FROM entry e JOIN entry h ON h.id = e.cause WHERE h.id = ? AND {_PART} AND e.void = 0"
        " ORDER BY e.id",
        (entry,),
    )
    return [entry, *(row[0] for row in rest)]


def last_act(conn: sqlite3.Connection, actor: str) -> int | None:
    """What takes back the newest act of `actor` that stands: that act, or its redo where it was redone."""
    for step in _back(conn, actor):
        if step.kind not in REVERSALS and step.stands:
            return step.shown
    return None


def last_undo(conn: sqlite3.Connection, actor: str) -> int | None:
    """The newest undo of `actor` that can be redone: nothing else was done since."""
    for step in _back(conn, actor):
        if step.kind not in REVERSALS:
            return None
        if step.kind == "undo" and step.stands:
            return step.entry
    return None


class _Step(Struct, frozen=True):
    """One act or reversal, seen from now."""

    entry: int
    kind: str
    stands: bool
    shown: int
    """The entry that shows today: itself, or the last redo that brought it back."""


def _back(conn: sqlite3.Connection, actor: str) -> Iterator[_Step]:
    """Acts and reversals of `actor`, newest first: what reverses an entry is met before it."""
    reversed_: set[int] = set()
    shown: dict[int, int] = {}
    rows: Iterable[tuple[int, str, int | None]] = conn.execute(
        "SELECT e.id, e.kind, e.cause FROM entry e LEFT JOIN entry h ON h.id = e.cause"
        f" WHERE e.actor = ? AND e.void = 0 AND NOT ifnull({_PART}, 0) ORDER BY e.lseq DESC",
        (actor,),
    )
    for entry, kind, cause in rows:
        if kind in QUIET:
            continue
        step = _Step(entry, kind, entry not in reversed_, shown.get(entry) or entry)
        if kind in REVERSALS and cause is not None:
            shown[cause] = step.shown
            if step.stands:
                reversed_.add(cause)
        yield step


class _Heads:
    """Which sets stand behind a value that reversals brought back. Remembers the entries it looked at."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._known: dict[int, tuple[int, str, int | None]] = {}

    def behind(self, eid: str, field: str) -> set[int]:
        """The set that decides a field and, where that is a reversal, the sets it brought back."""
        query = "SELECT id FROM change WHERE eid = ? AND field = ? ORDER BY id DESC"
        found: set[int] = set()
        reversed_: int | None = None
        for (entry,) in self._conn.execute(query, (eid, field)).fetchall():
            stroke_, kind, cause = self._head(entry)
            if reversed_ is None:
                found.add(entry)
                if kind not in REVERSALS:
                    break
                reversed_ = cause
            elif stroke_ == reversed_:
                # What lies below the set that was reversed is what came back.
                reversed_ = None
        return found

    def _head(self, entry: int) -> tuple[int, str, int | None]:
        """First entry of the stroke, its kind and its cause."""
        if entry not in self._known:
            row = self._conn.execute(_HEAD, (entry,)).fetchone()
            own = (entry, str(row[0]), cast("int | None", row[1])) if row else (entry, "", None)
            self._known[entry] = tuple(row[2:5]) if row and row[5] else own
        return self._known[entry]


_HEAD = f"""SELECT e.kind, e.cause, h.id, h.kind, h.cause, ifnull({_PART}, 0)
  FROM entry e LEFT JOIN entry h ON h.id = e.cause WHERE e.id = ?"""


def _steps(conn: sqlite3.Connection, entry: int) -> Iterable[tuple[str, str, int, int | None, Value, Value]]:
    """Each change of an entry: row, field, does it decide, stamp and value of the set before, the put."""
    row = conn.execute("SELECT eids FROM entry WHERE id = ?", (entry,)).fetchone()
    rows = json.dumps(str(row[0]).split(" "))
    return conn.execute(_STEPS, {"rows": rows, "entry": entry})


_STEPS = """
SELECT c.eid, c.field,
  c.id = (SELECT max(id) FROM change WHERE eid = c.eid AND field = c.field),
  b.id, b.value,
  CASE WHEN b.id IS NULL THEN
    (SELECT value FROM change WHERE eid = c.eid AND field = '' ORDER BY id LIMIT 1) END
FROM json_each(:rows) row CROSS JOIN change c ON c.eid = row.value AND c.id = :entry
LEFT JOIN change b ON b.eid = c.eid AND b.field = c.field AND b.id =
  (SELECT max(id) FROM change WHERE eid = c.eid AND field = c.field AND id < :entry)"""


def _author(conn: sqlite3.Connection, eid: str, field: str) -> str:
    row = conn.execute(
        "SELECT e.actor FROM change c JOIN entry e ON e.id = c.id WHERE c.eid = ? AND c.field = ?"
        " ORDER BY c.id DESC LIMIT 1",
        (eid, field),
    ).fetchone()
    return str(row[0]) if row else ""
