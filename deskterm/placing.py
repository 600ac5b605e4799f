"""Who a ticket of this desk goes to: the team, the ticket and its past, handed to the routing rules."""

from __future__ import annotations

import sqlite3

from msgspec import Struct
from msgspec.structs import replace

from deskterm.desk import Desk
from deskterm.subjects import About
from store import blobs
from store.errors import NotFound
from store.keep.index import own_text
from store.model import Kind, Ticket
from store.reads import conversation, promised, team
from store.rules.language import Guess, guess
from store.rules.routing import WEIGHTS, Agent, Asked, Found, Route, choose, read_route

_LAST = """SELECT m.author FROM ticket t JOIN message m ON m.ticket = t.id
  WHERE t.customer = ? AND t.id <> ? AND m.kind = 'out' AND m.auto IS NULL AND m._deleted IS NULL
  ORDER BY m.date DESC LIMIT 1"""


class Given(Struct):
    """The team while one act gives tickets to it: what it gave counts, though nothing is committed yet."""

    agents: list[Agent] | None = None
    count: int = 0

    def note(self, name: str, ticket: Ticket, now: int) -> None:
        """The ticket goes to them."""
        self.count += 1
        weight = WEIGHTS.get(ticket.priority, 1)
        self.agents = [
            replace(one, load=one.load + weight, given=now + self.count) if one.name == name else one
            for one in self.agents or ()
        ]


def place(
    desk: Desk, conn: sqlite3.Connection, words: str, of: About, *, given: Given | None = None
) -> Found:
    """Who the ticket goes to by the route of these words. Raises DocError."""
    route = read_route(words)
    if of.ticket.assignee and not route.again:
        return Found("", f"{of.ticket.assignee} has it already")

    given = given or Given()
    if given.agents is None:
        given.agents = _agents(desk, conn)
    if not given.agents:
        return Found("", "nobody is registered; `deskterm team add NAME` does that")
    found = choose(route, given.agents, _asked(desk, conn, route, of))
    if found.name:
        given.note(found.name, of.ticket, desk.now)
    return found


def _agents(desk: Desk, conn: sqlite3.Connection) -> list[Agent]:
    def is_open(name: str, at: int) -> bool:
        return promised.hours_named(conn, name).is_open(at)

    return team.agents(conn, now=desk.now, is_open=is_open)


def _asked(desk: Desk, conn: sqlite3.Connection, route: Route, of: About) -> Asked:
    ticket = of.ticket
    language = _language(desk, conn, ticket.id) if route.language == "auto" else Guess("", 0.0)
    row = conn.execute(_LAST, (ticket.customer, ticket.id)).fetchone() if route.keep else None
    return Asked(
        age=desk.now - ticket.created,
        language=language.code,
        last=str(row[0]) if row else "",
        sure=language.sure,
    )


def _language(desk: Desk, conn: sqlite3.Connection, ticket: str) -> Guess:
    """The language of the newest letter of the customer."""
    letters = [one for one in conversation.messages(conn, ticket) if one.kind is Kind.IN]
    if not letters:
        return Guess("", 0.0)
    last = letters[-1]
    try:
        text = blobs.read_text(conn, last.body, folder=desk.blob_folder) if last.body else ""
    except NotFound:
        text = ""
    return guess(f"{last.subject}\n{own_text(text, last.folds)}")
