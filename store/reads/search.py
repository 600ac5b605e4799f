"""Search: what a person typed to tickets, newest first or by relevance, with the letter that was hit.

It finds what the query language finds, in a time that does not grow with the number of hits: the index
of words is walked from its ends until a page is full. Nothing a person types raises.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from enum import Enum
from itertools import islice

from msgspec import Struct, field

from store.reads import sql
from store.rules import query
from store.rules.query import And, Node, Not, Or, Term, Text
from store.rules.words import first_spot, spots, stems, words

RANKED = 3_000
"""By relevance only this many of the newest hits are weighed: weighing all of a common word is slow."""

FEW = 60
"""Tickets up to which a narrow search looks their letters up in the index one by one."""

SOME = 400
"""Tickets up to which it reads the row numbers of all hits and keeps those of its tickets. Of more it walks
the hits: then a page is full after few of them."""

WIDTH = 160
LEAD = 40
READ = 100_000
"""Characters of a snippet, of it before the hit, and of a text that is looked through for one."""

MARKED = 20
"""Of a longer query only so many words are marked."""


class Order(Enum):
    NEWEST = "newest"
    RELEVANCE = "relevance"


class Hit(Struct, frozen=True):
    """A ticket that was found."""

    ticket: str
    messages: tuple[str, ...] = ()
    """Its letters that were hit, best or newest first, as far as they were met while the page filled."""
    snippet: str = ""
    """One line of the first of them, around the hit. Outside text: make it safe before showing it."""
    marks: tuple[tuple[int, int], ...] = ()
    """Where the words stand in the snippet, as (start, end)."""


class Found(Struct, frozen=True):
    hits: tuple[Hit, ...]
    more: bool = False
    """Whether there is more than the limit let through."""
    problems: tuple[str, ...] = ()
    """Sentences about what could not be understood and was looked for as text."""


def search(
    conn: sqlite3.Connection,
    text: str,
    *,
    now: int,
    me: str = "",
    order: Order = Order.NEWEST,
    limit: int = 50,
    texts: Callable[[str], str] | None = None,
    zone: tzinfo = UTC,
) -> Found:
    """Find tickets. `texts` gives a message id's text for the snippet; without it the stored snippet serves.

    Newest first goes by the dates of the letters that were hit. Bin and spam are left out unless named.
    """
    tree, problems = query.lenient(text)
    if tree == query.EVERYTHING:
        return Found((), problems=tuple(map(str, problems)))
    plan = _plan(query.visible(tree), now=now, me=me, zone=zone)
    found = _walk(conn, plan, order=order, limit=limit + 1)
    if plan.wider or not plan.match:
        found = _with_others(conn, plan, found, order=order, limit=limit + 1)
    marked = _phrases(tree)
    hits = tuple(_hit(conn, seen, phrases=marked, texts=texts) for seen in found[:limit])
    return Found(hits, more=len(found) > limit, problems=tuple(map(str, problems)))


def phrases(text: str) -> list[tuple[list[str], bool]]:
    """What `spots` marks in a letter for this search: stems of phrases, and whether the last word is open."""
    return _phrases(query.lenient(text)[0])


def _phrases(tree: Node) -> list[tuple[list[str], bool]]:
    return [(stems(leaf.text), leaf.open) for leaf in islice(_wanted(tree), MARKED)]


class _Plan(Struct, frozen=True):
    """How a tree is looked up."""

    match: str
    """What one letter has to hold, for MATCH on `words`; empty when the tree does not say."""
    rest: sql.Where
    """What the ticket has to be besides."""
    whole: sql.Where
    """The whole tree, on the ticket."""
    wider: bool
    """Whether tickets can answer without one letter that holds it all: by an id, or by two letters."""
    parts: tuple[str, ...]
    """Of which one stands in ids, addresses or the subject, for MATCH on `names`."""
    numbers: tuple[int, ...]
    """Ticket numbers the text could be; such a ticket comes first."""
    alone: bool
    """Whether one text is all that is asked of letters and names: what its part names answers it."""


class _Seen(Struct):
    ticket: str
    when: int
    number: int | None
    messages: list[str] = field(default_factory=list[str])


def _plan(tree: Node, *, now: int, me: str, zone: tzinfo) -> _Plan:
    parts = tree.items if isinstance(tree, And) else (tree,)
    in_letters = [part for part in parts if _is_text(part)]
    rest = And(tuple(part for part in parts if not _is_text(part)))
    wanted = [leaf for part in in_letters for leaf in _wanted(part)]
    return _Plan(
        match=" AND ".join(_match(part) for part in in_letters),
        rest=sql.where(rest, now=now, me=me, zone=zone),
        whole=sql.where(tree, now=now, me=me, zone=zone),
        wider=len(wanted) > 1 or any(leaf.part or leaf.number is not None for leaf in wanted),
        parts=tuple(dict.fromkeys(sql.match_part(leaf.part) for leaf in wanted if leaf.part)),
        numbers=tuple(leaf.number for leaf in wanted if leaf.number is not None),
        alone=len(in_letters) == len(wanted) == 1,
    )


def _is_text(tree: Node) -> bool:
    """Whether a part asks only for words, so that the index of words can answer it letter by letter."""
    match tree:
        case Text():
            return bool(words(tree.text))
        case And(items) | Or(items):
            return all(_is_text(item) for item in items)
        case _:
            return False


def _match(tree: Node) -> str:
    match tree:
        case Text(text, open_end):
            return sql.match_text(text, open_end=open_end)
        case And(items):
            return f"({' AND '.join(_match(item) for item in items)})"
        case Or(items):
            return f"({' OR '.join(_match(item) for item in items)})"
        case Term() | Not():
            return '""'


def _wanted(tree: Node) -> Iterator[Text]:
    """The texts that are looked for, without those that must not be there."""
    match tree:
        case Text():
            yield tree
        case And(items) | Or(items):
            for item in items:
                yield from _wanted(item)
        case Term("body", values):
            yield from (Text(str(value)) for value in values)
        case _:
            pass


_Row = tuple[str, str, int, int | None, float]
"""Ticket, message, date, ticket number, and what sorts it: less is earlier on the page."""

_LETTERS = """SELECT m.ticket, m.id, ifnull(m.date, 0), t.number, {weight}
  FROM {hits} CROSS JOIN message AS m ON m.n = hit.rowid CROSS JOIN ticket AS t ON t.id = m.ticket
  WHERE m._deleted IS NULL AND {test}"""
_BY_DATE = "-ifnull(m.date, 0)"
_HITS = "words AS hit"
_FIRST_HITS = "(SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT 300) AS hit"


def _walk(conn: sqlite3.Connection, plan: _Plan, *, order: Order, limit: int) -> list[_Seen]:
    """Tickets by their letters that hold the words, until there are `limit` of them."""
    if not plan.match:
        return []
    few = _few(conn, plan.rest)
    if few is not None:
        rows = _letters_of(conn, plan, few, order=order)
    elif order is Order.NEWEST:
        rows = _by_date(conn, plan, limit=limit)
    else:
        rows = _by_weight(conn, plan, limit=limit)
    once = {row[1]: row for row in rows}
    return _collect(sorted(once.values(), key=lambda row: row[4]), limit=limit)


def _letters_of(conn: sqlite3.Connection, plan: _Plan, tickets: list[str], *, order: Order) -> list[_Row]:
    """The letters of these tickets that hold the words."""
    # Weighing wants one pass over the word, and so do many letters: a look-up begins at the word anew.
    one_by_one = order is Order.NEWEST and len(tickets) <= FEW
    column = "hit.rowid" if one_by_one else "+hit.rowid"
    weight = _WEIGHT if order is Order.RELEVANCE else _BY_DATE
    test = f"words MATCH ? AND {column} IN ({_LETTERS_OF}) ORDER BY hit.rowid DESC"
    asked = _LETTERS.format(weight=weight, hits=_HITS, test=test)
    return conn.execute(asked, (plan.match, json.dumps(tickets))).fetchall()


def _by_date(conn: sqlite3.Connection, plan: _Plan, *, limit: int) -> list[_Row]:
    """The newest letters that hold the words.

    New letters get rising row numbers, but an archive comes in newest first: its newest letter has its
    lowest number. So the index is looked at from both ends, and dates decide.
    """
    params = (plan.match, *plan.rest.params)
    last = f"words MATCH ? AND ({plan.rest.sql}) ORDER BY hit.rowid DESC"
    rows = conn.execute(_LETTERS.format(weight=_BY_DATE, hits=_HITS, test=last), params)
    newer, all_of_them = _take(rows, limit=limit)
    if all_of_them:
        return newer
    first = f"({plan.rest.sql}) ORDER BY hit.rowid"
    rows = conn.execute(_LETTERS.format(weight=_BY_DATE, hits=_FIRST_HITS, test=first), params)
    return [*newer, *_take(rows, limit=limit)[0]]


def _by_weight(conn: sqlite3.Connection, plan: _Plan, *, limit: int) -> list[_Row]:
    """The weightiest letters that hold the words; of very many only those at both ends are weighed."""
    test = f"words MATCH ? AND hit.rank MATCH ? AND ({plan.rest.sql}) AND {{}} ORDER BY hit.rank"
    asked = _LETTERS.format(weight="hit.rank", hits=_HITS, test=test)
    params = (plan.match, _WEIGHTS, *plan.rest.params)
    low, high = (conn.execute(_NTH + way, (plan.match, RANKED // 2)).fetchone() for way in _AT)
    if low is None or high is None or low[0] >= high[0]:
        return _take(conn.execute(asked.format("true"), params), limit=limit)[0]
    newer = _take(conn.execute(asked.format("hit.rowid >= ?"), (*params, high[0])), limit=limit)[0]
    return [*newer, *_take(conn.execute(asked.format("hit.rowid <= ?"), (*params, low[0])), limit=limit)[0]]


_LETTERS_OF = "SELECT n FROM message WHERE ticket IN (SELECT value FROM json_each(?))"
_WEIGHT = "bm25(words, 4.0, 2.0, 1.0)"
_WEIGHTS = "bm25(4.0, 2.0, 1.0)"
"""A word in the subject says more than one in the sender's name, and that more than one in the text."""

