"""What the desk knows about a letter, gathered for the intake.

Reads only, on the connection of the transaction the letter will be part of, so that two letters of
one batch see each other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from channels.letter import Letter
from channels.mime.field import field
from deskterm.intake import Facts, counterpart, message_id
from store import blobs
from store.errors import NotFound, StoreDamaged
from store.log import ids
from store.model import Ticket
from store.reads import people, tickets
from store.rules import threads


def facts(
    conn: sqlite3.Connection,
    letter: Letter,
    *,
    secret: bytes,
    ours: frozenset[str],
    folder: Path | None,
    archived: bool = False,
    sent: bool = False,
) -> Facts:
    """Everything `intake.take` needs to know. `ours` are our own addresses in lower case.

    In an archive a letter from us is one we wrote, so it takes part in the ticket it answers. One that lies
    in the folder of sent letters (`sent`) is ours whatever its From says, unless it was sent to us.
    """
    eid = message_id(secret, letter)
    twins = _twins(conn, letter.message_id) if letter.message_id else []
    from_us = len(letter.sender) == 1 and letter.sender[0].addr.lower() in ours
    sent = sent and (from_us or not ours & {person.addr.lower() for person in (*letter.to, *letter.cc)})
    from_us = from_us or sent
    known, same_id = _seen(conn, letter, eid, twins, from_us=from_us, folder=folder)
    if same_id and _exists(conn, eid):
        eid = message_id(secret, letter, distinct=True)
        known = eid if _exists(conn, eid) else ""
    evidence = _evidence(
        conn,
        letter,
        twins,
        besides=_ourselves(letter, ours) if from_us and (archived or sent) else frozenset(),
    )
    where = threads.decide(evidence)
    ticket = _ticket(conn, where)
    person = counterpart(letter, ours=from_us)
    address = person.addr.lower() if person else ""
    customer = people.by_email(conn, address) if address else None
    domain = address.rpartition("@")[2] if customer is None and "@" in address else ""
    return Facts(
        message=known or eid, known=bool(known), same_id=same_id, where=where, ticket=ticket,
        ticket_id=_new_ticket_id(conn, where, letter, secret=secret, message=eid),
        customer=customer, account=people.account_of_domain(conn, domain) if domain else None,
        own=ours, from_us=from_us, sent=sent,
        participants=_participants(evidence, ticket),
        newest=_newest(conn, ticket.id) if ticket and (archived or sent) else 0,
    )  # fmt: skip


def _ourselves(letter: Letter, ours: frozenset[str]) -> frozenset[str]:
    """Addresses that write as us: ours, and the one on a letter we sent."""
    return ours | {person.addr.lower() for person in letter.sender}


@dataclass(frozen=True, slots=True)
class _Twin:
    """A message that has the letter's Message-ID."""

    id: str
    ticket: str
    kind: str
    body: str


def _twins(conn: sqlite3.Connection, msgid: str) -> list[_Twin]:
    rows = conn.execute(
        "SELECT id, ifnull(ticket, ''), kind, ifnull(body, '') FROM message WHERE msgid = ? ORDER BY n",
        (msgid,),
    )
    return [_Twin(*row) for row in rows]


def _seen(
    conn: sqlite3.Connection, letter: Letter, eid: str, twins: list[_Twin], *, from_us: bool,
    folder: Path | None,
) -> tuple[str, bool]:  # fmt: skip
    """The message the letter is here as already, or nothing, and whether another took its Message-ID.

    Copies of one letter differ in their trace headers, so what is compared is what was said. A reply of
    ours that comes back (a copy in Sent, a Bcc) is proof of sending and no new message.
    """
    for twin in twins:
        if twin.body == letter.sha256:
            return twin.id, False
        if from_us and twin.kind == "out" and _squeezed(_text(conn, twin, folder)) in _squeezed(letter.text):
            return twin.id, False
    row = next((twin for twin in twins if twin.id == eid), None)
    if row is None:
        return eid if _exists(conn, eid) else "", bool(twins)
    return (eid, False) if _text(conn, row, folder) == letter.text else ("", True)


def _squeezed(text: str) -> str:
    """What was said without line breaks and quote marks, which travel changes."""
    return "".join(text.replace(">", "").split())


def _text(conn: sqlite3.Connection, message: _Twin, folder: Path | None) -> str:
    try:
        return blobs.read_text(conn, message.body, folder=folder)
    except (NotFound, StoreDamaged):
        return ""


def _exists(conn: sqlite3.Connection, eid: str) -> bool:
    return conn.execute("SELECT 1 FROM message WHERE id = ?", (eid,)).fetchone() is not None


