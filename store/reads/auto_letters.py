"""What the desk sent by itself: the letters the brakes count, their rations, and why one was sent or not."""

from __future__ import annotations

import sqlite3

from store.errors import DocError
from store.reads import docs
from store.rules.brakes import DAY, Letter, Rations, read_rations

MARK = "auto"
"""Name space of an outbox row that says when it was made by itself, what for and to whom."""
WHY = "x.ack"
"""Field of a message: why it was acknowledged, or why not."""


def mark(letter: Letter) -> tuple[str, str]:
    """The field of an outbox row by which the brakes find it again, and its value."""
    address = "".join(letter.address.split())
    return f"{MARK}.{letter.at // DAY}", f"{letter.at} {address} {letter.kind}"


def made(conn: sqlite3.Connection, now: int) -> list[Letter]:
    """Every automatic letter since a day ago, those of a clock that was ahead included.

    Read from the outbox, so it holds over restarts and for every process; what was called back is none.
    """
    rows = conn.execute(
        "SELECT a.v, ifnull(o.ticket, ''), ifnull(t.subject, '') FROM attr AS a"
        " JOIN outbox AS o ON o.id = a.eid LEFT JOIN ticket AS t ON t.id = o.ticket"
        " WHERE a.ns = ? AND a.k >= ? AND o.state <> 'called back'",
        (MARK, str(now // DAY - 1)),
    ).fetchall()
    letters: list[Letter] = []
    for value, ticket, subject in rows:
        at, address, kind = str(value).split(" ", 2)
        if int(at) > now - DAY:
            letters.append(Letter(int(at), kind, address, ticket, subject))
    return letters


def rations(conn: sqlite3.Connection) -> Rations:
    """The rations in force: those of the `brakes` doc, else the standard ones."""
    for doc in docs.of_kind(conn, "brakes"):
        if doc.active:
            try:
                return read_rations(doc.body)
            except DocError:
                break
    return Rations()


def reasons(conn: sqlite3.Connection, ticket: str) -> dict[str, str]:
    """Message id to why it was acknowledged, or why not; letters nobody asked about are left out."""
    rows = conn.execute(
        "SELECT m.id, a.v FROM message AS m JOIN attr AS a ON a.eid = m.id WHERE m.ticket = ?"
        " AND a.ns = 'x' AND a.k = 'ack'",
        (ticket,),
    )
    return {str(eid): str(why) for eid, why in rows}


def ours_by_itself(conn: sqlite3.Connection, msgids: tuple[str, ...]) -> bool:
    """Whether one of these Message-IDs is that of a letter the desk sent by itself."""
    find = "SELECT 1 FROM message WHERE msgid = ? AND auto IS NOT NULL AND kind = 'out' LIMIT 1"
    return any(conn.execute(find, (msgid,)).fetchone() is not None for msgid in msgids)
