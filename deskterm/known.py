"""What a screen offers to choose from: people, tags, macros, tickets by id, what could be done next.

Reads only. No Textual and no SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from deskterm import days
from deskterm.desk import Desk
from deskterm.sleeps import FOREVER
from store.errors import DocError
from store.log import history, stamp, undo
from store.log.history import Happened
from store.model import Message, Queue, Ticket
from store.reads import conversation, docs, many, people, queues, tickets, todo
from store.rules import macros
from store.rules.macros import Macro
from store.rules.todos import Todo

_LOOK = 200
"""Snoozed tickets looked at to find the one that wakes next."""


def agents(desk: Desk) -> list[str]:
    """Everybody tickets can be assigned to."""
    return people.agents(desk.conn)


def tags(desk: Desk) -> list[str]:
    """Every tag in use, most used first."""
    return [name for name, _ in tickets.tags(desk.conn)]


def some(desk: Desk, ids: Sequence[str]) -> list[Ticket]:
    """The tickets of these ids, in their order."""
    return many.tickets(desk.conn, ids)


def todos(desk: Desk, ticket: str) -> list[Todo]:
    """What is to be done on a ticket, by its id."""
    return todo.of_ticket(desk.conn, ticket)


def likely_twins(desk: Desk, some: Sequence[Ticket]) -> list[Ticket]:
    """Tickets these may be merged into: other tickets of their customers, the newest first."""
    own = {ticket.id for ticket in some}
    found: dict[str, None] = {}
    for ticket in some:
        if ticket.customer:
            earlier = people.earlier(desk.conn, ticket.customer, besides=ticket.id)
            found.update((one.id, None) for one in earlier if not one.merged and one.id not in own)
    return many.tickets(desk.conn, list(found))


def letters(desk: Desk, ticket: Ticket) -> list[Message]:
    """The messages of a ticket, oldest first."""
    return conversation.messages(desk.conn, ticket.id)


def usable_macros(desk: Desk) -> dict[str, Macro]:
    """The macros that can be read, by doc id, starred ones first."""
    found: dict[str, Macro] = {}
    for doc in docs.of_kind(desk.conn, "macro"):
        try:
            found[doc.id] = macros.parse(doc.body)
        except DocError:
            continue
    return dict(sorted(found.items(), key=lambda item: not item[1].starred))


PAGE = 200
"""Entries of the desk that are read at once."""


def happened(desk: Desk, ticket: str = "", *, before: int | None = None) -> list[Happened]:
    """The newest entries of a ticket, or of the desk, there a PAGE of those before an entry."""
    if ticket:
        return history.of_ticket(desk.conn, ticket)
    return history.of_desk(desk.conn, before=before, limit=PAGE)


def span(desk: Desk) -> tuple[int, int]:
    """When the first and the last act on this desk happened, Unix seconds; now for a desk without any."""
    return history.span(desk.conn) or (desk.now, desk.now)


def next_act(desk: Desk, at: int, *, by: int) -> int:
    """When something happened last before the second `at`, or (`by` above 0) first after it; else `at`."""
    found = history.neighbour(desk.conn, at, after=by > 0)
    return at if found is None else found


def last_entry(at: int) -> int:
    """An id no entry of the Unix second `at` or before is above."""
    return stamp.first_at(at + 1) - 1


def touched(desk: Desk, entries: Sequence[Happened]) -> Mapping[str, Ticket]:
    """The tickets these entries are about, by id."""
    ids = {was.eid for entry in entries for was in entry.changes if was.eid.startswith("t")}
    return {ticket.id: ticket for ticket in some(desk, sorted(ids))}


def can_undo(desk: Desk) -> bool:
    """Whether there is an act of this agent that could be taken back."""
    return undo.last_act(desk.conn, desk.agent) is not None


def can_redo(desk: Desk) -> bool:
    """Whether what was last undone could be done again."""
    return undo.last_undo(desk.conn, desk.agent) is not None


class Next(Struct, frozen=True):
    """What could be done when a queue is empty."""

    unassigned: int
    oldest: str
    """Id of the unassigned ticket nobody touched for longest; empty if there is none."""
    since: int
    """When that one was touched last."""
    wakes: int | None
    """When the next snoozed ticket comes back."""


UNASSIGNED = Queue("Unassigned", "is:active assignee:none", "newest")


def what_next(desk: Desk) -> Next:
    """Where work could be found."""
    asked = days.mine(desk)
    pages = queues.Pages(desk.conn, UNASSIGNED.query, sort=UNASSIGNED.sort, asked=asked)
    last = pages.page(None, 1, True)
    asleep = tickets.ids(desk.conn, queues.condition("is:snoozed", asked), limit=_LOOK)
    wakes = [
        t.snooze_until for t in some(desk, asleep) if t.snooze_until is not None and t.snooze_until < FOREVER
    ]
    oldest = last[0] if last else None
    return Next(
        pages.count(), oldest.id if oldest else "", oldest.updated if oldest else 0, min(wakes, default=None)
    )
