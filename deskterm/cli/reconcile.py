"""`doctor reconcile`: the sums of every folder that is read, and its gaps fetched on request."""

from __future__ import annotations

from contextlib import nullcontext

import click

from deskterm import jsonl
from deskterm.cli import errors, say, tell
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from deskterm.counting import many
from deskterm.desk import Desk
from deskterm.mirror import spans
from deskterm.reconcile import Sum
from store.errors import NotFound

MOST_SPANS = 20
"""Runs of numbers named in words; --jsonl names every gap."""


@click.command("reconcile")
@click.argument("name", metavar="[MAILBOX]", required=False)
@click.option("--fetch", is_flag=True, help="Fetch what is missing.")
@json_option
def reconcile_verb(name: str | None, fetch: bool, as_json: bool) -> int:
    """Add up every folder: each letter is a message, on the shelf, or ignored for a reason.

    Exit code 1 when something is missing; 3 for a mailbox that is not set up.
    """
    from deskterm import sync

    with opened(found=True) as desk:
        names = _names(desk, name)
        # Fetching beside a running sync would do its work twice.
        with sync.owner(desk.home) if fetch else nullcontext():
            whole = [_told(desk, one, fetch=fetch, as_json=as_json) for one in names]
        return errors.DONE if all(whole) else errors.FAILED


def _names(desk: Desk, name: str | None) -> list[str]:
    known = {n: box for n, box in desk.settings.mailbox.items() if box.imap or box.maildir}
    if not known:
        raise NotFound("No mailbox is read on this desk; `deskterm setup` does that.")
    if name is not None and name not in known:
        raise NotFound(f"No mailbox called {name!r} is read here; there is {', '.join(known)}.")
    return [name] if name is not None else list(known)


def _told(desk: Desk, name: str, *, fetch: bool, as_json: bool) -> bool:
    """One mailbox; whether its sums come out."""
    from channels.errors import ChannelError
    from deskterm import reconcile

    whole = True
    try:
        for found in reconcile.mailbox(desk, name, desk.settings.mailbox[name], fetch=fetch):
            whole = whole and found.whole
            if as_json:
                say.json_line(_object(found))
            else:
                _words(found)
            say.flush()
    except ChannelError as error:
        say.told(f"{name}: {error}")
        return False
    return whole


def _object(found: Sum) -> dict[str, object]:
    return {
        "schema": jsonl.SUM, "mailbox": found.mailbox, "folder": found.folder, "letters": found.there,
        "messages": found.messages, "shelf": found.shelf, "ignored": found.ignored,
        "reasons": dict(found.reasons), "gaps": list(found.gaps), "waiting": found.waiting,
        "fetched": found.fetched, "whole": found.whole, "error": found.error or None,
    }  # fmt: skip


def _words(found: Sum) -> None:
    about = tell.one_line(f"{found.mailbox} {found.folder}")
    if found.error:
        say.rows([("wrong", about, tell.one_line(found.error))])
        return
    sums = (
        f"{many(found.there, 'letter')}: {many(found.messages, 'message')}, {found.shelf:,} on the shelf,"
        f" {found.ignored:,} ignored"
    )
    if found.fetched:
        sums += f"; {found.fetched:,} fetched now"
    if found.waiting:
        sums += f"; {found.waiting:,} to come, `deskterm sync` goes on with the first read"
    say.rows([("ok" if found.whole else "wrong", about, sums)])
    for reason, count in found.reasons:
        say.line(f"  ignored {count:,}: {tell.one_line(reason)}")
    if found.gaps:
        runs = spans(found.gaps)
        said = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs[:MOST_SPANS])
        more = f" and {len(runs) - MOST_SPANS:,} runs more" if len(runs) > MOST_SPANS else ""
        say.line(
            f"  missing {len(found.gaps):,}: {said}{more}; `deskterm doctor reconcile --fetch` gets them"
        )
