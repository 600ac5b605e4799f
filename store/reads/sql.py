"""The query language as SQL over `ticket AS t`. store.rules.match gives the same answers about one ticket.

Every value is a bound parameter and every name stands in this file, so nothing a person types becomes
SQL. Texts are quoted for the full-text engine too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo

from msgspec import Struct

from store.model import Bucket
from store.rules import fields
from store.rules.fields import Kind, Value
from store.rules.match import IS_BUCKET, lower, stretch
from store.rules.query import SHORTEST_PART, And, Node, Not, Or, Term, Text, leaves
from store.rules.words import plain, prepare, words

Param = str | int


class Where(Struct, frozen=True):
    """A condition on `ticket AS t`, ready to stand after WHERE."""

    sql: str
    params: tuple[Param, ...] = ()
    buckets: frozenset[Bucket] = frozenset(Bucket)
    """The only buckets its tickets can lie in, so that a reader can choose its index."""
    narrow: bool = False
    """Whether some part of it finds its tickets by an index of its own."""


class _Asking(Struct, frozen=True):
    now: int
    me: str
    zone: tzinfo


Clause = tuple[str, tuple[Param, ...]]

_NOTHING: Clause = ("0", ())
ALL_BUCKETS = frozenset(Bucket)


def where(tree: Node, *, now: int, me: str, zone: tzinfo = UTC) -> Where:
    """The condition for a tree. `now` in Unix seconds, `me` the asker's name, `zone` where days begin."""
    asking = _Asking(now, me, zone)
    parts = tree.items if isinstance(tree, And) else (tree,)
    within = buckets(tree)
    rest = [_clause(part, asking) for part in parts if _exactly(part) is None]
    narrow = any(_is_narrow(part) for part in parts)
    sql, params = _joined([*_within(within, narrow=narrow), *rest], " AND ", empty="1")
    return Where(sql, params, within, narrow)


def match_text(text: str, *, open_end: bool = False) -> str:
    """A phrase for MATCH on `words`, quoted so that nothing in it is an operator."""
    return f'"{prepare(text).replace(chr(34), " ")}"' + ("*" if open_end else "")


def match_part(part: str) -> str:
    """Part of a text for MATCH on `names`. `part` is in its plain form, three characters or more."""
    return f'"{part.replace(chr(34), " ")}"'


def buckets(tree: Node) -> frozenset[Bucket]:
    """The buckets a ticket that answers can lie in."""
    match tree:
        case And(items):
            return ALL_BUCKETS.intersection(*(buckets(item) for item in items))
        case Or(items):
            return frozenset[Bucket]().union(*(buckets(item) for item in items))
        case Term("status", values):
            return frozenset(bucket for value in values for bucket in _STATUS_BUCKETS[str(value)])
        case Term("is", values):
            return frozenset(bucket for value in values for bucket in _is_buckets(str(value)))
        case _:
            exact = _exactly(tree)
            return ALL_BUCKETS if exact is None else exact


_BIN, _DONE, _SPAM, _SNOOZED = Bucket.BIN, Bucket.DONE, Bucket.SPAM, Bucket.SNOOZED
_STATUS_BUCKETS: dict[str, tuple[Bucket, ...]] = {
    "new": (Bucket.ACTIVE, _SNOOZED, _DONE, _BIN),
    "open": (Bucket.ACTIVE, _SNOOZED, _DONE, _BIN),
    "waiting": (Bucket.WAITING, _SNOOZED, _DONE, _BIN),
    "hold": (Bucket.WAITING, _SNOOZED, _DONE, _BIN),
    "solved": (_DONE, _BIN),
    "closed": (_DONE, _BIN),
    "spam": (_SPAM, _BIN),
}


def _is_buckets(value: str) -> frozenset[Bucket]:
    if value in ("solved", "closed"):
        return frozenset(_STATUS_BUCKETS[value])
    return IS_BUCKET.get(value, ALL_BUCKETS)


