"""Tickets joined and parted: the changes of merging, splitting and moving letters, and what heals a thread.

Reads the rows an act is about and returns changes; commits nothing but what `settle` finds proved. A merge
moves the letters and leaves a link, so that taking it back moves them home.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from deskterm import acts
from deskterm.acts import Act
from deskterm.replies import address_of
from store import outbox
from store.errors import Refused
from store.log.entry import Change, Value, put
from store.log.tx import Beside, Tx
from store.model import RUNNING, Kind, Message, Status, Ticket
from store.reads import conversation, many, people

if TYPE_CHECKING:
    from deskterm.desk import Desk, Done
    from store.rules.threads import Merge

CLAIM, APART = "claim", "apart"
"""Map fields of a ticket: `claim.<ticket>` says it may belong there, `apart.<ticket>` that it does not."""
TWIN = "twin"
"""Value of a claim that a letter of both sides makes; 1 is one of a single letter."""

_MACHINES = ("mail", "clock", "sender")
_CHAIN = 12
"""Merges that one letter may set off."""


def merge(conn: sqlite3.Connection, some: Sequence[Ticket], into: Ticket) -> Act:
    """Merge tickets into another one. Raises Refused when that makes no sense."""
    away = [ticket for ticket in some if ticket.id != into.id]
    if not away:
        raise Refused("A ticket cannot be merged into itself; choose another one.")
    for ticket in (*away, into):
        if ticket.merged_into:
            raise Refused(f"{acts.label(ticket)} is merged already; choose the ticket it went into.")
    changes = [change for ticket in away for change in merging(conn, ticket, into)]
    changes += back_to_work(conn, away, into)
    return Act("merge", f"Merged {acts.name(away)} into {acts.label(into)}", tuple(changes))


def merging(conn: sqlite3.Connection, away: Ticket, into: Ticket) -> list[Change]:
    """Everything of `away` goes into `into`: letters, people, replies that have not left."""
    letters = [row[0] for row in conn.execute("SELECT id FROM message WHERE ticket = ?", (away.id,))]
    known = people.participants(conn, into.id)
    fresh = sorted(people.participants(conn, away.id) - known)
    changes = [Change(away.id, "merged_into", into.id)]
    changes += [Change(eid, "ticket", into.id) for eid in (*letters, *_unsent(conn, letters))]
    changes += [Change(into.id, f"who.{address}", 1) for address in fresh]
    changes += [Change(away.id, f"{CLAIM}.{eid}", None) for eid in claims(conn, away.id)]
    if away.customer and not into.customer:
        changes.append(Change(into.id, "customer", away.customer))
    return changes


def back_to_work(conn: sqlite3.Connection, away: Iterable[Ticket], into: Ticket) -> list[Change]:
    """A finished ticket that gets letters nobody has answered is opened again."""
    running = any(ticket.status in RUNNING and ticket.snooze_until is None for ticket in away)
    if not running or into.status in RUNNING or into.status is Status.SPAM:
        return []
    return [Change(into.id, "status", Status.OPEN.value)]


def split(conn: sqlite3.Connection, ticket: Ticket, letters: Sequence[Message], *, new: str, now: int) -> Act:
    """Letters of a ticket become a ticket of their own, `new`. Raises Refused when nothing would be left."""
    _some(conn, ticket, letters)
    first = next((one for one in letters if one.kind is Kind.IN), letters[0])
    row: dict[str, Value] = {
        "subject": first.subject or ticket.subject or None,
        "status": Status.OPEN.value,
        "priority": ticket.priority,
        "channel": ticket.channel or None,
        "brand": ticket.brand or None,
        "customer": _customer(conn, first, ticket) or None,
        "assignee": ticket.assignee or None,
        "created": min(min(one.date for one in letters), now),
        "archive": ticket.archive,
        f"{APART}.{ticket.id}": 1,
    }
    who = dict.fromkeys(sorted(_people(conn, ticket, letters)), 1)
    changes = [put(new, row | {f"who.{address}": 1 for address in who})]
    changes += [Change(ticket.id, f"{APART}.{new}", 1), *_moved(conn, letters, new)]
    return Act("split", f"Split {_many(letters)} off {acts.label(ticket)}", tuple(changes))


def split_off(desk: Desk, ticket: Ticket, letters: Sequence[Message]) -> Done:
    """Do a split on an open desk: the new ticket's id is that of its entry."""
    from deskterm.desk import Done

    said = [""]

    def make(tx: Tx) -> tuple[str, Sequence[Change], Sequence[Beside]]:
        act = split(tx.conn, ticket, letters, new=tx.new_id("t"), now=desk.now)
        said[0] = act.words
        return act.kind, act.changes, ()

    done = desk.commit(make, words="")
    numbers = ", ".join(f"#{number}" for _, number in done.receipt.numbers)
    return Done(f"{said[0]} into {numbers}", done.receipt)


