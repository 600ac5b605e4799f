"""What every verb over a query has in common: its options, and what becomes of the plan it made.

Does not know how a plan is made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from deskterm import moments
from deskterm.cli import say
from deskterm.cli.going import going
from deskterm.counting import many
from store.errors import Refused

if TYPE_CHECKING:
    from deskterm import plans
    from deskterm.desk import Desk, Done


class How(Struct, frozen=True):
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


def asked(words: tuple[str, ...]) -> str:
    text = " ".join(words).strip()
    if not text:
        raise click.UsageError("Say which tickets: a number such as 12, a list 1,2,5-9, or a query.")
    return text


def alone(how: How, words: tuple[str, ...]) -> None:
    """A kept plan says all there is to do; what was typed besides would be passed over in silence."""
    if how.kept and words:
        raise click.UsageError(f'--apply does the plan and nothing else; leave "{words[0][:40]}" out.')


def read(path: Path) -> plans.Plan:
    from deskterm import plans

    return plans.from_json(path.read_bytes())


def do(desk: Desk, plan: plans.Plan, how: How) -> None:
    """Show, keep or do a plan."""
    from deskterm import plans

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
    from deskterm import plans

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

    from deskterm import plans

    text = plans.to_json(plan)
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    fresh.replace(path)


def _show(plan: plans.Plan) -> None:
    from deskterm.cli import tell

    zone = moments.local()
    for step in plan.steps:
        if step.happens:
            for text in tell.step(step, zone=zone):
                say.line(text)
    say.line(plan.counted())


def _as_json(plan: plans.Plan) -> None:
    from deskterm import jsonl

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
