"""Rules on trial: what they would do to a letter, or would have done in the past; nothing is changed.

The letter goes through the real intake and the real rules inside a transaction that is taken back; the
past is read from the log, each act seen as the desk stood right after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from deskterm import automation, days, subjects
from deskterm.automation import Armed, Automation
from deskterm.desk import Desk
from deskterm.doings import Doing, doing
from deskterm.plan_values import held
from deskterm.trial_waits import Would, may, then, waited
from store.errors import Refused
from store.log import stamp
from store.log.entry import Change, Value
from store.log.history import Was
from store.model import Ticket
from store.reads import causes
from store.reads.causes import Entry, Happening
from store.rules.firing import Answer, ask, unheard
from store.rules.rule_text import When

if TYPE_CHECKING:
    from deskterm.receive import Read
    from store.log.tx import Tx


class Tried(Struct, frozen=True):
    """What one rule says, and what it would do."""

    answer: Answer
    does: Doing | None
    """None where it does not act."""


class Trial(Struct, frozen=True):
    """What would become of a letter."""

    ticket: Ticket
    begins: bool
    """It would begin a ticket of its own."""
    why: str
    """Why it would be in that ticket."""
    tried: tuple[Tried, ...]


class _TakenBack(Exception):
    """Ends the transaction of a trial."""


def letter(desk: Desk, read: Read) -> Trial:
    """What the desk and its rules would make of a letter that came in now.

    Raises Refused for one that would be shelved or is here already.
    """
    found: list[Trial] = []
    try:
        with desk.store.write() as tx:
            found.append(_letter(desk, tx, read))
            raise _TakenBack
    except _TakenBack:
        return found[0]


def _letter(desk: Desk, tx: Tx, read: Read) -> Trial:
    from deskterm.receive import Batcher

    before = int(tx.conn.execute("SELECT ifnull(max(lseq), 0) FROM entry").fetchone()[0])
    newest = _newest(tx.conn)
    batcher = Batcher(desk)
    batcher.look(tx, [read])
    batcher.place(tx, replace(read, received=desk.now))
    happened, _ = causes.since(tx.conn, before)
    came = next((one for one in happened if one.cause.what is When.RECEIVED), None)
    if came is None:
        raise Refused(f"This letter would not come in: {read.reason or 'it is on the desk already'}.")
    rules = automation.armed(tx.conn)
    tried = [one for happening in happened for one in _tried(desk, tx.conn, rules, happening)]
    of = subjects.about(tx.conn, came.ticket)
    why = tx.conn.execute("SELECT ifnull(why, '') FROM message WHERE id = ?", (came.message,)).fetchone()[0]
    return Trial(of.ticket, _newest(tx.conn) > newest, why, tuple(tried))


def before(ticket: Ticket, change: Change) -> Value:
    """What a ticket had in the field of a change."""
    return held(ticket, change.field)


def was(ticket: Ticket, change: Change) -> Was:
    """A change as history tells it: the field before and after."""
    return Was(change.eid, change.field, before(ticket, change), change.value)


def _newest(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT ifnull(max(n), 0) FROM ticket").fetchone()[0])


def _tried(desk: Desk, conn: sqlite3.Connection, rules: list[Armed], happening: Happening) -> Iterator[Tried]:
    of = subjects.about(conn, happening.ticket)
    seen = Automation(desk).subject(conn, happening)
    for answer in ask(
        (one.rule for one in rules), happening.cause, seen, now=desk.now, zone=days.zone(desk, conn)
    ):
        yield Tried(answer, doing(desk, conn, answer.rule, of) if answer.acts else None)


def on_to_the_end() -> bool:
    """Nobody stops it."""
    return False


def backtest(
    desk: Desk, one: Armed, *, since: int, stopped: Callable[[], bool] = on_to_the_end
) -> Iterator[Would]:
    """What a rule would have done to what happened from the Unix second `since` on, oldest first.

    Other rules, and what it would itself have changed, are left out of account: each act is looked at as
    it was. `stopped` is asked before each act that is looked at.
    """
    if one.rule.when is When.WAITED:
        yield from waited(desk, one, since, stopped)
        return
    conn, what = desk.conn, one.rule.when
    tells = causes.TELLS[what]
    # Most entries tell nothing of the kind; the names of their rows say so without reading a change.
    rows = conn.execute(
        "SELECT id, actor, kind, ifnull(key, ''), cause, eids FROM entry WHERE id >= ? AND void = 0"
        f" AND kind NOT IN ({', '.join('?' * len(causes.QUIET))}) AND ' ' || eids GLOB ? ORDER BY id",
        (stamp.first_at(since), *sorted(causes.QUIET), f"* {tells[0]}*"),
    )
    for *head, eids in rows:
        if stopped():
            return
        for happening in causes.of_entry(conn, Entry(*head), str(eids).split(), rows=tells):
            if happening.cause.what is what and (would := _would(desk, one, happening)):
                yield would


def _would(desk: Desk, one: Armed, happening: Happening) -> Would | None:
    if unheard(one.rule, happening.cause):
        return None
    conn, entry = desk.conn, happening.cause.entry
    of, at = then(conn, happening.ticket, entry), stamp.unix(entry)
    if of is None or not may(desk, one.rule, of, at):
        return None
    seen = subjects.subject(conn, of, happening.message, text=Automation(desk).text(conn))
    answers = ask([one.rule], happening.cause, seen, now=at, zone=days.zone(desk, conn))
    if not (answers and answers[0].acts):
        return None
    does = doing(desk, conn, one.rule, of)
    return Would(at, of.ticket, does) if does else None
