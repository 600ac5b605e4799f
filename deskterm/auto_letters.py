"""The one way out for letters without a person behind them: every brake, then the outbox.

Acknowledgements and rules pass here and nowhere else. Counting and queueing are one transaction, so that two
processes cannot both send the last letter of a ration; the key makes a second attempt the same letter.
"""

from __future__ import annotations

import re
import sqlite3

from msgspec import Struct

from deskterm import live
from deskterm.config import Box
from deskterm.desk import Desk
from store import blobs, outbox
from store.log import ids
from store.log.entry import Change, Value, put
from store.log.tx import Tx
from store.model import Kind
from store.reads import auto_letters, conversation, dead, surveys
from store.reads.conversation import snippet, write_recipients
from store.rules import brakes, marks
from store.rules.acks import nobody_reads
from store.rules.votes import Survey

ACTOR = "deskterm"

PATIENCE = 3_600
"""Seconds a survey waits: a solve is taken back, or answered with one more question, within the hour."""

_PLAIN_ID = re.compile(r"[A-Za-z0-9._%+=$-]{1,120}@[A-Za-z0-9.-]{1,100}")
"""Ids of letters that may be cited: nothing a program shows or follows."""


class AutoLetter(Struct, frozen=True):
    """A letter the desk sends by itself. Its words are the desk's own."""

    kind: str
    """What sends it, for the brakes: `ack`, or a rule."""
    key: str
    """Of its entry: the same cause never sends twice."""
    ticket: str
    to: str
    """The bare address."""
    subject: str
    text: str
    mailbox: str
    box: Box
    why: str
    answers: str = ""
    """Message-ID of the letter it answers."""
    survey: Survey | None = None
    """What it asks. Such a letter waits a while, and does not leave when the ticket is opened meanwhile."""
    asks_for: str = ""
    """Who had the ticket when it was asked about."""


class Brakes(Struct, frozen=True):
    """The brakes over the letters of one act: each counts for those after it, before any is committed."""

    desk: Desk
    conn: sqlite3.Connection
    made: list[brakes.Letter]
    rations: brakes.Rations

    @classmethod
    def of(cls, desk: Desk, conn: sqlite3.Connection) -> Brakes:
        return cls(desk, conn, auto_letters.made(conn, desk.now), auto_letters.rations(conn))

    def why_not(self, letter: AutoLetter) -> str:
        """Why it may not leave now, in words; empty when it may, and then it counts."""
        wanted = _wanted(self.desk, self.conn, letter)
        why = self.stopped(wanted)
        if not why:
            self.made.append(wanted)
        return why

    def stopped(self, wanted: brakes.Letter) -> str:
        """Why such a letter may not leave now, in words; empty when it may."""
        address = wanted.address.lower()
        if not live.may_leave(self.desk, [address]):
            return "the outbox is locked (deskterm live)"
        if address in self.desk.settings.addresses():
            return "it would go to ourselves"
        if nobody_reads(address):
            return f"nobody reads letters to {address}"
        if gone := dead.among(self.conn, [address]).get(address):
            return f"letters to {address} come back: {gone.words}"
        found = brakes.brake(wanted, self.made, self.rations)
        return f"brake: {found}" if found else ""


def stopped(desk: Desk, tx: Tx, wanted: brakes.Letter) -> str:
    """Why such a letter may not leave now, in words; empty when it may."""
    return Brakes.of(desk, tx.conn).stopped(wanted)


def _wanted(desk: Desk, conn: sqlite3.Connection, letter: AutoLetter) -> brakes.Letter:
    """The letter as the brakes see it."""
    row = conn.execute("SELECT ifnull(subject, '') FROM ticket WHERE id = ?", (letter.ticket,)).fetchone()
    return brakes.Letter(desk.now, letter.kind, letter.to, letter.ticket, str(row[0]) if row else "")


def post(desk: Desk, tx: Tx, letter: AutoLetter, *, cause: int | None = None) -> str:
    """Queue a letter, unless a brake stops it; returns why not, empty when it is on its way."""
    if why_not := Brakes.of(desk, tx.conn).why_not(letter):
        return why_not
    changes, blob = written(desk, letter, conn=tx.conn)
    receipt = tx.commit(changes, actor=ACTOR, kind=letter.kind, key=letter.key, cause=cause, beside=(blob,))
    return "" if receipt.entry else "it was sent already"


def written(desk: Desk, letter: AutoLetter, *, conn: sqlite3.Connection) -> tuple[list[Change], blobs.Blob]:
    """The changes that queue a letter no brake stopped, and its words."""
    blob = blobs.words(letter.text)
    wanted = _wanted(desk, conn, letter)
    return _changes(letter, wanted, secret=desk.store.secret, body=blob.hash), blob


def drop(desk: Desk) -> int:
    """Call back what waits and is of no use any more: it is a day old, or the outbox was locked meanwhile.

    Nobody wants to be told after a week that a letter has arrived. Returns how many.
    """
    gone = 0
    for row in outbox.unsent(desk.conn):
        if row.auto and row.state in outbox.OPEN and (words := _useless(desk, row)):
            gone += 1
            with desk.store.write() as tx:
                if (now := outbox.row(tx.conn, row.id)) is not None and now.state in outbox.OPEN:
                    changes = outbox.moved(row, outbox.CALLED_BACK, error=words)
                    tx.commit(changes, actor=ACTOR, kind="sending")
    return gone


def _useless(desk: Desk, row: outbox.Waiting) -> str:
    message = conversation.message(desk.conn, row.message)
    if message.date < desk.now - brakes.DAY:
        return "it waited for more than a day, so it did not leave"
    if not live.may_leave(desk, (*message.to, *message.cc)):
        return "the outbox was locked, so it did not leave"
    if surveys.asks(desk.conn, message.id) and not surveys.rests(desk.conn, message.ticket):
        return "the ticket was opened again before it left"
    return ""


def _changes(letter: AutoLetter, wanted: brakes.Letter, *, secret: bytes, body: str) -> list[Change]:
    """Message and outbox row; their ids follow from the key, so that every machine makes the same."""
    message = ids.from_letter(secret, "m", letter.key)
    row = ids.from_letter(secret, "x", letter.key)
    address = letter.box.address
    msgid = marks.message_id(
        secret, message=message, ticket=letter.ticket, people=[letter.to],
        domain=address.rpartition("@")[2] or "desk.invalid",
    )  # fmt: skip
    filled: dict[str, Value] = {
        "ticket": letter.ticket,
        "kind": Kind.OUT.value,
        "author": ACTOR,
        "date": wanted.at,
        "msgid": msgid,
        "refs": letter.answers if _PLAIN_ID.fullmatch(letter.answers) else None,
        "subject": letter.subject,
        "sender": f"{letter.box.name} <{address}>" if letter.box.name else address,
        "rcpt": write_recipients((letter.to,), ()),
        "snippet": snippet(letter.text) or None,
        "body": body,
        "why": letter.why,
        "auto": 1,
    }
    if letter.survey is not None:
        filled |= surveys.asking(letter.survey, letter.ticket, letter.asks_for)
    waits = outbox.queued(
        row, ticket=letter.ticket, message=message, msgid=msgid, mailbox=letter.mailbox, auto=True,
        not_before=wanted.at + (PATIENCE if letter.survey is not None else 0),
        html=letter.survey is not None,
    )  # fmt: skip
    return [put(message, filled), waits, Change(row, *auto_letters.mark(wanted))]
