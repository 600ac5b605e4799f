"""The shell: `deskterm` alone opens the screen, `deskterm VERB` does one thing and ends.

Verbs are imported when they are called, and not before: `deskterm ls` loads no screen and no mail.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from deskterm import __version__, tidying
from deskterm.cli import errors, home, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("desk", "Open the practice desk, in a home of its own."),
    "setup": ("setup", "Find servers, test the login, keep the secret in the keyring."),
    "login": ("login", "Sign in to a mailbox by OAuth."),
    "live": ("desk", "Unlock or lock the outbox; say what would leave."),
    "sync": ("desk", "One round of receive and send; --watch stays."),
    "ls": ("read", "List tickets; none named: all that is open."),
    "show": ("read", "Show a ticket and its conversation, now or as of a moment."),
    "history": ("read", "What happened to a ticket, or to the desk."),
    "search": ("read", "Find tickets by words in their letters."),
    "new": ("write", "Begin a ticket."),
    "reply": ("write", "Answer a ticket's customer."),
    "forward": ("write", "Hand a letter on to somebody else, attachments and all."),
    "outbox": ("outbox", "What has not left; decide about a reply that needs you."),
    "note": ("write", "Write a note only the team sees."),
    "set": ("change", "Set fields of one ticket or of all that answer a query."),
    "snooze": ("change", "Let tickets sleep until a moment."),
    "todo": ("todo", "What is still to be done on a ticket: list, add, tick off."),
    "macro": ("change", "Run a macro on one ticket or on all that answer a query."),
    "merge": ("joins", "Merge tickets, or customers who are one person."),
    "split": ("joins", "Make letters of a ticket a ticket of their own."),
    "move": ("joins", "Move letters of a ticket to another one."),
    "accept": ("joins", "Answer what a ticket asks: where it belongs, who wrote it."),
    "undo": ("change", "Take back the last act, or the one named; --redo does it again."),
    "apply": ("change", "Take changed tickets as JSON lines from a pipe."),
    "why": ("reasons", "Why each letter is in this ticket."),
    "rules": ("rules", "Rules: switch them, try them on a letter or on the past, see what they did and why."),
    "team": ("team", "Who tickets can be given to, what each can do, and who is here."),
    "account": ("accounts", "The companies of customers: domain, tier, revenue, CSM, renewal, plan."),
    "survey": (
        "survey",
        "How satisfied customers are: CSAT and NPS by month or agent, and the response rate.",
    ),
    "report": ("report", "Figures: what was reached so far, how tiers share the work, any question in SQL."),
    "sla": ("reasons", "Reasons of promises: `sla why N` prints every interval."),
    "import": ("desk", "Take in a Maildir, mbox, .eml file or a folder, silently."),
    "doctor": ("doctor", "Check settings, servers, keyring and the letters' ledger."),
    "verify": ("desk", "Prove that the log is whole and the tables follow from it."),
    "edit": ("docs", "Open a macro, rule, queue, hours or policy in $EDITOR."),
    "docs": ("docs", "Write all docs to a folder, or read them from one."),
    "keys": ("about", "Every key in force, as text, Markdown or JSON lines."),
    "themes": ("about", "The themes, how well each can be read, and one as a file to begin from."),
    "config": ("about", "This machine's settings, each with its sentence."),
    "describe": ("describe", "JSON schemas of what is printed, and the man page."),
    "completion": ("completing", "The script that completes verbs and names in bash, zsh or fish."),
}
"""Verb to the module of deskterm.cli that has it, and what it does in one line."""


COMPLETE = "_DESKTERM_COMPLETE"
"""Set by a shell that wants to know what could come next."""


class Verbs(click.Group):
    """The verbs, each imported when called, with every error mapped to its sentence and exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"deskterm.cli.{VERBS[cmd_name][0]}")
        return cast(click.Command, getattr(module, f"{cmd_name}_verb"))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(v, help=words) for v, (_, words) in VERBS.items() if v.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, words) for verb, (_, words) in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Run a verb and end the process with its exit code."""
        sys.exit(self.called(args))

    def called(self, args: Sequence[str] | None = None) -> int:
        """Run a verb; its exit code. Whatever was printed is out when this returns."""
        if COMPLETE in os.environ:
            import_module("deskterm.cli.completing")
        try:
            code: object = super().main(
                args=list(args) if args is not None else None, prog_name="deskterm", standalone_mode=False
            )
            say.flush()
        except Exception as error:
            return errors.handled(error)
        except KeyboardInterrupt as error:
            return errors.handled(error)
        return code if isinstance(code, int) else errors.DONE


def _unknown(verb: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(verb, VERBS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(VERBS)}."
    return f'There is no verb "{verb[:40]}"; {hint}'


@click.command(cls=Verbs, invoke_without_command=True, no_args_is_help=False)
@click.option("--home", metavar="DIR", envvar=home.VARIABLE, help="The desk's folder.")
@click.option("--plain", is_flag=True, help="Line by line, as for a screen reader: nothing is drawn.")
@click.version_option(__version__)
@click.pass_context
def verbs(ctx: click.Context, home: str | None, plain: bool) -> int | None:
    """A help desk in the terminal. Without a verb it opens the screen; with --plain it asks for words.

    Exit codes: 0 done, 1 failed, 2 usage, 3 nothing matched, 4 refused.
    """
    return _screen() if ctx.invoked_subcommand is None else None


def _screen() -> int:
    from deskterm import setting_up
    from store.errors import Refused

    if home.plain():
        from deskterm.cli import plain

        return plain.begin(home.path())
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused(
            "The screen needs a terminal; without one use a verb, such as `deskterm ls`, or"
            " `deskterm --plain`."
        )
    folder = home.path()
    if setting_up.is_new(folder):
        from deskterm.cli.setup import on_screen

        return on_screen(folder)
    # Until the first paint nothing is thrown away, and looking for it takes an eighth of the start.
    gc.disable()
    from deskterm.app import run
    from deskterm.cli import older

    return run(folder, opening=older.opened)


def main() -> int:
    """The console script."""
    tidying.for_a_verb()
    code = verbs.called()
    gc.freeze()  # all of it goes with the process, so nobody need look for what goes first
    return code
