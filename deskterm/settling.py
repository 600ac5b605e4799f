"""What became of a letter that was tried: the commits after the server's answer, one place for each fate.

Recipients may fare differently: each fate then has a row of its own, and only that is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from deskterm import moved
from deskterm.desk import Desk
from deskterm.receive import Counts
from deskterm.replies import address_of
from store import learned, outbox
from store.log.entry import Change, put
from store.log.tx import Tx
from store.reads import conversation

if TYPE_CHECKING:
    from channels.smtp import Recipient, Result

SENDER = "sender"
"""Whose act the steps of a letter are."""

UNTIL_MENDED = 6 * 3600
"""Seconds that replies wait after a refused login; repeating it locks accounts."""


class Tried(Struct, frozen=True):
    """What became of one row."""

    counts: Counts = Counts()
    away: bool = False
    """Nothing got through to the server, which says nothing about this letter."""
    refused_login: bool = False
    until: int = 0
    """When it is tried again, for a letter the server put off."""


def settle(desk: Desk, row: outbox.Waiting, result: Result) -> Tried:
    """Write down what a server's answer means."""
    from channels.smtp import Outcome, Phase

    if result.outcome is Outcome.SENT:
        return sent(desk, row, result.recipients)
    if result.outcome is Outcome.UNSURE:
        commit(desk, row, outbox.moved(row, outbox.UNSURE, error=result.words))
        return Tried(Counts(unsure=1))
    if result.outcome is Outcome.REFUSED:
        return refuse(desk, row, result.words)
    if result.phase in (Phase.CONNECT, Phase.TLS, Phase.AUTH):
        login = result.phase is Phase.AUTH and result.needs_person
        return away(desk, row, result.words, refused_login=login)
    return _put_off(desk, row, result.words)


def _put_off(desk: Desk, row: outbox.Waiting, words: str) -> Tried:
    attempts = row.attempts + 1
    if attempts >= outbox.MOST:
        return refuse(desk, row, f"put off {attempts} times and given up: {words}")
    until = desk.now + outbox.wait_after(attempts)
    changes = outbox.moved(row, outbox.LATER, error=words, not_before=until)
    commit(desk, row, [*changes, Change(row.id, "attempts", attempts)])
    return Tried(Counts(later=1), until=until)


def sent(desk: Desk, row: outbox.Waiting, people: Sequence[Recipient]) -> Tried:
    """It left. Whom the server refused and whom it put off get rows of their own."""
    from channels.smtp import Outcome

    by = {kind: [one for one in people if one.outcome is kind] for kind in Outcome}
    refused, later = by[Outcome.REFUSED], by[Outcome.LATER]
    with desk.store.write() as tx:
        changes = outbox.moved(row, outbox.SENT, error=_kept_words(row))
        if refused or later:
            changes.append(Change(row.id, "rest", " ".join(one.addr for one in by[Outcome.SENT])))
        if later:
            wait = desk.now + outbox.wait_after(1)
            changes.append(put(tx.new_id("x"), _part(row, outbox.LATER, later, not_before=wait)))
        if refused:
            changes.append(put(tx.new_id("x", 1), _part(row, outbox.REFUSED, refused, not_before=desk.now)))
            changes += _back_to_work(tx, row, refused)
        tx.commit(changes, actor=SENDER, kind="sending")
    return Tried(Counts(sent=1, later=len(later), refused=len(refused)))


def _kept_words(row: outbox.Waiting) -> str:
    """Words about an earlier attempt go; that another address had to be the sender stays."""
    return row.error if row.error.startswith(OTHER_SENDER) else ""


def _part(
    row: outbox.Waiting, state: str, people: Sequence[Recipient], *, not_before: int
) -> dict[str, str | int | None]:
    said = "; ".join(f"{one.addr}: {one.words}" for one in people)
    return outbox.part(row, state, [one.addr for one in people], error=said, not_before=not_before)


def _back_to_work(tx: Tx, row: outbox.Waiting, refused: Sequence[Recipient]) -> list[Change]:
    """Whom it was written to did not get it: the ticket is not done. A copy alone is only named."""
    message = conversation.message(tx.conn, row.message)
    to = {address_of(person) for person in message.to}
    if to.isdisjoint(one.addr.lower() for one in refused):
        return []
    return [Change(row.ticket, "status", "open"), Change(row.ticket, "unread", 1)]


OTHER_SENDER = "left from another address: "
"""How the words of a reply begin whose sender the server did not take."""


def from_another(desk: Desk, row: outbox.Waiting, *, refused: str, sender: str, words: str) -> str:
    """The server does not take an address of ours as sender: the reply goes on with `sender`.

    Remembered for the next one. Returns the sentence that says so, which stays with the reply.
    """
    said = f"{OTHER_SENDER}{sender}, because the server refused {refused} ({words})"
    with desk.store.write() as tx:
        if _state(tx, row) in (outbox.QUEUED, outbox.LATER, outbox.SENDING):
            changes = outbox.moved(row, outbox.QUEUED, error=said, not_before=desk.now)
            known = learned.Learned(row.mailbox, learned.REFUSED + refused.lower(), words, desk.now)
            changes.append(Change(row.message, "sender", sender))
            tx.commit(changes, actor=SENDER, kind="sending", beside=[known])
    return said


def away(desk: Desk, row: outbox.Waiting, words: str, *, refused_login: bool = False) -> Tried:
    """The server could not be reached, or wanted another login."""
    wait = UNTIL_MENDED if refused_login else outbox.wait_after(1)
    commit(desk, row, outbox.moved(row, outbox.LATER, error=words, not_before=desk.now + wait))
    return Tried(Counts(later=1), away=True, refused_login=refused_login)


def refuse(desk: Desk, row: outbox.Waiting, words: str) -> Tried:
    """A refused reply brings its ticket back to work; one the desk sent by itself does not."""
    back = [] if row.auto else [Change(row.ticket, "status", "open"), Change(row.ticket, "unread", 1)]
    commit(desk, row, [*outbox.moved(row, outbox.REFUSED, error=words), *back])
    return Tried(Counts(refused=1))


class Taken(Exception):
    """The row was called back, held, overtaken or taken by another process before it reached the dot."""


def claim(desk: Desk, row: outbox.Waiting) -> None:
    """Right before the dot: only one process may carry a letter over it. Raises Taken."""
    with desk.store.write() as tx:
        if _state(tx, row) not in (outbox.QUEUED, outbox.LATER):
            raise Taken
        if moved.news(tx.conn, row, agent=moved.author(tx.conn, row)):
            # The next round asks.
            raise Taken
        tx.commit(outbox.about_to_send(row), actor=SENDER, kind="sending")


def commit(desk: Desk, row: outbox.Waiting, changes: list[Change]) -> bool:
    """Write what became of a row, unless somebody called it back or held it while the server was asked."""
    with desk.store.write() as tx:
        if _state(tx, row) not in (outbox.QUEUED, outbox.LATER, outbox.SENDING):
            return False
        tx.commit(changes, actor=SENDER, kind="sending")
    return True


def _state(tx: Tx, row: outbox.Waiting) -> str:
    return str(tx.conn.execute("SELECT state FROM outbox WHERE id = ?", (row.id,)).fetchone()[0])
