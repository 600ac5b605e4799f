"""What happened to a ticket, as its promises see it: the events of one ticket, from log and messages."""

from __future__ import annotations

import sqlite3

from store.errors import DocError
from store.log import stamp
from store.log.project import row_of
from store.model import Kind, Status
from store.reads import docs
from store.rules.calendars import office, read_calendar
from store.rules.hours import Hours
from store.rules.policies import STANDARD, read_policy
from store.rules.promises import ACTS, MACHINES, Act, Event, Policy

Promised = tuple[Policy, Hours]


def promised(conn: sqlite3.Connection) -> Promised:
    """The policy and calendar in force. A desk without docs has the shipped ones, in UTC.

    A doc that became unreadable is passed over for the shipped one: promises are never silently off.
    """
    doc = docs.named(conn, "policy", "standard")
    try:
        policy = read_policy(doc.body) if doc else read_policy(STANDARD)
    except DocError:
        policy = read_policy(STANDARD)
    calendar = docs.named(conn, "hours", policy.hours)
    try:
        return policy, Hours(read_calendar(calendar.body if calendar else office()))
    except (DocError, ValueError):
        return policy, Hours(read_calendar(office()))


def events(conn: sqlite3.Connection, ticket: str) -> list[Event]:
    """The events of a ticket in order of time; empty while nothing is promised to anybody.

    Of an archived ticket only what came after the import counts, and it begins with the first letter
    of the customer after it.
    """
    row = conn.execute("SELECT created, archive FROM ticket WHERE id = ?", (ticket,)).fetchone()
    if row is None:
        return []
    created, archive = row[0] or 0, row[1]
    letters = _letters(conn, ticket)
    sets = _sets(conn, ticket)
    status, priority = _begins(conn, ticket)
    if archive is not None:
        return _after_archive(archive, letters, sets, priority)
    mine = letters and letters[0].act in (Act.REPLY, Act.AUTO)
    first = Event(created, Act.OPENED if mine else Act.CREATED, status, priority)
    # The letter that made the ticket is the creation itself.
    rest = letters[1:] if letters and letters[0].act is Act.CUSTOMER else letters
    return [first, *sorted((*rest, *sets), key=lambda event: event.at)]


def _after_archive(
    archive: int, letters: list[Event], sets: list[Event], priority: int | None
) -> list[Event]:
    live = sorted((e for e in (*letters, *sets) if e.at > archive), key=lambda event: event.at)
    begin = next((n for n, event in enumerate(live) if event.act is Act.CUSTOMER), None)
    if begin is None:
        return []
    for event in live[:begin]:
        priority = event.priority if event.priority is not None else priority
    return [Event(live[begin].at, Act.CREATED, Status.OPEN, priority), *live[begin + 1 :]]


def _letters(conn: sqlite3.Connection, ticket: str) -> list[Event]:
    rows = conn.execute(
        "SELECT kind, date, auto, signals FROM message WHERE ticket = ? AND _deleted IS NULL"
        " ORDER BY date, n",
        (ticket,),
    )
    return [Event(date or 0, _act(kind, auto, signals)) for kind, date, auto, signals in rows]


def _act(kind: str, auto: int | None, signals: str | None) -> Act:
    if auto or (signals and not MACHINES.isdisjoint(signals.split())):
        return Act.AUTO
    return ACTS[Kind(kind)] if kind in _KINDS else Act.NOTE


_KINDS = frozenset(Kind)


def _sets(conn: sqlite3.Connection, ticket: str) -> list[Event]:
    found: list[Event] = []
    rows = conn.execute(
        "SELECT field, id, value FROM change WHERE eid = ? AND field IN ('status', 'priority') ORDER BY id",
        (ticket,),
    )
    for field, eid, value in rows:
        if field == "status" and value in _STATUSES:
            found.append(Event(stamp.unix(eid), Act.CHANGE, status=Status(value)))
        elif field == "priority" and isinstance(value, int):
            found.append(Event(stamp.unix(eid), Act.CHANGE, priority=value))
    return found


_STATUSES = frozenset(Status)


def _begins(conn: sqlite3.Connection, ticket: str) -> tuple[Status | None, int | None]:
    row = conn.execute(
        "SELECT value FROM change WHERE eid = ? AND field = '' ORDER BY id LIMIT 1", (ticket,)
    ).fetchone()
    first = row_of(row[0] if row else None)
    status, priority = first.get("status"), first.get("priority")
    return (
        Status(status) if isinstance(status, str) and status in _STATUSES else None,
        priority if isinstance(priority, int) else None,
    )
