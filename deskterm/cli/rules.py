"""Verbs about rules: which there are, what each would do and did, and why it did not.

Only `run` changes tickets; `on` and `off` switch a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deskterm import moments
from deskterm.cli import names, say
from deskterm.cli.asking import Asking, json_option
from deskterm.cli.going import going
from deskterm.cli.home import opened
from deskterm.cli.planned import How, alone, asked, do, planned, read
from deskterm.counting import many
from store.errors import DocError, NotFound, Refused

if TYPE_CHECKING:
    from deskterm.automation import Armed
    from deskterm.desk import Desk
    from deskterm.doings import Doing
    from deskterm.receive import Read
    from store.model import Doc, Ticket
    from store.reads.rule_stats import Stat


@click.group("rules", invoke_without_command=True)
@click.pass_context
def rules_verb(ctx: click.Context) -> None:
    """The rules of the desk: list them, try them, see what they did."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(stats)


@rules_verb.command("stats")
@click.option("--since", default="30d", metavar="WHEN", help="From when on; 30d if not said.")
@json_option
def stats(since: str, as_json: bool) -> None:
    """Each rule: on or off, what it looks at, how often it acted, was undone and was overruled."""
    from deskterm import jsonl
    from store.reads import docs, rule_stats

    with opened() as desk:
        begin = moments.past(since, now=desk.now, zone=moments.local())
        found = docs.of_kind(desk.conn, "rule")
        if not found:
            raise NotFound("This desk has no rules yet; `deskterm edit rule NAME` makes one.")
        did = rule_stats.of_desk(desk.conn, since=begin)
        for doc in found:
            stat = did.get(doc.id, rule_stats.Stat())
            if as_json:
                say.json_line(jsonl.rule(doc, stat, problem=_problem(desk, doc)))
        if not as_json:
            say.rows(_line(desk, doc, did.get(doc.id, rule_stats.Stat())) for doc in found)


def _line(desk: Desk, doc: Doc, stat: Stat) -> tuple[str, ...]:
    from deskterm.automation import arm
    from deskterm.rulebook import looks_at

    counts = f"acted {stat.fired:,}, undone {stat.undone:,}, overruled {stat.overruled:,}"
    problem = _problem(desk, doc)
    if problem:
        return "broken", doc.name, problem, counts
    return "on" if doc.active else "off", doc.name, looks_at(arm(doc).rule), counts


def _problem(desk: Desk, doc: Doc) -> str:
    from deskterm import doc_names

    try:
        doc_names.check(desk.conn, [doc])
    except DocError as error:
        return str(error)
    return ""


@rules_verb.command("on")
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs("rule"))
def on_verb(name: tuple[str, ...]) -> None:
    """Switch the rule NAME on. It acts on what happens from now on."""
    from deskterm.cli.docs import switch

    switch("rule", " ".join(name), on=True)


@rules_verb.command("off")
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs("rule"))
def off_verb(name: tuple[str, ...]) -> None:
    """Switch the rule NAME off; it stays on the desk."""
    from deskterm.cli.docs import switch

    switch("rule", " ".join(name), on=False)


@rules_verb.command("test")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def test_verb(file: Path, as_json: bool) -> None:
    """What would become of the letter in FILE (.eml), and what each rule says to it. Nothing is changed."""
    from deskterm import jsonl, trials

    with opened() as desk:
        trial = trials.letter(desk, _read(file))
        if as_json:
            for one in trial.tried:
                say.json_line(jsonl.tried(one.answer, one.does))
            return
        where = "a new ticket" if trial.begins else f"#{trial.ticket.number} {trial.ticket.subject}"
        say.line(f"It would go into {where}: {trial.why}")
        if not trial.tried:
            say.line("No rule looks at letters.")
        zone = moments.local()
        for one in trial.tried:
            say.line(
                f"{'acts' if one.does is not None else 'rests'}  {one.answer.rule.name}: {one.answer.why}"
            )
            for words in _does(trial.ticket, one.does, zone):
                say.line(f"    {words}")


def _read(file: Path) -> Read:
    from channels.letter import Fetched
    from channels.mime.field import begins_letter
    from channels.mime.guard import Reader
    from deskterm.receive import read_all

    raw = file.read_bytes()
    if not begins_letter(raw[:65_536]):
        raise Refused(f"{file} is no letter: it does not begin with header fields such as From:.")
    with Reader() as reader:
        fetched = Fetched(file.name, 0, 1, raw, None)
        return next(read_all([fetched], reader, folder=None, source=file.name))


