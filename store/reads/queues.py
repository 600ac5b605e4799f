"""Queues: saved queries as docs, their pages as the list reads them, and counts that touch no ticket row.

A queue doc is two lines of TOML: `query = "..."` and, if wanted, `sort = "newest"`.
"""

from __future__ import annotations

import sqlite3
import tomllib
from array import array
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, tzinfo
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from store.errors import DocError, Overrun, QueryError
from store.model import Bucket, Line, Queue, Status, Ticket
from store.reads import docs, held, limits, tickets
from store.reads.sql import Where, in_letters, of_row, where
from store.rules.match import IS_BUCKET, Subject, matches
from store.rules.query import Node, Term, Text, leaves, parse, visible

DEFAULTS = (
    Queue("Mine", "is:active assignee:me"),
    Queue("Unassigned", "is:active assignee:none"),
    Queue("Team", "is:active"),
    Queue("Waiting", "is:waiting", "newest"),
    Queue("Snoozed", "is:snoozed", "newest"),
    Queue("All open", "is:open"),
)
"""The tabs of a desk that has no queue docs."""

_KEYS = ("query", "sort", "key")


class Asked(Struct, frozen=True):
    """Who asks, and when: what `me` and `late` mean."""

    now: int
    me: str
    zone: tzinfo = UTC
    """Where days begin."""


def every(conn: sqlite3.Connection, *, order: tuple[str, ...] = ()) -> list[Queue]:
    """The queues of the desk; those named in `order` first. Docs that cannot be read are left out."""
    found: list[Queue] = []
    for doc in docs.of_kind(conn, "queue"):
        try:
            found.append(replace(read(doc.body), name=doc.name))
        except DocError:
            continue
    rank = {name.lower(): n for n, name in enumerate(order)}
    return sorted(found or DEFAULTS, key=lambda queue: rank.get(queue.name.lower(), len(rank)))


