"""Acts on tickets: what a key or a verb changes, as changes.

Pure: tickets in, an Act out, the time handed in. The screen, the shell, macros and rules all make
their changes here, so that solving means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from store.log.entry import Change, Value
from store.model import DONE, Status, Ticket

STATUS_WORDS = {
    Status.NEW: "Marked new",
    Status.OPEN: "Opened",
    Status.WAITING: "Waiting for the customer",
    Status.HOLD: "On hold",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
    Status.SPAM: "Marked as spam",
}


class Act(Struct, frozen=True):
    """What is to be done, said and undone as one."""

    kind: str
    """Word in the log: solve, wait, assign ..."""
    words: str
    """What the status line says once it is done."""
    changes: tuple[Change, ...]


def status(tickets: Sequence[Ticket], to: Status) -> Act:
    """Move tickets to a status. Whoever does that has read them, and they sleep no longer."""
    changes = [c for t in tickets if t.status is not to or _asleep(t) for c in _status(t, to)]
    kind = {Status.SOLVED: "solve", Status.WAITING: "wait", Status.SPAM: "spam"}.get(to, "status")
    return Act(kind, f"{STATUS_WORDS[to]} {name(tickets)}", tuple(changes))


def snooze(tickets: Sequence[Ticket], *, until: int, mode: str = "") -> Act:
    """Let tickets sleep until a moment (Unix seconds), in a mode of `sleeps`."""
    changes = [c for t in tickets for c in (_set(t, "snooze_until", until), *_mode(t, mode), *_read(t))]
    return Act("snooze", f"Snoozed {name(tickets)}", tuple(changes))


def wake(tickets: Sequence[Ticket]) -> Act:
    """End the sleep of tickets; they come back unread."""
    changes = [c for t in tickets for c in (_set(t, "snooze_until", None), *_mode(t), _set(t, "unread", 1))]
    return Act("wake", f"Woke {name(tickets)}", tuple(changes))


def assign(tickets: Sequence[Ticket], to: str) -> Act:
    """Give tickets to an agent; an empty name gives them back to nobody."""
    changes = [_set(t, "assignee", to or None) for t in tickets if t.assignee != to]
    words = f"Assigned {name(tickets)} to {to}" if to else f"Unassigned {name(tickets)}"
    return Act("assign", words, tuple(changes))


def priority(tickets: Sequence[Ticket], to: int) -> Act:
    changes = [_set(t, "priority", to) for t in tickets if t.priority != to]
    return Act("priority", f"P{to} for {name(tickets)}", tuple(changes))


def tag(tickets: Sequence[Ticket], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Act:
    """Put tags on and take them off; a tag that is there already changes nothing."""
    add, remove = tuple(add), tuple(remove)
    changes = [_set(t, f"tag.{one}", 1) for t in tickets for one in add if one not in t.tags]
    changes += [_set(t, f"tag.{one}", None) for t in tickets for one in remove if one in t.tags]
    said = " ".join([*(f"+{one}" for one in add), *(f"-{one}" for one in remove)])
    return Act("tag", f"Tags {said} on {name(tickets)}", tuple(changes))


def unread(tickets: Sequence[Ticket]) -> Act:
    changes = [_set(t, "unread", 1) for t in tickets if not t.unread]
    return Act("unread", f"Marked {name(tickets)} unread", tuple(changes))


def read(tickets: Sequence[Ticket]) -> Act:
    """Opening a ticket; a quiet act that undo passes over."""
    return Act("read", f"Read {name(tickets)}", tuple(c for t in tickets for c in _read(t)))


def bin_(tickets: Sequence[Ticket]) -> Act:
    """Move tickets to the bin; nothing is destroyed."""
    changes = [_set(t, "_deleted", 1) for t in tickets]
    return Act("bin", f"Moved {name(tickets)} to the bin", tuple(changes))


def fields(tickets: Sequence[Ticket], sets: Sequence[tuple[str, Value]], *, kind: str, said: str) -> Act:
    """Set log fields as a macro or `set` names them; a status brings its consequences along."""
    changes: list[Change] = []
    for ticket in tickets:
        for field, value in sets:
            if field == "status" and isinstance(value, str):
                changes += _status(ticket, Status(value))
            elif field == "snooze_until":
                changes += [_set(ticket, field, value), *_mode(ticket)]
            else:
                changes.append(_set(ticket, field, value))
    return Act(kind, f"{said} {name(tickets)}", tuple(changes))


def name(tickets: Sequence[Ticket]) -> str:
    """How receipts name what was acted on: one ticket by its number and subject, many by count."""
    if len(tickets) == 1:
        return f"{label(tickets[0])} {tickets[0].subject}".rstrip()
    return f"{len(tickets):,} tickets"


def label(ticket: Ticket) -> str:
    """`#12`, or the short alias while there is no number."""
    return f"#{ticket.number}" if ticket.number is not None else f"#~{ticket.id[-4:]}"


def _status(ticket: Ticket, to: Status) -> list[Change]:
    changes = [_set(ticket, "status", to.value)]
    if _asleep(ticket):
        changes += [_set(ticket, "snooze_until", None), *_mode(ticket)]
    return changes + (_read(ticket) if to in DONE or to is Status.WAITING else [])


def _read(ticket: Ticket) -> list[Change]:
    return [_set(ticket, "unread", None)] if ticket.unread else []


def _mode(ticket: Ticket, mode: str = "") -> list[Change]:
    """The mode of a sleep, where it is another one than before."""
    return [_set(ticket, "x.sleep", mode or None)] if ticket.sleep != mode else []


def _asleep(ticket: Ticket) -> bool:
    return ticket.snooze_until is not None


def _set(ticket: Ticket, field: str, value: Value) -> Change:
    return Change(ticket.id, field, value)
