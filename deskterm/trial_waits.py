"""Waiting rules on trial: when their time would have come in the past, and the tickets as they stood then.

Knows the log and the desk, changes nothing. People, policies and hours are those of today.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from deskterm import asof, days, subjects
from deskterm.automation import Armed, Automation
from deskterm.desk import Desk
from deskterm.doings import Doing, doing
from deskterm.subjects import About
from store.errors import NotFound
from store.keep.due import promised
from store.log import project, stamp
from store.model import Ticket
from store.reads import causes, timeline
from store.reads.promised import of_ticket
from store.rules import sla
from store.rules.firing import ask
from store.rules.hours import Hours
from store.rules.match import may_match
from store.rules.promises import Due, Event, Policy
from store.rules.rule_text import Rule


class Would(Struct, frozen=True):
    """One act a rule would have done in the past."""

    at: int
    ticket: Ticket
    """As it stood then."""
    does: Doing


def may(desk: Desk, rule: Rule, of: About, at: int) -> bool:
    """Whether the ticket alone leaves it open that the rule acts; else its letters need not be read."""
    return rule.tree is None or may_match(
        rule.tree, subjects.made(of, (), text=str), now=at, me="", zone=days.zone(desk, desk.conn)
    )


def then(conn: sqlite3.Connection, ticket: str, entry: int) -> About | None:
    """A ticket as it stood right after an entry; its people as they are today."""
    row = project.fold(conn, ticket, before=entry + 1)
    if row is None:
        return None
    try:
        today = subjects.about(conn, ticket)
    except NotFound:
        return None
    return replace(today, ticket=asof.of_row(today.ticket, row))


def waited(desk: Desk, one: Armed, since: int, stopped: Callable[[], bool]) -> Iterator[Would]:
    """What a waiting rule would have done, between one act on a ticket and the next; oldest first."""
    conn = desk.conn
    touched = conn.execute(
        "SELECT DISTINCT eid FROM change WHERE eid >= 't' AND eid < 'u' AND id >= ?", (stamp.first_at(since),)
    )
    open_now = conn.execute("SELECT id FROM ticket WHERE bucket IN ('active', 'waiting', 'snoozed')")
    found = [
        would
        for eid in sorted({str(row[0]) for row in (*touched.fetchall(), *open_now.fetchall())})
        if not stopped()
        for would in _Past(desk, one, eid).acts(since)
    ]
    yield from sorted(found, key=lambda would: (would.at, would.ticket.id))


def comes(desk: Desk, one: Armed, ticket: str) -> tuple[int | None, int | None]:
    """The moment a waiting rule counts from on a ticket as it stands, and when it acts; None for never."""
    past = _Past(desk, one, ticket)
    entry = past.entries()[-1]
    moment = past.moment(entry, past.due(entry))
    over = past.over(moment) if moment is not None else None
    of = then(desk.conn, ticket, entry)
    return moment, past.acts_at(of, over) if over is not None and of is not None else None


class _Past:
    """One ticket's past, as a waiting rule would have lived through it."""

    def __init__(self, desk: Desk, one: Armed, ticket: str) -> None:
        self.desk, self.one, self.rule, self.ticket = desk, one, one.rule, ticket
        here = promised(desk.conn, desk.store)
        self.hours: Hours = here.hours
        """Of the desk, by which rules wait."""
        self.promise: tuple[list[Event], Policy, Hours] | None = None
        if self.rule.since in ("due", "warn"):
            self.promise = timeline.events(desk.conn, ticket), *of_ticket(desk.conn, ticket, here)

    def acts(self, since: int) -> Iterator[Would]:
        """From the Unix second `since` on; each moment that is waited from counts once."""
        conn, rule = self.desk.conn, self.rule
        entries = self.entries()
        fired: set[int] = set()
        for entry, after in zip(entries, [*entries[1:], 0], strict=True):
            due = self.due(entry)
            moment = self.moment(entry, due)
            until = stamp.unix(after) if after else self.desk.now
            over = None if moment is None or moment in fired else self.over(moment)
            at = max(over, stamp.unix(entry)) if over is not None else until
            of = then(conn, self.ticket, entry) if at < until and (at >= since or rule.in_hours) else None
            if of is None or moment is None or _archived(of, moment):
                continue
            at = self.acts_at(of, at)
            if at is None or not since <= at < until:
                continue
            would = self._would(self._with(of, due), moment, at) if may(self.desk, rule, of, at) else None
            if would is not None:
                fired.add(moment)
                yield would

    def entries(self) -> list[int]:
        """The acts on the ticket and its messages, oldest first."""
        rows = self.desk.conn.execute(
            "SELECT DISTINCT id FROM change WHERE eid = ? OR eid IN (SELECT id FROM message WHERE ticket = ?)"
            " ORDER BY id",
            (self.ticket, self.ticket),
        )
        return [int(row[0]) for row in rows.fetchall()]

    def _would(self, of: About, moment: int, at: int) -> Would | None:
        conn = self.desk.conn
        seen = subjects.subject(conn, of, "", text=Automation(self.desk).text(conn))
        cause = causes.wait_over(moment)
        (answer,) = ask([self.rule], cause, seen, now=at, zone=days.zone(self.desk, conn))
        does = doing(self.desk, conn, self.rule, of) if answer.acts else None
        return Would(at, of.ticket, does) if does else None

    def over(self, moment: int) -> int | None:
        """When the wait from a moment is over; None if it never is."""
        if self.rule.open_hours:
            return self.hours.add(moment, self.rule.wait)
        return moment + self.rule.wait

    def acts_at(self, of: About, at: int) -> int | None:
        """A rule of open hours waits for the desk to open, unless it is urgent; None if it never opens."""
        urgent = of.ticket.priority == 1
        return at if not self.rule.in_hours or urgent else self.hours.next_open(at)

    def due(self, entry: int) -> Due | None:
        """The promise that ran right after an entry."""
        if self.promise is None:
            return None
        events, policy, hours = self.promise
        at = stamp.unix(entry)
        return sla.due([event for event in events if event.at <= at], hours=hours, policy=policy)

    def _with(self, of: About, due: Due | None) -> About:
        if due is None:
            return of
        told = replace(of.ticket, due_at=due.at, due_kind=due.kind.value, warn_at=due.warn)
        return replace(of, ticket=told)

    def moment(self, entry: int, due: Due | None) -> int | None:
        """The moment the rule counted from, as it was right after an entry."""
        if self.rule.since in ("due", "warn"):
            return due and (due.at if self.rule.since == "due" else due.warn)
        return _moment(self.desk.conn, self.ticket, self.rule.since, entry)


def _archived(of: About, moment: int) -> bool:
    """Whether a moment lies before the silent import of the ticket."""
    return of.ticket.archive is not None and moment <= of.ticket.archive


def _moment(conn: sqlite3.Connection, ticket: str, since: str, entry: int) -> int | None:
    """The moment a waiting rule counted from, as it was right after an entry."""
    if since in ("last_in", "last_out"):
        kind = since.removeprefix("last_")
        row = conn.execute(
            "SELECT max(m.date) FROM message m JOIN change c ON c.eid = m.id AND c.field = ''"
            " WHERE m.ticket = ? AND m.kind = ? AND c.id <= ?",
            (ticket, kind, entry),
        ).fetchone()
        return cast("int | None", row[0])
    if since == "updated":
        return stamp.unix(entry)
    if since == "created":
        return project.created(conn, ticket)
    field = f"tag.{since.removeprefix('tag:')}" if since.startswith("tag:") else since
    row = conn.execute(
        "SELECT max(id) FROM change WHERE eid = ? AND field = ? AND id <= ?", (ticket, field, entry)
    ).fetchone()
    if row[0] is not None:
        return stamp.unix(int(row[0]))
    return None if since.startswith("tag:") else project.created(conn, ticket)
