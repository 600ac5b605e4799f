"""The verb `outbox`: what has not left, and what a person decides about a reply that needs one."""

from __future__ import annotations

from collections.abc import Callable

import click

from deskterm import unsent
from deskterm.cli import say
from deskterm.cli.asking import json_option
from deskterm.cli.desk import show_outbox
from deskterm.cli.home import opened
from deskterm.desk import Desk, Done

WAYS: dict[str, Callable[[Desk, str], Done]] = {
    "send": unsent.again,
    "sent": unsent.arrived,
    "draft": unsent.rewrite,
    "drop": unsent.drop,
}


@click.command("outbox")
@click.argument("way", type=click.Choice(list(WAYS)), required=False)
@click.argument("name", metavar="N", required=False)
@json_option
def outbox_verb(way: str | None, name: str | None, as_json: bool) -> None:
    """Show what has not left. About ticket N's reply that was refused, overtaken or may have arrived:
    `send` sends it (again), `sent` says that it arrived, `draft` puts it back into the composer, `drop`
    gives it up.
    """
    if (way is None) != (name is None):
        raise click.UsageError("Write `deskterm outbox`, or `deskterm outbox send N` (sent, draft, drop).")
    with opened() as desk:
        if way is None or name is None:
            show_outbox(desk, as_json=as_json)
            return
        row = unsent.one(desk, desk.ticket(name))
        say.told(WAYS[way](desk, row.id).words)
