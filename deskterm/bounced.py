"""Reports about letters of ours: which reply one is about, and what it changes.

Reads on the connection it is given and makes changes; commits nothing. A report is believed about a letter
whose id it names; one that names none may only point at the newest letter to its address.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from channels.letter import Letter
from deskterm.replies import address_of
from store import outbox
from store.errors import NotFound
from store.log.entry import Change, Value
from store.model import Message, Status, Ticket
from store.reads import conversation
from store.rules.threads import Report

RECENT = 5 * 86_400
"""Seconds. Servers give up within this time, so a report without an id is about a letter this young."""
_LOOK = 500
"""Letters of the outbox that are looked at for it."""


class About(Struct, frozen=True):
    """The letter of ours a report is about."""

    message: Message
    row: outbox.Waiting
    named: bool
    """The report names its id, which only those know who got it or carried it."""


def about(conn: sqlite3.Connection, letter: Letter, *, now: int) -> About | None:
    """What a report is about; None for other letters, and for reports about nothing of ours."""
    report = letter.bounce or letter.delivered
    if report is None:
        return None
    told = {address.lower() for address in report.recipients}
    if report.original_message_id:
        for (eid,) in conn.execute(
            "SELECT id FROM message WHERE msgid = ? AND kind = 'out' ORDER BY n",
            (report.original_message_id,),
        ):
            if (row := _row(outbox.ways(conn, eid), told)) is not None:
                return About(conversation.message(conn, eid), row, named=True)
        return None
    return _newest(conn, told, now=now) if told and letter.bounce is not None else None


def _row(rows: Iterable[outbox.Waiting], told: set[str]) -> outbox.Waiting | None:
    """The row of a message that these people were served by."""
    left = [row for row in rows if row.state in (outbox.SENT, outbox.UNSURE, outbox.RETURNED)]
    for row in left:
        if row.rest and told & {address.lower() for address in row.rest}:
            return row
    return next((row for row in left if not row.rest), left[0] if left else None)


def _newest(conn: sqlite3.Connection, told: set[str], *, now: int) -> About | None:
    """The newest letter that left for one of these addresses."""
    rows = conn.execute(
        "SELECT o.id, o.message FROM outbox AS o JOIN message AS m ON m.id = o.message"
        " WHERE o.state IN ('sent', 'unsure', 'returned') AND m.date > ? ORDER BY o.n DESC LIMIT ?",
        (now - RECENT, _LOOK),
    ).fetchall()
    for eid, message in rows:
        try:
            ours = conversation.message(conn, message)
        except NotFound:
            continue
        row = outbox.row(conn, eid)
        if row is not None and told & _recipients(ours):
            return About(ours, row, named=False)
    return None


def _recipients(message: Message) -> set[str]:
    return {address_of(person) for person in (*message.to, *message.cc)}


def kind(letter: Letter, found: About | None) -> Report:
    """What a letter says about a letter of ours, for the reason."""
    if letter.bounce is None:
        return Report.ARRIVED
    if found is not None and not found.named:
        return Report.GUESSED
    return Report.DELAYED if letter.bounce.temporary else Report.RETURNED


def dead(letter: Letter, found: About | None) -> dict[str, Value]:
    """Fields of the report's message: the addresses it proves dead, each with what is known of it."""
    if letter.bounce is None or not letter.bounce.dead_address or found is None or not found.named:
        return {}
    told = {address.lower() for address in letter.bounce.recipients}
    return {
        f"dead.{address}": "there is no such address" for address in sorted(told & _recipients(found.message))
    }


def happened(letter: Letter, found: About, ticket: Ticket) -> list[Change]:
    """What a report changes: the reply failed and its ticket is work again, once; or nothing at all.

    News of a delay marks the ticket unread, good news do not even that. Letters the desk sent by itself
    bring no work back.
    """
    if letter.bounce is None:
        sure = found.row.state == outbox.UNSURE and found.named
        return outbox.moved(found.row, outbox.SENT) if sure else []
    if letter.bounce.temporary:
        return [Change(ticket.id, "unread", 1)]
    words = _words(letter, found)
    if found.row.state == outbox.RETURNED:
        told = found.row.error
        return [] if words in told else [Change(found.row.id, "error", f"{told}; {words}")]
    changes = outbox.moved(found.row, outbox.RETURNED, error=words)
    if found.row.auto:
        return changes
    changes.append(Change(ticket.id, "unread", 1))
    if ticket.status is not Status.SPAM:
        changes += _to_work(ticket)
    return changes


def _to_work(ticket: Ticket) -> list[Change]:
    changes: list[Change] = []
    if ticket.status not in (Status.NEW, Status.OPEN):
        changes.append(Change(ticket.id, "status", Status.OPEN.value))
    if ticket.snooze_until is not None:
        changes.append(Change(ticket.id, "snooze_until", None))
    return changes


def _words(letter: Letter, found: About) -> str:
    assert letter.bounce is not None
    told = sorted({address.lower() for address in letter.bounce.recipients} & _recipients(found.message))
    who = ", ".join(told) or ", ".join(sorted(_recipients(found.message)))
    return f"{who}: {'there is no such address' if letter.bounce.dead_address else 'not delivered'}"
