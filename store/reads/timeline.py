"""What happened to a ticket, as its promises see it: the events of one ticket, from log and messages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from operator import attrgetter

from msgspec import Struct

from store.log import stamp
from store.log.project import row_of
from store.model import Kind, Status
from store.rules.promises import ACTS, FORWARD, MACHINES, Act, Event


def events(conn: sqlite3.Connection, ticket: str) -> list[Event]:
    """The events of a ticket in order of time; empty while nothing is promised to anybody.

    Of an archived ticket only what came after the import counts, and it begins with the first letter
    of the customer after it.
    """
    return events_of(conn, [ticket]).get(ticket, [])


def events_of(conn: sqlite3.Connection, tickets: Sequence[str]) -> dict[str, list[Event]]:
    """The events of many tickets, read together: ten thousand cost four queries, not forty thousand."""
    wanted = json.dumps(list(tickets))
    letters = _letters(conn, wanted)
    sets, begins = _sets(conn, wanted)
    rows = conn.execute(
        "SELECT id, created, archive FROM ticket WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    )
    return {
        eid: _story(created or 0, archive, letters.get(eid, []), sets.get(eid, []), begins.get(eid, _NOTHING))
        for eid, created, archive in rows
    }


_Begin = tuple[Status | None, int | None]
_NOTHING: _Begin = (None, None)


def _story(
    created: int, archive: int | None, letters: list[Event], sets: list[Event], begin: _Begin
) -> list[Event]:
    status, priority = begin
    if archive is not None:
        return _after_archive(archive, letters, sets, priority)
    mine = letters and letters[0].act in (Act.REPLY, Act.AUTO)
    first = Event(created, Act.OPENED if mine else Act.CREATED, status, priority)
    # The letter that made the ticket is the creation itself.
    rest = letters[1:] if letters and letters[0].act is Act.CUSTOMER else letters
    return [first, *sorted((*rest, *sets), key=attrgetter("at"))] if sets or len(rest) > 1 else [first, *rest]


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


def _letters(conn: sqlite3.Connection, wanted: str) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    rows = conn.execute(
        "SELECT ticket, kind, date, auto, signals FROM message"
        " WHERE ticket IN (SELECT value FROM json_each(?)) AND _deleted IS NULL ORDER BY ticket, date, n",
        (wanted,),
    )
    for ticket, kind, date, auto, signals in rows:
        found.setdefault(ticket, []).append(Event(date or 0, _act(kind, auto, signals)))
    return found


def _act(kind: str, auto: int | None, signals: str | None) -> Act:
    if auto or (signals and not MACHINES.isdisjoint(signals.split())):
        return Act.AUTO
    if signals and FORWARD in signals.split():
        return Act.NOTE
    return ACTS[Kind(kind)] if kind in _KINDS else Act.NOTE


_KINDS = frozenset(Kind)


def _sets(conn: sqlite3.Connection, wanted: str) -> tuple[dict[str, list[Event]], dict[str, _Begin]]:
    """Changes of status and priority by ticket, and what each ticket began with."""
    sets: dict[str, list[Event]] = {}
    begins: dict[str, _Begin] = {}
    rows = conn.execute(
        "SELECT eid, field, id, value FROM change WHERE eid IN (SELECT value FROM json_each(?))"
        " AND field IN ('', 'status', 'priority') ORDER BY eid, id",
        (wanted,),
    )
    for eid, field, at, value in rows:
        if not field:
            begins.setdefault(eid, _begin(value))
        elif field == "status" and value in _STATUSES:
            sets.setdefault(eid, []).append(Event(stamp.unix(at), Act.CHANGE, status=_STATUSES[value]))
        elif field == "priority" and isinstance(value, int):
            sets.setdefault(eid, []).append(Event(stamp.unix(at), Act.CHANGE, priority=value))
    return sets, begins


_STATUSES = {status.value: status for status in Status}


def _begin(put: object) -> _Begin:
    first = row_of(put if isinstance(put, str) else None)
    status, priority = first.get("status"), first.get("priority")
    return (
        _STATUSES.get(status) if isinstance(status, str) else None,
        priority if isinstance(priority, int) else None,
    )


class Since(Struct, frozen=True):
    """A letter that is news to whoever looked at the ticket before."""

    kind: Kind
    author: str
    sender: str
    """Display form `Name <addr>`."""
    date: int


def news_since(
    conn: sqlite3.Connection, ticket: str, lseq: int, *, agent: str, besides: str = ""
) -> list[Since]:
    """Letters of customers and replies of other agents that arrived here after entry number `lseq`.

    What machines wrote is no news, nor what an import of older mail brought. Of two agents who did not see
    each other's reply only the later is told of the other's; `besides` is the message that is told.
    """
    own = _arrival(conn, besides) if besides else 2**62
    rows = conn.execute(
        "SELECT m.kind, ifnull(m.author, ''), ifnull(m.sender, ''), ifnull(m.date, 0), m.signals"
        " FROM message m JOIN entry e ON e.id ="
        "  (SELECT id FROM change WHERE eid = m.id AND field = '' ORDER BY id LIMIT 1)"
        " WHERE m.ticket = ? AND m._deleted IS NULL AND m.auto IS NULL AND e.lseq > ? AND e.kind <> 'archive'"
        " AND (m.kind = 'in' OR m.kind = 'out' AND m.author IS NOT ? AND (e.lseq < ? OR EXISTS"
        "  (SELECT 1 FROM outbox x WHERE x.message = m.id AND x.base >= ?))) ORDER BY m.date, m.n",
        (ticket, lseq, agent, own, own),
    )
    return [
        Since(Kind(kind), author, sender, date)
        for kind, author, sender, date, signals in rows
        if MACHINES.isdisjoint(str(signals or "").split())
    ]


class ActSince(Struct, frozen=True):
    """What a colleague made of a ticket that somebody is writing to."""

    actor: str
    field: str
    """`status`, `assignee` or `merged_into`."""
    value: str
    at: int


def acts_since(conn: sqlite3.Connection, ticket: str, lseq: int, *, agent: str) -> list[ActSince]:
    """What other agents made of a ticket by entries that arrived here after entry number `lseq`.

    Machines act under a key, people without one.
    """
    rows = conn.execute(
        "SELECT e.actor, c.field, ifnull(c.value, ''), e.id FROM change c JOIN entry e ON e.id = c.id"
        " WHERE c.eid = ? AND c.field IN ('status', 'assignee', 'merged_into') AND e.lseq > ?"
        " AND e.key IS NULL AND e.actor NOT IN ('mail', 'sender', 'clock', ?) ORDER BY e.id",
        (ticket, lseq, agent),
    )
    return [ActSince(str(actor), field, str(value), stamp.unix(at)) for actor, field, value, at in rows]


def _arrival(conn: sqlite3.Connection, eid: str) -> int:
    """Arrival number of the entry that made a row."""
    query = (
        "SELECT e.lseq FROM change c JOIN entry e ON e.id = c.id WHERE c.eid = ? AND c.field = ''"
        " ORDER BY c.id LIMIT 1"
    )
    row = conn.execute(query, (eid,)).fetchone()
    return int(row[0]) if row else 2**62
