"""Taking an act back: the changes that restore what was, and what could not be restored.

Undo appends, it never deletes. A field somebody set later is left alone and reported.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from store.log import project
from store.log.entry import Change
from store.registry import PUT

REVERSALS = ("undo", "redo")

QUIET = ("read", "sending", "archive")
"""Kinds a person does not think of as an act: opening a ticket, the steps of a letter that leaves."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that undo left alone, because somebody set it later."""

    eid: str
    field: str
    by: str


@dataclass(frozen=True, slots=True)
class Plan:
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
    for part in stroke(conn, entry):
        for change in _changes(conn, part):
            if change.field == PUT:
                made.append(change.eid)
            elif _decides(conn, change, part):
                changes.append(
                    change._replace(value=project.winner(conn, change.eid, change.field, before=part))
                )
            else:
                kept.append(Kept(change.eid, change.field, _author(conn, change)))
    return Plan(entry, tuple(changes), tuple(kept), tuple(made))


def stroke(conn: sqlite3.Connection, entry: int) -> list[int]:
    """The entry and, for a bulk act, the entries that continue it, in order."""
    kind = conn.execute("SELECT kind FROM entry WHERE id = ?", (entry,)).fetchone()
    if kind is None:
        return []
    rest = conn.execute(
        "SELECT id FROM entry WHERE cause = ? AND kind = ? AND void = 0 ORDER BY id", (entry, kind[0])
    )
    return [entry, *(row[0] for row in rest)]


def last_act(conn: sqlite3.Connection, actor: str) -> int | None:
    """The newest act of `actor` that stands: not undone, not itself an undo, no continuation."""
    undone = _undone(conn, actor)
    rows = conn.execute(
        "SELECT id, kind, cause FROM entry WHERE actor = ? AND void = 0 ORDER BY lseq DESC",
        (actor,),
    )
    for eid, kind, cause in rows:
        if kind in REVERSALS or kind in QUIET or eid in undone:
            continue
        if cause is not None and _kind(conn, cause) == kind:
            if cause in undone:
                continue
            return int(cause)
        return int(eid)
    return None


def last_undo(conn: sqlite3.Connection, actor: str) -> int | None:
    """The newest undo of `actor` that can be redone: nothing else was done since."""
    redone: set[int] = set()
    rows = conn.execute(
        "SELECT id, kind, cause FROM entry WHERE actor = ? AND void = 0 ORDER BY lseq DESC", (actor,)
    )
    for eid, kind, cause in rows:
        if kind == "redo":
            redone.add(cause)
        elif kind == "undo":
            if eid not in redone:
                return int(eid)
        elif kind not in QUIET:
            return None
    return None


def _undone(conn: sqlite3.Connection, actor: str) -> set[int]:
    """Acts whose latest reversal is an undo that still stands."""
    standing: set[int] = set()
    undos: dict[int, int] = {}
    rows = conn.execute(
        "SELECT id, kind, cause FROM entry WHERE actor = ? AND kind IN ('undo', 'redo') ORDER BY lseq",
        (actor,),
    )
    for eid, kind, cause in rows:
        if kind == "undo":
            undos[eid] = cause
            standing.add(cause)
        else:
            standing.discard(undos.get(cause, 0))
    return standing


def _changes(conn: sqlite3.Connection, entry: int) -> Iterable[Change]:
    row = conn.execute("SELECT eids FROM entry WHERE id = ?", (entry,)).fetchone()
    query = "SELECT eid, field, value FROM change WHERE eid = ? AND id = ? ORDER BY field"
    for eid in str(row[0]).split():
        for found in conn.execute(query, (eid, entry)).fetchall():
            yield Change(*found)


def _decides(conn: sqlite3.Connection, change: Change, entry: int) -> bool:
    """Whether this entry's set is still the winner of its field."""
    query = "SELECT max(id) FROM change WHERE eid = ? AND field = ?"
    return conn.execute(query, (change.eid, change.field)).fetchone()[0] == entry


def _author(conn: sqlite3.Connection, change: Change) -> str:
    row = conn.execute(
        "SELECT e.actor FROM change c JOIN entry e ON e.id = c.id WHERE c.eid = ? AND c.field = ?"
        " ORDER BY c.id DESC LIMIT 1",
        (change.eid, change.field),
    ).fetchone()
    return str(row[0]) if row else ""


def _kind(conn: sqlite3.Connection, entry: int) -> str | None:
    row = conn.execute("SELECT kind FROM entry WHERE id = ?", (entry,)).fetchone()
    return row[0] if row else None
