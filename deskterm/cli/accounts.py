"""Verbs about accounts, the companies customers belong to: what is known of each, by hand or from a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from deskterm import accounts, jsonl, moments
from deskterm.accounts import Row, Step
from deskterm.cli import say
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from deskterm.counting import many
from deskterm.desk import Desk
from store.errors import NotFound, Refused
from store.log.entry import Value
from store.model import Account

dry_option = click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")


@click.group("account", invoke_without_command=True)
@json_option
@click.pass_context
def account_verb(ctx: click.Context, as_json: bool) -> None:
    """The accounts: name, domain, tier, yearly revenue, who cares for them, renewal and plan."""
    if ctx.invoked_subcommand is not None:
        return
    with opened() as desk:
        found = accounts.every(desk.conn)
        if not found:
            raise NotFound("There is no account yet; `deskterm account set NAME domain=DOMAIN` makes one.")
        if as_json:
            for one in found:
                say.json_line(jsonl.account(one))
        else:
            say.rows(tuple(_row(one)) for one in found)


def _row(one: Account) -> Iterator[str]:
    yield one.name
    for field in accounts.FACTS:
        value: Value = getattr(one, field)
        yield f"{field} {_shown(field, value)}" if value not in ("", None) else f"no {field}"


def _shown(field: str, value: Value) -> str:
    if isinstance(value, int):
        return moments.shown(value, zone=moments.local())[:10] if field == "renewal" else f"{value:,}"
    return str(value or "nothing")


@account_verb.command("set")
@click.argument("words", nargs=-1, required=True, metavar="NAME FACT=VALUE...")
@dry_option
def set_verb(words: tuple[str, ...], dry_run: bool) -> None:
    """Say what is known of the account NAME: domain, tier, arr, csm, renewal, plan. A new one is made.

    Customers of its domain who belong to no account become its own. FACT= alone forgets it.
    """
    first = next((n for n, word in enumerate(words) if "=" in word), len(words))
    name = " ".join(words[:first])
    parted = [word.partition("=") for word in words[first:]]
    if stray := next((word for word, equals, _ in parted if not equals), ""):
        raise Refused(f'"{stray[:40]}" stands after a fact; quote a value of several words: "csm=Ann Weber".')
    facts = {field: value for field, _, value in parted}
    with opened(found=True) as desk:
        _write(desk, [accounts.read(name, facts, zone=moments.local())], dry_run=dry_run)


@account_verb.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dry_option
def import_verb(file: Path, dry_run: bool) -> None:
    """Take in accounts from a CSV FILE whose first line names its columns, all or none.

    A column is name or a fact as `set` knows them; an empty cell forgets the fact.
    """
    with opened(found=True) as desk:
        rows = accounts.table(file, zone=moments.local())
        if not rows:
            raise NotFound(f"There is no account in {file}.")
        _write(desk, rows, dry_run=dry_run)


def _write(desk: Desk, rows: Sequence[Row], *, dry_run: bool) -> None:
    found = [step for step in accounts.steps(desk.conn, rows) if step]
    if dry_run:
        for step in found:
            for line in _lines(step):
                say.line(line)
        say.told(f"{many(len(found), 'account')} would change")
    elif not found:
        say.told("Nothing to change.")
    else:
        say.told(accounts.save(desk, rows).words)


def _lines(step: Step) -> Iterator[str]:
    yield f"{'changed' if step.account else 'new'} {step.name}"
    for field, before, after in step.sets:
        yield f"  {field}: {_shown(field, before)} -> {_shown(field, after)}"
    if step.customers:
        yield f"  {many(len(step.customers), 'customer')} of its domain would belong to it"
