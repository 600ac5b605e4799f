"""How tickets, messages and entries read as plain lines: words instead of signs, nothing cut.

Pure but for the state of letters on their way. Everything goes through `say`, which makes it harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from deskterm import kinds, sleeps, todo_words
from deskterm.desk import Desk
from deskterm.moments import length, shown
from deskterm.plan_values import Step
from store import outbox
from store.log.entry import Value
from store.log.history import Happened, Was
from store.model import Account, Customer, Kind, Line, Message, Ticket
from store.registry import table_of

PROMISES = {"first": "first reply", "next": "next reply", "resolution": "resolution"}

TIMES = frozenset({"snooze_until", "created", "not_before", "date", "renewal", "archive"})
"""Fields whose number is a moment."""

FLAGS = frozenset({"unread", "_deleted", "auto", "copied"})
"""Fields that are set or not."""

_SEALS = {"signed": "signed, not checked", "encrypted": "encrypted, cannot be read here"}
"""Marks of a letter that are not one word for people."""

NAMES = {
    "grp": "group",
    "_deleted": "bin",
    "snooze_until": "snooze",
    "rcpt": "recipients",
    "who": "participant",
}
"""Fields whose stored name is not the word people use."""


def row(line: Line, *, now: int) -> tuple[str, ...]:
    """A ticket as the cells of a list."""
    return (
        f"#{line.number}" if line.number is not None else f"#~{line.id[-4:]}",
        f"P{line.priority}",
        line.status.value,
        left(line.due_at, now=now),
        line.who,
        line.subject or "(no subject)",
        f"for {line.assignee}" if line.assignee else "",
        "unread" if line.unread else "",
    )


def left(due_at: int | None, *, now: int) -> str:
    """How a promise stands, in words."""
    if due_at is None:
        return ""
    return f"late {length(now - due_at)}" if now >= due_at else f"{length(due_at - now)} left"


def head(
    ticket: Ticket, customer: Customer | None, account: Account | None, *, now: int, zone: tzinfo
) -> Iterator[str]:
    """The lines above a conversation."""
    name = f"#{ticket.number}" if ticket.number is not None else f"#~{ticket.id[-4:]}"
    yield f"{name} {one_line(ticket.subject) or '(no subject)'}"
    yield f"Status: {ticket.status.value}, P{ticket.priority}{_sleeps(ticket, zone)}"
    if customer:
        company = f", {account.name}{f' ({account.tier})' if account.tier else ''}" if account else ""
        yield f"Customer: {one_line(f'{customer.name} <{customer.email}>{company}'.strip())}"
    yield f"Assignee: {one_line(ticket.assignee) or 'nobody'}"
    extras = (("Group", ticket.group), ("Type", ticket.type), ("Tags", ", ".join(ticket.tags)))
    yield from (f"{word}: {one_line(value)}" for word, value in extras if value)
    yield f"Created: {shown(ticket.created, zone=zone)}"
    if ticket.csat is not None:
        yield f"CSAT: {ticket.csat} of 5"
    if ticket.due_at is not None:
        promise = PROMISES.get(ticket.due_kind, ticket.due_kind)
        yield f"Promise: {promise} by {shown(ticket.due_at, zone=zone)} ({left(ticket.due_at, now=now)})"


def _sleeps(ticket: Ticket, zone: tzinfo) -> str:
    if ticket.bucket.value in ("bin", "spam"):
        return f", in the {ticket.bucket.value}"
    if ticket.snooze_until is None:
        return ""
    moment = shown(ticket.snooze_until, zone=zone)
    return f", snoozed {sleeps.shown(ticket.snooze_until, ticket.sleep, moment=moment)}"


def message(one: Message, text: str, *, zone: tzinfo, waiting: outbox.Waiting | None = None) -> Iterator[str]:
    """A message: who, when, to whom, what is attached, and its whole text."""
    yield f"{_who(one)}, {shown(one.date, zone=zone)}{_signals(one)}"
    if one.kind is not Kind.NOTE:
        yield from (
            f"{word}: {one_line(', '.join(people))}"
            for word, people in (("To", one.to), ("Cc", one.cc))
            if people
        )
    if waiting is not None:
        yield f"State: {waiting.state}{f' ({one_line(waiting.error)})' if waiting.error else ''}"
    for file in one.files:
        place = ", picture in the text" if file.inline else ""
        yield f"File: {one_line(file.name)} ({one_line(file.type)}, {file.size:,} bytes{place})"
    yield ""
    yield text.rstrip("\n")


def _who(one: Message) -> str:
    match one.kind:
        case Kind.IN:
            return f"Letter from {one_line(one.sender or one.author)}"
        case Kind.OUT:
            return f"Reply by {one_line(one.author)}"
        case Kind.NOTE:
            return f"Note by {one_line(one.author)}, for the team only"
        case _:
            return f"Call noted by {one_line(one.author)}"


def _signals(one: Message) -> str:
    said = (_SEALS.get(word, word) for word in one.signals)
    return f" ({', '.join(said)})" if one.signals else ""


def on_their_way(desk: Desk, messages: Sequence[Message]) -> dict[str, outbox.Waiting]:
    """The outbox rows of the replies among these messages, by message id."""
    rows = ((m.id, outbox.of_message(desk.conn, m.id)) for m in messages if m.kind is Kind.OUT)
    return {eid: waiting for eid, waiting in rows if waiting is not None}


def names(desk: Desk, entries: Iterable[Happened]) -> dict[str, str]:
    """`#12` for each ticket these entries touch, by id."""
    import json

    ids = {was.eid for entry in entries for was in entry.changes if was.eid.startswith("t")}
    query = "SELECT id, number FROM ticket WHERE id IN (SELECT value FROM json_each(?))"
    rows = desk.conn.execute(query, (json.dumps(sorted(ids)),))
    return {eid: f"#{number}" for eid, number in rows if number is not None}


def entry(one: Happened, *, names: dict[str, str], zone: tzinfo) -> Iterator[str]:
    """An entry of the log and, indented, what it changed."""
    void = ", void: the same act stands elsewhere" if one.void else ""
    cause = f", for {one.cause}" if one.cause is not None else ""
    who, what = one_line(one.actor), kinds.words(one.kind)
    yield f"{shown(one.at, zone=zone)}  {who}: {what}{cause}{void}  (entry {one.entry})"
    for was in one.changes:
        if was.field == "" or was.before != was.after:
            yield f"  {_row(was, names)} {_change(was, zone)}"


def _row(was: Was, names: dict[str, str]) -> str:
    table = table_of(was.eid)
    return names.get(was.eid) or (table.name if table else "row")


def _change(was: Was, zone: tzinfo) -> str:
    return changed(was.field, was.before, was.after, zone=zone) if was.field else "made"


def changed(name: str, before: Value, after: Value, *, zone: tzinfo) -> str:
    """A field from and to: `status: open -> solved`, `tag: +vip`."""
    space, dot, key = name.partition(".")
    if todo_words.is_one(name):
        return f"{todo_words.LABELS[space]}: {todo_words.changed(name, before, after, zone=zone)}"
    if dot and {before, after} <= {None, 1}:
        return f"{field(space)}: {'-' if after is None else '+'}{one_line(key)}"
    return f"{one_line(field(name))}: {value(name, before, zone)} -> {value(name, after, zone)}"


def field(name: str) -> str:
    """A log field as people call it."""
    if name.startswith(kinds.WROTE):
        return "last letter of the rule"
    return NAMES.get(name, name)


def value(name: str, held: Value, zone: tzinfo) -> str:
    """A log value as people read it."""
    if name in FLAGS:
        return "no" if held is None else "yes"
    if held is None:
        return "nothing"
    if (name in TIMES or name.startswith(kinds.WROTE)) and isinstance(held, int):
        return shown(held, zone=zone)
    return one_line(str(held))


def one_line(text: str) -> str:
    from deskterm.safe import clean

    return clean(text)


def step(one: Step, *, zone: tzinfo) -> Iterator[str]:
    """What a plan would do to one ticket: from, to, and the letter that would leave."""
    yield f"{one.name} {one_line(one.subject)}"
    for change in one.changes:
        yield f"  {changed(change.name, change.before, change.after, zone=zone)}"
    if one.letter is not None:
        copies = f", cc {one_line(', '.join(one.letter.cc))}" if one.letter.cc else ""
        yield f"  letter to {one_line(', '.join(one.letter.to))}{copies}: {one_line(one.letter.subject)}"
        yield from (f"    {line}" for line in one.letter.text.rstrip("\n").split("\n"))
    for auto in one.auto:
        whom = "letter by itself, to tell a colleague," if auto.colleague else "letter by itself"
        yield f"  {whom} to {one_line(auto.to)}: {one_line(auto.subject)}"
        yield from (f"    {line}" for line in auto.text.rstrip("\n").split("\n"))
    for note in (*filter(None, (one.note,)), *one.notes):
        yield "  note:"
        yield from (f"    {line}" for line in note.rstrip("\n").split("\n"))
    if one.holds:
        yield f"  holds {len(one.holds)} that wait to leave"
