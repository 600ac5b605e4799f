"""What is promised on this desk: its policies with their calendars, and which one holds for a ticket."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from msgspec import Struct

from store.errors import DocError
from store.reads import docs
from store.rules.calendars import office, read_calendar
from store.rules.hours import ALWAYS, Calendar, Hours
from store.rules.policies import STANDARD, choose, in_order, read_policy
from store.rules.promises import Facts, Policy

STANDARD_NAME = "standard"
ROUND_THE_CLOCK = "24/7"


class Promised(Struct, frozen=True):
    """The policies in the order they are asked, and the calendars they name."""

    policies: tuple[Policy, ...]
    calendars: dict[str, Hours]

    def of(self, facts: Facts) -> tuple[Policy, Hours]:
        """The policy and hours for a ticket with these facts."""
        policy = choose(self.policies, facts)
        return policy, self.calendars[policy.hours]

    @property
    def hours(self) -> Hours:
        """The calendar of the desk itself: the one of the policy for all tickets."""
        return self.calendars[self.policies[-1].hours]


def promised(conn: sqlite3.Connection) -> Promised:
    """The policies and calendars in force. A desk without docs has the shipped ones, in UTC.

    A doc that became unreadable is passed over: promises are never silently off.
    """
    found = in_order(_policies(conn))
    if not found or found[-1].scope:
        found.append(read_policy(STANDARD))
    return Promised(tuple(found), {policy.hours: hours_named(conn, policy.hours) for policy in found})


def of_ticket(conn: sqlite3.Connection, ticket: str, here: Promised) -> tuple[Policy, Hours]:
    """The policy and hours for one ticket."""
    return here.of(facts(conn, [ticket]).get(ticket, Facts()))


def facts(conn: sqlite3.Connection, tickets: Iterable[str]) -> dict[str, Facts]:
    """What decides the policy of each ticket."""
    rows = conn.execute(
        "SELECT t.id, ifnull(t.brand, ''), ifnull(o.tier, ''), ifnull(t.priority, 3), ifnull(t.channel, ''),"
        " ifnull(t.grp, '') FROM ticket t LEFT JOIN customer c ON c.id = t.customer"
        " LEFT JOIN account o ON o.id = c.account WHERE t.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(tickets)),),
    )
    return {eid: Facts(*rest) for eid, *rest in rows}


def _policies(conn: sqlite3.Connection) -> Iterator[Policy]:
    """Those that can be read and are on; the one called standard is asked last of its kind."""
    for doc in sorted(docs.of_kind(conn, "policy"), key=lambda doc: doc.name == STANDARD_NAME):
        try:
            if doc.active:
                yield read_policy(doc.body, name=doc.name)
        except DocError:
            continue


def hours_named(conn: sqlite3.Connection, name: str) -> Hours:
    """The calendar of this name; the shipped one where there is none that can be read."""
    if name == ROUND_THE_CLOCK:
        return Hours(Calendar(zone="UTC", week=ALWAYS))
    doc = docs.named(conn, "hours", name)
    try:
        return Hours(read_calendar(doc.body if doc else office()))
    except (DocError, ValueError):
        return Hours(read_calendar(office()))
