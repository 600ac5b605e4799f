"""The one place that knows what an error means to the shell: its exit code and its sentence.

Never a traceback, never a value of a local variable; DESKTERM_DEBUG=1 shows where, without values.
"""

from __future__ import annotations

import os
import sqlite3
import sys

import click

from deskterm.cli import say

DONE, FAILED, USAGE, NOTHING, REFUSED, STOPPED = 0, 1, 2, 3, 4, 130


def handled(error: BaseException) -> int:
    """Say what went wrong in one sentence and give the exit code for it."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        say.silence()
        return FAILED
    if os.environ.get("DESKTERM_DEBUG"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, (KeyboardInterrupt, EOFError, click.Abort)):
        say.failed("Stopped; nothing was left half done.")
        return STOPPED
    code, sentence = _meant(error)
    say.failed(sentence)
    return code


def _meant(error: BaseException) -> tuple[int, str]:
    from channels.errors import ChannelError
    from deskterm.config import ConfigError
    from store.errors import StoreError

    if isinstance(error, click.ClickException):
        return USAGE, _usage(error)
    if isinstance(error, say.NotPrinted):
        # What could not be written once would fail once more when the process ends.
        say.silence()
        return FAILED, f"The output cannot be written ({error}), so it is not complete; try another place."
    if isinstance(error, sqlite3.Error):
        return FAILED, _database(error)
    if isinstance(error, StoreError):
        return _of_the_desk(error)
    if isinstance(error, (ChannelError, ConfigError)):
        return FAILED, str(error)
    if isinstance(error, OSError):
        return FAILED, _system(error)
    return FAILED, (
        f"A mistake in deskterm stopped it ({type(error).__name__}); what was done before stands. "
        "DESKTERM_DEBUG=1 shows where it happened."
    )


def _of_the_desk(error: Exception) -> tuple[int, str]:
    from store.errors import DocError, NotFound, QueryError, Refused

    if isinstance(error, QueryError):
        place = f" (at character {error.column + 1})" if error.column else ""
        return USAGE, f"{error}{place}"
    if isinstance(error, DocError):
        return USAGE, f"Line {error.line}, column {error.column}: {error}"
    if isinstance(error, NotFound):
        return NOTHING, str(error)
    return (REFUSED if isinstance(error, Refused) else FAILED), str(error)


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = f" (`{context.command_path} --help` tells more)" if context else ""
    return f"{error.format_message()}{where}"


def _database(error: sqlite3.Error) -> str:
    from store.db import said
    from store.errors import StoreError

    try:
        with said("The desk file"):
            raise error
    except StoreError as named:
        return str(named)


def _system(error: OSError) -> str:
    about = f"{error.filename}: " if error.filename else ""
    return f"{about}{error.strerror or type(error).__name__}. Nothing was left half done."
