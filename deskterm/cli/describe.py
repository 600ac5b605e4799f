"""Verbs that describe the program to other programs: JSON schemas, the man page."""

from __future__ import annotations

import json

import click

from deskterm.cli import say


@click.group("describe")
def describe_verb() -> None:
    """The program described: the shapes of its JSON, its man page."""


@describe_verb.command("schema")
@click.argument("name", required=False)
def schema_verb(name: str | None) -> None:
    """The JSON Schema of NAME, such as ticket or deskterm.ticket.1; without NAME, which there are."""
    from deskterm import schemas
    from store.errors import NotFound

    if name is None:
        say.rows((one, schemas.words(one)) for one in schemas.NAMES)
        return
    found = next((one for one in schemas.NAMES if name in (one, one.split(".")[1])), None)
    if found is None:
        short = ", ".join(one.split(".")[1] for one in schemas.NAMES)
        raise NotFound(f"There is no schema called {name[:60]!r}. There are: {short}.")
    say.line(json.dumps(schemas.schema(found), indent=2))


@describe_verb.command("man")
def man_verb() -> None:
    """The man page, as roff: `deskterm describe man | man -l -`."""
    from deskterm.cli import man
    from deskterm.cli.main import verbs

    say.line(man.page(verbs).rstrip("\n"))
