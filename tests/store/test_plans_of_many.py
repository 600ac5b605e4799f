"""What is asked of some tickets costs the same on any desk: nothing of the others is read.

Counted in steps of SQLite's machine, which no load of this one changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from store.db import MEMORY, Store
from store.reads import many, queues, search, tickets
from store.reads.queues import DEFAULTS, Asked
from tests.rigs.cost import steps

NOW = 1_780_000_000
FEW, MANY = 300, 3_000
SOME = ["t7", "t70", "t170"]
ASKS: dict[str, Callable[[sqlite3.Connection], object]] = {
    "tickets": lambda conn: many.tickets(conn, SOME),
    "versions": lambda conn: many.versions(conn, SOME),
    "customers": lambda conn: many.customers(conn, ["c7", "c70"]),
    "accounts": lambda conn: many.accounts(conn, ["o1"]),
    "participants": lambda conn: many.participants(conn, SOME),
    "kept": lambda conn: many.kept(conn, SOME),
    "messages": lambda conn: many.messages(conn, SOME),
    "messages_named": lambda conn: many.messages_named(conn, ["m7"]),
    "counts": lambda conn: queues.counts(conn, [queue.query for queue in DEFAULTS], Asked(NOW, "me")),
}


def desk(count: int) -> Iterator[sqlite3.Connection]:
    """Tickets with tags, items to do and people, a letter each."""
    store = Store(MEMORY)
    conn = store.read()
    numbers = range(count)
    conn.executemany(
        "INSERT INTO ticket(id, number, subject, status, assignee, created, updated, customer)"
        " VALUES(?, ?, 'export fails', 'open', 'me', ?, ?, ?)",
        ((f"t{n}", n, NOW - n, NOW - n, f"c{n}") for n in numbers),
    )
    conn.executemany("INSERT INTO customer(id, email) VALUES(?, ?)", ((f"c{n}", f"{n}@x") for n in numbers))
    conn.executemany(
        "INSERT INTO message(id, ticket, date, kind) VALUES(?, ?, ?, 'in')",
        ((f"m{n}", f"t{n}", NOW - n) for n in numbers),
    )
    fields = (("tag", "refund"), ("tag", "vip"), ("todo", "1f0a"), ("link", "jira"), ("who", "a@b.example"))
    conn.executemany(
        "INSERT INTO attr VALUES(?, ?, ?, 1)", ((f"t{n}", ns, k) for n in numbers for ns, k in fields)
    )
    conn.executemany(
        "INSERT INTO names(rowid, subject, ids) VALUES(?, 'export fails', '')", ((n,) for n in numbers)
    )
    conn.executemany(
        "INSERT INTO words(rowid, subject, sender, text) VALUES(?, 'export fails', '', '')",
        ((n,) for n in numbers),
    )
    yield conn
    store.close()


@pytest.fixture(scope="module")
def few() -> Iterator[sqlite3.Connection]:
    yield from desk(FEW)


@pytest.fixture(scope="module")
def large() -> Iterator[sqlite3.Connection]:
    yield from desk(MANY)


@pytest.mark.parametrize("name", ASKS)
def test_what_is_asked_of_some_tickets_costs_the_same_on_a_desk_ten_times_as_large(few, large, name):
    assert steps(large, ASKS[name]) <= steps(few, ASKS[name]) * 1.5 + 20


def test_tags_in_their_order_cost_by_tags_and_not_by_tickets(few, large):
    assert tickets.tags(few) == [("refund", FEW), ("vip", FEW)]
    assert tickets.tags(large) == [("refund", tickets.COUNTED), ("vip", tickets.COUNTED)]
    assert steps(large, tickets.tags) <= steps(few, tickets.tags) * tickets.COUNTED / FEW * 1.5


def test_a_part_that_every_name_holds_is_looked_for_at_both_ends_only(few, large):
    def found(conn: sqlite3.Connection) -> object:
        return search.search(conn, "exp*", now=NOW, limit=20).hits

    assert len(search.search(large, "exp*", now=NOW, limit=20).hits) == 20
    # FTS5 merges all that begins so; nothing else may grow.
    assert steps(large, found) <= steps(few, found) * 2.5
