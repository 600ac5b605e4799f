"""The lock on the outbox: after the silent first sync nothing leaves until a person says go.

Kept as a doc, so that it is in the log, shared by a team and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.counting import many
from deskterm.desk import Desk, Done
from deskterm.replies import address_of
from store import outbox
from store.log.entry import Change, put
from store.log.tx import Tx
from store.reads import docs

KIND, NAME = "desk", "live"
ON, OFF = "on", "off"


def state(desk: Desk) -> str:
    """`on`, `off`, or the addresses letters may leave for, space separated."""
    doc = docs.named(desk.conn, KIND, NAME)
    return doc.body if doc and doc.body else ON


def may_leave(desk: Desk, people: Iterable[str]) -> bool:
    """Whether a letter to all these people may leave now."""
    return _allowed(state(desk), people)


def _allowed(word: str, people: Iterable[str]) -> bool:
    if word in (ON, OFF):
        return word == ON
    return {address_of(person) for person in people} <= set(word.lower().split())


def lock(desk: Desk) -> None:
    """Lock the outbox before a first sync, unless somebody decided already.

    Nobody's act: the undo of an agent must never open the outbox.
    """
    with desk.store.write() as tx:
        if docs.named(tx.conn, KIND, NAME) is None:
            tx.commit(_said(tx, OFF), actor="mail", kind="live")


def held(desk: Desk) -> list[outbox.Waiting]:
    """Replies that wait for the word."""
    return [row for row in outbox.unsent(desk.conn) if row.state == outbox.HELD]


def open_(desk: Desk, to: str = ON) -> Done:
    """Unlock the outbox for everybody, or for the addresses in `to`; what was held is queued."""
    free = [row for row in held(desk) if _allowed(to, _people(desk, row))]
    changes = [c for row in free for c in outbox.moved(row, outbox.QUEUED, not_before=desk.now)]
    return desk.commit(
        lambda tx: ("live", [*_said(tx, to), *changes], ()),
        words="Outbox open" + (f"; {many(len(free), 'reply', 'replies')} may leave" if free else ""),
    )


def close(desk: Desk) -> Done:
    """Lock the outbox: replies are held from now on."""
    waiting = [row for row in outbox.unsent(desk.conn) if row.state in (outbox.QUEUED, outbox.LATER)]
    changes = [c for row in waiting for c in outbox.moved(row, outbox.HELD)]
    return desk.commit(
        lambda tx: ("live", [*_said(tx, OFF), *changes], ()),
        words=f"Outbox locked; {many(len(waiting), 'reply', 'replies')} held",
    )


def _said(tx: Tx, word: str) -> list[Change]:
    """The word as a doc, inside the transaction that acts on it."""
    known = docs.named(tx.conn, KIND, NAME)
    if known is None:
        return [put(tx.new_id("d"), {"kind": KIND, "name": NAME, "body": word, "pos": NAME})]
    return [Change(known.id, "body", word)] if known.body != word else []


def _people(desk: Desk, row: outbox.Waiting) -> tuple[str, ...]:
    from store.reads import conversation

    message = conversation.message(desk.conn, row.message)
    return (*message.to, *message.cc)
