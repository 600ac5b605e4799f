"""The queue as it was: tickets that answered a query at a moment, folded from the log.

Names of people and companies, and the policies, are today's; everything else is as it stood then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo

from msgspec.structs import replace

from deskterm import asof, subjects
from deskterm.desk import Desk
from deskterm.subjects import About
from store import blobs
from store.errors import NotFound
from store.log import project, stamp
from store.model import Bucket, Customer, Line, Message, Ticket
from store.reads import many, promised, timeline
from store.rules import sla
from store.rules.match import OF_TICKET, matches
from store.rules.promises import Event, Facts
from store.rules.query import Node, Text, leaves

AT_ONCE = 500
_RUNNING = frozenset({Bucket.ACTIVE, Bucket.WAITING, Bucket.SNOOZED})


def tickets(
    desk: Desk, tree: Node, at: int, *, zone: tzinfo, stopped: Callable[[], bool] = lambda: False
) -> list[tuple[Ticket, Customer | None]]:
    """The tickets that answered a query at the Unix second `at`, next promise first.

    Once `stopped` says so, what was found so far.
    """
    found = [
        (of.ticket, of.customer)
        for of, messages in _then(desk, at, letters=_asks_letters(tree), stopped=stopped)
        if matches(tree, subjects.made(of, messages, text=_text(desk)), now=at, me=desk.agent, zone=zone)
    ]
    # Without a promise, the one touched last comes first.
    last = 1 << 62
    return sorted(found, key=lambda one: (one[0].due_at or last, -one[0].updated, one[0].number or 0))


def line(ticket: Ticket, customer: Customer | None) -> Line:
    """A ticket of the past as a list shows it."""
    return Line(
        id=ticket.id, number=ticket.number, subject=ticket.subject,
        who=(customer.name or customer.email) if customer else "", status=ticket.status,
        priority=ticket.priority, due_at=ticket.due_at, warn_at=ticket.warn_at, due_kind=ticket.due_kind,
        unread=ticket.unread, assignee=ticket.assignee, updated=ticket.updated, version=0,
    )  # fmt: skip


def _asks_letters(tree: Node) -> bool:
    return any(isinstance(leaf, Text) or leaf.field not in OF_TICKET for leaf in leaves(tree))


def _then(
    desk: Desk, at: int, *, letters: bool, stopped: Callable[[], bool]
) -> Iterator[tuple[About, Sequence[Message]]]:
    conn = desk.conn
    ids = [str(row[0]) for row in conn.execute("SELECT id FROM ticket WHERE created <= ? ORDER BY n", (at,))]
    here = promised.promised(conn)
    for start in range(0, len(ids), AT_ONCE):
        if stopped():
            return
        some = ids[start : start + AT_ONCE]
        today = {ticket.id: ticket for ticket in many.tickets(conn, some)}
        customers = many.customers(conn, (one.customer for one in today.values() if one.customer))
        accounts = many.accounts(conn, (one.account for one in customers.values() if one.account))
        events = timeline.events_of(conn, some)
        for eid in some:
            row = project.fold(conn, eid, before=stamp.first_at(at + 1))
            if row is None or eid not in today:
                continue
            ticket = asof.of_row(today[eid], row)
            customer = customers.get(ticket.customer)
            account = accounts.get(customer.account) if customer else None
            facts = Facts(
                ticket.brand, account.tier if account else "", ticket.priority, ticket.channel, ticket.group
            )
            story = [event for event in events.get(eid, []) if event.at <= at]
            ticket = _with_times(ticket, story, here, facts)
            messages = asof.ticket(desk, ticket, at)[1] if letters else ()
            yield About(ticket, customer, account), messages


def _with_times(ticket: Ticket, story: Sequence[Event], here: promised.Promised, facts: Facts) -> Ticket:
    """The ticket with its next promise as it stood, and when it was last touched."""
    touched = max((event.at for event in story), default=ticket.created)
    policy, hours = here.of(facts)
    due = sla.due(story, hours=hours, policy=policy) if story and ticket.bucket in _RUNNING else None
    if due is None:
        return replace(ticket, updated=touched)
    return replace(ticket, updated=touched, due_at=due.at, due_kind=due.kind.value, warn_at=due.warn)


def _text(desk: Desk) -> subjects.Text:
    def text(message: Message) -> str:
        try:
            return blobs.read_text(desk.conn, message.body, folder=desk.blob_folder) if message.body else ""
        except NotFound:
            return ""

    return text
