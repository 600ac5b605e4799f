"""Verbs about the team: who there is, what each can do, and who is here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import click

from deskterm import jsonl
from deskterm.acts import Act
from deskterm.cli import say
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from deskterm.desk import Desk
from deskterm.doc_names import ALWAYS_THERE
from store.errors import NotFound, Refused
from store.log.entry import Change, Value, put
from store.log.tx import Beside, Tx
from store.reads import promised, team


@click.group("team", invoke_without_command=True)
@json_option
@click.pass_context
def team_verb(ctx: click.Context, as_json: bool) -> None:
    """Who tickets can be given to: name, whether here, open work, groups, skills and languages."""
    if ctx.invoked_subcommand is not None:
        return
    with opened() as desk:
        registered = {one.name: one for one in team.members(desk.conn)}
        if not registered:
            raise NotFound("Nobody is registered yet; `deskterm team add NAME` does that.")

        def is_open(name: str, at: int) -> bool:
            return promised.hours_named(desk.conn, name).is_open(at)

        for agent in team.agents(desk.conn, now=desk.now, is_open=is_open):
            member = registered[agent.name]
            if as_json:
                say.json_line(jsonl.member(member, here=agent.here, load=agent.load))
            else:
                say.rows([_row(member, here=agent.here, load=agent.load)])


def _row(member: team.Member, *, here: bool, load: int) -> tuple[str, ...]:
    words = [
        *(f"group:{one}" for one in sorted(member.groups)),
        *(f"skill:{one}" for one in sorted(member.skills)),
    ]
    words += [f"lang:{one}" for one in sorted(member.languages)]
    words += [f"hours:{member.hours}"] if member.hours else []
    words += ["senior"] if member.senior else []
    return "here" if here else "away", member.name, f"load {load}", " ".join(words)


@team_verb.command("add")
@click.argument("name")
@click.option("--email", help="Their address.")
@click.option("--group", multiple=True, help="A group they are in; may be given several times.")
@click.option("--skill", multiple=True, help="What they can do.")
@click.option("--lang", multiple=True, help="A language they speak, such as en.")
@click.option("--hours", help="A calendar of their own.")
@click.option("--senior/--no-senior", default=None, help="Whether routes that ask for a senior find them.")
def add_verb(
    name: str, email: str | None, group: tuple[str, ...], skill: tuple[str, ...], lang: tuple[str, ...],
    hours: str | None, senior: bool | None,
) -> None:  # fmt: skip
    """Register NAME, or change what is said here of somebody registered; what is not said stays.

    Groups, skills and languages replace those they had of that kind; an empty one, as in --group "", takes
    them all away.
    """
    name = " ".join(name.split())
    if not name or name in ("me", "none"):
        raise Refused("An agent needs a name; me and none mean something else.")
    if email and not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", email):
        raise Refused(f"{email[:60]!r} is no mail address; write it as ana@example.org.")
    with opened(found=True) as desk:
        if hours and hours not in ALWAYS_THERE:
            desk.doc("hours", hours)
        known = next((one for one in team.members(desk.conn) if one.name.lower() == name.lower()), None)
        wanted = {"group": group, "skill": skill, "lang": lang}
        fields: dict[str, Value] = {
            f"{space}.{word.lower()}": 1 for space, words in wanted.items() for word in words if word
        }
        fields |= {"email": email or None} if email is not None else {}
        fields |= {"x.hours": hours or None} if hours is not None else {}
        if senior is not None or known is None:
            fields["role"] = "senior" if senior else "agent"

        def make(tx: Tx) -> tuple[str, list[Change], list[Beside]]:
            if known is None:
                return "team", [put(tx.new_id("u"), {"name": name, "active": 1, **fields})], []
            gone: dict[str, Value] = dict.fromkeys(_maps(known, wanted), None)
            return "team", [Change(known.id, field, value) for field, value in (gone | fields).items()], []

        say.told(desk.commit(make, words=f"{known.name if known else name} is on the team").words)


def _maps(member: team.Member, wanted: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """The map fields somebody has, of the kinds of which something is wanted."""
    for space, words in (("group", member.groups), ("skill", member.skills), ("lang", member.languages)):
        if wanted[space]:
            yield from (f"{space}.{word}" for word in words)


@team_verb.command("here")
@click.argument("name")
def here_verb(name: str) -> None:
    """NAME can be given tickets again."""
    _set(name, "x.away", None, "is here")


@team_verb.command("away")
@click.argument("name")
def away_verb(name: str) -> None:
    """NAME is given no tickets for now."""
    _set(name, "x.away", 1, "is away")


@team_verb.command("remove")
@click.argument("name")
def remove_verb(name: str) -> None:
    """Take NAME off the team; what they have stays theirs until it is assigned anew."""
    _set(name, "active", 0, "is off the team")


def _set(name: str, field: str, value: Value, words: str) -> None:
    with opened(found=True) as desk:
        member = _member(desk, name)
        say.told(desk.do(Act("team", f"{member.name} {words}", (Change(member.id, field, value),))).words)


def _member(desk: Desk, name: str) -> team.Member:
    found = team.members(desk.conn)
    one = next((member for member in found if member.name.lower() == name.lower()), None)
    if one is None:
        names = ", ".join(member.name for member in found) or "nobody yet"
        raise NotFound(f"Nobody on the team is called {name!r}. There are: {names}.")
    return one