def _exactly(tree: Node) -> frozenset[Bucket] | None:
    """The buckets this part is a test for, and for nothing else; None when it asks more."""
    match tree:
        case Not(item):
            inner = _exactly(item)
            return None if inner is None else ALL_BUCKETS - inner
        case Term("bucket", values):
            return frozenset(Bucket(str(value)) for value in values)
        case Term("is", values) if all(value in IS_BUCKET for value in values):
            return frozenset(bucket for value in values for bucket in IS_BUCKET[str(value)])
        case _:
            return None


def _within(allowed: frozenset[Bucket], *, narrow: bool) -> list[Clause]:
    """The bucket test, first. Where the rest is narrow and the bucket large, that index is not used."""
    if allowed == ALL_BUCKETS:
        return []
    names = tuple(sorted(map(str, allowed)))
    column = "+t.bucket" if narrow and Bucket.DONE in allowed else "t.bucket"
    marks = ", ".join("?" * len(names))
    return [(f"{column} = ?" if len(names) == 1 else f"{column} IN ({marks})", names)]


_OWN = frozenset(
    {"status", "is", "priority", "assignee", "group", "type", "channel", "brand", "created", "updated",
     "since", "sla", "due", "number", "bucket"}
)  # fmt: skip
"""Fields that stand in a ticket's own row."""


def of_row(tree: Node) -> Node:
    """What a tree asks of a ticket's own row and of nothing else: whatever fails this answers no more."""
    return And(tuple(part for part in _parts(tree) if all(map(_is_own, leaves(part)))))


def _is_own(leaf: Text | Term) -> bool:
    return isinstance(leaf, Term) and leaf.field in _OWN


def _parts(tree: Node) -> Iterator[Node]:
    """What all has to hold."""
    if isinstance(tree, And):
        for item in tree.items:
            yield from _parts(item)
    else:
        yield tree


def in_letters(tree: Node) -> bool:
    """Whether some of it is looked for in an index of words, whose steps are of any length."""
    return any(isinstance(leaf, Text) or leaf.field in ("subject", "body", "from") for leaf in leaves(tree))


_WIDE = frozenset(
    {"priority", "assignee", "group", "created", "updated", "since", "has", "status", "is", "type", "channel",
     "brand"}
)  # fmt: skip


def _is_narrow(part: Node) -> bool:
    """Whether this part finds its tickets by an index of its own."""
    match part:
        case Text():
            return True
        case Term(name, values):
            return name not in _WIDE and "none" not in values
        case _:
            return False


def _clause(tree: Node, asking: _Asking) -> Clause:
    match tree:
        case And(items):
            return _joined([_clause(item, asking) for item in items], " AND ", empty="1")
        case Or(items):
            return _joined([_clause(item, asking) for item in items], " OR ", empty="0")
        case Not(item):
            sql, params = _clause(item, asking)
            # Unlike NOT, this has an answer for NULL: what is unknown does not hold.
            return f"({sql}) IS NOT TRUE", params
        case Text():
            return _text(tree)
        case Term(name, values):
            field = fields.BY_NAME[name]
            return _joined([_value(field, value, asking) for value in values], " OR ", empty="0")


def _joined(clauses: Iterable[Clause], word: str, *, empty: str) -> Clause:
    clauses = list(clauses)
    if len(clauses) == 1:
        return clauses[0]
    # In pairs of halves, since SQLite bounds the depth of an expression and a chain is as deep as long.
    if not clauses:
        return empty, ()
    half = len(clauses) // 2
    left = _joined(clauses[:half], word, empty=empty)
    right = _joined(clauses[half:], word, empty=empty)
    return f"({left[0]}{word}{right[0]})", left[1] + right[1]


def _text(wanted: Text) -> Clause:
    if not words(wanted.text):
        return "instr(lower(ifnull(t.subject, '')), ?) > 0", (lower(wanted.text),)
    found: list[Clause] = [(_WITH_WORDS, (match_text(wanted.text, open_end=wanted.open),))]
    if wanted.number is not None:
        found.append(("t.number = ?", (wanted.number,)))
    if wanted.part:
        found.append((_WITH_PART, (match_part(wanted.part),)))
    return _joined(found, " OR ", empty="0")


