"""What the screen shows of one ticket, read in one go: messages with texts, customer, promises, outbox.

Values only; how they are drawn is the screen's affair. No Textual and no SQL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from deskterm import asks, days
from deskterm.acts import label
from deskterm.asks import Ask
from deskterm.desk import Desk
from deskterm.replies import address_of
from store import drafts, mailbox, outbox, shelf
from store.keep.due import promised
from store.model import Account, Customer, Line, Message, Queue, Ticket
from store.reads import conversation, dead, many, people, queues, tickets, timeline, todo
from store.reads.promised import Promised, of_ticket
from store.rules import sla
from store.rules.hours import Hours, in_words
from store.rules.promises import Clock
from store.rules.todos import Todo

STEPS = 30_000
"""Steps of SQLite within which an answer is waited for: some milliseconds. What takes more is found beside
the screen."""


class Said(Struct, frozen=True):
    """One message with its text and, for a reply, what became of it."""

    message: Message
    text: str
    way: outbox.Waiting | None = None
    """The part of it that most needs to be looked at."""
    ways: tuple[outbox.Waiting, ...] = ()
    """All parts, where its recipients fared differently."""


class TicketPane(Struct, frozen=True):
    ticket: Ticket
    said: tuple[Said, ...]
    customer: Customer | None
    account: Account | None
    before: tuple[people.Earlier, ...]
    before_count: int
    clocks: tuple[Clock, ...]
    hours: str
    """The calendar in words."""
    draft: drafts.Draft | None
    now: int
    asks: tuple[Ask, ...] = ()
    """What a person has to decide about it."""
    also: tuple[str, ...] = ()
    """Other addresses of the customer."""
    people: tuple[str, ...] = ()
    """Everybody else who takes part."""
    merged_into: str = ""
    """The ticket it went into, as people call it."""
    todos: tuple[Todo, ...] = ()
    """What is to be done, what is due first."""
    links: tuple[str, ...] = ()
    returned: str = ""
    """That letters to the customer come back, and why."""


def ticket(desk: Desk, eid: str) -> TicketPane:
    """Everything the panes show of a ticket. Raises NotFound."""
    conn = desk.conn
    found = tickets.ticket(conn, eid)
    person = people.customer(conn, found.customer) if found.customer else None
    policy, hours = of_ticket(conn, eid, promised(conn, desk.store))
    events = timeline.events(conn, eid)
    return TicketPane(
        ticket=found,
        said=tuple(_said(desk, message) for message in conversation.messages(conn, eid)),
        customer=person,
        account=people.account(conn, person.account) if person and person.account else None,
        before=tuple(people.earlier(conn, person.id, besides=eid)) if person else (),
        before_count=max(people.how_many(conn, person.id) - 1, 0) if person else 0,
        clocks=sla.clocks(events, hours=hours, policy=policy, now=desk.now),
        hours=in_words(hours.calendar),
        draft=drafts.of(conn, eid, desk.agent),
        now=desk.now,
        asks=tuple(asks.of(conn, found)),
        also=tuple(people.also_at(conn, person.id)) if person else (),
        people=tuple(sorted(people.participants(conn, eid) - {person.email if person else ""})),
        merged_into=_went(desk, found),
        todos=tuple(todo.of_ticket(conn, eid)),
        links=tuple(todo.links(conn, eid)),
        returned=returned(desk, [person.email]) if person else "",
    )


def past(desk: Desk, eid: str, entry: int) -> TicketPane:
    """A ticket as an entry left it, with the messages it had then; its people are today's.

    Promises and what became of replies have no past and are left out. Raises NotFound.
    """
    from deskterm import asof

    now = tickets.ticket(desk.conn, eid)
    then, messages = asof.after(desk, now, entry)
    return TicketPane(
        ticket=then,
        said=tuple(Said(message, desk.text(message)) for message in messages),
        customer=people.customer(desk.conn, then.customer) if then.customer else None,
        account=None, before=(), before_count=0, clocks=(), hours="", draft=None, now=desk.now,
    )  # fmt: skip


def _went(desk: Desk, ticket: Ticket) -> str:
    if not ticket.merged_into:
        return ""
    found = many.tickets(desk.conn, [people.resting(desk.conn, "ticket", ticket.id)])
    return label(found[0]) if found else ""


def returned(desk: Desk, whom: Sequence[str]) -> str:
    """Which of these people (addresses or display forms) letters of ours came back from, in a sentence."""
    found = dead.among(desk.conn, (address_of(person) for person in whom))
    said = "; ".join(f"{one.address}: {one.words}" for one in found.values())
    return f"Letters came back from {said}." if said else ""


def _said(desk: Desk, message: Message) -> Said:
    ways = outbox.ways(desk.conn, message.id) if message.kind == "out" else []
    return Said(message, desk.text(message), outbox.worst(ways), tuple(ways) if len(ways) > 1 else ())


class Standing(Struct, frozen=True):
    """How the desk stands: for tabs and status line."""

    counts: tuple[int | None, ...]
    """Of each queue; None of one that takes longer than a moment to count."""
    out: int
    """Replies that wait to leave."""
    held: int
    trouble: int
    """Replies that were refused or may have arrived, and letters on the shelf."""


def standing(desk: Desk, tabs: tuple[Queue, ...], *, slow: frozenset[str] = frozenset()) -> Standing:
    """`slow`: queries that are known to take long and not tried."""
    conn, asked = desk.conn, days.mine(desk)
    waiting = outbox.unsent(conn)
    return Standing(
        counts=queues.quick_counts(conn, [queue.query for queue in tabs], asked, steps=STEPS, slow=slow),
        out=sum(row.state in (outbox.QUEUED, outbox.LATER, outbox.SENDING) for row in waiting),
        held=sum(row.state == outbox.HELD for row in waiting),
        trouble=sum(row.state in outbox.FAILED for row in waiting) + len(shelf.lying(conn)),
    )


def counts(desk: Desk, queries: Sequence[str]) -> tuple[int, ...]:
    """How many tickets each of these queues holds, however long it takes."""
    return queues.counts(desk.conn, queries, days.mine(desk))


def failed(desk: Desk) -> frozenset[str]:
    """Tickets with a reply that was refused or may have arrived."""
    rows = outbox.unsent(desk.conn)
    return frozenset(row.ticket for row in rows if row.state in outbox.FAILED)


def next_unsent(desk: Desk) -> outbox.Waiting | None:
    """The reply that leaves next and can still be called back."""
    return min(
        (row for row in outbox.unsent(desk.conn) if row.state == outbox.QUEUED),
        key=lambda row: row.not_before,
        default=None,
    )


class OpenTime:
    """Seconds of open time left to a line's promise: what the clocks of the list count down."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._promised: Promised | None = None
        self._hours: dict[str, Hours] = {}

    def refresh(self) -> None:
        """Look up the hours in force again."""
        self._promised = promised(self._desk.conn, self._desk.store)
        self._hours.clear()

    def _of(self, ticket: str) -> Hours:
        """The hours a ticket's promise is counted in; looked up once where policies differ."""
        if self._promised is None:
            self.refresh()
        assert self._promised is not None
        if len(self._promised.policies) == 1:
            return self._promised.hours
        if ticket not in self._hours:
            self._hours[ticket] = of_ticket(self._desk.conn, ticket, self._promised)[1]
        return self._hours[ticket]

    def __call__(self, line: Line, now: int) -> int | None:
        if line.due_at is None:
            return None
        hours = self._of(line.id)
        if now <= line.due_at:
            return hours.between(now, line.due_at)
        return -hours.between(line.due_at, now) or -1


