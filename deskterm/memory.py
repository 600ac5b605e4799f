"""What the desk knows about the letters of one batch: asked once for all of them, then kept up to date.

An archive brings very many letters, and each would wait for the file a dozen times. What is not remembered
is asked of the file, so the answers are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from channels.letter import Letter
from deskterm import joining
from deskterm.intake import letter_key
from deskterm.knowledge import CITE, COLUMNS, Knowledge, Twin
from deskterm.replies import address_of
from store.log.entry import Change, Value
from store.log.project import row_of
from store.log.tx import Receipt, Tx
from store.model import Account, Bucket, Customer, Ticket
from store.reads import dead, many
from store.reads.tickets import status_of
from store.registry import PUT

_ASKED = "FROM (SELECT value AS asked FROM json_each(?)) CROSS JOIN"
_BY_ID = f"SELECT asked, {COLUMNS} {_ASKED} message AS m ON m.msgid = asked ORDER BY m.n"
_BY_REF = (
    f"SELECT asked, {COLUMNS} {_ASKED} msgref AS r ON r.ref = asked"
    " CROSS JOIN message AS m ON m.id = r.message ORDER BY m.n"
)
_NEWEST = (
    f"SELECT asked, max(m.date) {_ASKED} message AS m ON m.ticket = asked"
    " WHERE m.kind <> 'note' AND m._deleted IS NULL GROUP BY asked"
)
_PEOPLE = f"SELECT asked, a.k {_ASKED} attr AS a ON a.eid = asked WHERE a.ns IN ('who', 'cc')"
_CLAIMING = f"SELECT asked, a.k {_ASKED} attr AS a ON a.eid = asked WHERE a.ns = 'claim' AND a.v = 1"
_CLAIMED = f"SELECT asked, a.eid {_ASKED} attr AS a ON a.ns = 'claim' AND a.k = asked WHERE a.v = 1"
_DEAD = f"SELECT asked, a.eid {_ASKED} attr AS a ON a.ns = '{dead.SPACE}' AND a.k = asked"
_CUSTOMERS = f"SELECT asked, c.id {_ASKED} customer AS c ON c.email = asked"

_MOST = 30
"""Ids, and people, of one letter that are asked for with the others; more are asked for when they come up."""
_SET = frozenset({"status", "created", "subject", "customer", "unread"})
"""Columns of a ticket that letters of an archive set, besides merging it."""
_BUCKETS = {"closed": Bucket.DONE, "waiting": Bucket.WAITING, "open": Bucket.ACTIVE}
"""Where a new ticket of an archive lies, by its status."""


class Memory(Knowledge):
    """Answers for the letters it was made with, while they are taken in by `tx`."""

    def __init__(self, tx: Tx, letters: Sequence[Letter]) -> None:
        super().__init__(tx)
        self._eids: dict[str, str] = {}
        self._messages: dict[str, Twin] = {}
        self._by_id: dict[str, list[str]] = {}
        self._by_ref: dict[str, list[str]] = {}
        self._tickets: dict[str, Ticket] = {}
        self._people: dict[str, set[str]] = {}
        self._newest: dict[str, int] = {}
        self._domains: dict[str, str] = {}
        self._claims: dict[str, set[str]] = {}
        """Tickets and those they may belong to, both ways."""
        self._unsure: set[str] = set()
        """Tickets that lost or got letters which may wait yet to be written."""
        self._refs: dict[str, Sequence[str]] = {}
        self._fresh: dict[str, list[tuple[Twin, str, Sequence[str]]]] = {}
        """Ticket to the messages it got since: each with its Message-ID and those it cites."""
        self._customers: dict[str, Customer | None] = {}
        self._accounts: dict[str, Account | None] = {}
        self._reports: dict[str, list[str]] = {}
        self._no_accounts = self.conn.execute("SELECT 1 FROM account LIMIT 1").fetchone() is None
        self._ask(letters)
        tx.told = self._learn

    # Asked before

    def _ask(self, letters: Sequence[Letter]) -> None:
        self._eids = {letter.sha256: super(Memory, self).message_id(letter) for letter in letters}
        eids = self._eids.values()
        self.tx.heard.expect(eids, (letter_key(eid) for eid in eids))
        cited = {one for letter in letters for one in _ids(letter)}
        self._by_id = self._found(_BY_ID, cited)
        self._by_ref = self._found(_BY_REF, cited)
        self._know(dict.fromkeys(twin.ticket for twin in self._messages.values() if twin.ticket))
        self._know({other for others in self._claims.values() for other in others} - self._tickets.keys())
        addresses = {address for letter in letters for address in _people(letter)}
        self._meet(addresses)

    def _found(self, query: str, asked: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {one: [] for one in asked}
        for one, *row in self.conn.execute(query, (json.dumps(list(found)),)):
            found[one].append(row[0])
            self._messages[row[0]] = Twin(*row)
        return found

    def _know(self, eids: Iterable[str]) -> None:
        """Everything about these tickets."""
        asked = list(eids)
        given = (json.dumps(asked),)
        conn = self.conn
        self._people |= {eid: set() for eid in asked}
        for eid, who in conn.execute(_PEOPLE, given):
            self._people[eid].add(who)
        self._newest |= dict.fromkeys(asked, 0) | dict(conn.execute(_NEWEST, given).fetchall())
        for query in (_CLAIMING, _CLAIMED):
            for eid, other in conn.execute(query, given):
                self._claims.setdefault(eid, set()).add(other)
        self._tickets |= {ticket.id: ticket for ticket in many.tickets(conn, asked)}

    def _meet(self, addresses: Iterable[str]) -> None:
        """Everything about these people."""
        asked = list(addresses)
        given = (json.dumps(asked),)
        known = {address for address, _ in self.conn.execute(_CUSTOMERS, given)}
        self._customers |= {one: super(Memory, self).customer(one) if one in known else None for one in asked}
        self._reports |= {one: [] for one in asked}
        for address, message in self.conn.execute(_DEAD, given):
            self._reports[address].append(message)

    # Answers

    def message_id(self, letter: Letter) -> str:
        return self._eids.get(letter.sha256) or super().message_id(letter)

    def twins(self, msgid: str) -> Sequence[Twin]:
        return self._all(self._by_id, msgid) if msgid in self._by_id else super().twins(msgid)

    def citing(self, msgid: str) -> Sequence[Twin]:
        return self._all(self._by_ref, msgid) if msgid in self._by_ref else super().citing(msgid)

    def _all(self, by: Mapping[str, list[str]], msgid: str) -> Sequence[Twin]:
        return [self._messages[eid] for eid in by[msgid]]

    def has(self, eid: str) -> bool:
        return eid in self._messages or eid in self._tickets or self.tx.heard.stands(eid)

    def rest(self, ticket: str) -> str:
        known = self._tickets.get(ticket)
        return ticket if known is not None and not known.merged_into else super().rest(ticket)

    def ticket(self, eid: str) -> Ticket | None:
        if eid not in self._tickets:
            found = super().ticket(eid)
            if found is None:
                return None
            self._tickets[eid] = found
        return self._tickets[eid]

    def participants(self, ticket: str) -> frozenset[str]:
        if ticket not in self._people:
            self._people[ticket] = set(super().participants(ticket))
        return frozenset(self._people[ticket])

    def domain(self, ticket: str) -> str:
        known = None if self._no_accounts else self.ticket(ticket)
        if known is None or not known.customer:
            return ""
        if known.customer not in self._domains:
            self._domains[known.customer] = super().domain(ticket)
        return self._domains[known.customer]

    def newest(self, ticket: str) -> int:
        if ticket not in self._newest:
            self._newest[ticket] = super().newest(ticket)
        return self._newest[ticket]

    def customer(self, address: str) -> Customer | None:
        if address not in self._customers:
            self._customers[address] = super().customer(address)
        return self._customers[address]

    def account(self, domain: str) -> Account | None:
        if self._no_accounts:
            return None
        if domain not in self._accounts:
            self._accounts[domain] = super().account(domain)
        return self._accounts[domain]

    def reports(self, address: str) -> Sequence[str]:
        if address not in self._reports:
            self._reports[address] = list(super().reports(address))
        return self._reports[address]

    def may_be_proved(self, ticket: str) -> bool:
        if ticket not in self._tickets or ticket in self._unsure:
            return bool(ticket)
        return any(self._may_tie(ticket, other) for other in self._claims.get(ticket, ()))

    def _may_tie(self, one: str, other: str) -> bool:
        known = self._tickets.get(other)
        if known is None or known.merged_into or other in self._unsure:
            return True
        return self._ties(one, other) or self._ties(other, one)

    def _ties(self, citing: str, cited: str) -> bool:
        """Whether a letter of the one answers a letter of the other, by somebody who takes part there."""
        senders = joining.answering(self.tx.file, citing, cited)
        for one, _, refs in self._fresh.get(citing, ()):
            if any(twin.ticket == cited for ref in refs for twin in self.twins(ref)):
                senders |= _writer(one)
        for _, msgid, _ in self._fresh.get(cited, ()):
            for one in self.citing(msgid) if msgid else ():
                senders |= _writer(one) if one.ticket == citing else set()
        return not senders.isdisjoint(self.participants(cited))

    # Learned since

    def cites(self, message: str, refs: Iterable[str]) -> None:
        some = self._refs[message] = list(dict.fromkeys(refs))
        self.tx.later(CITE, [(ref, message) for ref in some])
        for ref in some:
            if ref in self._by_ref:
                self._by_ref[ref].append(message)

    def _learn(self, changes: Sequence[Change], receipt: Receipt) -> None:
        """What was just done. What could not be followed is forgotten, and asked for again."""
        numbers = dict(receipt.numbers)
        columns: dict[str, dict[str, Value]] = {}
        # A ticket before its messages.
        for eid, field, value in reversed(changes):
            if field == PUT:
                self._made(eid, row_of(value), numbers.get(eid))
            elif eid[0] == "t":
                if not self._joined(eid, field, value):
                    columns.setdefault(eid, {})[field] = value
            elif eid[0] == "m":
                self._message_set(eid, field, value)
            elif eid[0] == "c":
                self._domains.pop(eid, None)
                self._customers = {a: c for a, c in self._customers.items() if c is None or c.id != eid}
        for eid, row in columns.items():
            self._ticket_set(eid, row)

    def _made(self, eid: str, row: Mapping[str, Value], number: int | None) -> None:
        if eid[0] == "t":
            self._new_ticket(eid, row, number)
        elif eid[0] == "m":
            self._new_message(eid, row)
        elif eid[0] == "c":
            address = _text(row, "email")
            if self._customers.get(address) is None:
                self._customers[address] = Customer(
                    eid, address, _text(row, "name"), account=_text(row, "account")
                )

    def _new_ticket(self, eid: str, row: Mapping[str, Value], number: int | None) -> None:
        status, created, archive = row.get("status"), row.get("created"), row.get("archive")
        maps = {field.partition(".")[0] for field in row if "." in field}
        if status not in _BUCKETS or not maps <= {"who", "claim"} or not isinstance(created, int):
            return
        self._tickets[eid] = Ticket(
            eid, number, status=status_of(status), priority=3, created=created, updated=0,
            bucket=_BUCKETS[str(status)], unread="unread" in row,
            archive=archive if isinstance(archive, int) else None,
            subject=_text(row, "subject"), channel=_text(row, "channel"), brand=_text(row, "brand"),
            customer=_text(row, "customer"),
        )  # fmt: skip
        self._people[eid] = {field[4:] for field in row if field.startswith("who.")}
        self._newest[eid] = 0
        for field, value in row.items():
            if field.startswith("claim.") and value == 1:
                self._claims.setdefault(eid, set()).add(field[6:])
                self._claims.setdefault(field[6:], set()).add(eid)

    def _new_message(self, eid: str, row: Mapping[str, Value]) -> None:
        ticket, kind = _text(row, "ticket"), _text(row, "kind")
        self._messages[eid] = Twin(
            eid, ticket, kind, _text(row, "body"), _text(row, "sender"), _text(row, "signals")
        )
        msgid = _text(row, "msgid")
        self._fresh.setdefault(ticket, []).append((self._messages[eid], msgid, self._refs.get(eid, ())))
        if msgid in self._by_id:
            self._by_id[msgid].append(eid)
        date = row.get("date")
        if ticket in self._newest and isinstance(date, int) and kind != "note":
            self._newest[ticket] = max(self._newest[ticket], date)
        for field in row:
            if field.startswith(f"{dead.SPACE}."):
                self._reports.pop(field.partition(".")[2], None)

    def _joined(self, eid: str, field: str, value: Value) -> bool:
        """Whether it says that somebody takes part in a ticket, which is known now."""
        space, _, who = field.partition(".")
        joined = space in ("who", "cc") and value is not None and eid in self._people
        if joined:
            self._people[eid].add(who)
        return joined

    def _ticket_set(self, eid: str, row: Mapping[str, Value]) -> None:
        known = self._tickets.get(eid)
        status = row.get("status", known.status if known else None)
        if known is None or known.merged_into or status not in _BUCKETS or not row.keys() <= _SET:
            self._forget(eid)
            return
        self._tickets[eid] = replace(
            known, status=status_of(status), bucket=_BUCKETS[status_of(status)],
            unread=row["unread"] is not None if "unread" in row else known.unread,
            created=_whole(row.get("created", known.created)),
            subject=str(row.get("subject", known.subject) or ""),
            customer=str(row.get("customer", known.customer) or ""),
        )  # fmt: skip

    def _message_set(self, eid: str, field: str, value: Value) -> None:
        if field == "ticket" and eid in self._messages:
            for ticket in (self._messages[eid].ticket, str(value or "")):
                self._newest.pop(ticket, None)
                self._unsure.add(ticket)
            self._messages[eid] = replace(self._messages[eid], ticket=str(value or ""))
        elif field == "ticket":
            self._newest.clear()
        else:
            self._reports.clear()

    def _forget(self, ticket: str) -> None:
        for known in (self._tickets, self._people, self._newest):
            known.pop(ticket, None)


def _writer(one: Twin) -> set[str]:
    """Who wrote a letter to us, if that is certain."""
    certain = one.kind == "in" and "unverified" not in one.signals.split()
    return {address_of(one.sender)} if certain else set()


def _text(row: Mapping[str, Value], column: str) -> str:
    return str(row.get(column, ""))


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _ids(letter: Letter) -> tuple[str, ...]:
    cited = (letter.message_id, *letter.in_reply_to, *letter.references[:1], *letter.references[-_MOST:])
    return tuple(one for one in cited if one)


def _people(letter: Letter) -> Iterable[str]:
    people = (*letter.sender, *letter.to, *letter.cc)[:_MOST]
    return (person.addr.lower() for person in people)
