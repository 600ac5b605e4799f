"""All that decides which ticket a letter belongs to, gathered from the desk.

Reads only, and decides nothing: the values go to store.rules.threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec import field as remembered

from channels.letter import Letter
from channels.mime.field import field
from deskterm import bounced, joining
from deskterm.identity import Ourselves, Writer
from deskterm.intake import addresses
from deskterm.knowledge import Knowledge, Twin
from deskterm.replies import address_of
from store.reads import people
from store.rules import marks, threads


class Gathering(Struct, frozen=True):
    """One letter, who wrote it, and the desk it came to."""

    desk: Knowledge
    letter: Letter
    wrote: Writer
    us: Ourselves
    secret: bytes
    archived: bool
    about: bounced.About | None
    """The letter of ours it reports about."""
    _homes: dict[str, str] = remembered(default_factory=dict[str, str])
    """Where tickets rest that were asked for: most ids of a letter lead to one."""

    def evidence(self, same: Sequence[Twin]) -> threads.Evidence:
        """What `threads.decide` needs. `same` are the messages with the letter's own id."""
        letter, desk = self.letter, self.desk
        own = threads.ids_of(
            letter.message_id, letter.references, letter.in_reply_to, field_text=self._answering()
        )  # fmt: skip
        report = letter.bounce or letter.delivered
        returned = self.about.message.msgid if self.about is not None else ""
        known: list[threads.Known] = []
        for msgid in dict.fromkeys((*own.cited, own.own, returned)):
            if msgid:
                known += self._known(msgid, same if msgid == letter.message_id else desk.twins(msgid))
        numbers = threads.claimed_numbers(letter.subject)
        token, unproven = self._marks(own)
        candidates = (
            {k.ticket for k in known} | {_numbered(desk.conn, n) for n in numbers} | {token, unproven}
        )
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
            self._homes[ticket] = self.desk.rest(ticket)
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
        return self._rest(eid) if self.desk.has(eid) else ""

    def _known(self, msgid: str, seen: Sequence[Twin]) -> Iterable[threads.Known]:
        if seen:
            for message in seen:
                yield threads.Known(msgid, self._rest(message.ticket), ours=message.kind == "out")
            return
        by: dict[str, set[str]] = {}
        for one in self.desk.citing(msgid):
            who = by.setdefault(self._rest(one.ticket), set())
            if msgid == self.letter.message_id:
                who |= self._answerers(one)
        for ticket, who in by.items():
            late = bool(who) and not self.archived and self._answered(ticket)
            yield threads.Known(msgid, ticket, seen=False, by=frozenset() if late else frozenset(who))

    def _answerers(self, one: Twin) -> set[str]:
        """Who wrote a letter that answers this one: ourselves, one person, or nobody certain."""
        if one.kind == "out":
            return {*self.us.inside, *([self.wrote.address] if self.archived else [])}
        return set() if "unverified" in one.signals.split() else {address_of(one.sender)}

    def _answered(self, ticket: str) -> bool:
        """Whether a reply of ours stands there: what says it came before that needs a person's eye."""
        query = "SELECT 1 FROM message WHERE ticket = ? AND kind = 'out' LIMIT 1"
        return self.desk.conn.execute(query, (ticket,)).fetchone() is not None

    def _candidate(self, eid: str, several: bool) -> threads.Candidate:
        """A ticket the letter may belong to; what it is kept apart from matters beside others only."""
        ticket, domain = self.desk.ticket(eid), self.desk.domain(eid)
        number, created = (ticket.number, ticket.created) if ticket else (None, 0)
        return threads.Candidate(
            ticket=eid,
            label=f"#{number}" if number is not None else f"#~{eid[-4:]}",
            created=created,
            participants=self.desk.participants(eid) | self._everywhere(),
            number=number,
            domains=frozenset({domain} if domain else ()),
            apart=joining.kept_apart(self.desk.conn, eid) if several else frozenset(),
        )

    def _everywhere(self) -> frozenset[str]:
        """The writer, where he is one of us beyond doubt: he takes part in every ticket."""
        wrote = self.wrote
        ours = wrote.ours if self.archived else wrote.verified and bool(wrote.agent or wrote.sent)
        return frozenset({self.wrote.address}) if ours else frozenset()


def _numbered(conn: sqlite3.Connection, number: int) -> str:
    row = conn.execute("SELECT id FROM ticket WHERE number = ?", (number,)).fetchone()
    return people.resting(conn, "ticket", str(row[0])) if row else ""
