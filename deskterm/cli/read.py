"""Verbs that read: ls, show, history, search. They change nothing, not even what is read or unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

from deskterm import chosen, counting, jsonl, moments
from deskterm.cli import say, tell
from deskterm.cli.asking import Asking, json_option
from deskterm.cli.home import opened
from deskterm.desk import Desk
from store.errors import NotFound
from store.log import history as log
from store.model import Kind, Message, Ticket
from store.reads import conversation, many, people, search, tickets

T = TypeVar("T")

AT_ONCE = 500
"""Tickets read together for JSON lines."""

ALL = 1_000_000_000
"""More than any desk has."""


@click.command("ls", cls=Asking)
@click.argument("query", nargs=-1)
@click.option("--sort", type=click.Choice(["sla", "newest", "priority"]), default="sla", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many tickets.")
@click.option("--as-of", "moment", metavar="WHEN", help="As the desk was then: 2d, yesterday 9:00, a date.")
@json_option
def ls_verb(query: tuple[str, ...], sort: str, limit: int | None, moment: str | None, as_json: bool) -> None:
    """List the tickets that answer QUERY, or numbers such as 12 or 1,2,5-9; none: all that is open."""
    asked = " ".join(query) or chosen.EVERYTHING_OPEN
    with opened() as desk:
        if moment:
            _list_past(desk, asked, moment, limit=limit, as_json=as_json)
            return
        _list(desk, asked, sort=sort, limit=limit, as_json=as_json)


@click.command("search", cls=Asking)
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many tickets.")
@json_option
def search_verb(words: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    """Find tickets by words in their letters, newest first, each with the line that was hit.

    Everything but bin and spam is searched. WORDS may hold all that a query may.
    """
    asked = " ".join(words)
    with opened() as desk, many.snapshot(desk.conn):
        chosen.where(
            desk, asked
        )  # An unknown field is a mistake here, while the search box takes it as text.
        found = search.search(
            desk.conn, asked, now=desk.now, me=desk.agent, limit=limit or ALL, zone=moments.local(),
            texts=lambda message: desk.text(conversation.message(desk.conn, message)),
        )  # fmt: skip
        if not found.hits:
            raise NotFound(chosen.nothing(asked))
        (_hits_as_json if as_json else _hits_as_text)(desk, found.hits)
        more = "; there are more, beyond --limit" if found.more else ""
        say.told(f"{counting.many(len(found.hits), 'ticket')}{more}")


def _hits_as_json(desk: Desk, hits: Sequence[search.Hit]) -> None:
    for some in batched(hits):
        objects = as_objects(desk, many.tickets(desk.conn, [hit.ticket for hit in some]))
        for hit, thing in zip(some, objects, strict=True):
            say.json_line({**thing, "snippet": hit.snippet, "messages": list(hit.messages)})


def _hits_as_text(desk: Desk, hits: Sequence[search.Hit]) -> None:
    """A line a ticket; the line that was hit below it on a terminal, at its end in a pipe."""
    lines = (tickets.line(desk.conn, hit.ticket) for hit in hits)
    rows = [tell.row(line, now=desk.now) if line else () for line in lines]
    if not say.terminal():
        say.rows((*row, hit.snippet) for row, hit in zip(rows, hits, strict=True))
        return
    for row, hit in zip(rows, hits, strict=True):
        say.rows([row])
        say.line(f"    {hit.snippet}")


def _list(desk: Desk, asked: str, *, sort: str, limit: int | None, as_json: bool) -> None:
    where = chosen.where(desk, asked)
    # One snapshot, so that a list of several reads neither doubles nor drops a ticket.
    with many.snapshot(desk.conn):
        lines = tickets.page(desk.conn, where, sort=sort, limit=-1 if limit is None else limit)
        if not lines:
            raise NotFound(chosen.nothing(asked))
        if as_json:
            print_tickets(desk, [line.id for line in lines])
        else:
            say.rows(tell.row(line, now=desk.now) for line in lines)


def _list_past(desk: Desk, asked: str, moment: str, *, limit: int | None, as_json: bool) -> None:
    """The same list as it was at a moment; always by the next promise."""
    from deskterm import past

    zone = moments.local()
    at = moments.past(moment, now=desk.now, zone=zone)
    found = past.tickets(desk, chosen.tree(asked), at, zone=zone)[:limit]
    if not found:
        raise NotFound(f"At {moments.shown(at, zone=zone)} no ticket answered {asked}.")
    for ticket, customer in found:
        if as_json:
            say.json_line(jsonl.ticket(ticket, version=None, customer=customer, account=None))
        else:
            say.rows([tell.row(past.line(ticket, customer), now=at)])
    say.told(f"{counting.many(len(found), 'ticket')} at {moments.shown(at, zone=zone)}")


def print_tickets(desk: Desk, ids: list[str]) -> None:
    """Tickets as JSON lines, in the order of their ids."""
    for some in batched(ids):
        for thing in as_objects(desk, many.tickets(desk.conn, some)):
            say.json_line(thing)


def batched(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices of what is read together."""
    return (things[at : at + AT_ONCE] for at in range(0, len(things), AT_ONCE))


