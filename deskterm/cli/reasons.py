"""Verbs that answer why: why each letter is in a ticket, why a promise stands where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

import click

from deskterm import jsonl, moments, tiers
from deskterm.cli import errors, say, tell
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened
from deskterm.desk import Desk
from store import mailbox
from store.errors import NotFound
from store.model import Message, Ticket
from store.reads import auto_letters, conversation, promised, timeline
from store.reads.baseline import Baseline, baseline
from store.rules import sla
from store.rules.hours import in_words
from store.rules.promise_text import in_text
from store.rules.promises import Clock, Promise, State

WHY = {
    sla.Why.RUNNING: "counted",
    sla.Why.CLOSED: "closed",
    sla.Why.HOLIDAY: "holiday",
    sla.Why.BREAK: "break",
    sla.Why.PAUSED: "paused",
    sla.Why.ENDED: "ended",
    sla.Why.IDLE: "nobody waited for this",
}


@click.command("why")
@click.argument("name", metavar="N")
@json_option
def why_verb(name: str, as_json: bool) -> None:
    """Why each letter and note is in ticket N, and why it was acknowledged or not."""
    with opened() as desk:
        ticket = desk.ticket(name)
        messages = conversation.messages(desk.conn, ticket.id)
        if not messages:
            raise NotFound(f"#{ticket.number} holds no letter and no note yet.")
        zone = moments.local()
        answered = auto_letters.reasons(desk.conn, ticket.id)
        for one in messages:
            if as_json:
                found = jsonl.message(one, desk.text(one), number=ticket.number)
                places = [_place(place) for place in _places(desk, one)]
                say.json_line(found | {"places": places, "ack": answered.get(one.id)})
            else:
                who = tell.one_line(one.sender or one.author)
                say.rows(
                    [(moments.shown(one.date, zone=zone), one.kind.value, who, one.why or "no reason kept")]
                )
                if one.id in answered:
                    say.line(f"  {answered[one.id]}")
                for place in _places(desk, one):
                    say.line(f"  {_stands(place, zone)}")


def _places(desk: Desk, one: Message) -> list[mailbox.Place]:
    return mailbox.places(desk.conn, one.id)


FLAGS = {"\\seen": "read", "\\answered": "answered", "\\flagged": "flagged", "\\deleted": "marked as deleted"}
"""What other programs mark a letter with (RFC 3501, 2.3.2), in words."""


def _stands(place: mailbox.Place, zone: tzinfo) -> str:
    """Where a letter lies in a mailbox and what was done to it there."""
    where = tell.one_line(f"{place.mailbox}, {place.folder}, number {place.uid}")
    marks = [FLAGS[flag.lower()] for flag in place.flags if flag.lower() in FLAGS]
    words = f"{where}: {', '.join(marks)}" if marks else where
    if place.gone is None:
        return f"lies in {words}"
    seen = f" since {moments.shown(place.gone, zone=zone)}" if place.gone else ""
    return f"lay in {words}; moved or deleted there{seen}"


def _place(place: mailbox.Place) -> dict[str, object]:
    return {
        "mailbox": place.mailbox, "folder": place.folder, "uid": place.uid, "flags": list(place.flags),
        "gone": moments.iso(place.gone),
    }  # fmt: skip


@click.group("sla")
def sla_verb() -> None:
    """Reasons of promises."""


@sla_verb.command("why")
@click.argument("name", metavar="N")
@json_option
def sla_why(name: str, as_json: bool) -> None:
    """Every interval of ticket N's promises: what counted, what did not, and why."""
    with opened() as desk:
        ticket = desk.ticket(name)
        policy, hours = promised.of_ticket(desk.conn, ticket.id, promised.promised(desk.conn))
        events = timeline.events(desk.conn, ticket.id)
        clocks = sla.clocks(events, hours=hours, policy=policy, now=desk.now)
        if not clocks:
            raise NotFound(f"Nothing is promised on #{ticket.number}: it came in with the silent archive.")
        zone = moments.local()
        if not as_json:
            said = f"#{ticket.number}, P{ticket.priority}, policy {policy.name}"
            say.line(f"{said}, hours {policy.hours}: {in_words(hours.calendar)}")
        for clock in clocks:
            pieces = sla.explain(events, clock.kind, hours=hours, policy=policy, now=desk.now)
            (_as_json if as_json else _as_text)(ticket, clock, pieces, zone)


