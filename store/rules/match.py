"""The query language asked of one ticket in memory: rules, dry runs and back-tests use it.

Pure: the time and the asker are handed in. store.reads.sql gives the same answers about the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from functools import lru_cache

from msgspec import Struct

from store.model import Account, Bucket, Customer, Ticket
from store.rules import fields, spans
from store.rules.fields import Kind, Value
from store.rules.query import SHORTEST_PART, And, Node, Not, Or, Term, Text
from store.rules.spans import Amount, Day, Length, Stretch
from store.rules.words import contains, line, plain, stems

OPEN = frozenset({Bucket.ACTIVE, Bucket.WAITING, Bucket.SNOOZED})
"""What `is:open` means: everything somebody still has to come back to."""

IS_BUCKET: dict[str, frozenset[Bucket]] = {
    "open": OPEN,
    "active": frozenset({Bucket.ACTIVE}),
    "waiting": frozenset({Bucket.WAITING}),
    "snoozed": frozenset({Bucket.SNOOZED}),
    "done": frozenset({Bucket.DONE}),
    "spam": frozenset({Bucket.SPAM}),
    "bin": frozenset({Bucket.BIN}),
}
"""The words of `is:` that are parts of the desk."""


OF_TICKET = frozenset({
    "status", "is", "bucket", "assignee", "group", "priority", "tag", "type", "channel", "brand", "number",
    "created", "updated", "since", "sla", "due", "customer", "account", "account.tier", "account.arr",
    "account.csm", "account.renewal", "subject",
})  # fmt: skip
"""Fields that are asked of the ticket itself; for the others its letters have to be read."""


class Subject(Struct, frozen=True):
    """A ticket with all that a query can ask about it."""

    ticket: Ticket
    customer: Customer | None = None
    account: Account | None = None
    """The customer's account."""
    texts: tuple[str, ...] = ()
    """What the index of words holds of its letters: each one's subject, sender and own text."""
    bodies: tuple[str, ...] = ()
    """Their own texts alone."""
    senders: tuple[str, ...] = ()
    """Senders of the letters that came in, as written."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    """Recipients of its letters, each as written."""
    msgids: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """What the index of parts holds beside the subject; store.keep.fts.ids_of makes it."""
    has: frozenset[str] = frozenset()
    """Of `file`, `note`, `reply`, `draft`."""


class _Asked(Struct, frozen=True):
    """One question: a ticket, and who asks when and where."""

    of: Subject
    now: int
    me: str
    zone: tzinfo


def matches(tree: Node, subject: Subject, *, now: int, me: str, zone: tzinfo = UTC) -> bool:
    """Whether the ticket answers the query. `now` in Unix seconds, `me` the asker's name, `zone` where
    days begin for the asker."""
    return _holds(tree, _Asked(subject, now, me, zone))


def may_match(tree: Node, subject: Subject, *, now: int, me: str, zone: tzinfo = UTC) -> bool:
    """Whether the ticket can answer the query once its letters are known; they need not be in `subject`.

    Where this says no, `matches` says no of any letters, and nobody has to read them.
    """
    return _may(tree, _Asked(subject, now, me, zone), wanted=True)


def stretch(value: Amount | Length | Day, *, field: fields.Field, now: int, zone: tzinfo) -> Stretch:
    """The numbers or moments a value of this field means."""
    match value:
        case Amount():
            return spans.of_amount(value)
        case Length():
            return spans.of_length(value, sense=field.sense, now=now)
        case Day():
            return spans.of_day(value, sense=field.sense, now=now, zone=zone)


def lower(text: str) -> str:
    """Lower case for ASCII only, as SQLite's lower() has it."""
    return text.encode("utf-8", "replace").lower().decode()


def _holds(tree: Node, asked: _Asked) -> bool:
    match tree:
        case And(items):
            return all(_holds(item, asked) for item in items)
        case Or(items):
            return any(_holds(item, asked) for item in items)
        case Not(item):
            return not _holds(item, asked)
        case Text():
            return _has_text(tree, asked)
        case Term(name, values):
            field = fields.BY_NAME[name]
            return any(_answers(field, value, asked) for value in values)


def _may(tree: Node, asked: _Asked, *, wanted: bool) -> bool:
    """Whether a part of the query can still come out as `wanted`."""
    match tree:
        case And(items):
            return (all if wanted else any)(_may(item, asked, wanted=wanted) for item in items)
        case Or(items):
            return (any if wanted else all)(_may(item, asked, wanted=wanted) for item in items)
        case Not(item):
            return _may(item, asked, wanted=not wanted)
        case Text():
            return True
        case Term(name, _):
            return name not in OF_TICKET or _holds(tree, asked) is wanted


