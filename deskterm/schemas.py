"""The shapes of everything the shell prints as JSON, as JSON Schema (draft 2020-12), and of plan files.

Pure. `deskterm.jsonl` makes the objects; tests hold what the verbs print equal with what is said here. A
shape only gains fields under the same name, so a reader has to pass over fields it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from deskterm import jsonl, plan_values
from store.model import PRIORITIES, Bucket, Kind, Status
from store.rules.votes import Survey

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FIGURE: Schema = {"type": "number"}
YES: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
VALUE: Schema = {"type": ["string", "integer", "null"]}
PRIORITY: Schema = {"enum": list(PRIORITIES)}


def maybe(one: Schema) -> Schema:
    """It, or null."""
    return {"anyOf": [one, {"type": "null"}]}


def listed(one: Schema) -> Schema:
    return {"type": "array", "items": one}


def fields(of: Mapping[str, Schema], *, may: tuple[str, ...] = ()) -> Schema:
    """An object with these fields; those in `may` can be missing."""
    return {"type": "object", "properties": dict(of), "required": [name for name in of if name not in may]}


def named(one: Schema) -> Schema:
    """An object whose names are not known before."""
    return {"type": "object", "additionalProperties": one}


class Shape(Struct, frozen=True):
    """One kind of object the shell prints."""

    words: str
    verbs: str
    """The verbs that print it with --jsonl."""
    of: Mapping[str, Schema]
    may: tuple[str, ...] = ()


_PERSON = maybe(fields({"id": TEXT, "name": TEXT, "email": TEXT}))
_COMPANY = maybe(fields({"id": TEXT, "name": TEXT, "domain": TEXT, "tier": maybe(TEXT)}))
_LETTER = fields({"to": listed(TEXT), "cc": listed(TEXT), "subject": TEXT, "text": TEXT})
_BY_ITSELF = fields({"to": TEXT, "subject": TEXT, "text": TEXT})
_SET = fields({"field": TEXT, "from": VALUE, "to": VALUE})
_FILE = fields({"name": TEXT, "type": TEXT, "size": WHOLE, "sha256": TEXT})
_PLACE = fields({"mailbox": TEXT, "folder": TEXT, "uid": WHOLE, "flags": listed(TEXT), "gone": maybe(MOMENT)})
_REACHED = maybe(fields({"count": WHOLE, "median": WHOLE, "p90": WHOLE}))
_DOES: Mapping[str, Schema] = {
    "sets": named(VALUE), "notes": listed(TEXT), "letters": listed(_BY_ITSELF), "routed": maybe(TEXT),
}  # fmt: skip
_COUNTED = (
    "new", "archived", "known", "shelved", "ignored", "gone", "sent", "later", "refused", "unsure", "asked",
    "woken", "acted",
)  # fmt: skip

SHAPES: Mapping[str, Shape] = {
    jsonl.TICKET: Shape(
        "A ticket. `apply -` takes it back with some fields changed; `version` is the base it compares.",
        "ls, show, search, new",
        {
            "id": TEXT, "number": maybe(WHOLE), "subject": TEXT, "status": {"enum": [*map(str, Status)]},
            "priority": PRIORITY, "assignee": maybe(TEXT), "group": maybe(TEXT), "type": maybe(TEXT),
            "tags": listed(TEXT), "customer": _PERSON, "account": _COMPANY, "channel": TEXT,
            "bucket": {"enum": [*map(str, Bucket)]}, "unread": YES, "created": maybe(MOMENT),
            "updated": maybe(MOMENT), "snooze_until": maybe(MOMENT), "due_at": maybe(MOMENT),
            "due_kind": maybe(TEXT), "csat": maybe(WHOLE), "version": maybe(WHOLE),
            "snippet": TEXT, "messages": listed(TEXT),
        },
        ("snippet", "messages"),
    ),
    jsonl.MESSAGE: Shape(
        "A letter or note of a ticket; `state` is that of its way out.",
        "show, why",
        {
            "id": TEXT, "ticket": TEXT, "number": maybe(WHOLE), "kind": {"enum": [*map(str, Kind)]},
            "author": TEXT, "date": maybe(MOMENT), "from": maybe(TEXT), "to": listed(TEXT),
            "cc": listed(TEXT), "subject": TEXT, "message_id": maybe(TEXT), "signals": listed(TEXT),
            "files": listed(_FILE), "why": TEXT, "state": maybe(TEXT), "text": TEXT,
            "places": listed(_PLACE), "ack": maybe(TEXT),
        },
        ("places", "ack"),
    ),
    jsonl.ENTRY: Shape(
        "One act in the log, with every field it changed.",
        "history",
        {
            "id": TEXT, "at": maybe(MOMENT), "actor": TEXT, "kind": TEXT, "cause": maybe(TEXT), "void": YES,
            "changes": listed(fields({"row": TEXT, "field": TEXT, "from": VALUE, "to": VALUE})),
        },
    ),
    jsonl.CHANGE: Shape(
        "What a plan does to one ticket.",
        "set, snooze, macro, apply, rules run",
        {
            "id": TEXT, "number": maybe(WHOLE), "subject": TEXT, "version": WHOLE, "changes": listed(_SET),
            "letter": maybe(_LETTER), "note": maybe(TEXT), "auto": listed(_BY_ITSELF),
            "notes": listed(TEXT), "holds": WHOLE,
        },
    ),
    jsonl.WAITING: Shape(
        "A letter on its way out.",
        "live, outbox",
        {
            "ticket": TEXT, "number": maybe(WHOLE), "state": TEXT, "not_before": maybe(MOMENT),
            "attempts": WHOLE, "error": maybe(TEXT), "at": maybe(MOMENT), "for": maybe(listed(TEXT)),
            "to": listed(TEXT), "cc": listed(TEXT), "bcc": listed(TEXT), "subject": TEXT,
        },
    ),
    jsonl.FAULT: Shape("Something in the log or the tables that is not whole.", "verify", {"words": TEXT}),
    jsonl.COUNTS: Shape(
        "What a round of mail did.",
        "sync, import",
        {**dict.fromkeys(_COUNTED, WHOLE), "errors": listed(TEXT)},
    ),
    jsonl.INTERVAL: Shape(
        "A while in the life of a promise, in open seconds.",
        "sla why",
        {
            "number": maybe(WHOLE), "promise": TEXT, "state": TEXT, "target": maybe(WHOLE), "used": WHOLE,
            "due_at": maybe(MOMENT), "start": maybe(MOMENT), "end": maybe(MOMENT), "counted": WHOLE,
            "why": TEXT, "name": maybe(TEXT),
        },
    ),
    jsonl.KEY: Shape(
        "A key of the screen.",
        "keys",
        {
            "id": TEXT, "keys": listed(TEXT), "words": TEXT, "where": listed(TEXT), "undo": TEXT,
            "group": TEXT, "shell": TEXT, "default": listed(TEXT),
        },
    ),
    jsonl.FINDING: Shape("What one look found.", "doctor", {"about": TEXT, "ok": YES, "words": TEXT}),
    jsonl.SUM: Shape(
        "The sums of one folder: letters there, and what became of each.",
        "doctor reconcile",
        {
            "mailbox": TEXT, "folder": TEXT, "letters": WHOLE, "messages": WHOLE, "shelf": WHOLE,
            "ignored": WHOLE, "reasons": named(WHOLE), "gaps": listed(WHOLE), "waiting": WHOLE,
            "fetched": WHOLE, "whole": YES, "error": maybe(TEXT),
        },
    ),
    jsonl.RULE: Shape(
        "A rule and what it did.",
        "rules stats",
        {
            "id": TEXT, "name": TEXT, "on": YES, "problem": maybe(TEXT), "fired": WHOLE, "undone": WHOLE,
            "overruled": WHOLE,
        },
    ),
    jsonl.FIRED: Shape(
        "An act of a rule on a ticket.",
        "rules why",
        {
            "ticket": maybe(WHOLE), "rule": TEXT, "at": maybe(MOMENT), "entry": TEXT, "cause": maybe(TEXT),
            "undone": YES, "sets": named(VALUE),
        },
    ),
    jsonl.TRIED: Shape(
        "What a rule says to a letter on trial.",
        "rules test",
        {"rule": TEXT, "acts": YES, "why": TEXT, **_DOES},
    ),
    jsonl.WOULD: Shape(
        "What a rule would have done to a ticket.",
        "rules backtest",
        {"rule": TEXT, "at": maybe(MOMENT), "ticket": maybe(WHOLE), "id": TEXT, "subject": TEXT, **_DOES},
    ),
    jsonl.AGENT: Shape(
        "Somebody on the team.",
        "team",
        {
            "id": TEXT, "name": TEXT, "email": maybe(TEXT), "here": YES, "load": WHOLE,
            "groups": listed(TEXT), "skills": listed(TEXT), "languages": listed(TEXT), "senior": YES,
            "hours": maybe(TEXT),
        },
    ),
    jsonl.BASELINE: Shape(
        "What was reached so far, in open seconds; `priority` is null for all together.",
        "sla baseline, report baseline",
        {"priority": maybe(PRIORITY), "tickets": WHOLE, "first": _REACHED, "last": _REACHED},
    ),
    jsonl.TIERS: Shape(
        "Whether the desk is ready for tiers.",
        "sla tiers",
        {"ready": YES, "agents": WHOLE, "accounts": WHOLE, "complete": WHOLE},
    ),
    jsonl.SURVEY: Shape(
        "What was asked and answered; `name` is the month or agent, null for all together. Figures are"
        " percentages, NPS goes from -100 to 100.",
        "survey",
        {
            "survey": {"enum": [*map(str, Survey)]}, "by": {"enum": ["month", "agent"]}, "name": maybe(TEXT),
            "asked": WHOLE, "answered": WHOLE, "rate": maybe(FIGURE), "score": maybe(FIGURE),
            "mean": maybe(FIGURE), "unverified": listed(WHOLE),
        },
    ),
    jsonl.ACCOUNT: Shape(
        "An account, the company of customers.",
        "account",
        {
            "id": TEXT, "name": TEXT, "domain": maybe(TEXT), "tier": maybe(TEXT), "arr": maybe(WHOLE),
            "csm": maybe(TEXT), "renewal": maybe(MOMENT), "plan": maybe(TEXT),
        },
    ),
    jsonl.SHARE: Shape(
        "What a tier of support solved: `share` in per cent, `median` in open seconds; `tier` is null for"
        " tickets of none.",
        "report tiers",
        {
            "tier": maybe(WHOLE), "tickets": WHOLE, "share": FIGURE, "median": maybe(WHOLE),
            "within": WHOLE,
        },
    ),
    jsonl.ROW: Shape(
        "A row of a report by the names of its columns.",
        "report sql",
        {"row": named({"type": ["string", "number", "null"]})},
    ),
}  # fmt: skip
"""Every shape by its `schema`."""

NAMES = (*SHAPES, plan_values.SCHEMA)


def schema(name: str) -> dict[str, object]:
    """The JSON Schema of a name in NAMES."""
    if name == plan_values.SCHEMA:
        return _plan()
    shape = SHAPES[name]
    body = fields({"schema": {"const": name}, **shape.of}, may=shape.may)
    return {"$schema": DRAFT, "$id": f"urn:{name}", "title": name, "description": words(name), **body}


def words(name: str) -> str:
    """What it is and where it comes from."""
    if name == plan_values.SCHEMA:
        return "A plan file: what a change of tickets would do. Written by --plan, done by --apply."
    return f"{SHAPES[name].words} Printed by: {SHAPES[name].verbs}."


def _plan() -> dict[str, object]:
    import msgspec

    body = msgspec.json.schema(plan_values.Plan)
    name = plan_values.SCHEMA
    head = {"$schema": DRAFT, "$id": f"urn:{name}", "title": name, "description": words(name)}
    return {**body, **head}
