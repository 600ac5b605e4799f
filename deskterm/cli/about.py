"""Verbs about the program itself: keys, config, themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deskterm import actions, config, jsonl
from deskterm.cli import home, say
from deskterm.cli.asking import json_option

if TYPE_CHECKING:
    from deskterm.looks import Look


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
    say.line(
        '# [keys], your own keys by the name `deskterm keys --jsonl` gives, as in "ticket.solve" = ["f5"]'
    )
    say.line()
    say.line("# [mailbox.NAME]")
    _described(config.described_box())
    say.line()
    say.line("# [oauth.NAME]")
    _described(config.described_registration())


def _described(fields: list[tuple[str, str, str]]) -> None:
    for name, default, words in fields:
        say.line(f"# {name}{f' = {default}' if default else ''}: {words}")


@click.command("themes")
@click.argument("name", required=False)
def themes_verb(name: str | None) -> None:
    """The themes, which one is set, and how well each can be read; NAME prints one as a file to begin from.

    A theme of your own is themes/NAME.toml in the desk's home; `theme = "NAME"` in config.toml puts it on.
    """
    from deskterm import looks
    from store.errors import NotFound

    folder = home.path()
    worn = config.load(folder).theme
    if name is not None:
        found = next((look for look in looks.shipped() if look.name == name), None)
        found = found or looks.worn(folder, name)
        if found is None:
            raise NotFound(f"There is no theme {name[:40]}; `deskterm themes` lists them.")
        say.line(looks.as_file(found).rstrip("\n"))
        return
    say.rows(_theme(look, worn) for look in looks.shipped())
    wrong: list[config.ConfigError] = []
    for own in config.own_themes(folder):
        try:
            say.rows([_theme(looks.own(folder, own), worn)])
        except config.ConfigError as error:
            wrong.append(error)
    for error in wrong:
        say.told(str(error))


def _theme(look: Look, worn: str) -> tuple[str, ...]:
    """A theme as the cells of a list: contrast is WCAG's, 4.5 is level AA."""
    least = "the terminal's colours" if look.least is None else f"contrast {look.least:.1f} or more"
    faint = f"below level AA: {', '.join(look.faint)}" if look.faint else ""
    return look.name, "set" if look.name == worn else "", least, faint, str(look.path or "")
