"""Verbs that change tickets, one or ten thousand: set, snooze, macro, apply, undo.

Each makes a plan first; `--dry-run` shows it, `--plan` keeps it, `--apply` does a kept one, and without
any of them it is done at once, after a question when it is about more than one ticket.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from deskterm import chosen, edits, jsonl, moments, plans, sets
from deskterm.cli import say, tell
from deskterm.cli.asking import Asking
from deskterm.cli.going import going
from deskterm.cli.home import opened
from deskterm.counting import many
from deskterm.desk import Desk, Done
from store.errors import NotFound, Refused
from store.log import undo


@dataclass(frozen=True, slots=True)
class How:
    """What is to become of a plan."""

    dry_run: bool
    keep: Path | None
    kept: Path | None
    yes: bool
    as_json: bool


def planned(verb: Callable[..., None]) -> Callable[..., None]:
    """The options every verb over a query has, handed over as one `How`."""

    def with_how(
        *args: object,
        dry_run: bool,
        keep: Path | None,
        kept: Path | None,
        yes: bool,
        as_json: bool,
        **rest: object,
    ) -> None:
        verb(*args, how=How(dry_run, keep, kept, yes, as_json), **rest)

    with_how.__doc__ = verb.__doc__
    file = click.Path(path_type=Path, dir_okay=False)
    for option in (
        click.option("--jsonl", "as_json", is_flag=True, help="What changes, one JSON object a ticket."),
        click.option("--yes", is_flag=True, help="Do not ask, however many tickets it is."),
        click.option("--apply", "kept", type=file, metavar="FILE", help="Do exactly this plan."),
        click.option("--plan", "keep", type=file, metavar="FILE", help="Keep the plan; change nothing."),
        click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing."),
    ):
        with_how = option(with_how)
    return with_how


@click.command("set", cls=Asking)
@click.argument("words", nargs=-1, metavar="QUERY FIELD=VALUE...")
@planned
def set_verb(words: tuple[str, ...], how: How) -> None:
    """Set fields: status, priority, assignee, tag=+x,-y, type, group, subject, snooze, unread, bin.

    QUERY is a number, a list such as 1,2,5-9, or a query; every word before the first FIELD=VALUE.
    """
    query = tuple(word for word in words if "=" not in word or _asks(word))
    fields = tuple(word for word in words if word not in query)
    _alone(how, words)
    with opened() as desk:
        if how.kept:
            _do(desk, _read(how.kept), how)
            return
        wanted = sets.read(fields, agent=desk.agent, now=desk.now, zone=moments.local())
        found = chosen.ids(desk, _query(query))
        plan = plans.make_set(desk, found, wanted.fields, kind=wanted.kind, said=f"Set {wanted.said} on")
        _do(desk, plan, how)


def _asks(word: str) -> bool:
    """Whether a word with a = in it belongs to the query: `created:>=2026-01`, `sla:<=1h`."""
    return ":" in word.partition("=")[0] or '"' in word.partition("=")[0]


@click.command("snooze", cls=Asking)
@click.argument("query", required=False)
@click.argument("when", nargs=-1)
@planned
def snooze_verb(query: str | None, when: tuple[str, ...], how: How) -> None:
    """Let tickets sleep until WHEN: 1h, tonight, tomorrow, monday, "tomorrow 9:00", a date; none wakes."""
    _alone(how, (*filter(None, (query,)), *when))
    with opened() as desk:
        if how.kept:
            _do(desk, _read(how.kept), how)
            return
        if not when:
            raise click.UsageError("Say until when, as in `deskterm snooze 12 tomorrow`.")
        zone = moments.local()
        fields = sets.snooze(" ".join(when), now=desk.now, zone=zone)
        found = chosen.ids(desk, _query((query or "",)))
        until = fields[0][1]
        said = "Woke" if until is None else "Snoozed"
        _do(desk, plans.make_set(desk, found, fields, kind="snooze" if until else "wake", said=said), how)


@click.command("macro", cls=Asking)
@click.argument("name", required=False)
@click.argument("query", nargs=-1)
@click.option("--answer", "answers", multiple=True, metavar="BLANK=TEXT", help="What a blank of it asks for.")
@planned
def macro_verb(name: str | None, query: tuple[str, ...], answers: tuple[str, ...], how: How) -> None:
    """Run the macro NAME on one ticket or on all that answer QUERY: its fields, letters and notes."""
    from store.rules import macros

    _alone(how, (*filter(None, (name,)), *query, *answers))
    with opened() as desk:
        if how.kept:
            _do(desk, _read(how.kept), how)
            return
        if name is None:
            raise click.UsageError("Say which macro, as in `deskterm macro refund 12`.")
        macro = macros.parse(desk.doc("macro", name).body)
        given = dict(_answer(text, macros.blanks(macro)) for text in answers)
        found = chosen.ids(desk, _query(query))
        with going() as shown:
            plan = plans.make_macro(desk, macro, found, given, tell=shown)
        _do(desk, plan, how)


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
    _alone(how, (str(file),))
    with opened() as desk:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        rows = edits.read(text.splitlines())
        if not rows:
            raise NotFound("No ticket came in; nothing was changed.")
        _do(desk, edits.plan(desk, rows), how)


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
    last = undo.last_undo if redo else undo.last_act
    target = entry if entry is not None else last(desk.conn, desk.agent)
    if target is None:
        raise Refused(f"There is nothing to {'redo' if redo else 'undo'}.")
    plan = undo.plan(desk.conn, target)
    kept = f"; {len(plan.kept):,} changed since and would be kept" if plan.kept else ""
    word = "do again" if redo else "take back"
    say.line(f"Would {word} {desk.said(target)}: {many(len(plan.changes), 'field')}{kept}")


def _query(words: tuple[str, ...]) -> str:
    text = " ".join(words).strip()
    if not text:
        raise click.UsageError("Say which tickets: a number such as 12, a list 1,2,5-9, or a query.")
    return text


def _alone(how: How, words: tuple[str, ...]) -> None:
    """A kept plan says all there is to do; what was typed besides would be passed over in silence."""
    if how.kept and words:
        raise click.UsageError(f'--apply does the plan and nothing else; leave "{words[0][:40]}" out.')


def _read(path: Path) -> plans.Plan:
    return plans.from_json(path.read_bytes())


def _do(desk: Desk, plan: plans.Plan, how: How) -> None:
    """Show, keep or do a plan."""
    plans.check(plan)
    if how.keep is not None:
        _keep(how.keep, plan)
        say.told(f"Kept in {how.keep}: {plan.counted()}. Do it with --apply {how.keep}")
    if how.dry_run and not how.as_json:
        _show(plan)
    elif how.dry_run:
        _as_json(plan)
    if how.keep is not None or how.dry_run:
        return
    if how.kept is None and (plan.changed > 1 or plan.letters > 1) and not how.yes:
        _agreed(plan)
    done = _applied(desk, plan)
    say.told(f"{done.words}: nothing to change" if not done.happened else done.words + _leaving(desk, plan))
    if how.as_json:
        _as_json(plan)


def _applied(desk: Desk, plan: plans.Plan) -> Done:
    """Do it. Who stops it is told whether that came too late; half of it never stands."""
    before = desk.store.last_lseq()
    try:
        with going() as shown:
            return plans.apply(desk, plan, tell=shown)
    except KeyboardInterrupt:
        if desk.store.last_lseq() != before:
            say.told(f"It was done already: {plan.words}. `deskterm undo` takes it back.")
        raise


def _leaving(desk: Desk, plan: plans.Plan) -> str:
    """What becomes of the letters of a plan that was just done."""
    if plan.letters and not _free(desk):
        return " (letters held: `deskterm live on` lets them go)"
    pace = desk.settings.letters_per_minute
    if not pace or plan.letters <= pace:
        return ""
    minutes = many(-(-plan.letters // pace), "minute")
    return f" ({plan.letters:,} letters leave over {minutes}; `deskterm undo` works until the first has left)"


def _free(desk: Desk) -> bool:
    from deskterm import live

    return live.state(desk) != live.OFF


def _keep(path: Path, plan: plans.Plan) -> None:
    """Written whole beside its place and moved in, readable by nobody else: letters stand in it."""
    import os

    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(plans.to_json(plan) + "\n")
    fresh.replace(path)


def _show(plan: plans.Plan) -> None:
    zone = moments.local()
    for step in plan.steps:
        if step.happens:
            for text in tell.step(step, zone=zone):
                say.line(text)
    say.line(plan.counted())


def _as_json(plan: plans.Plan) -> None:
    for step in plan.steps:
        if step.happens:
            say.json_line(jsonl.change(step))


def _agreed(plan: plans.Plan) -> None:
    """Ask before more than one ticket changes. Raises Refused when nobody agrees, or nobody is there."""
    if not say.can_ask():
        raise Refused(
            f"{plan.counted()}; say --yes to do it, or --dry-run to look first. Nothing was changed."
        )
    if not say.yes(f"{plan.counted()}. Do it?"):
        raise Refused("Nothing was changed.")
