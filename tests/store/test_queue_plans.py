"""Queue pages cost the same on any desk: by an index from their place on, however many tickets lie around.

Counted in steps of SQLite's machine, which no load of this one changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from store.db import MEMORY, Store
from store.reads import queues, tickets
from store.reads.queues import DEFAULTS, Asked, Pages
from tests.rigs.cost import steps

NOW = 1_780_000_000
ASKED = Asked(NOW, "me")
FEW, MANY = 600, 6_000
PAGE = 20
STATES = ("open", "open", "waiting", "solved", "closed", "spam")
BY_BUCKETS = ("is:active", "is:waiting", "is:snoozed", "is:open", "is:done", "-is:done", "")
ASKS = [
    *((queue.query, queue.sort) for queue in DEFAULTS),
    *((query, sort) for query in BY_BUCKETS for sort in ("sla", "newest", "priority")),
]


def desk(count: int) -> Iterator[sqlite3.Connection]:
    """Tickets of all buckets, evenly over the desk; of the active ones none belongs to nobody."""
    store = Store(MEMORY)
    conn = store.read()
    conn.executemany(
        """INSERT INTO ticket(id, number, status, priority, assignee, created, updated, due_at, snooze_until,
             _deleted) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            (f"t{n}", n, STATES[n % 6], n % 4 + 1, ("me", "ann", None)[n % 3], NOW - n * 60, NOW - n * 60,
             NOW - n * 90 if n % 6 < 2 else None, NOW + n if n % 7 == 5 else None, 1 if n % 50 == 3 else None)
            for n in range(count)
        ),
    )  # fmt: skip
    yield conn
    store.close()


@pytest.fixture(scope="module")
def few() -> Iterator[sqlite3.Connection]:
    yield from desk(FEW)


@pytest.fixture(scope="module")
def many() -> Iterator[sqlite3.Connection]:
    yield from desk(MANY)


def cost(conn: sqlite3.Connection, query: str, *, sort: str, at: float, backward: bool) -> int:
    """What a page costs that begins so far down the queue (0 for its top, 1 for its end)."""
    pages = Pages(conn, query, sort=sort, asked=ASKED)
    every = tickets.page(conn, queues.condition(query, ASKED), sort=sort, limit=-1)
    after = every[int((len(every) - 1) * at)].position if every and at else None
    return steps(conn, lambda _: pages.page(after, PAGE, backward))


@pytest.mark.parametrize(("query", "sort"), list(dict.fromkeys(ASKS)))
def test_a_page_of_a_queue_costs_the_same_on_a_desk_ten_times_as_large(few, many, query, sort):
    for at in (0.0, 0.5):
        for backward in (False, True) if at else (False,):
            small, large = (cost(conn, query, sort=sort, at=at, backward=backward) for conn in (few, many))
            assert large <= small * 1.5 + 20, (query, sort, at, backward)


@pytest.mark.parametrize("query", ["is:late", "is:mine is:open", "is:unassigned is:open"])
def test_the_top_of_a_narrowed_queue_passes_over_no_other_tickets(few, many, query):
    small, large = (cost(conn, query, sort="sla", at=0, backward=False) for conn in (few, many))
    assert large <= small * 1.5 + 20


@pytest.mark.parametrize("query", [*BY_BUCKETS, *(queue.query for queue in DEFAULTS)])
def test_the_count_of_a_queue_reads_no_ticket_row(few, query):
    read: list[str] = []

    def note(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table is not None:
            read.append(table)
        return sqlite3.SQLITE_OK

    few.set_authorizer(note)
    try:
        queues.count(few, query, ASKED)
    finally:
        few.set_authorizer(None)
    assert set(read) == {"tally"}


@pytest.mark.parametrize("query", ["is:open", "", "-is:done"])
@pytest.mark.parametrize("sort", ["sla", "newest", "priority"])
def test_pages_over_several_buckets_follow_each_other_as_one_list(few, query, sort):
    whole = tickets.page(few, queues.condition(query, ASKED), sort=sort, limit=-1)
    pages = Pages(few, query, sort=sort, asked=ASKED)
    found = pages.page(None, 7, False)
    while page := pages.page(found[-1].position, 7, False):
        found += page
    assert [line.id for line in found] == [line.id for line in whole]
    back = pages.page(whole[20].position, 7, True)
    assert [line.id for line in back] == [line.id for line in whole[13:20]]
