"""How a desk file gets its tables, and how an older one becomes a newer one.

Runs inside the write lock, so several processes may start at once. sqlite-utils is imported only
when there is something to do: most starts find the schema current.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from os import urandom
from typing import TYPE_CHECKING

from store import schema

if TYPE_CHECKING:
    from sqlite_utils import Database

LATEST = 7
"""`PRAGMA user_version` of a desk this program writes."""

APPLICATION_ID = 0x64736B74
"""Marks the SQLite file as a desk ("dskt")."""


Around = Callable[[str], AbstractContextManager[object]]
"""What stands around each change; it hears which change of how many."""


def migrate(conn: sqlite3.Connection, *, around: Around = nullcontext) -> None:
    """Bring the file to LATEST. Call inside an open write transaction."""
    from sqlite_utils import Database, Migrations

    steps = Migrations("deskterm")
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    for n, (name, change) in enumerate(STEPS.items(), 1):
        what = f"change {n - version} of {len(STEPS) - version}"
        steps(name=name)(_step(conn, change, around=partial(around, what)))
    steps.apply(Database(conn, execute_plugins=False))
    conn.execute(f"PRAGMA user_version = {LATEST}")


def _step(
    conn: sqlite3.Connection,
    change: Callable[[sqlite3.Connection], None],
    *,
    around: Callable[[], AbstractContextManager[object]],
) -> Callable[[Database], None]:
    def step(_: Database) -> None:
        with around():
            change(conn)

    return step


def first(conn: sqlite3.Connection) -> None:
    """The log, the rows, the local tables and the counters of version 1."""
    for script in (schema.LOG, schema.ROWS, schema.LOCAL):
        run(conn, script)
    for trigger in schema.COUNTERS.split("END;\n"):
        if trigger.strip():
            conn.execute(trigger + "END")
    found(conn)


def run(conn: sqlite3.Connection, script: str) -> None:
    """Statements one by one, for `executescript` would commit first."""
    for statement in script.split(";\n"):
        if statement.strip():
            conn.execute(statement)


def found(conn: sqlite3.Connection) -> None:
    """Give a new desk its identity: its id, the secret its row ids are keyed with, slot 0."""
    rows = {
        "desk_id": urandom(8).hex(),
        "secret": urandom(32),
        "replica_uuid": urandom(16).hex(),
        "slot": 0,
        "hlc": 0,
        "hi": 0,
        "fut": 0,
        "cursor": 0,
        "next_number": 1,
    }
    conn.executemany("INSERT INTO meta(k, v) VALUES(?, ?)", rows.items())


def sending(conn: sqlite3.Connection) -> None:
    """What a reply was based on, for whom it still is and how it is to look; what ways out have taught us."""
    for column in ("rest TEXT", "base INTEGER", "html INTEGER", "at INTEGER"):
        conn.execute(f"ALTER TABLE outbox ADD COLUMN {column}")
    conn.execute(
        "UPDATE outbox SET rest = (SELECT json_extract(value, '$.rest') FROM change"
        " WHERE eid = outbox.id AND field = '' ORDER BY id LIMIT 1)"
    )
    conn.execute(
        "CREATE TABLE learned(mailbox TEXT NOT NULL, k TEXT NOT NULL, v TEXT NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY(mailbox, k)) WITHOUT ROWID"
    )


def places(conn: sqlite3.Connection) -> None:
    """What other programs do to letters in their folders, and sent letters that have no ticket yet."""
    run(conn, schema.PLACES)


def people(conn: sqlite3.Connection) -> None:
    """Who was merged into whom, and customers by name and by the domain of their address."""
    run(conn, schema.PEOPLE)


def owed(conn: sqlite3.Connection) -> None:
    """Letters a server withheld are asked for at every look, which must not read the whole ledger."""
    conn.execute("CREATE INDEX ledger_owed ON ledger(box) WHERE what = 'withheld'")


def owners(conn: sqlite3.Connection) -> None:
    """Tickets of nobody stand in the index of owners."""
    run(conn, schema.OWNERS)


def frames(conn: sqlite3.Connection) -> None:
    """Letters stand in the order they came, and say where their base64 was."""
    run(conn, schema.FRAMES)


STEPS = {
    "first": first, "sending": sending, "places": places, "people": people, "owed": owed, "owners": owners,
    "frames": frames,
}  # fmt: skip
"""Every step by its name, in order. A name never changes: a desk remembers those it has taken."""