def _does(ticket: Ticket, does: Doing | None, zone: tzinfo) -> Iterator[str]:
    """What a rule does, a line each."""
    from deskterm import trials
    from deskterm.cli import tell

    if does is None:
        return
    if does.routed:
        yield f"routed to {does.routed}"
    if not does:
        yield "nothing to change, it is so already"
    for change in does.sets:
        yield tell.changed(change.field, trials.before(ticket, change), change.value, zone=zone)
    for note in does.notes:
        yield f"note: {tell.one_line(note)}"
    for letter in does.letters:
        yield f"letter to {letter.to}: {letter.subject}"
    if does.holds:
        yield f"holds {many(len(does.holds), 'letter')} that waits to leave"
    yield from (*does.untold, *does.missed)


@rules_verb.command("why")
@click.argument("name", metavar="N")
@json_option
def why_verb(name: str, as_json: bool) -> None:
    """Which rules acted on ticket N, because of what; and what keeps the others from it now."""
    from deskterm import jsonl
    from deskterm.cli import tell
    from deskterm.why_rules import why_not
    from store.log import history
    from store.reads import rule_stats

    with opened() as desk:
        ticket = desk.ticket(name)
        happened = history.of_ticket(desk.conn, ticket.id)
        fired = rule_stats.of_ticket(desk.conn, ticket.id, [one.entry for one in happened])
        zone = moments.local()
        for one in fired:
            if as_json:
                say.json_line(jsonl.fired(one, number=ticket.number))
                continue
            cause = f"after {desk.said(one.cause)}" if one.cause else "because of the time"
            undone = ", undone since" if one.undone else ""
            say.line(f"{moments.shown(one.at, zone=zone)}  {one.rule} acted {cause}{undone}")
            for field, value in one.sets:
                say.line(f"    {tell.changed(field, None, value, zone=zone)}")
        if as_json:
            return
        if not fired:
            say.line(f"No rule has acted on #{ticket.number}.")
        for rule, reason in why_not(desk, ticket, zone=zone):
            say.line(f"now  {rule}: {reason}")


@rules_verb.command("backtest")
@click.argument("name", nargs=-1, required=True, shell_complete=names.docs("rule"))
@click.option("--since", default="90d", metavar="WHEN", help="From when on; 90d if not said.")
@json_option
def backtest_verb(name: tuple[str, ...], since: str, as_json: bool) -> None:
    """What the rule NAME would have done since WHEN, had it been on. Nothing is changed."""
    from deskterm import jsonl, trials

    with opened() as desk:
        one = _armed(desk, " ".join(name))
        zone = moments.local()
        begin = moments.past(since, now=desk.now, zone=zone)
        count, touched = 0, set[str]()
        for would in trials.backtest(desk, one, since=begin):
            count += 1
            touched.add(would.ticket.id)
            if as_json:
                say.json_line(jsonl.would(one.rule.name, would.at, would.ticket, would.does))
                continue
            what = "; ".join(_does(would.ticket, would.does, zone))
            label = f"#{would.ticket.number} {would.ticket.subject}"
            say.rows([(moments.shown(would.at, zone=zone), label, what)])
        if not count:
            raise NotFound(f"The rule {one.rule.name} would have done nothing since {since}.")
        say.told(f"{many(count, 'act')} on {many(len(touched), 'ticket')}; nothing was changed.")


@rules_verb.command("run", cls=Asking)
@click.argument("name", required=False, shell_complete=names.docs("rule"))
@click.argument("query", nargs=-1)
@planned
def run_verb(name: str | None, query: tuple[str, ...], how: How) -> None:
    """Do what the rule NAME does, now, to those tickets of QUERY that its own query holds for."""
    from deskterm import chosen
    from deskterm.rule_plans import make_rule

    alone(how, (*filter(None, (name,)), *query))
    with opened() as desk:
        if how.kept:
            do(desk, read(how.kept), how)
            return
        if name is None:
            raise click.UsageError("Say which rule, as in `deskterm rules run refunds is:open`.")
        one = _armed(desk, name)
        found = chosen.ids(desk, asked(query))
        with going() as shown:
            plan = make_rule(desk, one, found, tell=shown)
        if len(plan.steps) < len(found):
            say.told(f"{one.rule.match} holds for {len(plan.steps):,} of {many(len(found), 'ticket')}")
        do(desk, plan, how)


def _armed(desk: Desk, name: str) -> Armed:
    from deskterm.automation import arm

    doc = desk.doc("rule", name)
    try:
        return arm(doc)
    except DocError as error:
        raise Refused(f"The rule {doc.name} cannot be read: {error}") from None
