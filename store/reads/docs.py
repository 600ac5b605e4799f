"""The docs of the desk: macros, rules, queues, hours and policies as the log holds them."""

from __future__ import annotations

import sqlite3

from store.model import Doc

_SELECT = "SELECT id, kind, name, body, ifnull(pos, ''), ifnull(active, 1) FROM doc WHERE _deleted IS NULL"


def of_kind(conn: sqlite3.Connection, kind: str) -> list[Doc]:
    """The docs of one kind in their order."""
    return [_doc(row) for row in conn.execute(f"{_SELECT} AND kind = ? ORDER BY pos, name", (kind,))]


def named(conn: sqlite3.Connection, kind: str, name: str) -> Doc | None:
    """The doc of this kind and name, or None. Names are compared without case."""
    row = conn.execute(
        f"{_SELECT} AND kind = ? AND name = ? COLLATE NOCASE ORDER BY n LIMIT 1", (kind, name)
    ).fetchone()
    return _doc(row) if row else None


def every(conn: sqlite3.Connection) -> list[Doc]:
    """All docs, by kind and order."""
    return [_doc(row) for row in conn.execute(f"{_SELECT} ORDER BY kind, pos, name")]


def _doc(row: tuple[str, str, str, str, str, int]) -> Doc:
    eid, kind, name, body, pos, active = row
    return Doc(eid, kind, name, body or "", pos, bool(active))
