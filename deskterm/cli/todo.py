"""The verb for what is still to be done on a ticket."""

from __future__ import annotations

import click

from deskterm import moments, todo, todo_words
from deskterm.cli import say
from deskterm.cli.home import opened
from deskterm.desk import Desk
from store.errors import NotFound
from store.model import Ticket
from store.reads import todo as kept
from store.rules.todos import Todo

DOES = ("add", "done", "undone", "drop")


@click.command("todo")
@click.argument("name", metavar="N")
@click.argument("words", nargs=-1, metavar="[add TEXT | done K | undone K | drop K]")
@click.option("--due", "when", metavar="WHEN", help="When it wakes the ticket: 2d, monday, a date.")
def todo_verb(name: str, words: tuple[str, ...], when: str | None) -> None:
    """What is to be done on ticket N: list it, add to it, tick items off by their numbers."""
    does, rest = (words[0], words[1:]) if words else ("", ())
    if does and does not in DOES:
        raise click.UsageError(f'"{does[:40]}" is nothing to do here; there is: {", ".join(DOES)}.')
    if when is not None and does != "add":
        raise click.UsageError("--due goes with add, as in `deskterm todo 12 add Call back --due 2d`.")
    if does and not rest:
        raise click.UsageError(f"Say what to {does.removesuffix('ne')}, as in `deskterm todo 12 {does} "
                               f"{'Call back' if does == 'add' else '1'}`.")  # fmt: skip
    with opened() as desk:
        ticket = desk.ticket(name)
        have = kept.of_ticket(desk.conn, ticket.id)
        if not does:
            _list(desk, ticket, have)
            return
        if does == "add":
            due = moments.ahead(when, now=desk.now, zone=moments.local()) if when is not None else None
            act = todo.add(ticket, " ".join(rest), due=due, have=have)
        else:
            one = todo.pick(have, " ".join(rest))
            act = {
                "done": lambda: todo.done(ticket, one, at=desk.now),
                "undone": lambda: todo.done(ticket, one, at=None),
                "drop": lambda: todo.drop(ticket, one),
            }[does]()
        say.told(desk.do(act).words)


def _list(desk: Desk, ticket: Ticket, have: list[Todo]) -> None:
    if not have:
        raise NotFound(f"There is nothing to do on #{ticket.number}; `deskterm todo N add TEXT`.")
    for n, one in enumerate(have, 1):
        say.line(f"{n} [{'x' if one.done is not None else ' '}] "
                 f"{todo_words.words(one, zone=moments.local(), now=desk.now)}")  # fmt: skip