def _as_text(ticket: Ticket, clock: Clock, pieces: Sequence[sla.Interval], zone: tzinfo) -> None:
    say.line()
    say.line(_head(clock, zone))
    say.rows(
        (
            f"  {moments.shown(piece.start, zone=zone)}",
            f"to {moments.shown(piece.end, zone=zone)}",
            moments.length(piece.counted),
            WHY[piece.why],
            piece.name,
        )
        for piece in pieces
    )
    counted = sum(piece.counted for piece in pieces)
    say.line(f"  sum {moments.length(counted)}, clock {moments.length(clock.used)}")


def _head(clock: Clock, zone: tzinfo) -> str:
    name = tell.PROMISES[clock.kind.value]
    if clock.state is State.NONE or clock.target is None:
        return f"{name}: nothing promised"
    due = f", due {moments.shown(clock.due, zone=zone)}" if clock.due is not None else ""
    return f"{name}: {clock.state.value}, {moments.length(clock.used)} of {moments.length(clock.target)}{due}"


def _as_json(ticket: Ticket, clock: Clock, pieces: Sequence[sla.Interval], _: tzinfo) -> None:
    for piece in pieces:
        say.json_line(
            {
                "schema": jsonl.INTERVAL, "number": ticket.number, "promise": Promise(clock.kind).value,
                "state": clock.state.value, "target": clock.target, "used": clock.used,
                "due_at": moments.iso(clock.due), "start": moments.iso(piece.start),
                "end": moments.iso(piece.end), "counted": piece.counted, "why": piece.why.value,
                "name": piece.name or None,
            }
        )  # fmt: skip


@sla_verb.command("text")
def sla_text() -> None:
    """The promises in words for customers, as for a help page."""
    with opened() as desk:
        here = promised.promised(desk.conn)
        say.line(in_text([(one, here.calendars[one.hours].calendar) for one in here.policies]).rstrip())


@sla_verb.command("baseline")
@click.option("--since", default="90d", metavar="WHEN", help="From when on; 90d if not said.")
@json_option
def sla_baseline(since: str, as_json: bool) -> None:
    """What was reached so far, in open time, archived mail included: look here before promising anything."""
    with opened() as desk:
        begin = moments.past(since, now=desk.now, zone=moments.local())
        found = baseline(desk.conn, since=begin, hours=promised.promised(desk.conn).hours)
        if not found[0].tickets:
            raise NotFound(f"No ticket began since {since}; `deskterm import` takes in old mail.")
        for one in found:
            if as_json:
                say.json_line(jsonl.baseline(one))
        if not as_json:
            say.rows(_reached(one) for one in found)
            say.told(f"open time, {in_words(promised.promised(desk.conn).hours.calendar)}")


@sla_verb.command("tiers")
@json_option
def sla_tiers(as_json: bool) -> int:
    """Whether this desk is ready for promises by tier of the account, and what is missing."""
    with opened() as desk:
        now = tiers.ready(desk.conn)
        if as_json:
            say.json_line(jsonl.ready(now))
        else:
            say.line(f"{'ready' if now else 'not ready'}: {now}")
        return errors.DONE if now else errors.REFUSED


_span = moments.length


def _reached(one: Baseline) -> tuple[str, ...]:
    figures = ((one.first, "first reply"), (one.last, "last reply"))
    return (
        "all" if one.priority is None else f"P{one.priority}",
        f"{one.tickets:,} tickets",
        *(
            f"{name} median {_span(reached.median)}, 90 % within {_span(reached.worst_tenth)}"
            if reached
            else f"{name}: none"
            for reached, name in figures
        ),
    )
