"""Acts on the items of a ticket: add, do, drop; and what happens when one is due. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from deskterm.acts import Act, name
from deskterm.counting import many
from store.errors import NotFound, Refused
from store.log.entry import Change
from store.model import PAUSED, Status, Ticket
from store.rules import todos
from store.rules.todos import Item, Todo

MOST = 200
"""Items a ticket may have."""


def add(ticket: Ticket, text: str, *, due: int | None, have: Sequence[Todo]) -> Act:
    """Put an item on a ticket; one with the same words that is done is to be done again. Raises DocError."""
    item = Item(todos.item(text).text)
    todo = replace(todos.begun(item, now=0), due=due)
    if len(have) >= MOST and todo.key not in {one.key for one in have}:
        raise Refused(f"{name([ticket])} has {MOST} items already; do or drop some first.")
    return Act("todo", f"To do on {name([ticket])}: {item.text}", (_set(ticket, todo),))


def done(ticket: Ticket, todo: Todo, *, at: int | None) -> Act:
    """Tick an item off, or with None take the tick away."""
    words = "Done" if at is not None else "Not done after all"
    return Act(
        "todo", f"{words} on {name([ticket])}: {todo.text}", (_set(ticket, todos.finished(todo, at=at)),)
    )


def ticked(ticket: Ticket, have: Sequence[Todo], on: Collection[str], new: str, *, now: int) -> Act:
    """Items as a person left them: done those of the keys `on`, to be done the others; `new` is added.

    `new` is written as in a checklist (`2d: Call back`) or empty. Raises DocError, Refused.
    """
    moved = [one for one in have if (one.done is not None) != (one.key in on)]
    acts = [done(ticket, one, at=now if one.key in on else None) for one in moved]
    if new:
        item = todos.item(new)
        acts.append(add(ticket, item.text, due=now + item.span if item.span else None, have=have))
    count = f"To do on {name([ticket])}: {many(len(acts), 'change')}"
    words = acts[0].words if len(acts) == 1 else count
    return Act("todo", words, tuple(change for act in acts for change in act.changes))


def drop(ticket: Ticket, todo: Todo) -> Act:
    """Take an item off a ticket."""
    gone = Change(ticket.id, f"{todos.SPACE}.{todo.key}", None)
    return Act("todo", f"Dropped on {name([ticket])}: {todo.text}", (gone,))


def wake(ticket: Ticket, todo: Todo) -> Act:
    """An item is due: its ticket is awake, unread, and work again."""
    changes = [Change(ticket.id, f"x.rang-{todo.key}", todo.due), Change(ticket.id, "unread", 1)]
    if ticket.snooze_until is not None:
        changes += [Change(ticket.id, "snooze_until", None), Change(ticket.id, "x.sleep", None)]
    if ticket.status in PAUSED or ticket.status is Status.SOLVED:
        changes.append(Change(ticket.id, "status", Status.OPEN.value))
    return Act("due", f"Due on {name([ticket])}: {todo.text}", tuple(changes))


def pick(have: Sequence[Todo], number: str) -> Todo:
    """The item with this number in the list, from 1. Raises NotFound."""
    if number.isascii() and number.isdecimal() and 0 < int(number[:6]) <= len(have):
        return have[int(number) - 1]
    words = f"it has {len(have)}, numbered from 1" if have else "it has none"
    raise NotFound(f"There is no item {number[:20]} on this ticket; {words}.")


def _set(ticket: Ticket, todo: Todo) -> Change:
    return Change(ticket.id, f"{todos.SPACE}.{todo.key}", todos.write(todo))
