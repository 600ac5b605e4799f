"""The man page, written from the verbs and the list of keys, so that it cannot say anything else.

Pure. Roff as groff_man(7) describes it: requests begin a line with a dot, a backslash escapes.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from deskterm import __version__, actions

EXIT_CODES = (
    ("0", "done"), ("1", "failed"), ("2", "not understood"), ("3", "nothing matched"),
    ("4", "refused: a plan whose base moved, a locked outbox, nobody who said yes"), ("130", "stopped"),
)  # fmt: skip


def page(group: click.Group) -> str:
    """The whole page."""
    return "\n".join(_lines(group)) + "\n"


def _lines(group: click.Group) -> Iterator[str]:
    context = click.Context(group, info_name="deskterm")
    yield f'.TH DESKTERM 1 "" "deskterm {__version__}" "User Commands"'
    yield from (".SH NAME", "deskterm \\- a help desk in the terminal")
    yield from (".SH SYNOPSIS", ".B deskterm", "[\\fB\\-\\-home\\fR \\fIDIR\\fR] [\\fIVERB\\fR ...]")
    yield from (".SH DESCRIPTION", text(group.help or ""))
    yield ".SH VERBS"
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield from _verb(command, click.Context(command, parent=context, info_name=name))
    yield from (".SH KEYS", "As they come; \\fBdeskterm keys\\fR prints those in force.")
    for title in dict.fromkeys(one.group for one in actions.ACTIONS):
        yield f".SS {text(title)}"
        for one in actions.ACTIONS:
            if one.group == title:
                yield from _entry(" or ".join(one.keys), one.words)
    yield ".SH EXIT STATUS"
    for code, words in EXIT_CODES:
        yield from _entry(code, words)
    yield ".SH ENVIRONMENT"
    yield from _entry("DESKTERM_HOME", "The desk's folder, where --home does not name one.")


def _verb(command: click.Command, context: click.Context) -> Iterator[str]:
    """A verb, its options, and the verbs below it."""
    pieces = " ".join(piece for piece in command.collect_usage_pieces(context) if piece)
    yield f".SS {text(f'{context.command_path} {pieces}'.strip())}"
    yield text(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and parameter.name != "help":
            yield from _entry(*record)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _verb(below, click.Context(below, parent=context, info_name=name))


def _entry(term: str, words: str) -> Iterator[str]:
    yield from (".TP", f".B {text(term, quoted=True)}", text(words) or "\\&")


def text(words: str, *, quoted: bool = False) -> str:
    """Words as roff takes them: one line, no request, no escape of their own."""
    said = " ".join(words.split()).replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    said = said.replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    if quoted:
        said = '"' + said.replace('"', "\\(dq") + '"'
    return f"\\&{said}" if said.startswith(".") else said