def tabs(desk: Desk) -> tuple[Queue, ...]:
    """The queues, in the order of the tabs."""
    return tuple(queues.every(desk.conn, order=desk.settings.queue_order))


def pages(desk: Desk, query: str, sort: str) -> queues.Pages:
    """A queue as the list reads it. Raises QueryError; its answers raise Overrun where they take long."""
    return queues.Pages(desk.conn, query, sort=sort, asked=days.mine(desk), steps=STEPS)


def matching(desk: Desk, query: str) -> list[str]:
    """Ids of all tickets of a query. Raises QueryError."""
    return tickets.ids(desk.conn, queues.condition(query, days.mine(desk)))


def boxes(desk: Desk) -> bool:
    """Whether any mailbox was ever read."""
    return mailbox.any_box(desk.conn)


_GREETING = re.compile(r"\s*(?:hi|hello|dear|hallo|hey|bonjour|hola) +([^\s,!.]{2,40})", re.IGNORECASE)


def other_name(desk: Desk, ticket: Ticket, text: str) -> str:
    """The first name greeted in `text` when another customer of the desk has it and this one has not."""
    greeted = _GREETING.match(text)
    person = people.customer(desk.conn, ticket.customer) if ticket.customer else None
    if greeted is None or person is None or not person.name:
        return ""
    name = greeted[1]
    if name.casefold() in person.name.casefold() or not people.first_name_known(desk.conn, name):
        return ""
    return name
