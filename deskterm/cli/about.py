"""Verbs about the program itself: keys, config."""

from __future__ import annotations

import click

from deskterm import actions, config, jsonl
from deskterm.cli import home, say
from deskterm.cli.read import json_option


@click.command("keys")
@click.option("--md", "markdown", is_flag=True, help="As the Markdown tables of the README.")
@json_option
def keys_verb(markdown: bool, as_json: bool) -> None:
    """Every key, what it does, how it is undone and the verb that does the same."""
    if markdown:
        say.line(actions.key_table_markdown().rstrip("\n"))
    elif as_json:
        for one in actions.ACTIONS:
            say.json_line(
                {
                    "schema": jsonl.KEY, "id": one.id, "keys": list(one.keys), "words": one.words,
                    "where": list(one.where), "undo": one.undo, "group": one.group, "shell": one.shell,
                }
            )  # fmt: skip
    else:
        for group in dict.fromkeys(one.group for one in actions.ACTIONS):
            say.line(group)
            say.rows(_row(one) for one in actions.ACTIONS if one.group == group)
            say.line()


def _row(one: actions.Action) -> tuple[str, ...]:
    undo = "" if one.undo == actions.NOTHING else f"undo: {one.undo}"
    return "  " + " or ".join(one.keys), one.words, undo, one.shell


@click.command("config")
def config_verb() -> None:
    """This machine's settings: where they are, what is set, and what every field means."""
    folder = home.path()
    settings = config.load(folder)
    say.line(f"# {folder / config.FILE}")
    say.line(config.write(settings).rstrip("\n") or "# nothing is set; every field has its default")
    say.line()
    _described(config.described())
    say.line()
    say.line("# [mailbox.NAME]")
    _described(config.described_box())
    say.line()
    say.line("# [oauth.NAME]")
    _described(config.described_registration())


def _described(fields: list[tuple[str, str, str]]) -> None:
    for name, default, words in fields:
        say.line(f"# {name}{f' = {default}' if default else ''}: {words}")