def as_objects(desk: Desk, some: list[Ticket]) -> list[dict[str, object]]:
    """Tickets as the objects of their schema."""
    customers = many.customers(desk.conn, (one.customer for one in some if one.customer))
    accounts = many.accounts(desk.conn, (c.account for c in customers.values() if c.account))
    versions = many.versions(desk.conn, (one.id for one in some))
    return jsonl.with_people(some, versions=versions, customers=customers, accounts=accounts)


@click.command("show")
@click.argument("name", metavar="N")
@click.option("--as-of", "moment", metavar="T", help='As it was then: yesterday, "last fri 17:00", 2h ago.')
@click.option("--raw", is_flag=True, help="The newest letter that came in, byte for byte.")
@json_option
def show_verb(name: str, moment: str | None, raw: bool, as_json: bool) -> None:
    """Show ticket N with its whole conversation; nothing is marked read."""
    with opened() as desk:
        ticket = desk.ticket(name)
        if raw:
            say.raw(_newest(desk, ticket))
        elif moment is not None:
            _show_then(desk, ticket, moment, as_json=as_json)
        else:
            _show(desk, ticket, conversation.messages(desk.conn, ticket.id), as_json=as_json)


def _newest(desk: Desk, ticket: Ticket) -> bytes:
    letters = [m for m in conversation.messages(desk.conn, ticket.id) if m.kind is Kind.IN and m.body]
    if not letters:
        raise NotFound(f"#{ticket.number} has no letter that came in, so there are no bytes to show.")
    return desk.raw(letters[-1])


def _show_then(desk: Desk, ticket: Ticket, moment: str, *, as_json: bool) -> None:
    from deskterm import asof

    zone = moments.local()
    at = moments.past(moment, now=desk.now, zone=zone)
    then, messages = asof.ticket(desk, ticket, at)
    if not as_json:
        say.line(f"As of {moments.shown(at, zone=zone)}")
    _show(desk, then, messages, as_json=as_json, past=True)


def _show(desk: Desk, ticket: Ticket, messages: list[Message], *, as_json: bool, past: bool = False) -> None:
    customer = people.customer(desk.conn, ticket.customer) if ticket.customer else None
    account = people.account(desk.conn, customer.account) if customer and customer.account else None
    waiting = {} if past else tell.on_their_way(desk, messages)
    if as_json:
        version = None if past else many.versions(desk.conn, [ticket.id]).get(ticket.id)
        say.json_line(jsonl.ticket(ticket, version=version, customer=customer, account=account))
        for one in messages:
            said = desk.text(one)
            say.json_line(jsonl.message(one, said, number=ticket.number, waiting=waiting.get(one.id)))
        return
    zone = moments.local()
    for text in tell.head(ticket, customer, account, now=desk.now, zone=zone):
        say.line(text)
    for text in () if past else (*_to_do(desk, ticket), *_asked(desk, ticket)):
        say.line(text)
    for one in messages:
        say.line()
        for text in tell.message(one, desk.text(one), zone=zone, waiting=waiting.get(one.id)):
            say.line(text)


def _to_do(desk: Desk, ticket: Ticket) -> Iterator[str]:
    """What is to be done on the ticket, and its links."""
    from deskterm import todo_words
    from store.reads import todo

    zone = moments.local()
    for n, one in enumerate(todo.of_ticket(desk.conn, ticket.id), 1):
        yield f"To do {n}: {todo_words.words(one, zone=zone, now=desk.now)}"
    for link in todo.links(desk.conn, ticket.id):
        yield f"Link: {tell.one_line(link)}"


def _asked(desk: Desk, ticket: Ticket) -> Iterator[str]:
    """What a person has to decide about the ticket, and the verb that does."""
    from deskterm import asks

    for ask in asks.of(desk.conn, ticket):
        how = f" (deskterm accept {ticket.number}, or with --no)" if ask.can_accept else ""
        yield f"Asks: {tell.one_line(ask.words)}{how}"


@click.command("history")
@click.argument("name", metavar="[N]", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="Newest acts.")
@json_option
def history_verb(name: str | None, limit: int, as_json: bool) -> None:
    """What happened to ticket N, newest first; without N, to the whole desk."""
    with opened() as desk:
        if name is None:
            entries = log.of_desk(desk.conn, limit=limit)
        else:
            entries = log.of_ticket(desk.conn, desk.ticket(name).id, limit=limit)
        if not entries:
            raise NotFound("Nothing has happened on this desk yet.")
        if as_json:
            for entry in entries:
                say.json_line(jsonl.entry(entry))
            return
        names = tell.names(desk, entries)
        for entry in entries:
            for text in tell.entry(entry, names=names, zone=moments.local()):
                say.line(text)
