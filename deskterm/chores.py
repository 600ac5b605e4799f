"""Tickets that come again by themselves, and the checklists a ticket gets with its type.

Knows docs and the desk, no screen. Each act has a key, so no second machine and no crash does it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deskterm import replies
from deskterm.counting import many
from deskterm.desk import Desk
from store.errors import DocError, NotFound
from store.log import stamp
from store.log.entry import Change, Value, put
from store.model import Doc, Status, Ticket
from store.reads import docs, tickets
from store.reads.causes import Happening
from store.reads.promised import promised
from store.rules import todos
from store.rules.checklists import read_checklist
from store.rules.firing import Cause
from store.rules.rule_text import When

if TYPE_CHECKING:
    from store.rules.recurring import Recurring

ACTOR = "clock"


def again(desk: Desk) -> int:
    """Make the tickets that are due again; of what was missed, one ticket for all. How many were made."""
    found = [doc for doc in docs.of_kind(desk.conn, "recurring") if doc.active]
    if not found:
        return 0
    from store.rules import recurring

    made = 0
    for doc in found:
        try:
            one = recurring.read_recurring(doc.body)
        except DocError:
            continue
        made += _again(desk, doc, one)
    return made


def _again(desk: Desk, doc: Doc, one: Recurring) -> int:
    from store.rules import recurring

    zone = ZoneInfo(promised(desk.conn).hours.calendar.zone)
    since = datetime.fromtimestamp(_changed(desk, doc), zone).replace(tzinfo=None)
    due = recurring.last(one, now=datetime.fromtimestamp(desk.now, zone).replace(tzinfo=None))
    if due is None or due < since:
        return 0
    key = f"recur:{doc.id}:{due:%Y-%m-%dT%H:%M}"
    with desk.store.write() as tx:
        if tx.conn.execute("SELECT 1 FROM entry WHERE key = ?", (key,)).fetchone():
            return 0
        before = tx.conn.execute(
            "SELECT max(key) FROM entry WHERE key >= ? AND key < ?", (f"recur:{doc.id}:", key)
        ).fetchone()[0]
        ran = datetime.fromisoformat(before.rpartition(f"{doc.id}:")[2]) if before else since
        after = max(ran, since)
        left_out = recurring.missed(one, after=after, until=due)
        ticket = Ticket(tx.new_id("t"), None, one.subject, Status.OPEN, one.priority, desk.now, desk.now)
        words = [one.note] if one.note else []
        if left_out:
            words.append(f"Nobody was here {many(left_out, 'time')} when this was due; it is one ticket.")
        text = "\n\n".join(words)
        note = replies.note(ticket, replies.Note(text), agent=ACTOR, message=tx.new_id("m"), now=desk.now)
        tx.commit(
            [_begun(ticket, one), *(note.changes if text else ())], actor=ACTOR, kind="recurring", key=key,
            beside=[note.blob] if text else (),
        )  # fmt: skip
    return 1


def _begun(ticket: Ticket, one: Recurring) -> Change:
    row: dict[str, Value] = {
        "subject": one.subject, "status": Status.OPEN.value, "priority": one.priority, "channel": "desk",
        "assignee": one.assignee or None, "grp": one.group or None, "type": one.type or None,
        "created": ticket.created, "unread": 1,
    }  # fmt: skip
    row |= {f"tag.{tag}": 1 for tag in one.tags}
    return put(ticket.id, row | dict(_items(one.checklist, now=ticket.created)))


def _items(texts: Iterable[str], *, now: int) -> list[tuple[str, Value]]:
    found = [todos.begun(todos.item(text), now=now) for text in texts]
    return [(f"{todos.SPACE}.{todo.key}", todos.write(todo)) for todo in found]


def _changed(desk: Desk, doc: Doc) -> int:
    """When the doc was last written or switched: what was due before that is not made up for."""
    row = desk.conn.execute("SELECT max(id) FROM change WHERE eid = ?", (doc.id,)).fetchone()
    return stamp.unix(int(row[0]))


def lists(desk: Desk, found: Iterable[Happening]) -> int:
    """Give the tickets whose type was set the checklists of that type, each once."""
    typed = {one.ticket: one.cause for one in found if _typed(one.cause)}
    if not typed:
        return 0
    docs_ = [doc for doc in docs.of_kind(desk.conn, "checklist") if doc.active]
    return sum(_give(desk, doc, eid, cause) for doc in docs_ for eid, cause in typed.items())


def _typed(cause: Cause) -> bool:
    return cause.what is When.CREATED or (cause.what is When.CHANGED and "type" in cause.fields)


def _give(desk: Desk, doc: Doc, eid: str, cause: Cause) -> int:
    try:
        one, ticket = read_checklist(doc.body), tickets.ticket(desk.conn, eid)
    except (DocError, NotFound):
        return 0
    if ticket.type != one.type:
        return 0
    changes = [Change(eid, field, value) for field, value in _items(one.items, now=desk.now)]
    with desk.store.write() as tx:
        receipt = tx.commit(
            changes, actor=ACTOR, kind="checklist", key=f"list:{doc.id}:{eid}", cause=cause.entry or None
        )
    return 1 if receipt.entry else 0