def _evidence(
    conn: sqlite3.Connection, letter: Letter, twins: list[_Twin], *, besides: frozenset[str]
) -> threads.Evidence:
    """All that decides where the letter goes; `besides` take part in every ticket."""
    own = threads.ids_of(
        letter.message_id, letter.references, letter.in_reply_to,
        field_text=field(letter.raw, "in-reply-to") if letter.references else "",
    )  # fmt: skip
    returned = letter.bounce.original_message_id if letter.bounce else ""
    known: list[threads.Known] = []
    for msgid in dict.fromkeys((*own.cited, own.own, returned)):
        if msgid:
            known += _known(conn, msgid, twins if msgid == letter.message_id else _twins(conn, msgid))
    numbers = threads.claimed_numbers(letter.subject)
    candidates = {k.ticket for k in known} | {_numbered(conn, n) for n in numbers} - {""}
    return threads.Evidence(
        ids=own,
        sender=letter.sender[0].addr if len(letter.sender) == 1 else "",
        subject=letter.subject,
        known=tuple(known),
        tickets=tuple(_candidate(conn, eid, besides) for eid in sorted(candidates)),
        returned=returned,
        returned_for=letter.bounce.recipients if letter.bounce else (),
    )


def _known(conn: sqlite3.Connection, msgid: str, seen: list[_Twin]) -> Iterable[threads.Known]:
    if seen:
        for message in seen:
            yield threads.Known(msgid, _rest(conn, message.ticket), ours=message.kind == "out")
        return
    rows = conn.execute(
        "SELECT DISTINCT m.ticket FROM msgref r JOIN message m ON m.id = r.message WHERE r.ref = ?"
        " ORDER BY m.n",
        (msgid,),
    )
    for (ticket,) in rows.fetchall():
        yield threads.Known(msgid, _rest(conn, ticket), seen=False)


def _rest(conn: sqlite3.Connection, ticket: str) -> str:
    """The ticket that chains of merges lead to."""
    merged: dict[str, str] = {}
    at = ticket
    while at and at not in merged:
        row = conn.execute("SELECT merged_into FROM ticket WHERE id = ?", (at,)).fetchone()
        merged[at] = str(row[0]) if row and row[0] else ""
        at = merged[at]
    return threads.resting(ticket, merged) if merged.get(ticket) else ticket


def _numbered(conn: sqlite3.Connection, number: int) -> str:
    row = conn.execute("SELECT id FROM ticket WHERE number = ?", (number,)).fetchone()
    return str(row[0]) if row else ""


def _candidate(conn: sqlite3.Connection, eid: str, besides: frozenset[str]) -> threads.Candidate:
    row = conn.execute(
        "SELECT t.number, ifnull(t.created, 0), o.domain FROM ticket t"
        " LEFT JOIN customer c ON c.id = t.customer LEFT JOIN account o ON o.id = c.account WHERE t.id = ?",
        (eid,),
    ).fetchone()
    number, created, domain = row if row else (None, 0, None)
    return threads.Candidate(
        ticket=eid,
        label=f"#{number}" if number is not None else f"#~{eid[-4:]}",
        created=created,
        participants=people.participants(conn, eid) | besides,
        number=number,
        domains=frozenset({domain} if domain else ()),
    )


def _ticket(
    conn: sqlite3.Connection, where: threads.Join | threads.NewTicket | threads.Claims
) -> Ticket | None:
    if isinstance(where, threads.NewTicket):
        return None
    found = tickets.many(conn, [where.ticket])
    return found[0] if found else None


def _newest(conn: sqlite3.Connection, ticket: str) -> int:
    query = "SELECT max(date) FROM message WHERE ticket = ? AND kind <> 'note' AND _deleted IS NULL"
    return conn.execute(query, (ticket,)).fetchone()[0] or 0


def _participants(evidence: threads.Evidence, ticket: Ticket | None) -> frozenset[str]:
    found = (one.participants for one in evidence.tickets if ticket and one.ticket == ticket.id)
    return next(found, frozenset[str]())


def _new_ticket_id(
    conn: sqlite3.Connection, where: threads.Join | threads.NewTicket | threads.Claims, letter: Letter,
    *, secret: bytes, message: str,
) -> str:  # fmt: skip
    """The id a new ticket gets: by its thread's root, unless a ticket of that root is here already."""
    root = where.root if isinstance(where, threads.NewTicket) else ""
    eid = ids.from_letter(secret, "t", "", root) if root else ""
    if eid and conn.execute("SELECT 1 FROM ticket WHERE id = ?", (eid,)).fetchone() is None:
        return eid
    return ids.from_letter(secret, "t", "", f"{message}@{letter.sha256}")
