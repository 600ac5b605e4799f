"""Verbs that join and part: merge, split, move, accept. Each is one act with one undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from deskterm import asks, joining, people_merged
from deskterm.acts import Act, label
from deskterm.cli import say
from deskterm.cli.home import opened
from deskterm.desk import Desk
from store.errors import NotFound
from store.model import Message, Ticket
from store.reads import conversation

dry_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")


@click.command("merge")
@click.argument("names", nargs=-1, required=True, metavar="N... INTO")
@click.option("--customers", is_flag=True, help="N and INTO are addresses of customers who are one person.")
@dry_option
def merge_verb(names: tuple[str, ...], customers: bool, dry_run: bool) -> None:
    """Merge tickets into the last one named; answers to any of them come there. `undo` parts them."""
    if len(names) < 2:
        raise click.UsageError("Say what and into what, as in `deskterm merge 14 12`.")
    with opened() as desk:

        def make() -> Act:
            if customers:
                some = [people_merged.named(desk.conn, name) for name in names]
                if len(some) != 2:
                    raise click.UsageError("Two customers at a time: the one to merge, then into whom.")
                return people_merged.merge(desk.conn, some[0], some[1])
            found = [desk.ticket(name) for name in names]
            return joining.merge(desk.conn, found[:-1], found[-1])

        _do(desk, make, dry_run=dry_run)


@click.command("split")
@click.argument("name", metavar="N")
@click.argument("letters", nargs=-1, type=click.IntRange(min=1), required=True, metavar="LETTER...")
@dry_option
def split_verb(name: str, letters: tuple[int, ...], dry_run: bool) -> None:
    """Make letters of ticket N a ticket of their own; LETTER counts from 1, as `show` lists them."""
    with opened() as desk:
        ticket = desk.ticket(name)
        some = chosen(desk, ticket, letters)
        if dry_run:
            act = joining.split(desk.conn, ticket, some, new="t" + "0" * 15, now=desk.now)
            say.line(f"Would do: {act.words}")
            return
        say.told(joining.split_off(desk, ticket, some).words)


@click.command("move")
@click.argument("name", metavar="N")
@click.argument("letters", nargs=-1, type=click.IntRange(min=1), required=True, metavar="LETTER...")
@click.option("--to", "other", required=True, metavar="M", help="The ticket they go to.")
@dry_option
def move_verb(name: str, letters: tuple[int, ...], other: str, dry_run: bool) -> None:
    """Move letters of ticket N to ticket M; LETTER counts from 1, as `show` lists them."""
    with opened() as desk:
        ticket, to = desk.ticket(name), desk.ticket(other)
        some = chosen(desk, ticket, letters)
        _do(desk, lambda: joining.move(desk.conn, ticket, some, to), dry_run=dry_run)


@click.command("accept")
@click.argument("name", metavar="N")
@click.option("--no", "refuse", is_flag=True, help="Say no, and be asked no more.")
@dry_option
def accept_verb(name: str, refuse: bool, dry_run: bool) -> None:
    """Answer what ticket N asks: that it belongs to another ticket, or who first wrote a forwarded letter."""
    with opened() as desk:
        ticket = desk.ticket(name)

        def make() -> Act:
            if refuse:
                return asks.dismiss(desk.conn, ticket)
            return asks.accept(desk.conn, desk.store.secret, ticket)

        _do(desk, make, dry_run=dry_run)


def chosen(desk: Desk, ticket: Ticket, numbers: Sequence[int]) -> list[Message]:
    """The letters with these places in the conversation. Raises NotFound for a place there is not."""
    messages = conversation.messages(desk.conn, ticket.id)
    wrong = next((n for n in numbers if n > len(messages)), None)
    if wrong is not None:
        raise NotFound(f"{label(ticket)} has no letter {wrong}; it has {len(messages)}. Nothing was changed.")
    return [messages[n - 1] for n in dict.fromkeys(sorted(numbers))]


def _do(desk: Desk, make: Callable[[], Act], *, dry_run: bool) -> None:
    act = make()
    if dry_run:
        say.line(f"Would do: {act.words}")
        return
    say.told(desk.do(act).words)
