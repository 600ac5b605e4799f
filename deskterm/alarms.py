"""Alerts of machines: the open ticket of the trouble a letter is about, and what it changes there.

Reads on the connection it is given and makes changes; commits nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from channels.letter import Letter
from store.errors import DocError
from store.log.entry import Change, Value
from store.model import Status, Ticket
from store.reads import docs
from store.rules.alerts import Alarm, Alerts, alarm, read_alerts
from store.rules.threads import Claims, Join, NewTicket

KIND = "alert"
RECOVERED = "recovered"
"""Tag of a ticket whose trouble is over, as its machine says; solving it is proposed by that."""


def known(conn: sqlite3.Connection) -> dict[str, Alerts]:
    """The alerts this desk groups, by the names of their docs; one that cannot be read is passed over."""
    found: dict[str, Alerts] = {}
    for doc in docs.of_kind(conn, KIND):
        if doc.active:
            try:
                found[doc.name] = read_alerts(doc.body, name=doc.name)
            except DocError:
                continue
    return found


def of(conn: sqlite3.Connection, letter: Letter) -> Alarm | None:
    """The trouble a letter is about; None for letters of people and of machines nobody described."""
    if len(letter.sender) != 1:
        return None
    return alarm(known(conn), sender=letter.sender[0].addr, subject=letter.subject)


def placed(
    conn: sqlite3.Connection, letter: Letter, where: Join | NewTicket | Claims, *, now: int
) -> tuple[Alarm | None, Join | NewTicket | Claims]:
    """The trouble a letter is about and where it goes; one that proves where it belongs goes there."""
    found = None if isinstance(where, Join) else of(conn, letter)
    return found, where if found is None else (_open(conn, found, now=now) or where)


def _open(conn: sqlite3.Connection, found: Alarm, *, now: int) -> Join | None:
    """The ticket of this trouble, while it is open and its last letter young enough."""
    row = conn.execute(
        "SELECT t.id, t.number, (SELECT count(*) FROM message AS m WHERE m.ticket = t.id AND m.kind = 'in')"
        " FROM attr AS a JOIN ticket AS t ON t.id = a.eid WHERE a.ns = ? AND a.k = ? AND a.v > ?"
        " AND t.bucket IN ('active', 'waiting', 'snoozed') AND t.merged_into IS NULL"
        " ORDER BY t.n DESC LIMIT 1",
        (KIND, found.key, now - found.within),
    ).fetchone()
    if row is None:
        return None
    about = f"letter {row[2] + 1:,} about {found.about} (alert {found.doc})"
    return Join(str(row[0]), f"{about}; #{row[1]} is open for it{', and it is over' if found.over else ''}")


def begun(found: Alarm, *, when: int) -> Mapping[str, Value]:
    """Fields of the ticket the first letter of a trouble makes. One that is over already is no work."""
    fields: dict[str, Value] = {f"{KIND}.{found.key}": when}
    return fields | ({"status": Status.SOLVED.value, f"tag.{RECOVERED}": 1} if found.over else {})


def joined(found: Alarm, ticket: Ticket, *, when: int) -> list[Change]:
    """What another letter of a trouble changes: it is seen and wakes nobody; the end is marked."""
    changes = [Change(ticket.id, f"{KIND}.{found.key}", when), Change(ticket.id, "unread", 1)]
    tagged = RECOVERED in ticket.tags
    if found.over != tagged:
        changes.append(Change(ticket.id, f"tag.{RECOVERED}", 1 if found.over else None))
    if found.over and found.solve:
        changes.append(Change(ticket.id, "status", Status.SOLVED.value))
    return changes
