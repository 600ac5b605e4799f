"""What rules did, counted from the log: how often each acted, was taken back, was overruled by people."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from msgspec import Struct

from store.log import stamp
from store.reads.causes import KIND


class Stat(Struct, frozen=True):
    """What one rule did in a while."""

    fired: int = 0
    undone: int = 0
    """Acts taken back."""
    overruled: int = 0
    """Acts of which somebody set a field to something else afterwards; an undo does not count again."""


class Fired(Struct, frozen=True):
    """One act of a rule on one ticket."""

    entry: int
    at: int
    rule: str
    """As the rule was called then."""
    cause: int | None
    undone: bool
    sets: tuple[tuple[str, int | str | None], ...]


_UNDONE = "EXISTS (SELECT 1 FROM entry u WHERE u.cause = e.id AND u.kind = 'undo')"

_OVERRULED = """EXISTS (
  SELECT 1 FROM change c JOIN change later ON later.eid = c.eid AND later.field = c.field AND later.id > c.id
  JOIN entry l ON l.id = later.id
  WHERE c.id = e.id AND c.eid IN (SELECT value FROM json_each('["' || replace(e.eids, ' ', '","') || '"]'))
    AND c.field > '' AND later.value IS NOT c.value AND l.kind NOT IN ('rule', 'undo', 'redo'))"""


def of_desk(conn: sqlite3.Connection, *, since: int) -> dict[str, Stat]:
    """What each rule did from the Unix second `since` on, by the id of its doc."""
    rows = conn.execute(
        f"SELECT substr(e.key, 6, instr(substr(e.key, 6), ':') - 1), count(*), sum({_UNDONE}),"
        f" sum({_OVERRULED}) FROM entry e WHERE e.key >= 'rule:' AND e.key < 'rule;' AND e.kind = ?"
        " AND e.id >= ? AND e.void = 0 GROUP BY 1",
        (KIND, stamp.first_at(since)),
    )
    return {doc: Stat(fired, undone, overruled) for doc, fired, undone, overruled in rows}


def of_ticket(conn: sqlite3.Connection, ticket: str, entries: Sequence[int]) -> list[Fired]:
    """The acts of rules among these entries on a ticket, oldest first."""
    found: list[Fired] = []
    for entry in sorted(entries):
        row = conn.execute(
            f"SELECT actor, cause, {_UNDONE} FROM entry e WHERE id = ? AND kind = ?", (entry, KIND)
        ).fetchone()
        if row is not None:
            sets = conn.execute("SELECT field, value FROM change WHERE eid = ? AND id = ?", (ticket, entry))
            name = str(row[0]).partition(":")[2]
            found.append(Fired(entry, stamp.unix(entry), name, row[1], bool(row[2]), tuple(sets.fetchall())))
    return found
