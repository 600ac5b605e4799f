"""Tickets, messages and entries as JSON objects: the shapes scripts may rely on.

Pure: values in, plain objects out. A shape only ever gains fields under the same `schema`; times are ISO
8601 in UTC, people and companies are objects or null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from deskterm.moments import iso
from deskterm.plan_values import Step
from store.log.history import Happened
from store.model import Account, Customer, Doc, Message, Ticket
from store.outbox import Waiting

if TYPE_CHECKING:
    from deskterm.doings import Doing
    from deskterm.tiers import Ready
    from store.reads.baseline import Baseline, Reached
    from store.reads.report import Value
    from store.reads.rule_stats import Fired, Stat
    from store.reads.shares import Share
    from store.reads.team import Member
    from store.rules.firing import Answer
    from store.rules.surveys import Figures
    from store.rules.votes import Survey

TICKET = "deskterm.ticket.1"
MESSAGE = "deskterm.message.1"
ENTRY = "deskterm.entry.1"
CHANGE = "deskterm.change.1"
WAITING = "deskterm.waiting.1"
FAULT = "deskterm.fault.1"
COUNTS = "deskterm.counts.1"
INTERVAL = "deskterm.interval.1"
KEY = "deskterm.key.1"
FINDING = "deskterm.finding.1"
SUM = "deskterm.sum.1"
RULE = "deskterm.rule.1"
FIRED = "deskterm.fired.1"
TRIED = "deskterm.tried.1"
WOULD = "deskterm.would.1"
AGENT = "deskterm.agent.1"
BASELINE = "deskterm.baseline.1"
TIERS = "deskterm.tiers.1"
SURVEY = "deskterm.survey.1"
SHARE = "deskterm.share.1"
ROW = "deskterm.row.1"
ACCOUNT = "deskterm.account.1"

Json = Mapping[str, object]


def ticket(
    one: Ticket, *, version: int | None, customer: Customer | None, account: Account | None
) -> dict[str, object]:
    """A ticket. `version` is the base that `apply -` compares with; None for a ticket of the past."""
    return {
        "schema": TICKET,
        "id": one.id,
        "number": one.number,
        "subject": one.subject,
        "status": one.status.value,
        "priority": one.priority,
        "assignee": one.assignee or None,
        "group": one.group or None,
        "type": one.type or None,
        "tags": list(one.tags),
        "customer": _person(customer),
        "account": _company(account),
        "channel": one.channel,
        "bucket": one.bucket.value,
        "unread": one.unread,
        "created": iso(one.created),
        "updated": iso(one.updated),
        "snooze_until": iso(one.snooze_until),
        "due_at": iso(one.due_at),
        "due_kind": one.due_kind or None,
        "csat": one.csat,
        "version": version,
    }


def message(
    one: Message, text: str, *, number: int | None, waiting: Waiting | None = None
) -> dict[str, object]:
    """A message of a ticket with its whole text; `state` is that of its way out."""
    return {
        "schema": MESSAGE,
        "id": one.id,
        "ticket": one.ticket,
        "number": number,
        "kind": one.kind.value,
        "author": one.author,
        "date": iso(one.date),
        "from": one.sender or None,
        "to": list(one.to),
        "cc": list(one.cc),
        "subject": one.subject,
        "message_id": one.msgid or None,
        "signals": list(one.signals),
        "files": [{"name": f.name, "type": f.type, "size": f.size, "sha256": f.sha256} for f in one.files],
        "why": one.why,
        "state": waiting.state if waiting else None,
        "text": text,
    }


def entry(one: Happened) -> dict[str, object]:
    """An entry of the log with what it changed."""
    return {
        "schema": ENTRY,
        "id": str(one.entry),
        "at": iso(one.at),
        "actor": one.actor,
        "kind": one.kind,
        "cause": str(one.cause) if one.cause is not None else None,
        "void": one.void,
        "changes": [
            {"row": was.eid, "field": was.field, "from": was.before, "to": was.after} for was in one.changes
        ],
    }


def change(one: Step) -> dict[str, object]:
    """What a plan does to one ticket: its fields from and to, the letter that leaves, the note."""
    letter = one.letter
    return {
        "schema": CHANGE,
        "id": one.id,
        "number": one.number,
        "subject": one.subject,
        "version": one.version,
        "changes": [{"field": c.name, "from": c.before, "to": c.after} for c in one.changes],
        "letter": letter
        and {"to": list(letter.to), "cc": list(letter.cc), "subject": letter.subject, "text": letter.text},
        "note": one.note,
        "auto": [{"to": auto.to, "subject": auto.subject, "text": auto.text} for auto in one.auto],
        "notes": list(one.notes),
        "holds": len(one.holds),
    }


def waiting(one: Waiting, message: Message, *, number: int | None) -> dict[str, object]:
    """A letter on its way out."""
    return {
        "schema": WAITING,
        "ticket": one.ticket,
        "number": number,
        "state": one.state,
        "not_before": iso(one.not_before),
        "attempts": one.attempts,
        "error": one.error or None,
        "at": iso(one.at),
        "for": list(one.rest) or None,
        "to": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "subject": message.subject,
    }


def _person(customer: Customer | None) -> Json | None:
    return {"id": customer.id, "name": customer.name, "email": customer.email} if customer else None


def _company(account: Account | None) -> Json | None:
    if account is None:
        return None
    return {"id": account.id, "name": account.name, "domain": account.domain, "tier": account.tier or None}


def with_people(
    tickets: Sequence[Ticket],
    *,
    versions: Mapping[str, int],
    customers: Mapping[str, Customer],
    accounts: Mapping[str, Account],
) -> list[dict[str, object]]:
    """Tickets with the people they name."""
    found: list[dict[str, object]] = []
    for one in tickets:
        customer = customers.get(one.customer)
        account = accounts.get(customer.account) if customer else None
        found.append(ticket(one, version=versions.get(one.id), customer=customer, account=account))
    return found


def member(one: Member, *, here: bool, load: int) -> dict[str, object]:
    """Somebody on the team; `load` is their open work weighted by priority."""
    return {
        "schema": AGENT, "id": one.id, "name": one.name, "email": one.email or None, "here": here,
        "load": load, "groups": sorted(one.groups), "skills": sorted(one.skills),
        "languages": sorted(one.languages), "senior": one.senior, "hours": one.hours or None,
    }  # fmt: skip


def baseline(one: Baseline) -> dict[str, object]:
    """What was reached, in open seconds; `priority` is null for all together."""
    return {
        "schema": BASELINE, "priority": one.priority, "tickets": one.tickets, "first": _reached(one.first),
        "last": _reached(one.last),
    }  # fmt: skip


def survey(which: Survey, of: Figures, *, by: str, name: str | None) -> dict[str, object]:
    """What was asked and answered; `name` is the month or agent, null for all together. Figures are
    percentages, NPS goes from -100 to 100; null without an answer."""
    return {
        "schema": SURVEY, "survey": which.value, "by": by, "name": name, "asked": of.asked,
        "answered": len(of.scores), "rate": of.rate, "score": of.score, "mean": of.mean,
        "unverified": list(of.unverified),
    }  # fmt: skip


def _reached(one: Reached | None) -> dict[str, object] | None:
    return {"count": one.count, "median": one.median, "p90": one.worst_tenth} if one else None


def account(one: Account) -> dict[str, object]:
    """A company; `arr` in whole units of its currency."""
    return {
        "schema": ACCOUNT, "id": one.id, "name": one.name, "domain": one.domain or None,
        "tier": one.tier or None, "arr": one.arr, "csm": one.csm or None, "renewal": iso(one.renewal),
        "plan": one.plan or None,
    }  # fmt: skip


def share(one: Share) -> dict[str, object]:
    """What a tier solved; `tier` is null for none, `median` in open seconds, `share` in per cent."""
    return {
        "schema": SHARE, "tier": one.tier, "tickets": one.tickets, "share": one.share, "median": one.median,
        "within": one.within,
    }  # fmt: skip


def row(columns: Sequence[str], values: Sequence[Value]) -> dict[str, object]:
    """A row of a report by the names of its columns; bytes as hexadecimal text."""
    return {"schema": ROW, "row": dict(zip(columns, map(_json, values), strict=True))}


def _json(value: Value) -> str | int | float | None:
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, float) and not isfinite(value) else value


def ready(now: Ready) -> dict[str, object]:
    """Whether tiers may be switched on."""
    return {
        "schema": TIERS, "ready": bool(now), "agents": now.agents, "accounts": now.accounts,
        "complete": now.complete,
    }  # fmt: skip


def rule(doc: Doc, stat: Stat, *, problem: str) -> dict[str, object]:
    """A rule and what it did; `problem` says why it cannot be read."""
    return {
        "schema": RULE, "id": doc.id, "name": doc.name, "on": doc.active, "problem": problem or None,
        "fired": stat.fired, "undone": stat.undone, "overruled": stat.overruled,
    }  # fmt: skip


def fired(one: Fired, *, number: int | None) -> dict[str, object]:
    """One act of a rule on a ticket."""
    return {
        "schema": FIRED, "ticket": number, "rule": one.rule, "at": iso(one.at), "entry": str(one.entry),
        "cause": str(one.cause) if one.cause else None, "undone": one.undone, "sets": dict(one.sets),
    }  # fmt: skip


def tried(answer: Answer, does: Doing | None) -> dict[str, object]:
    """What a rule says to a letter on trial."""
    return {"schema": TRIED, "rule": answer.rule.name, "acts": answer.acts, "why": answer.why, **_does(does)}


def would(rule: str, at: int, ticket: Ticket, does: Doing) -> dict[str, object]:
    """What a rule would have done to a ticket in the past."""
    return {
        "schema": WOULD, "rule": rule, "at": iso(at), "ticket": ticket.number, "id": ticket.id,
        "subject": ticket.subject, **_does(does),
    }  # fmt: skip


def _does(does: Doing | None) -> dict[str, object]:
    if does is None:
        return {"sets": {}, "notes": [], "letters": [], "routed": None}
    return {
        "sets": {change.field: change.value for change in does.sets},
        "notes": list(does.notes),
        "letters": [{"to": one.to, "subject": one.subject, "text": one.text} for one in does.letters],
        "routed": does.routed or None,
    }
