"""Acknowledging a letter that came in: whether it gets an automatic answer, why, and that answer.

Works inside the transaction the letter is taken in with. The rule is store.rules.acks, the way out is
auto_letters; nothing of the letter but its sender's address and its id leaves this room.
"""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from channels.letter import Letter
from deskterm import auto_letters
from deskterm.config import Box
from deskterm.desk import Desk
from deskterm.intake import Facts, Taken, addresses_of, signals
from store.errors import DocError
from store.log.entry import Change
from store.log.tx import Tx
from store.reads import auto_letters as sent
from store.reads import docs, promised
from store.registry import PUT
from store.rules import brakes
from store.rules.acks import Ack, Came, chosen, echoes, read_ack, unfit, words

KIND = "ack"


class Answer(Struct, frozen=True):
    """What is to become of one letter: an acknowledgement, or none, and why."""

    why: str
    ack: Ack | None = None
    """The doc it comes from; None: there is none."""
    mailbox: str = ""
    box: Box | None = None
    to: str = ""


def written(conn: sqlite3.Connection) -> tuple[Ack, ...]:
    """The acknowledgements this desk has; one that cannot be read is passed over."""
    found: list[Ack] = []
    for doc in docs.of_kind(conn, KIND):
        if doc.active:
            try:
                found.append(read_ack(doc.body, name=doc.name))
            except DocError:
                continue
    return tuple(found)


def decide(
    desk: Desk, tx: Tx, acks: tuple[Ack, ...], letter: Letter, facts: Facts, taken: Taken, *,
    received: int, through: tuple[str, Box | None],
) -> Answer | None:  # fmt: skip
    """Whether the letter just placed gets an acknowledgement; None where nobody wants any.

    `through` is the mailbox it came through, with its name.
    """
    name, box = through
    ack = chosen(acks, mailbox=name, brand=box.brand if box else "")
    if ack is None or box is None or facts.sent or not taken.changes:
        return None
    came = _came(tx.conn, ack, letter, facts, taken, age=desk.now - received)
    why = unfit(came, own=facts.own | ack.also)
    if not why:
        wanted = brakes.Letter(desk.now, KIND, came.sender[0], taken.ticket, letter.subject)
        why = auto_letters.stopped(desk, tx, wanted)
    if why:
        return Answer(f"not acknowledged: {why}")
    said = f"acknowledged by {ack.name}: the first letter of a ticket, and no brake stopped it"
    return Answer(said, ack, name, box, came.sender[0])


def reason(taken: Taken, answer: Answer) -> Change:
    """The change that keeps the reason with the letter."""
    return Change(taken.message, sent.WHY, answer.why)


def send(desk: Desk, tx: Tx, answer: Answer, letter: Letter, taken: Taken, *, cause: int) -> None:
    """Put the acknowledgement into the outbox, once however often it is asked for."""
    if answer.ack is None or answer.box is None:
        return
    row = tx.conn.execute("SELECT number FROM ticket WHERE id = ?", (taken.ticket,)).fetchone()
    subject, text = words(
        answer.ack, number=int(row[0]), name=answer.box.name, address=answer.box.address,
        hours=promised.hours_named(tx.conn, answer.ack.hours), now=desk.now,
    )  # fmt: skip
    auto_letters.post(
        desk, tx,
        auto_letters.AutoLetter(
            kind=KIND, key=f"ack:{taken.message}", ticket=taken.ticket, to=answer.to, subject=subject,
            text=text, mailbox=answer.mailbox, box=answer.box, answers=letter.message_id,
            why=f"sent by itself: the acknowledgement {answer.ack.name}",
        ),
        cause=cause,
    )  # fmt: skip


def _came(
    conn: sqlite3.Connection, ack: Ack, letter: Letter, facts: Facts, taken: Taken, *, age: int
) -> Came:
    sender = tuple(person.addr.lower() for person in letter.sender)
    return Came(
        sender=sender,
        signals=frozenset(signals(letter, facts, sent=False)),
        automatic=letter.automatic,
        first=any(change.eid == taken.ticket and change.field == PUT for change in taken.changes),
        named=addresses_of((*letter.to, *letter.cc)),
        elsewhere=not addresses_of(letter.reply_to) <= set(sender),
        answers_automatic=sent.ours_by_itself(conn, (*letter.references, *letter.in_reply_to)),
        echo=echoes(ack, subject=letter.subject, text=letter.text),
        age=age,
        alarm=facts.alarm is not None,
    )