def read(text: str) -> Queue:
    """The queue a doc describes, without its name. Raises DocError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocError(f"The queue is no valid TOML: {error}.") from None
    unknown = sorted(table.keys() - set(_KEYS))
    if unknown:
        raise DocError(
            f"A queue has no field {unknown[0]!r}; it has {', '.join(_KEYS)}.", _line(text, unknown[0])
        )
    query, sort, key = (cast(object, table.get(name, "")) for name in _KEYS)
    if not isinstance(query, str) or not query.strip():
        raise DocError('A queue needs query = "...", such as query = "is:open tag:refund".')
    if not isinstance(key, str) or not isinstance(sort, str) or (sort or "sla") not in tickets.SORTS:
        raise DocError(f"sort can be {', '.join(tickets.SORTS)}.", _line(text, "sort"))
    try:
        parse(query)
    except QueryError as error:
        raise DocError(str(error), _line(text, "query"), error.column + 1) from None
    return Queue("", query, sort or "sla", key)


def write(queue: Queue) -> str:
    """The doc text of a queue."""
    quoted = queue.query.replace("\\", "\\\\").replace('"', '\\"')
    return f'query = "{quoted}"\n' + (f'sort = "{queue.sort}"\n' if queue.sort != "sla" else "")


def condition(query: str, asked: Asked) -> Where:
    """A query as SQL, bin and spam left out unless asked for. Raises QueryError."""
    return where(visible(parse(query)), now=asked.now, me=asked.me, zone=asked.zone)


def count(conn: sqlite3.Connection, query: str, asked: Asked) -> int:
    """How many tickets a queue holds, from the kept counters where they can tell."""
    return counts(conn, [query], asked)[0]


def counts(conn: sqlite3.Connection, queries: Sequence[str], asked: Asked) -> tuple[int, ...]:
    """How many tickets each of these queues holds; the counters are read once."""
    trees = [visible(parse(query)) for query in queries]
    kept = _tally(conn) if any(map(_countable, trees)) else []
    return tuple(_count(conn, tree, asked, kept) for tree in trees)


def quick_counts(
    conn: sqlite3.Connection, queries: Sequence[str], asked: Asked, *, steps: int, slow: frozenset[str]
) -> tuple[int | None, ...]:
    """The same; None for one that takes more steps of SQLite, or is known to (`slow`)."""
    trees = [None if query in slow else visible(parse(query)) for query in queries]
    kept = _tally(conn) if any(tree is not None and _countable(tree) for tree in trees) else []

    def quick(tree: Node) -> int | None:
        try:
            with _bounded(conn, tree, steps):
                return _count(conn, tree, asked, kept)
        except Overrun:
            return None

    return tuple(None if tree is None else quick(tree) for tree in trees)


def _count(conn: sqlite3.Connection, tree: Node, asked: Asked, kept: _Tally) -> int:
    now, me, zone = asked.now, asked.me, asked.zone
    if _countable(tree):
        return sum(n for subject, n in kept if matches(tree, subject, now=now, me=me, zone=zone))
    return tickets.count(conn, where(tree, now=now, me=me, zone=zone))


class Pages:
    """One queue as a list reads it: pages from an index, however deep."""

    def __init__(
        self, conn: sqlite3.Connection, query: str, *, sort: str, asked: Asked, steps: int = 0
    ) -> None:
        """`steps` of SQLite are what one answer may take (0: as many as it needs); more raise Overrun."""
        self.conn = conn
        self.query = query
        self.sort = sort
        self.asked = asked
        self._steps = steps
        self._tree = visible(parse(query))
        self._where = where(self._tree, now=asked.now, me=asked.me, zone=asked.zone)

    def page(self, after: tickets.Position | None, limit: int, backward: bool) -> list[Line]:
        with self._bounded():
            return tickets.page(
                self.conn, self._where, sort=self.sort, after=after, limit=limit, backward=backward
            )

    def count(self) -> int:
        with self._bounded():
            return count(self.conn, self.query, self.asked)

    def where(self, ticket: str) -> tickets.Position | None:
        """Where a ticket stands now, None if it is not in the queue."""
        mine = Where(f"({self._where.sql}) AND t.id = ?", (*self._where.params, ticket), narrow=True)
        with self._bounded():
            lines = tickets.page(self.conn, mine, sort=self.sort, limit=1)
        return lines[0].position if lines else None

    def find(self, conn: sqlite3.Connection) -> array[int]:
        """The whole queue at once, on whatever connection, for `held`; takes its time."""
        return held.find(conn, self._where, sort=self.sort)

    def held(self, numbers: array[int]) -> held.Held:
        """The same queue, once it was found."""
        asked = self.asked
        still = where(of_row(self._tree), now=asked.now, me=asked.me, zone=asked.zone)
        return held.Held(self.conn, numbers, still=still)

    def _bounded(self) -> AbstractContextManager[None]:
        return _bounded(self.conn, self._tree, self._steps) if self._steps else nullcontext()


LETTERS = 5_000
"""Letters up to which whatever is looked for in their words is found at once."""


def _bounded(conn: sqlite3.Connection, tree: Node, steps: int) -> AbstractContextManager[None]:
    """What is asked inside takes so many steps, or raises Overrun."""
    # One step into an index of words may be a long one, so with many letters it is not even tried.
    if in_letters(tree) and _letters(conn) > LETTERS:
        raise Overrun("Words take longer than a moment.")
    return limits.at_most(conn, steps)


def _letters(conn: sqlite3.Connection) -> int:
    """How many letters there are, at most."""
    return conn.execute("SELECT ifnull(max(n), 0) FROM message").fetchone()[0]


def _countable(tree: Node) -> bool:
    return all(not isinstance(leaf, Text) and _tallied(leaf) for leaf in leaves(tree))


def _tallied(term: Term) -> bool:
    """Whether the counters keep what this term asks about."""
    if term.field == "is":
        return all(value in IS_BUCKET or value in ("mine", "unassigned") for value in term.values)
    return term.field in ("bucket", "assignee", "group", "priority")


_Tally = list[tuple[Subject, int]]


def _tally(conn: sqlite3.Connection) -> _Tally:
    """The counters: a ticket like those that are counted together, and how many they are."""
    rows = conn.execute("SELECT bucket, assignee, grp, priority, n FROM tally WHERE n > 0")
    return [(_like(*kind), n) for *kind, n in rows]


def _like(bucket: str, assignee: str, group: str, priority: int) -> Subject:
    """A ticket that stands for all those counted together."""
    ticket = Ticket(
        id="", number=None, subject="", status=Status.OPEN, priority=priority, created=0, updated=0,
        bucket=Bucket(bucket), assignee=assignee, group=group,
    )  # fmt: skip
    return Subject(ticket)


def _line(text: str, name: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(name)), 1)
