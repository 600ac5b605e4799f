"""All that decides which ticket a letter belongs to, gathered from the desk.

Reads only, and decides nothing: the values go to store.rules.threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as remembered

from channels.letter import Letter
from channels.mime.field import field
from deskterm import bounced, joining
from deskterm.identity import Ourselves, Writer
from deskterm.intake import addresses
from deskterm.replies import address_of
from store.reads import people
from store.rules import marks, threads


@dataclass(frozen=True, slots=True)
class Twin:
    """A message that has the letter's Message-ID."""

    id: str
    ticket: str
    kind: str
    body: str


def twins(conn: sqlite3.Connection, msgid: str) -> list[Twin]:
    """The messages with this Message-ID, as they came."""
    rows = conn.execute(
        "SELECT id, ifnull(ticket, ''), kind, ifnull(body, '') FROM message WHERE msgid = ? ORDER BY n",
        (msgid,),
    )
    return [Twin(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Gathering:
    """One letter, who wrote it, and the desk it came to."""

    conn: sqlite3.Connection
    letter: Letter
    wrote: Writer
    us: Ourselves
    secret: bytes
    archived: bool
    about: bounced.About | None
    """The letter of ours it reports about."""
    _homes: dict[str, str] = remembered(default_factory=dict[str, str])
    """Where tickets rest that were asked for: most ids of a letter lead to one."""

    def evidence(self, same: list[Twin]) -> threads.Evidence:
        """What `threads.decide` needs. `same` are the messages with the letter's own id."""
        letter, conn = self.letter, self.conn
        own = threads.ids_of(
            letter.message_id, letter.references, letter.in_reply_to, field_text=self._answering()
        )  # fmt: skip
        report = letter.bounce or letter.delivered
        returned = self.about.message.msgid if self.about is not None else ""
        known: list[threads.Known] = []
        for msgid in dict.fromkeys((*own.cited, own.own, returned)):
            if msgid:
                known += self._known(msgid, same if msgid == letter.message_id else twins(conn, msgid))
        numbers = threads.claimed_numbers(letter.subject)
        token, unproven = self._marks(own)
        candidates = {k.ticket for k in known} | {_numbered(conn, n) for n in numbers} | {token, unproven}
        candidates.discard("")
        several = len(candidates) > 1
        return threads.Evidence(
            ids=own,
            sender=self.wrote.address,
            subject=letter.subject,
            named=frozenset(addresses(letter)),
            known=tuple(known),
            tickets=tuple(self._candidate(eid, several) for eid in sorted(candidates)),
            token=token,
            unproven=unproven,
            returned=returned,
            returned_for=report.recipients if report is not None else (),
            report=bounced.kind(letter, self.about),
        )

    def _answering(self) -> str:
        """In-Reply-To as it was written, where it names what References does not and that may be a person."""
        letter = self.letter
        doubt = letter.references and not set(letter.in_reply_to) <= set(letter.references)
        return field(letter.raw, "in-reply-to") if doubt else ""

    def _rest(self, ticket: str) -> str:
        """Where a ticket was merged, or itself."""
        if ticket not in self._homes:
            self._homes[ticket] = _rest(self.conn, ticket)
        return self._homes[ticket]

    def _marks(self, own: threads.Ids) -> tuple[str, str]:
        """Tickets of the nearest mark of ours that holds for the writer, or else of the nearest without."""
        shown = [marks.in_id(msgid) for msgid in reversed(own.cited)]
        shown += [marks.in_address(p.addr) for p in (*self.letter.to, *self.letter.cc) if "+" in p.addr]
        found = [(mark, eid) for mark in shown if mark is not None and (eid := self._ticket(mark.ticket))]
        held = (eid for mark, eid in found if mark.holds(self.secret, self.wrote.address))
        token = next(held, "")
        return token, "" if token else next((eid for _, eid in found), "")

    def _ticket(self, eid: str) -> str:
        """The ticket a mark names, or where it was merged; empty when there is none."""
        row = self.conn.execute("SELECT 1 FROM ticket WHERE id = ?", (eid,)).fetchone()
        return self._rest(eid) if row is not None else ""

    def _known(self, msgid: str, seen: list[Twin]) -> Iterable[threads.Known]:
        if seen:
            for message in seen:
                yield threads.Known(msgid, self._rest(message.ticket), ours=message.kind == "out")
            return
        rows = self.conn.execute(
            "SELECT m.ticket, m.kind, ifnull(m.sender, ''), ifnull(m.signals, '')"
            " FROM msgref r JOIN message m ON m.id = r.message WHERE r.ref = ? ORDER BY m.n",
            (msgid,),
        )
        by: dict[str, set[str]] = {}
        for ticket, kind, sender, signals in rows.fetchall():
            who = by.setdefault(self._rest(ticket), set())
            if msgid == self.letter.message_id:
                who |= self._answerers(kind, sender, signals)
        for ticket, who in by.items():
            late = bool(who) and not self.archived and self._answered(ticket)
            yield threads.Known(msgid, ticket, seen=False, by=frozenset() if late else frozenset(who))

    def _answerers(self, kind: str, sender: str, signals: str) -> set[str]:
        """Who wrote a letter that answers this one: ourselves, one person, or nobody certain."""
        if kind == "out":
            return {*self.us.inside, *([self.wrote.address] if self.archived else [])}
        return set() if "unverified" in signals.split() else {address_of(sender)}

    def _answered(self, ticket: str) -> bool:
        """Whether a reply of ours stands there: what says it came before that needs a person's eye."""
        query = "SELECT 1 FROM message WHERE ticket = ? AND kind = 'out' LIMIT 1"
        return self.conn.execute(query, (ticket,)).fetchone() is not None

    def _candidate(self, eid: str, several: bool) -> threads.Candidate:
        """A ticket the letter may belong to; what it is kept apart from matters beside others only."""
        row = self.conn.execute(
            "SELECT t.number, ifnull(t.created, 0), o.domain FROM ticket t"
            " LEFT JOIN customer c ON c.id = t.customer LEFT JOIN account o ON o.id = c.account"
            " WHERE t.id = ?",
            (eid,),
        ).fetchone()
        number, created, domain = row if row else (None, 0, None)
        return threads.Candidate(
            ticket=eid,
            label=f"#{number}" if number is not None else f"#~{eid[-4:]}",
            created=created,
            participants=people.participants(self.conn, eid) | self._everywhere(),
            number=number,
            domains=frozenset({domain} if domain else ()),
            apart=joining.kept_apart(self.conn, eid) if several else frozenset(),
        )

    def _everywhere(self) -> frozenset[str]:
        """The writer, where he is one of us beyond doubt: he takes part in every ticket."""
        wrote = self.wrote
        ours = wrote.ours if self.archived else wrote.verified and bool(wrote.agent or wrote.sent)
        return frozenset({self.wrote.address}) if ours else frozenset()


def _rest(conn: sqlite3.Connection, ticket: str) -> str:
    return people.resting(conn, "ticket", ticket) if ticket else ""


def _numbered(conn: sqlite3.Connection, number: int) -> str:
    row = conn.execute("SELECT id FROM ticket WHERE number = ?", (number,)).fetchone()
    return _rest(conn, str(row[0])) if row else ""