def move(conn: sqlite3.Connection, ticket: Ticket, letters: Sequence[Message], to: Ticket) -> Act:
    """Letters of a ticket go to another one. Raises Refused when nothing would be left, or it is the same."""
    if to.id == ticket.id or to.merged_into:
        raise Refused(f"{acts.label(to)} cannot take letters of {acts.label(ticket)}; choose another ticket.")
    _some(conn, ticket, letters)
    fresh = _people(conn, ticket, letters) - people.participants(conn, to.id)
    changes = [*_moved(conn, letters, to.id)]
    changes += [Change(to.id, f"who.{address}", 1) for address in sorted(fresh)]
    return Act("move", f"Moved {_many(letters)} of {acts.label(ticket)} to {acts.label(to)}", tuple(changes))


def _some(conn: sqlite3.Connection, ticket: Ticket, letters: Sequence[Message]) -> None:
    if not letters:
        raise Refused("No letter was named; nothing was moved.")
    if len(letters) >= len(conversation.messages(conn, ticket.id)):
        raise Refused(f"{acts.label(ticket)} would be left without a letter; merge the ticket instead.")


def _many(letters: Sequence[Message]) -> str:
    return "1 letter" if len(letters) == 1 else f"{len(letters):,} letters"


def _moved(conn: sqlite3.Connection, letters: Sequence[Message], to: str) -> list[Change]:
    ids = [one.id for one in letters]
    return [Change(eid, "ticket", to) for eid in (*ids, *_unsent(conn, ids))]


def _unsent(conn: sqlite3.Connection, letters: Iterable[str]) -> list[str]:
    """Outbox rows of letters that have not left: their ticket is where the next ones wait behind them."""
    rows = (outbox.of_message(conn, eid) for eid in letters)
    return [row.id for row in rows if row is not None and row.state in outbox.OPEN]


def _people(conn: sqlite3.Connection, ticket: Ticket, letters: Sequence[Message]) -> set[str]:
    """Those who take part in the ticket and are named in these letters."""
    named = {address_of(p) for one in letters for p in (one.sender, *one.to, *one.cc, *one.reply_to)}
    return named & people.participants(conn, ticket.id)


def _customer(conn: sqlite3.Connection, first: Message, ticket: Ticket) -> str:
    found = people.by_email(conn, address_of(first.sender)) if first.kind is Kind.IN else None
    return found.id if found else ticket.customer


# Claims


def claims(conn: sqlite3.Connection, ticket: str) -> dict[str, Value]:
    """Tickets this one may belong to, and how it came to be thought so."""
    rows = conn.execute("SELECT k, v FROM attr WHERE eid = ? AND ns = ? ORDER BY k", (ticket, CLAIM))
    return dict(rows.fetchall())


def apart(one: str, other: str) -> list[Change]:
    """Two tickets a person keeps apart, from both sides."""
    return [Change(one, f"{APART}.{other}", 1), Change(other, f"{APART}.{one}", 1)]


def kept_apart(conn: sqlite3.Connection, ticket: str) -> frozenset[str]:
    rows = conn.execute("SELECT k FROM attr WHERE eid = ? AND ns = ?", (ticket, APART))
    return frozenset(row[0] for row in rows)


# Threads whose letters came in another order than they were written


def tied(
    conn: sqlite3.Connection, found: Sequence[Merge], *, archived: bool
) -> tuple[list[Change], dict[str, str]]:
    """What one letter shows to be one thread: changes, and where each merged ticket went.

    Where people have worked on both, the younger only claims to belong to the older, and a person decides.
    """
    changes: list[Change] = []
    went: dict[str, str] = {}
    for tie in found:
        into, away = many.tickets(conn, [tie.into, tie.away])
        if worked_on(conn, into.id) and worked_on(conn, away.id):
            changes.append(Change(away.id, f"{CLAIM}.{into.id}", TWIN))
            continue
        changes += merging(conn, away, into)
        changes += _newer(away, into) if archived else back_to_work(conn, [away], into)
        went[away.id] = into.id
    return changes, went


