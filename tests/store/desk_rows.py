"""A desk of plain rows for tests of reading: `Rows` goes into the tables with nothing but INSERT."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field

from msgspec.structs import replace

from store import schema
from store.keep import fts
from store.model import Account, Bucket, Customer, Kind, Ticket
from store.rules.match import Subject


@dataclass(frozen=True)
class Letter:
    kind: Kind = Kind.IN
    subject: str = ""
    sender: str = ""
    text: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    msgid: str = ""
    files: bool = False
    auto: bool = False
    deleted: bool = False
    date: int = 0


@dataclass(frozen=True)
class Case:
    """A ticket with its letters; `ticket.bucket` is worked out by the table."""

    ticket: Ticket
    letters: tuple[Letter, ...] = ()
    deleted: bool = False
    draft: bool = False


@dataclass
class Rows:
    conn: sqlite3.Connection
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    customers: dict[str, Customer] = field(default_factory=dict[str, Customer])
    letters: dict[str, Letter] = field(default_factory=dict[str, Letter])
    """By message id."""

    def text(self, message: str) -> str:
        return self.letters[message].text


def empty() -> Rows:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.executescript(schema.LOG + schema.ROWS + schema.LOCAL + schema.COUNTERS + schema.OWNERS)
    return Rows(conn)


def add_people(rows: Rows, accounts: tuple[Account, ...], customers: tuple[Customer, ...]) -> None:
    for a in accounts:
        rows.accounts[a.id] = a
        rows.conn.execute(
            "INSERT INTO account(id, name, domain, tier, arr, csm, renewal) VALUES(?, ?, ?, ?, ?, ?, ?)",
            (a.id, a.name or None, a.domain or None, a.tier or None, a.arr, a.csm or None, a.renewal),
        )
    for c in customers:
        rows.customers[c.id] = c
        rows.conn.execute(
            "INSERT INTO customer(id, name, email, account) VALUES(?, ?, ?, ?)",
            (c.id, c.name or None, c.email or None, c.account or None),
        )


def add(rows: Rows, case: Case) -> Subject:
    """Insert a ticket, index it, and give it as the predicate sees it."""
    t, conn = case.ticket, rows.conn
    conn.execute(
        """INSERT INTO ticket(id, brand, subject, status, priority, type, channel, customer, assignee, grp,
             created, snooze_until, merged_into, unread, _deleted, number, due_at, warn_at, updated)
           VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            t.id, t.brand or None, t.subject or None, t.status, t.priority, t.type or None, t.channel or None,
            t.customer or None, t.assignee or None, t.group or None, t.created, t.snooze_until,
            t.merged_into or None, 1 if t.unread else None, 1 if case.deleted else None, t.number, t.due_at,
            t.warn_at, t.updated,
        ),
    )  # fmt: skip
    conn.executemany("INSERT INTO attr VALUES(?, 'tag', ?, 1)", ((t.id, tag) for tag in t.tags))
    if case.draft:
        conn.execute("INSERT INTO draft VALUES(?, 'ann', 'reply', 'Hello', '', 0, 0)", (t.id,))
    # A binned letter is indexed too: the row alone has to keep it from being found.
    fts.index_messages(conn, [_letter(rows, t.id, letter) for letter in case.letters])
    fts.index_tickets(conn, [t.id])
    bucket = conn.execute("SELECT bucket FROM ticket WHERE id = ?", (t.id,)).fetchone()[0]
    return _subject(rows, replace(t, bucket=Bucket(bucket)), case)


_FILES = '[["a.txt", "text/plain", 1, "", "", 0]]'


def _letter(rows: Rows, ticket: str, letter: Letter) -> fts.Indexed:
    eid = f"m{len(rows.letters)}"
    rows.letters[eid] = letter
    rcpt = json.dumps({"to": letter.to, "cc": letter.cc}, ensure_ascii=False)
    cursor = rows.conn.execute(
        """INSERT INTO message(
             id, ticket, kind, date, msgid, subject, sender, rcpt, snippet, files, auto, _deleted)
           VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            eid, ticket, letter.kind, letter.date, letter.msgid or None, letter.subject or None,
            letter.sender or None, rcpt, letter.text[:80], _FILES if letter.files else None,
            1 if letter.auto else None, 1 if letter.deleted else None,
        ),
    )  # fmt: skip
    return fts.Indexed(cursor.lastrowid or 0, letter.subject, letter.sender, letter.text)


def _subject(rows: Rows, ticket: Ticket, case: Case) -> Subject:
    live = [letter for letter in case.letters if not letter.deleted]
    customer = rows.customers.get(ticket.customer)
    has = {
        "file": any(letter.files for letter in live),
        "note": any(letter.kind is Kind.NOTE for letter in live),
        "reply": any(letter.kind is Kind.OUT and not letter.auto for letter in live),
        "draft": case.draft,
    }
    return Subject(
        ticket=ticket,
        customer=customer,
        account=rows.accounts.get(customer.account) if customer else None,
        texts=tuple(text for letter in live for text in (letter.subject, letter.sender, letter.text)),
        bodies=tuple(letter.text for letter in live),
        senders=tuple(letter.sender for letter in live if letter.kind is Kind.IN),
        to=tuple(who for letter in live for who in letter.to),
        cc=tuple(who for letter in live for who in letter.cc),
        msgids=tuple(letter.msgid for letter in live if letter.msgid),
        ids=fts.ids_of(
            number=ticket.number,
            email=customer.email if customer else "",
            msgids=[letter.msgid for letter in live],
            people=[who for letter in live for who in (letter.sender, *letter.to, *letter.cc)],
        ),
        has=frozenset(word for word, holds in has.items() if holds),
    )
