"""What the desk knows that decides where a letter goes, each question asked of the file when it comes up.

Reads only, on the connection of the transaction the letter will be part of, and decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from channels.letter import Letter
from deskterm.intake import message_id
from store.log.tx import Tx
from store.model import Account, Customer, Ticket
from store.reads import dead, many, people


class Twin(Struct, frozen=True):
    """A message, as far as a letter that has its Message-ID, or cites or is cited by it, has to know."""

    id: str
    ticket: str
    kind: str
    body: str
    sender: str
    signals: str


CITE = "INSERT OR IGNORE INTO msgref VALUES(?, ?)"

COLUMNS = (
    "m.id, ifnull(m.ticket, ''), m.kind, ifnull(m.body, ''), ifnull(m.sender, ''), ifnull(m.signals, '')"
)
"""What makes a `Twin`, from `message AS m`."""


class Knowledge:
    """The desk as one letter sees it."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    @property
    def conn(self) -> sqlite3.Connection:
        """For the rare questions."""
        return self.tx.conn

    def message_id(self, letter: Letter) -> str:
        """The id of the message a letter becomes."""
        return message_id(self.tx.store.secret, letter)

    def twins(self, msgid: str) -> Sequence[Twin]:
        """The messages with this Message-ID, as they came."""
        rows = self.conn.execute(
            f"SELECT {COLUMNS} FROM message AS m WHERE m.msgid = ? ORDER BY m.n", (msgid,)
        )
        return [Twin(*row) for row in rows]

    def citing(self, msgid: str) -> Sequence[Twin]:
        """The messages that cite this Message-ID, as they came."""
        rows = self.conn.execute(
            f"SELECT {COLUMNS} FROM msgref r JOIN message AS m ON m.id = r.message"
            " WHERE r.ref = ? ORDER BY m.n",
            (msgid,),
        )
        return [Twin(*row) for row in rows]

    def has(self, eid: str) -> bool:
        """Whether there is a message, or a ticket, of this id."""
        table = {"m": "message", "t": "ticket"}[eid[0]]
        return self.conn.execute(f"SELECT 1 FROM {table} WHERE id = ?", (eid,)).fetchone() is not None

    def rest(self, ticket: str) -> str:
        """Where a ticket was merged, or itself."""
        return people.resting(self.conn, "ticket", ticket) if ticket else ""

    def ticket(self, eid: str) -> Ticket | None:
        return next(iter(many.tickets(self.conn, [eid])), None)

    def participants(self, ticket: str) -> frozenset[str]:
        return people.participants(self.conn, ticket)

    def domain(self, ticket: str) -> str:
        """The mail domain of the account of its customer, if there is one."""
        row = self.conn.execute(
            "SELECT o.domain FROM ticket t JOIN customer c ON c.id = t.customer"
            " JOIN account o ON o.id = c.account WHERE t.id = ?",
            (ticket,),
        ).fetchone()
        return str(row[0] or "") if row else ""

    def newest(self, ticket: str) -> int:
        """The date of its newest letter; notes are none."""
        query = "SELECT max(date) FROM message WHERE ticket = ? AND kind <> 'note' AND _deleted IS NULL"
        return self.conn.execute(query, (ticket,)).fetchone()[0] or 0

    def customer(self, address: str) -> Customer | None:
        return people.by_email(self.conn, address)

    def account(self, domain: str) -> Account | None:
        """The account that owns a mail domain."""
        return people.account_of_domain(self.conn, domain)

    def reports(self, address: str) -> Iterable[str]:
        """Every message that calls this address dead."""
        return dead.reports(self.conn, address)

    def cites(self, message: str, refs: Iterable[str]) -> None:
        """The ids a letter that is about to be committed cites.

        The log's consumers write them at the end of the transaction; the next letter of the batch may be the
        very letter that is cited and has to see them now.
        """
        self.conn.executemany(CITE, [(ref, message) for ref in refs])

    def may_be_proved(self, ticket: str) -> bool:
        """Whether a claim of this ticket, or on it, to belong to another may hold now. False is certain."""
        return bool(ticket)