def _has_text(wanted: Text, asked: _Asked) -> bool:
    ticket, phrase = asked.of.ticket, _phrase(wanted.text)
    if not phrase:
        return lower(wanted.text) in lower(ticket.subject)
    if wanted.number is not None and wanted.number == ticket.number:
        return True
    if wanted.part and _has_part(wanted.part, (ticket.subject, *asked.of.ids)):
        return True
    return any(contains(_held(text), phrase, open_end=wanted.open) for text in asked.of.texts)


def _has_part(part: str, texts: Iterable[str]) -> bool:
    return any(part in _plain(text) for text in texts)


@lru_cache(maxsize=512)
def _held(text: str) -> str:
    return line(stems(text))


@lru_cache(maxsize=16_384)
def _phrase(text: str) -> list[str]:
    return stems(text)


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    return plain(text)


def _answers(field: fields.Field, value: Value, asked: _Asked) -> bool:
    if not isinstance(value, str):
        first, until = stretch(value, field=field, now=asked.now, zone=asked.zone)
        number = _number(field.name, asked.of)
        return number is not None and (first is None or first <= number) and (until is None or number < until)
    match field.kind:
        case Kind.CHOICE:
            return _is(field.name, value, asked)
        case Kind.TAG:
            return lower(value) in map(lower, asked.of.ticket.tags)
        case Kind.ID:
            return value == asked.of.ticket.id or value in asked.of.msgids
        case Kind.PART:
            return _PARTS[field.name](value, asked.of)
        case _:
            return _equals(field, value, asked)


def _equals(field: fields.Field, value: str, asked: _Asked) -> bool:
    held = _name(field.name, asked.of)
    if field.kind is Kind.NAME and value == "me":
        return bool(asked.me) and held == asked.me
    return held == "" if value == "none" else lower(held) == lower(value)


def _number(name: str, of: Subject) -> int | None:
    ticket, account = of.ticket, of.account
    match name:
        case "priority":
            return ticket.priority
        case "number":
            return ticket.number
        case "created":
            return ticket.created
        case "updated" | "since":
            return ticket.updated
        case "sla" | "due":
            return ticket.due_at
        case "account.arr":
            return account.arr if account else None
        case _:
            return account.renewal if account else None


def _name(name: str, of: Subject) -> str:
    ticket, account = of.ticket, of.account
    match name:
        case "assignee":
            return ticket.assignee
        case "group":
            return ticket.group
        case "type":
            return ticket.type
        case "channel":
            return ticket.channel
        case "brand":
            return ticket.brand
        case "account.tier":
            return account.tier if account else ""
        case _:
            return account.csm if account else ""


def _is(name: str, value: str, asked: _Asked) -> bool:
    ticket = asked.of.ticket
    if name == "status":
        return ticket.status == value
    if name == "bucket":
        return ticket.bucket == value
    if name == "has":
        return value in asked.of.has
    if value in IS_BUCKET:
        return ticket.bucket in IS_BUCKET[value]
    match value:
        case "late":
            return ticket.due_at is not None and ticket.due_at <= asked.now
        case "soon":
            return _soon(ticket, asked.now)
        case "unread":
            return ticket.unread
        case "unassigned":
            return not ticket.assignee
        case "mine":
            return bool(asked.me) and ticket.assignee == asked.me
        case _:
            return ticket.status == value


def _soon(ticket: Ticket, now: int) -> bool:
    due, warn = ticket.due_at, ticket.warn_at
    return due is not None and warn is not None and warn <= now < due


def _from(value: str, of: Subject) -> bool:
    phrase = stems(value)
    if any(contains(_held(sender), phrase, open_end=True) for sender in of.senders):
        return True
    return _in(value, *_person(of), *_company(of))


def _customer(value: str, of: Subject) -> bool:
    if value == "none":
        return not of.ticket.customer
    return value == of.ticket.customer or _in(value, *_person(of))


def _account(value: str, of: Subject) -> bool:
    if value == "none":
        return of.account is None
    return of.account is not None and (value == of.account.id or _in(value, *_company(of)))


def _subject(value: str, of: Subject) -> bool:
    part = plain(value).strip()
    if len(part) >= SHORTEST_PART:
        return part in plain(of.ticket.subject)
    return _in(value, of.ticket.subject)


def _body(value: str, of: Subject) -> bool:
    return any(contains(_held(text), _phrase(value)) for text in of.bodies)


def _to(value: str, of: Subject) -> bool:
    return _in(value, *of.to, *of.cc)


def _cc(value: str, of: Subject) -> bool:
    return _in(value, *of.cc)


_PARTS: dict[str, Callable[[str, Subject], bool]] = {
    "from": _from,
    "to": _to,
    "cc": _cc,
    "customer": _customer,
    "account": _account,
    "subject": _subject,
    "body": _body,
}


def _person(of: Subject) -> tuple[str, ...]:
    return (of.customer.email, of.customer.name) if of.customer else ()


def _company(of: Subject) -> tuple[str, ...]:
    return (of.account.name, of.account.domain) if of.account else ()


def _in(value: str, *texts: str) -> bool:
    return any(lower(value) in lower(text) for text in texts)
