"""Many tickets at once: each question is one statement, whatever the number of tickets.

For bulk plans and exports, which would otherwise ask the file a dozen times a ticket.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from store.model import Account, Customer, Message, Ticket
from store.reads import conversation
from store.reads.people import ACCOUNT, CUSTOMER
from store.reads.sql import Where
from store.reads.tickets import WHOLE, of_row

_GIVEN = "(SELECT value FROM json_each(?))"
_THEIRS = "(SELECT DISTINCT value FROM json_each(?)) AS given CROSS JOIN attr ON attr.eid = given.value"
"""Map fields of given rows. Left to choose, the planner begins with a field instead: all tags of the desk."""


def tickets(conn: sqlite3.Connection, eids: Sequence[str]) -> list[Ticket]:
    """The tickets of these ids, in their order; ids that do not exist are left out."""
    given = json.dumps(list(eids))
    tags: dict[str, list[str]] = {}
    query = f"SELECT eid, k FROM {_THEIRS} WHERE ns = 'tag' ORDER BY k"
    for eid, tag in conn.execute(query, (given,)):
        tags.setdefault(eid, []).append(tag)
    rows = conn.execute(f"SELECT {WHOLE} FROM ticket WHERE id IN {_GIVEN}", (given,))
    found = {row[0]: of_row(row, tuple(tags.get(row[0], ()))) for row in rows}
    return [found[eid] for eid in eids if eid in found]


def versions(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, int]:
    """The version of each ticket: a number that changes whenever anything on it does."""
    given = json.dumps(list(eids))
    return dict(conn.execute(f"SELECT id, version FROM ticket WHERE id IN {_GIVEN}", (given,)).fetchall())


def customers(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, Customer]:
    given = json.dumps(list(set(eids)))
    rows = conn.execute(f"{CUSTOMER} WHERE id IN {_GIVEN}", (given,))
    return {row[0]: Customer(*row) for row in rows}


def accounts(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, Account]:
    given = json.dumps(list(set(eids)))
    rows = conn.execute(f"{ACCOUNT} WHERE id IN {_GIVEN}", (given,))
    return {row[0]: Account(*row) for row in rows}


def participants(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Lower-case addresses that take part in each ticket, by ticket id."""
    given = json.dumps(list(eids))
    found: dict[str, set[str]] = {}
    for eid, who in conn.execute(f"SELECT eid, k FROM {_THEIRS} WHERE ns = 'who'", (given,)):
        found.setdefault(eid, set()).add(who)
    return {eid: frozenset(who) for eid, who in found.items()}


KEPT = ("todo", "link")
"""Name spaces of what `kept` reads."""


def kept(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, dict[str, str | int | None]]:
    """The items and links of each ticket by their log fields (`todo.1f0a`), by ticket id."""
    given = json.dumps(list(eids))
    query = f"SELECT eid, ns || '.' || k, v FROM {_THEIRS} WHERE ns IN ('todo', 'link')"
    found: dict[str, dict[str, str | int | None]] = {}
    for eid, field, value in conn.execute(query, (given,)):
        found.setdefault(eid, {})[field] = value
    return found


def holding(conn: sqlite3.Connection, where: Where, eids: Iterable[str]) -> set[str]:
    """Those of the tickets that answer a query."""
    rows = conn.execute(
        f"SELECT t.id FROM ticket t WHERE ({where.sql}) AND t.id IN {_GIVEN}",
        (*where.params, json.dumps(list(eids))),
    )
    return {row[0] for row in rows}


def messages(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, list[Message]]:
    """The messages of each ticket, oldest first, by ticket id."""
    given = json.dumps(list(eids))
    rows = conn.execute(
        f"SELECT {conversation.COLUMNS} FROM message WHERE ticket IN {_GIVEN} AND _deleted IS NULL"
        " ORDER BY date, n",
        (given,),
    )
    found: dict[str, list[Message]] = {}
    for row in rows:
        found.setdefault(row[1], []).append(conversation.of_row(row))
    return found


def messages_named(conn: sqlite3.Connection, eids: Iterable[str]) -> dict[str, Message]:
    """Messages by their ids."""
    given = json.dumps(list(eids))
    rows = conn.execute(f"SELECT {conversation.COLUMNS} FROM message WHERE id IN {_GIVEN}", (given,))
    return {row[0]: conversation.of_row(row) for row in rows}


@contextmanager
def snapshot(conn: sqlite3.Connection) -> Generator[None]:
    """Several reads that see one state of the desk, whatever others commit meanwhile."""
    if conn.in_transaction:
        yield
        return
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("COMMIT")
