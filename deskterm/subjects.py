"""A ticket with all that a query can ask about it, read from the desk: what rules are asked about.

Knows the store; decides nothing and writes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from msgspec import Struct

from store.keep import fts
from store.keep.index import own_text
from store.model import Account, Customer, Kind, Message, Ticket
from store.reads import conversation, people, tickets
from store.rules.match import Subject

Text = Callable[[Message], str]


class About(Struct, frozen=True):
    """A ticket and who it is from."""

    ticket: Ticket
    customer: Customer | None
    account: Account | None


def about(conn: sqlite3.Connection, eid: str) -> About:
    """Raises NotFound."""
    ticket = tickets.ticket(conn, eid)
    customer = people.customer(conn, ticket.customer) if ticket.customer else None
    account = people.account(conn, customer.account) if customer and customer.account else None
    return About(ticket, customer, account)


def subject(conn: sqlite3.Connection, of: About, message: str, *, text: Text) -> Subject:
    """The ticket as a query sees it; of a letter only what that letter says anew, without its quotes."""
    if message:
        return made(of, [conversation.message(conn, message)], text=text)
    return made(of, conversation.messages(conn, of.ticket.id), text=text)


def made(of: About, messages: Sequence[Message], *, text: Text) -> Subject:
    """The subject of a ticket and some of its messages."""
    bodies = tuple(own_text(text(message), message.folds) for message in messages)
    has = {
        "file": any(message.files for message in messages),
        "note": any(message.kind is Kind.NOTE for message in messages),
        "reply": any(message.kind is Kind.OUT and not message.auto for message in messages),
    }
    return Subject(
        ticket=of.ticket,
        customer=of.customer,
        account=of.account,
        texts=tuple(
            part
            for message, body in zip(messages, bodies, strict=True)
            for part in (message.subject, message.sender, body)
        ),
        bodies=bodies,
        senders=tuple(message.sender for message in messages if message.kind is Kind.IN),
        to=tuple(who for message in messages for who in message.to),
        cc=tuple(who for message in messages for who in message.cc),
        msgids=tuple(message.msgid for message in messages if message.msgid),
        ids=fts.ids_of(
            number=of.ticket.number,
            email=of.customer.email if of.customer else "",
            msgids=[message.msgid for message in messages],
            people=[who for message in messages for who in (message.sender, *message.to, *message.cc)],
        ),
        has=frozenset(word for word, holds in has.items() if holds),
    )
