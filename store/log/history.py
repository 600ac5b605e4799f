"""What happened, from the log: a ticket's history, the desk's, and a row as it was at a moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from store.log import project, stamp
from store.log.entry import Change, Value


class Happened(Struct, frozen=True):
    """One entry as people read it."""

    entry: int
    at: int
    actor: str
    kind: str
    cause: int | None
    key: str | None
    void: bool
    changes: tuple[Was, ...]


class Was(Struct, frozen=True):
    """One field before and after an entry."""

    eid: str
    field: str
    before: Value
    after: Value


def of_ticket(conn: sqlite3.Connection, ticket: str, *, limit: int = 500) -> list[Happened]:
    """The entries that touched a ticket or its messages, newest first."""
    rows = [ticket, *_messages(conn, ticket), *_outbox(conn, ticket)]
    marks = ", ".join("?" * len(rows))
    stamps = conn.execute(
        f"SELECT DISTINCT id FROM change WHERE eid IN ({marks}) ORDER BY id DESC LIMIT ?", (*rows, limit)
    )
    return [_read(conn, int(row[0]), only=set(rows)) for row in stamps.fetchall()]


def of_desk(conn: sqlite3.Connection, *, limit: int, before: int | None = None) -> list[Happened]:
    """The newest entries of the desk, a page at a time (`before` is an entry id)."""
    bound = before if before is not None else 2**63 - 1
    stamps = conn.execute("SELECT id FROM entry WHERE id < ? ORDER BY id DESC LIMIT ?", (bound, limit))
    return [_read(conn, int(row[0]), only=None) for row in stamps.fetchall()]


def span(conn: sqlite3.Connection) -> tuple[int, int] | None:
    """The Unix seconds of the first and the last entry; None without any."""
    first, last = conn.execute("SELECT (SELECT min(id) FROM entry), (SELECT max(id) FROM entry)").fetchone()
    return None if first is None else (stamp.unix(first), stamp.unix(last))


def neighbour(conn: sqlite3.Connection, at: int, *, after: bool) -> int | None:
    """The Unix second of the last entry before the second `at`, or of the first after it."""
    way = ("min(id)", ">=", at + 1) if after else ("max(id)", "<", at)
    found = conn.execute(
        f"SELECT {way[0]} FROM entry WHERE id {way[1]} ?", (stamp.first_at(way[2]),)
    ).fetchone()[0]
    return None if found is None else stamp.unix(found)


def row_as_of(conn: sqlite3.Connection, eid: str, at: int) -> project.Row | None:
    """A row as the desk knew it at the end of the Unix second `at`; None when it did not exist."""
    return project.fold(conn, eid, before=stamp.first_at(at + 1))


Snapshot = tuple[project.Row, list[project.Row]]
"""A ticket's row, and those of the messages that were in it, oldest first."""


def ticket_as_of(conn: sqlite3.Connection, ticket: str, at: int) -> Snapshot | None:
    """A ticket and its messages at the end of the Unix second `at`; None when it did not exist."""
    return _ticket_before(conn, ticket, stamp.first_at(at + 1))


def ticket_after(conn: sqlite3.Connection, ticket: str, entry: int) -> Snapshot | None:
    """A ticket and its messages as an entry left them; None when it did not exist."""
    return _ticket_before(conn, ticket, entry + 1)


def _ticket_before(conn: sqlite3.Connection, ticket: str, bound: int) -> Snapshot | None:
    row = project.fold(conn, ticket, before=bound)
    if row is None:
        return None
    ever = _ever_in(conn, ticket)
    then = [(eid, project.fold(conn, eid, before=bound)) for eid in ever]
    inside = [{**m, "id": eid} for eid, m in then if m is not None and m.get("ticket") == ticket]
    standing = [m for m in inside if m.get("_deleted") is None]
    return row, sorted(standing, key=lambda m: (_number(m.get("date")), str(m["id"])))


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _ever_in(conn: sqlite3.Connection, ticket: str) -> list[str]:
    """Messages that are or once were in a ticket."""
    moved = conn.execute(
        "SELECT DISTINCT eid FROM change WHERE eid >= 'm' AND eid < 'n' AND field = 'ticket' AND value = ?",
        (ticket,),
    )
    return list(dict.fromkeys([*_messages(conn, ticket), *(row[0] for row in moved), *_left(conn, ticket)]))


def _left(conn: sqlite3.Connection, ticket: str) -> Iterable[str]:
    """Messages made in this ticket that were moved elsewhere since."""
    moved = conn.execute(
        "SELECT DISTINCT eid FROM change WHERE eid >= 'm' AND eid < 'n' AND field = 'ticket'"
    )
    for (eid,) in moved.fetchall():
        first = conn.execute(
            "SELECT value FROM change WHERE eid = ? AND field = '' ORDER BY id LIMIT 1", (eid,)
        ).fetchone()
        if first and project.row_of(first[0]).get("ticket") == ticket:
            yield eid


def _messages(conn: sqlite3.Connection, ticket: str) -> list[str]:
    return [row[0] for row in conn.execute("SELECT id FROM message WHERE ticket = ?", (ticket,))]


def _outbox(conn: sqlite3.Connection, ticket: str) -> list[str]:
    rows = conn.execute(
        "SELECT x.id FROM message m JOIN outbox x ON x.message = m.id WHERE m.ticket = ?", (ticket,)
    )
    return [row[0] for row in rows]


def _read(conn: sqlite3.Connection, entry: int, *, only: set[str] | None) -> Happened:
    actor, kind, key, cause, void, eids = conn.execute(
        "SELECT actor, kind, key, cause, void, eids FROM entry WHERE id = ?", (entry,)
    ).fetchone()
    rows = [eid for eid in str(eids).split() if only is None or eid in only]
    query = "SELECT field, value FROM change WHERE eid = ? AND id = ? ORDER BY field"
    changes = [Change(eid, *found) for eid in rows for found in conn.execute(query, (eid, entry)).fetchall()]
    was = tuple(
        Was(
            c.eid,
            c.field,
            None if not c.field else project.winner(conn, c.eid, c.field, before=entry),
            c.value,
        )
        for c in changes
    )
    return Happened(entry, stamp.unix(entry), actor, kind, cause, key, bool(void), was)
