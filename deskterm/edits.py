"""Tickets that come back from a pipe: JSON lines as `ls --jsonl` gave them, with some fields changed.

Each is compared with the ticket it was made from; what differs becomes a plan. A line whose base moved, or
that changes what cannot be changed here, refuses the whole pipe.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from deskterm import acts, jsonl, moments, plans
from deskterm.desk import Desk
from store.errors import QueryError, Refused
from store.log.entry import Value
from store.model import PRIORITIES, TYPES, Status, Ticket
from store.reads import many, tickets
from store.rules.fields import TAG

FIXED = (
    "number", "id", "customer", "account", "channel", "bucket", "created", "updated", "due_at", "due_kind",
)  # fmt: skip
"""Shown by `ls --jsonl`, and not to be changed by this way."""

FOUND = ("snippet", "messages")
"""What `search --jsonl` shows besides; it says nothing about the ticket."""

MOST = 64_000_000
"""Characters of one pipe."""

Row = Mapping[str, object]


def read(lines: Iterable[str]) -> list[Row]:
    """The objects of JSON lines. Raises QueryError naming the line."""
    rows: list[Row] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        size += len(line)
        if size > MOST:
            raise QueryError(f"More than {MOST:,} characters came in; send fewer tickets at once.")
        if line.strip():
            rows.append(_object(line, number))
    return rows


def _object(line: str, number: int) -> Row:
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"Line {number} is not JSON ({error}); nothing was changed.") from None
    if not isinstance(found, dict):
        raise QueryError(f"Line {number} is no JSON object; nothing was changed.")
    row = cast(Row, found)
    if row.get("schema", jsonl.TICKET) != jsonl.TICKET:
        raise QueryError(f"Line {number} has another schema than {jsonl.TICKET}; nothing was changed.")
    return row


def plan(desk: Desk, rows: Iterable[Row]) -> plans.Plan:
    """The plan that makes the tickets what the rows say. Raises Refused, NotFound or QueryError."""
    wanted = {_named(desk, row): row for row in rows}
    steps: list[plans.Step] = []
    with many.snapshot(desk.conn):
        found = many.tickets(desk.conn, list(wanted))
        versions = many.versions(desk.conn, list(wanted))
        shown = _shown(desk, found, versions)
        for ticket in found:
            row = wanted[ticket.id]
            _same_base(ticket, row, shown[ticket.id])
            fields = acts.fields([ticket], _sets(ticket, row), kind="apply", said="").changes
            steps.append(plans.step(ticket, versions[ticket.id], {c.field: c.value for c in fields}))
    return plans.of_steps(desk, steps, kind="apply", words=f"Applied changes to {acts.name(found)}")


def _named(desk: Desk, row: Row) -> str:
    name = row.get("id", row.get("number"))
    if not isinstance(name, (str, int)) or isinstance(name, bool):
        raise QueryError("A ticket without id and number came in; nothing was changed.")
    return tickets.named(desk.conn, str(name))


def _shown(desk: Desk, found: list[Ticket], versions: Mapping[str, int]) -> dict[str, Row]:
    customers = many.customers(desk.conn, (t.customer for t in found if t.customer))
    accounts = many.accounts(desk.conn, (c.account for c in customers.values() if c.account))
    objects = jsonl.with_people(found, versions=versions, customers=customers, accounts=accounts)
    return {str(one["id"]): one for one in objects}


def _same_base(ticket: Ticket, row: Row, now: Row) -> None:
    name = acts.label(ticket)
    if "version" not in row:
        raise Refused(f"{name} came without its version, so it cannot be told whether it moved.")
    if row["version"] != now["version"]:
        raise Refused(f"{name} changed since it was read, so nothing was changed. Read it again.")
    strange = [field for field in row if field not in now and field not in FOUND]
    if strange:
        raise QueryError(f"{_misspelt(strange[0])} came with {name}; nothing was changed.")
    odd = [field for field in FIXED if field in row and row[field] != now[field]]
    if odd:
        raise Refused(f"{odd[0]} of {name} cannot be changed this way; nothing was changed.")


def _misspelt(field: str) -> str:
    near = get_close_matches(field, (*_READ, "tags"), 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f'The field "{field[:40]}", which no ticket has{hint},'


def _sets(ticket: Ticket, row: Row) -> list[tuple[str, Value]]:
    """The log fields in which the row differs from the ticket."""
    found: list[tuple[str, Value]] = []
    for field, value in row.items():
        if field == "tags":
            found += _tags(ticket, value)
        elif field in _READ:
            stored, held = _READ[field]
            new = _value(ticket, field, value)
            if new != _held(ticket, held):
                found.append((stored, new))
    return found


_READ = {
    "subject": ("subject", "subject"), "status": ("status", "status"), "priority": ("priority", "priority"),
    "assignee": ("assignee", "assignee"), "group": ("grp", "group"), "type": ("type", "type"),
    "unread": ("unread", "unread"), "snooze_until": ("snooze_until", "snooze_until"),
}  # fmt: skip
"""Field of the object to the field of the log and that of the ticket."""


def _held(ticket: Ticket, name: str) -> Value:
    held: Value = getattr(ticket, name)
    if isinstance(held, bool):
        return 1 if held else None
    return None if held == "" else (str(held) if isinstance(held, str) else held)


def _tags(ticket: Ticket, value: object) -> list[tuple[str, Value]]:
    words = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(word, str) and TAG.fullmatch(word) for word in words):
        raise _unfit(ticket, "tags", "a list of words")
    wanted = {str(word) for word in words}
    added: list[tuple[str, Value]] = [(f"tag.{tag}", 1) for tag in sorted(wanted - set(ticket.tags))]
    return added + [(f"tag.{tag}", None) for tag in ticket.tags if tag not in wanted]


def _value(ticket: Ticket, field: str, value: object) -> Value:
    match field:
        case "unread":
            if isinstance(value, bool):
                return 1 if value else None
            raise _unfit(ticket, field, "true or false")
        case "priority":
            if isinstance(value, int) and not isinstance(value, bool) and value in PRIORITIES:
                return value
            raise _unfit(ticket, field, "a number from 1 to 4")
        case "snooze_until":
            return _moment(ticket, value)
        case _:
            return _text(ticket, field, value)


def _text(ticket: Ticket, field: str, value: object) -> Value:
    choices = {"status": tuple(map(str, Status)), "type": TYPES}.get(field)
    if value is None and field not in ("subject", "status"):
        return None
    if not isinstance(value, str) or not value.strip() or (choices and value not in choices):
        raise _unfit(ticket, field, f"one of {', '.join(choices)}" if choices else "text")
    return value


def _moment(ticket: Ticket, value: object) -> Value:
    if value is None:
        return None
    try:
        return moments.from_iso(value) if isinstance(value, str) else moments.from_iso("")
    except ValueError:
        raise _unfit(ticket, "snooze_until", "a moment such as 2026-11-20T14:00:00Z, or null") from None


def _unfit(ticket: Ticket, field: str, fits: str) -> QueryError:
    return QueryError(f"{field} of {acts.label(ticket)} has to be {fits}; nothing was changed.")
