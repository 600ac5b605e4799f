"""Verbs about the program itself: keys, config, themes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deskterm import actions, config, jsonl
from deskterm.action import NOTHING, Action
from deskterm.cli import home, say
from deskterm.cli.asking import json_option
from deskterm.counting import many

if TYPE_CHECKING:
    from deskterm.looks import Look


@click.command("keys")
@click.option("--md", "markdown", is_flag=True, help="As the Markdown tables of the README.")
@json_option
def keys_verb(markdown: bool, as_json: bool) -> None:
    """Every key in force here, what it does, how it is undone and the verb that does the same."""
    folder = home.path()
    settings = config.load(folder)
    own = _own(settings)
    if markdown:
        say.line(actions.key_table_markdown(own).rstrip("\n"))
    elif as_json:
        for one in actions.ACTIONS:
            keys = own.get(one.id, one.keys)
            say.json_line(
                {
                    "schema": jsonl.KEY, "id": one.id, "keys": list(keys), "words": one.words,
                    "where": list(one.where), "undo": one.undo, "group": one.group, "shell": one.shell,
                    "default": list(one.keys),
                }
            )  # fmt: skip
    else:
        for group in dict.fromkeys(one.group for one in actions.ACTIONS):
            say.line(group)
            say.rows(_row(one, own.get(one.id, one.keys)) for one in actions.ACTIONS if one.group == group)
            say.line()
    say.told(_whose(settings, folder))


def _own(settings: config.Settings) -> Mapping[str, tuple[str, ...]]:
    """The keys that are not ours, by action. Raises ConfigError where two of them clash."""
    from deskterm import presets
    from deskterm.keymap import KeyClash

    try:
        return presets.keymap(settings).own
    except KeyClash as clash:
        raise config.ConfigError(f"The keys of {config.FILE} cannot be used: {clash}") from None


def _whose(settings: config.Settings, folder: Path) -> str:
    """Where the keys printed come from."""
    preset = "those deskterm comes with" if settings.keymap == "deskterm" else f"the preset {settings.keymap}"
    own = f"; {many(len(settings.keys), 'action')} with keys of your own" if settings.keys else ""
    return f"Keys in force: {preset}{own} ({folder / config.FILE})."


def _row(one: Action, keys: tuple[str, ...]) -> tuple[str, ...]:
    undo = "" if one.undo == NOTHING else f"undo: {one.undo}"
    return "  " + " or ".join(keys), one.words, undo, one.shell


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
