"""Verbs that answer why: why each letter is in a ticket, why a promise stands where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

import click

from deskterm import jsonl, moments
from deskterm.cli import say, tell
from deskterm.cli.home import opened
from deskterm.cli.read import json_option
from deskterm.desk import Desk
from store import mailbox
from store.errors import NotFound
from store.model import Message, Ticket
from store.reads import conversation, promised, timeline
from store.rules import sla
from store.rules.hours import in_words
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
    """Why each letter and note is in ticket N."""
    with opened() as desk:
        ticket = desk.ticket(name)
        messages = conversation.messages(desk.conn, ticket.id)
        if not messages:
            raise NotFound(f"#{ticket.number} holds no letter and no note yet.")
        zone = moments.local()
        for one in messages:
            if as_json:
                found = jsonl.message(one, desk.text(one), number=ticket.number)
                say.json_line(found | {"places": [_place(place) for place in _places(desk, one)]})
            else:
                who = tell.one_line(one.sender or one.author)
                say.rows(
                    [(moments.shown(one.date, zone=zone), one.kind.value, who, one.why or "no reason kept")]
                )
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
