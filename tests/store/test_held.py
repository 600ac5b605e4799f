"""Lists that were found whole: the lines that pages give, at the same places, without those that left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from store.db import MEMORY, Store
from store.errors import GivenUp, Overrun
from store.reads import limits
from store.reads.queues import Asked, Pages
from store.reads.tickets import SORTS

NOW = 1_780_000_000
ASKED = Asked(NOW, "me")
STATES = ("open", "waiting", "solved")
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    store = Store(MEMORY)
    conn = store.read()
    conn.executemany(
        "INSERT INTO ticket(id, number, status, priority, assignee, created, updated)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)",
        (
            (f"t{n}", n, STATES[n % 3], n % 4 + 1, ("me", None)[n % 2], NOW - n, NOW - n * 7)
            for n in range(90)
        ),
    )
    conn.executemany(
        "INSERT INTO attr(eid, ns, k, v) VALUES(?, 'tag', 'vip', 1)", [(f"t{n}",) for n in range(0, 90, 5)]
    )
    yield conn
    store.close()


@pytest.mark.parametrize("query", ["", "is:open tag:vip", "-tag:vip", "is:done pri:<=2", "tag:none"])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_of_a_list_that_was_found_are_those_of_the_queue(
    conn: sqlite3.Connection, query: str, sort: str
) -> None:
    pages = Pages(conn, query, sort=sort, asked=ASKED)
    held = pages.held(pages.find(conn))
    whole = [line.id for line in pages.page(None, 1_000, False)]
    assert held.count() == len(whole) and set(held.ids(conn)) == set(whole)
    found = held.page(None, 7, False)
    while page := held.page(found[-1].position, 7, False) if found else []:
        found += page
    assert [line.id for line in found] == whole
    back = held.page(None, 7, True)
    while page := held.page(back[0].position, 7, True) if back else []:
        back = page + back
    assert [line.id for line in back] == whole
    assert [held.where(eid) for eid in whole] == [line.position for line in found]
    assert held.where("t999") is None


def test_what_has_left_such_a_list_is_passed_over_and_counted_off(conn: sqlite3.Connection) -> None:
    pages = Pages(conn, "is:open tag:vip", sort="newest", asked=ASKED)
    held = pages.held(pages.find(conn))
    whole = [line.id for line in held.page(None, 100, False)]
    conn.execute("UPDATE ticket SET status = 'solved' WHERE id IN (?, ?)", (whole[0], whole[3]))
    left = [eid for n, eid in enumerate(whole) if n not in (0, 3)]
    assert [line.id for line in held.page(None, 4, False)] == left[:4]
    assert [line.id for line in held.page(None, len(left), True)] == left
    assert held.count() == len(left) == len(held.ids(conn)) and held.where(whole[3]) is None
    conn.execute("UPDATE ticket SET status = 'open' WHERE id = ?", (whole[3],))
    held.page(None, 100, False)
    assert held.count() == len(left) + 1 and held.where(whole[3]) is not None


def test_a_question_ends_after_its_steps_and_the_next_has_its_own(conn: sqlite3.Connection) -> None:
    with pytest.raises(Overrun), limits.at_most(conn, 50_000):
        conn.execute(ENDLESS)
    assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (90,)
    with limits.at_most(conn, 50_000):
        assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (90,)


def test_a_question_nobody_waits_for_ends_in_the_middle_or_is_not_begun(conn: sqlite3.Connection) -> None:
    left = iter([True, True, True])
    with pytest.raises(GivenUp), limits.while_wanted(conn, lambda: next(left, False)):
        conn.execute(ENDLESS)
    begun: list[bool] = []
    with pytest.raises(GivenUp), limits.while_wanted(conn, lambda: False):
        begun.append(True)
    assert not begun
    assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (90,)


def test_other_errors_stay_what_they_are(conn: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), limits.at_most(conn, 1_000):
        conn.execute("SELECT * FROM nowhere")