_WITH_WORDS = """t.id IN (SELECT m.ticket FROM words CROSS JOIN message AS m ON m.n = words.rowid
 WHERE words MATCH ? AND m._deleted IS NULL)"""
_WITH_SENDER = _WITH_WORDS.replace("m._deleted", "m.kind = 'in' AND m._deleted")
_WITH_PART = "t.n IN (SELECT rowid FROM names WHERE names MATCH ?)"

_ACCOUNT = "customer AS c JOIN account AS a ON a.id = c.account"
_OF_ACCOUNT = f"t.customer IN (SELECT c.id FROM {_ACCOUNT} WHERE "
_NO_ACCOUNT = f"NOT EXISTS (SELECT 1 FROM {_ACCOUNT} WHERE c.id = t.customer"


def _value(field: fields.Field, value: Value, asking: _Asking) -> Clause:
    if not isinstance(value, str):
        first, until = stretch(value, field=field, now=asking.now, zone=asking.zone)
        return _between(_NUMBERS[field.name], first, until)
    match field.kind:
        case Kind.CHOICE:
            return _choice(field.name, value, asking)
        case Kind.TAG:
            return _TAGGED, (lower(value),)
        case Kind.ID:
            by_letter = "SELECT ticket FROM message WHERE msgid = ? AND _deleted IS NULL"
            return f"(t.id = ? OR t.id IN ({by_letter}))", (value, value)
        case Kind.PART:
            return _part(field.name, value)
        case _:
            return _equals(field, value, asking)


_NUMBERS = {
    "priority": "ifnull(t.priority, 4)",
    "number": "t.number",
    "created": "ifnull(t.created, 0)",
    "updated": "t.updated",
    "since": "t.updated",
    "sla": "t.due_at",
    "due": "t.due_at",
    "account.arr": "a.arr",
    "account.renewal": "a.renewal",
}


def _between(column: str, first: int | None, until: int | None) -> Clause:
    bounds = [(f"{column} >= ?", first), (f"{column} < ?", until)]
    tests = [f"{column} IS NOT NULL", *(test for test, bound in bounds if bound is not None)]
    sql = f"({' AND '.join(tests)})"
    params = tuple(bound for _, bound in bounds if bound is not None)
    return (f"{_OF_ACCOUNT}{sql})" if column.startswith("a.") else sql), params


# Distinct tags by hopping along the index, so that case can be ignored without reading every tagged row.
_TAGGED = """t.id IN (SELECT eid FROM attr WHERE ns = 'tag' AND k IN (
 WITH RECURSIVE tags(k) AS (SELECT min(k) FROM attr WHERE ns = 'tag' UNION ALL
 SELECT (SELECT min(k) FROM attr WHERE ns = 'tag' AND k > tags.k) FROM tags WHERE tags.k IS NOT NULL)
 SELECT k FROM tags WHERE lower(k) = ?))"""


def _choice(name: str, value: str, asking: _Asking) -> Clause:
    if name == "status":
        return "t.status = ?", (value,)
    if name == "bucket":
        return "t.bucket = ?", (value,)
    if name == "has":
        return _HAS[value], ()
    if value in IS_BUCKET:
        return _within(IS_BUCKET[value], narrow=False)[0]
    match value:
        case "late":
            # Where a promise runs, `rank` is its moment: the index of the queues ends the search there.
            return "(t.due_at IS NOT NULL AND t.due_at <= ? AND t.rank <= ?)", (asking.now, asking.now)
        case "soon":
            return "(t.due_at IS NOT NULL AND t.due_at > ? AND t.warn_at <= ?)", (asking.now, asking.now)
        case "unread":
            return "t.unread IS NOT NULL", ()
        case "unassigned":
            return f"{_OWNER} = ''", ()
        case "mine":
            return (f"{_OWNER} = ?", (asking.me,)) if asking.me else _NOTHING
        case _:
            return "t.status = ?", (value,)


_LETTER = "EXISTS (SELECT 1 FROM message AS m WHERE m.ticket = t.id AND m._deleted IS NULL AND "
_HAS = {
    "file": _LETTER + "ifnull(m.files, '[]') NOT IN ('', '[]'))",
    "note": _LETTER + "m.kind = 'note')",
    "reply": _LETTER + "m.kind = 'out' AND ifnull(m.auto, 0) = 0)",
    "draft": "EXISTS (SELECT 1 FROM draft AS d WHERE d.ticket = t.id)",
}

