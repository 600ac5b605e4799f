"""Verbs that change tickets, one or ten thousand: set, snooze, macro, apply, undo.

Each makes a plan first; `--dry-run` shows it, `--plan` keeps it, `--apply` does a kept one, and without
any of them it is done at once, after a question when it is about more than one ticket.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deskterm import moments, sleeps
from deskterm.cli import names, say
from deskterm.cli.asking import Asking
from deskterm.cli.going import going
from deskterm.cli.home import opened
from deskterm.cli.planned import How, alone, asked, do, planned, read
from deskterm.counting import many
from store.errors import NotFound, Refused

if TYPE_CHECKING:
    from deskterm.desk import Desk


@click.command("set", cls=Asking)
@click.argument("words", nargs=-1, metavar="QUERY FIELD=VALUE...")
@planned
def set_verb(words: tuple[str, ...], how: How) -> None:
    """Set fields: status, priority, assignee, tag=+x,-y, type, group, subject, snooze, unread, bin.

    QUERY is a number, a list such as 1,2,5-9, or a query; every word before the first FIELD=VALUE.
    """
    from deskterm import chosen, plans, sets

    query = tuple(word for word in words if "=" not in word or _asks(word))
    fields = tuple(word for word in words if word not in query)
    alone(how, words)
    with opened() as desk:
        if how.kept:
            do(desk, read(how.kept), how)
            return
        wanted = sets.read(fields, agent=desk.agent, now=desk.now, zone=moments.local())
        found = chosen.ids(desk, asked(query))
        plan = plans.make_set(desk, found, wanted.fields, kind=wanted.kind, said=f"Set {wanted.said} on")
        do(desk, plan, how)


def _asks(word: str) -> bool:
    """Whether a word with a = in it belongs to the query: `created:>=2026-01`, `sla:<=1h`."""
    return ":" in word.partition("=")[0] or '"' in word.partition("=")[0]


@click.command("snooze", cls=Asking)
@click.argument("query", required=False)
@click.argument("when", nargs=-1)
@click.option(
    "--until",
    type=click.Choice(sleeps.UNTIL),
    help="What ends it: the moment or a reply, whichever is first; a reply alone; both; the moment alone.",
)
@planned
def snooze_verb(query: str | None, when: tuple[str, ...], until: str | None, how: How) -> None:
    """Let tickets sleep until WHEN: 1h, tonight, tomorrow, monday, "tomorrow 9:00", a date; none wakes.

    A letter of the customer wakes them too, unless --until says otherwise.
    """
    from deskterm import chosen, plans, sets

    alone(how, (*filter(None, (query,)), *when))
    with opened() as desk:
        if how.kept:
            do(desk, read(how.kept), how)
            return
        if not when and until != "reply":
            raise click.UsageError("Say until when, as in `deskterm snooze 12 tomorrow`.")
        zone = moments.local()
        fields = sets.snooze(" ".join(when), now=desk.now, zone=zone, until=until or "")
        found = chosen.ids(desk, asked((query or "",)))
        wakes = fields[0][1] is None
        said = "Woke" if wakes else "Snoozed"
        do(desk, plans.make_set(desk, found, fields, kind="wake" if wakes else "snooze", said=said), how)


@click.command("macro", cls=Asking)
@click.argument("name", required=False, shell_complete=names.docs("macro"))
@click.argument("query", nargs=-1)
@click.option("--answer", "answers", multiple=True, metavar="BLANK=TEXT", help="What a blank of it asks for.")
@planned
def macro_verb(name: str | None, query: tuple[str, ...], answers: tuple[str, ...], how: How) -> None:
    """Run the macro NAME on one ticket or on all that answer QUERY: its fields, letters and notes."""
    from deskterm import chains, chosen, plans
    from store.rules import macros

    alone(how, (*filter(None, (name,)), *query, *answers))
    with opened() as desk:
        if how.kept:
            do(desk, read(how.kept), how)
            return
        if name is None:
            raise click.UsageError("Say which macro, as in `deskterm macro refund 12`.")
        macro = chains.whole(desk.conn, macros.parse(desk.doc("macro", name).body))
        given = dict(_answer(text, macros.blanks(macro)) for text in answers)
        found = chosen.ids(desk, asked(query))
        with going() as shown:
            plan = plans.make_macro(desk, macro, found, given, tell=shown)
        do(desk, plan, how)


def _answer(text: str, blanks: tuple[str, ...]) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name.strip() not in blanks:
        asked = ", ".join(blanks) or "nothing"
        raise click.UsageError(
            f'"{text[:60]}" answers no blank; write BLANK=TEXT. The macro asks for: {asked}.'
        )
    return name.strip(), value


@click.command("apply")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@planned
def apply_verb(file: Path, how: How) -> None:
    """Change tickets to what FILE (- for standard input) says: JSON lines as `ls --jsonl` writes them.

    A ticket that changed since it was read refuses the whole pipe (exit 4).
    """
    from deskterm import edits

    alone(how, (str(file),))
    with opened() as desk:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        rows = edits.read(text.splitlines())
        if not rows:
            raise NotFound("No ticket came in; nothing was changed.")
        do(desk, edits.plan(desk, rows), how)


@click.command("undo")
@click.argument("entry", type=int, required=False)
@click.option("--redo", is_flag=True, help="Do again what was last undone.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken back, and change nothing.")
def undo_verb(entry: int | None, redo: bool, dry_run: bool) -> None:
    """Take back the last act, or the ENTRY that `history` names."""
    with opened() as desk:
        if (
            entry is not None
            and desk.conn.execute("SELECT 1 FROM entry WHERE id = ?", (entry,)).fetchone() is None
        ):
            raise NotFound(f"There is no entry {entry}; `deskterm history` shows them.")
        if dry_run:
            _would_undo(desk, entry, redo=redo)
            return
        if redo and entry is not None:
            raise click.UsageError("--redo takes no ENTRY: it does the last undone act again.")
        say.told(desk.redo().words if redo else desk.undo(entry).words)


def _would_undo(desk: Desk, entry: int | None, *, redo: bool) -> None:
    from store.log import undo

    last = undo.last_undo if redo else undo.last_act
    target = entry if entry is not None else last(desk.conn, desk.agent)
    if target is None:
        raise Refused(f"There is nothing to {'redo' if redo else 'undo'}.")
    plan = undo.plan(desk.conn, target)
    kept = f"; {len(plan.kept):,} changed since and would be kept" if plan.kept else ""
    word = "do again" if redo else "take back"
    say.line(f"Would {word} {desk.said(target)}: {many(len(plan.changes), 'field')}{kept}")