_NTH = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid "
_AT = ("LIMIT 1 OFFSET ?", "DESC LIMIT 1 OFFSET ?")


def _take(rows: Iterable[_Row], *, limit: int) -> tuple[list[_Row], bool]:
    """Rows until they are of more than `limit` tickets; whether these are all."""
    taken: list[_Row] = []
    tickets: set[str] = set()
    for row in rows:
        tickets.add(row[0])
        if len(tickets) > limit:
            return taken, False
        taken.append(row)
    return taken, True


def _few(conn: sqlite3.Connection, where: sql.Where) -> list[str] | None:
    """The tickets a search is narrowed to, if they are few: then their letters are looked at one by one
    instead of all that hold a common word."""
    if not where.narrow:
        return None
    found = conn.execute(f"SELECT t.id FROM ticket AS t WHERE {where.sql} LIMIT ?", (*where.params, SOME + 1))
    tickets = [row[0] for row in found]
    return tickets if len(tickets) <= SOME else None


def _collect(rows: Iterable[_Row], *, limit: int) -> list[_Seen]:
    seen: dict[str, _Seen] = {}
    for ticket, message, when, number, _ in rows:
        if ticket not in seen:
            if len(seen) == limit:
                break
            seen[ticket] = _Seen(ticket, when, number)
        seen[ticket].messages.append(message)
    return list(seen.values())


