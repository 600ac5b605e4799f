"""The verb about figures: what was reached so far, how tiers share the work, and any question in SQL."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import click

from deskterm import jsonl, moments
from deskterm.cli import say
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from deskterm.cli.reasons import sla_baseline
from store.errors import NotFound
from store.reads import promised, report
from store.reads.shares import AIMS, Share, shares


@click.group("report")
def report_verb() -> None:
    """Figures of the desk; none of them changes anything."""


report_verb.add_command(sla_baseline, "baseline")


@report_verb.command("tiers")
@click.option("--since", default="30d", metavar="WHEN", help="Solved from when on; 30d if not said.")
@json_option
def tiers_verb(since: str, as_json: bool) -> None:
    """What tiers 1 to 3 solved and how fast, beside their usual share and time.

    A ticket belongs to the tier its group names (tier1, tier2, tier3), else to that of who has it.
    """
    with opened() as desk:
        begin = moments.past(since, now=desk.now, zone=moments.local())
        found = shares(desk.conn, since=begin, hours=promised.promised(desk.conn).hours)
        if not any(one.tier for one in found if one.tickets):
            raise NotFound(
                f"No ticket solved since {since} belongs to a tier;"
                " `deskterm team add NAME --group tier1` says who is in one."
            )
        if as_json:
            for one in found:
                say.json_line(jsonl.share(one))
        else:
            say.rows(tuple(_row(one)) for one in found)


def _row(one: Share) -> Iterator[str]:
    yield f"tier {one.tier}" if one.tier else "no tier"
    yield f"{one.tickets:,} solved"
    if one.tier is None:
        yield f"{one.share:.0f} %"
        return
    aim = AIMS[one.tier]
    yield f"{one.share:.0f} % (meant {aim.low} to {aim.high} %)"
    if one.median is not None:
        yield f"median {moments.length(one.median)} (meant {aim.hours}h)"
        yield f"{one.within:,} in time"


@report_verb.command("sql")
@click.argument("question", metavar="SELECT")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@json_option
def sql_verb(question: str, values: tuple[str, ...], as_json: bool) -> None:
    """Answer one SELECT over the desk file (- reads it from standard input), with :NAME filled in.

    :now is the present in Unix seconds. Nothing can be written, and no other file opened. The first line
    names the columns.
    """
    asked = sys.stdin.read() if question == "-" else question
    with opened() as desk:
        given = {"now": desk.now, **dict(map(_value, values))}
        answer = report.ask(desk.store.path, asked, given)
        if as_json:
            for row in answer.rows:
                say.json_line(jsonl.row(answer.columns, row))
            return
        rows = [tuple(map(_shown, row)) for row in answer.rows]
        say.rows([answer.columns, *rows])


def _value(text: str) -> tuple[str, str | int]:
    name, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise click.UsageError(f'"{text[:60]}" fills nothing in; write NAME=VALUE for a :NAME in the SELECT.')
    return name, int(value) if re.fullmatch(r"-?\d{1,18}", value) else value


def _shown(value: report.Value) -> str:
    if value is None:
        return "-"
    return value.hex() if isinstance(value, bytes) else str(value)
