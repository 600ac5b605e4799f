"""The lock on the outbox: after the silent first sync nothing leaves until a person says go.

Kept as a doc, so that it is in the log, shared by a team and can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable

from deskterm.desk import Desk, Done
from deskterm.replies import address_of
from store import outbox
from store.log.entry import Change
from store.reads import docs

KIND, NAME = "desk", "live"
ON, OFF = "on", "off"


def state(desk: Desk) -> str:
    """`on`, `off`, or the addresses letters may leave for, space separated."""
    doc = docs.named(desk.conn, KIND, NAME)
    return doc.body if doc and doc.body else ON


def may_leave(desk: Desk, people: Iterable[str]) -> bool:
    """Whether a letter to all these people may leave now."""
    now = state(desk)
    if now in (ON, OFF):
        return now == ON
    return {address_of(person) for person in people} <= set(now.split())


def lock(desk: Desk) -> None:
    """Lock the outbox before a first sync, unless somebody decided already."""
    if docs.named(desk.conn, KIND, NAME) is None:
        desk.save_doc(KIND, NAME, OFF)


def held(desk: Desk) -> list[outbox.Waiting]:
    """Replies that wait for the word."""
    return [row for row in outbox.unsent(desk.conn) if row.state == outbox.HELD]


def open_(desk: Desk, to: str = ON) -> Done:
    """Unlock the outbox for everybody, or for the addresses in `to`; what was held is queued."""
    desk.save_doc(KIND, NAME, to)
    free = [row for row in held(desk) if may_leave(desk, _people(desk, row))]
    changes = [c for row in free for c in outbox.moved(row, outbox.QUEUED, not_before=desk.now)]
    return desk.commit(lambda tx: ("live", changes, ()), words=f"Outbox open; {len(free)} replies may leave")


def close(desk: Desk) -> Done:
    """Lock the outbox: replies are held from now on."""
    desk.save_doc(KIND, NAME, OFF)
    waiting = [row for row in outbox.unsent(desk.conn) if row.state == outbox.QUEUED]
    changes: list[Change] = [c for row in waiting for c in outbox.moved(row, outbox.HELD)]
    return desk.commit(lambda tx: ("live", changes, ()), words=f"Outbox locked; {len(waiting)} replies held")


def _people(desk: Desk, row: outbox.Waiting) -> tuple[str, ...]:
    from store.reads import conversation

    message = conversation.message(desk.conn, row.message)
    return (*message.to, *message.cc)