def _with_others(
    conn: sqlite3.Connection, plan: _Plan, found: list[_Seen], *, order: Order, limit: int
) -> list[_Seen]:
    """The same page with tickets that answer otherwise: by an id, a number, or several letters together."""
    where = _by_name(plan) if len(found) == limit else plan.whole
    if where is None:
        return found
    newest = f"{_TICKETS} WHERE {where.sql} ORDER BY t.updated DESC, t.n DESC LIMIT ?"
    rows = conn.execute(newest, (*where.params, limit)).fetchall()
    known = {seen.ticket for seen in found}
    pages = [*found, *(_Seen(*row) for row in rows if row[0] not in known)]
    if found and order is Order.NEWEST and len(pages) > len(found):
        pages.sort(key=lambda seen: -seen.when)
    named = [seen for seen in pages if seen.number in plan.numbers]
    return [*named, *(seen for seen in pages if seen not in named)][:limit] if named else pages[:limit]


def _by_name(plan: _Plan) -> sql.Where | None:
    """The tree, for tickets whose number or ids are hit: few, where its words alone may be very many.

    A part that very many names hold is none of an id: of those only the newest and the oldest are looked at.
    """
    tests = [_NAMED] * len(plan.parts) + ["t.number = ?"] * len(plan.numbers)
    if not tests:
        return None
    rest = plan.rest if plan.alone else plan.whole
    named = tuple(part for part in plan.parts for _ in range(2))
    # As a bare truth the rest is no index to begin with; the names are.
    either = f"({' OR '.join(tests)}) AND ({rest.sql}) IS TRUE"
    return sql.Where(either, (*named, *plan.numbers, *rest.params))


NAMED = 200
"""Tickets from each end of those whose names hold a part."""
_NAMES = "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rowid"
_NAMED = f"""t.n IN (SELECT * FROM ({_NAMES} DESC LIMIT {NAMED})
  UNION SELECT * FROM ({_NAMES} LIMIT {NAMED}))"""

_TICKETS = "SELECT t.id, t.updated, t.number FROM ticket AS t"


def _hit(
    conn: sqlite3.Connection,
    seen: _Seen,
    *,
    phrases: Sequence[tuple[list[str], bool]],
    texts: Callable[[str], str] | None,
) -> Hit:
    messages = seen.messages or _newest(conn, seen.ticket)
    if not messages:
        return Hit(seen.ticket)
    text = texts(messages[0]) if texts else _stored(conn, messages[0])
    snippet, marks = excerpt(text, phrases)
    return Hit(seen.ticket, tuple(messages), snippet, marks)


def _newest(conn: sqlite3.Connection, ticket: str) -> list[str]:
    row = conn.execute(
        "SELECT id FROM message WHERE ticket = ? AND _deleted IS NULL ORDER BY date DESC LIMIT 1", (ticket,)
    ).fetchone()
    return [row[0]] if row else []


def _stored(conn: sqlite3.Connection, message: str) -> str:
    return str(conn.execute("SELECT ifnull(snippet, '') FROM message WHERE id = ?", (message,)).fetchone()[0])


def excerpt(text: str, phrases: Sequence[tuple[list[str], bool]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """One line of a text around the first phrase that stands in it, and where phrases stand in that line."""
    text = unicodedata.normalize("NFC", text[:READ])
    first = first_spot(text, phrases) or 0
    start = max(0, first - LEAD)
    if start:
        start = next((at + 1 for at in range(start, first) if text[at].isspace()), start)
    line = " ".join(text[start : start + WIDTH].split())
    line = ("…" if start else "") + line + ("…" if len(text) > start + WIDTH else "")
    return line, tuple(spots(line, phrases))