def worked_on(conn: sqlite3.Connection, ticket: str) -> bool:
    """Whether a person did anything to this ticket or wrote in it."""
    marks = ", ".join("?" * len(_MACHINES))
    row = conn.execute(
        "SELECT 1 FROM change c JOIN entry e ON e.id = c.id WHERE c.eid = ? AND c.field > ''"
        f" AND e.actor NOT IN ({marks}) AND e.kind NOT IN ('read', 'archive') LIMIT 1",
        (ticket, *_MACHINES),
    ).fetchone()
    if row is not None:
        return True
    wrote = conn.execute(
        "SELECT 1 FROM message m JOIN change c ON c.eid = m.id AND c.field = '' JOIN entry e ON e.id = c.id"
        f" WHERE m.ticket = ? AND e.actor NOT IN ({marks}) LIMIT 1",
        (ticket, *_MACHINES),
    ).fetchone()
    return wrote is not None


def _newer(away: Ticket, into: Ticket) -> list[Change]:
    """Of two archived tickets the one written in last says how the whole stands."""
    if into.archive is None or _last(away) <= _last(into):
        return []
    return [
        Change(into.id, "status", away.status.value),
        Change(into.id, "unread", 1 if away.unread else None),
    ]


def _last(ticket: Ticket) -> int:
    return max(ticket.last_in or 0, ticket.last_out or 0)


def joined(into: Ticket, away: Iterable[Ticket], *, archived: bool) -> Ticket:
    """A ticket as it will be once these were merged into it, as far as a letter that comes in has to know."""
    for one in away:
        newer = archived and into.archive is not None and _last(one) > _last(into)
        status, unread = (one.status, one.unread) if newer else (into.status, into.unread)
        ins = max(into.last_in or 0, one.last_in or 0) or None
        outs = max(into.last_out or 0, one.last_out or 0) or None
        into = replace(into, status=status, unread=unread, last_in=ins, last_out=outs)
    return into


def settle(tx: Tx, ticket: str, *, archived: bool) -> None:
    """Merge what claims to belong together once the claim is proved by people who have joined since."""
    for _ in range(_CHAIN):
        pair = _proved(tx.conn, ticket)
        if pair is None:
            return
        into, away = pair
        changes = merging(tx.conn, away, into)
        changes += _newer(away, into) if archived else back_to_work(tx.conn, [away], into)
        kind = "archive" if archived else "merge"
        tx.commit(changes, actor="mail", kind=kind, key=f"heal:{away.id}:{into.id}")
        if people.resting(tx.conn, "ticket", away.id) != into.id:
            return
        ticket = into.id


def _proved(conn: sqlite3.Connection, ticket: str) -> tuple[Ticket, Ticket] | None:
    """A claim of or on this ticket that is proved now: the older ticket, the younger one."""
    rows = conn.execute(
        "SELECT eid, k FROM attr WHERE ns = ? AND eid = ? AND v = 1"
        " UNION ALL SELECT eid, k FROM attr WHERE ns = ? AND k = ? AND v = 1",
        (CLAIM, ticket, CLAIM, ticket),
    ).fetchall()
    for one, other in rows:
        other = people.resting(conn, "ticket", other)
        found = many.tickets(conn, [one, other])
        if one == other or len(found) < 2 or any(t.merged_into or t.bucket.value == "bin" for t in found):
            continue
        both_worked_on = worked_on(conn, one) and worked_on(conn, other)
        if (_ties(conn, one, other) or _ties(conn, other, one)) and not both_worked_on:
            older, younger = sorted(found, key=lambda t: (t.created, t.id))
            return older, younger
    return None


def _ties(conn: sqlite3.Connection, citing: str, cited: str) -> bool:
    """Whether a letter of the one answers a letter of the other, by somebody who takes part there."""
    senders = answering(conn, citing, cited)
    return bool(senders) and not senders.isdisjoint(people.participants(conn, cited))


def answering(conn: sqlite3.Connection, citing: str, cited: str) -> set[str]:
    """Addresses of those who, in the one ticket, answer letters of the other."""
    rows = conn.execute(
        "SELECT DISTINCT m.sender FROM message p JOIN msgref r ON r.ref = p.msgid"
        " JOIN message m ON m.id = r.message WHERE p.ticket = ? AND m.ticket = ? AND m.kind = 'in'"
        " AND ' ' || ifnull(m.signals, '') || ' ' NOT LIKE '% unverified %'",
        (cited, citing),
    ).fetchall()
    return {address_of(str(row[0] or "")) for row in rows}