_OWNER = "ifnull(t.assignee, '')"
"""As the index of owners holds it."""
_COLUMNS = {
    "assignee": "assignee",
    "group": "grp",
    "type": "type",
    "channel": "channel",
    "brand": "brand",
    "account.tier": "tier",
    "account.csm": "csm",
}


def _equals(field: fields.Field, value: str, asking: _Asking) -> Clause:
    mine = field.kind is Kind.NAME and value == "me"
    if mine and not asking.me:
        return _NOTHING
    column = _COLUMNS[field.name]
    if field.name.startswith("account."):
        if value == "none":
            return f"{_NO_ACCOUNT} AND ifnull(a.{column}, '') <> '')", ()
        test = f"a.{column} = ?" if mine else f"lower(a.{column}) = ?"
        return f"{_OF_ACCOUNT}{test})", (asking.me if mine else lower(value),)
    held = _OWNER if column == "assignee" else f"t.{column}"
    if value == "none":
        return f"ifnull(t.{column}, '') = ''", ()
    if mine:
        return f"{held} = ?", (asking.me,)
    if column in ("assignee", "grp"):
        # The kept counters name every assignee and group there is, so case costs no index.
        return f"{held} IN (SELECT ifnull({column}, '') FROM tally WHERE lower({column}) = ?)", (
            lower(value),
        )
    return f"lower(t.{column}) = ?", (lower(value),)


def _part(name: str, value: str) -> Clause:
    low = lower(value)
    match name:
        case "subject":
            part = plain(value).strip()
            if len(part) >= SHORTEST_PART:
                return _WITH_PART, (f"subject : {match_part(part)}",)
            return "instr(lower(ifnull(t.subject, '')), ?) > 0", (low,)
        case "body":
            return (_WITH_WORDS, (f"text : {match_text(value)}",)) if words(value) else _NOTHING
        case "to":
            return _recipient("$.to", low, "$.cc")
        case "cc":
            return _recipient("$.cc", low)
        case "customer":
            return _customer(value)
        case "account":
            return _account(value)
        case _:
            return _from(value)


def _recipient(path: str, low: str, other: str = "") -> Clause:
    tests = [
        f"EXISTS (SELECT 1 FROM json_each({_RCPT}, '{place}') WHERE instr(lower(value), ?) > 0)"
        for place in (path, other)
        if place
    ]
    found = f"SELECT m.ticket FROM message AS m WHERE m._deleted IS NULL AND ({' OR '.join(tests)})"
    return f"t.id IN ({found})", (low,) * len(tests)


_RCPT = "CASE WHEN json_valid(m.rcpt) THEN m.rcpt ELSE '{}' END"
_PERSON = "(instr(lower(c.email), ?) OR instr(lower(c.name), ?))"
_COMPANY = "(instr(lower(a.name), ?) OR instr(lower(a.domain), ?))"


def _customer(value: str) -> Clause:
    if value == "none":
        return "ifnull(t.customer, '') = ''", ()
    low = lower(value)
    return f"(t.customer = ? OR t.customer IN (SELECT c.id FROM customer AS c WHERE {_PERSON}))", (
        value,
        low,
        low,
    )


def _account(value: str) -> Clause:
    if value == "none":
        return f"{_NO_ACCOUNT})", ()
    low = lower(value)
    return f"{_OF_ACCOUNT}(a.id = ? OR {_COMPANY}))", (value, low, low)


def _from(value: str) -> Clause:
    low = lower(value)
    people = (
        "t.customer IN (SELECT c.id FROM customer AS c LEFT JOIN account AS a ON a.id = c.account"
        f" WHERE {_PERSON} OR {_COMPANY})"
    )
    found: list[Clause] = [(people, (low,) * 4)]
    if words(value):
        found.append((_WITH_SENDER, (f"sender : {match_text(value, open_end=True)}",)))
    return _joined(found, " OR ", empty="0")
