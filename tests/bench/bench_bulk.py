"""A macro over 10,000 tickets: dry run, apply and undo, against bare inserts of as many log rows.

Two macros: one that sets fields, and one that also writes each customer a letter.
"""

from __future__ import annotations

import gc
import json
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from deskterm import plans
from deskterm.config import Box, Settings
from deskterm.desk import Desk
from store.log import ids
from store.log.entry import Change, put
from store.rules import macros

TICKETS = 10_000
NOW = 1_790_000_000

FIELDS = '+++\nname = "Refund"\nstatus = "solved"\npriority = 2\ntags = ["refund", "-new"]\n+++\n'
LETTER = (
    FIELDS
    + """Hello {{ customer.first_name | default: "there" }},

your {{ ask: amount }} are back: {{ ticket.subject }}.
"""
)

PLANNED, APPLIED, UNDONE = 2.0, 1.0, 2.0
"""Budgets in seconds, for the macro that sets fields."""

T = TypeVar("T")


def main() -> None:
    """Print how long each step takes, and how many times the bare rows that is."""
    print(f"a macro over {TICKETS:,} tickets")
    for name, text in (("fields", FIELDS), ("fields + letter", LETTER)):
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), name, text)


def _measure(home: Path, name: str, text: str) -> None:
    box = Box(address="help@acme.example", out=str(home / "out"))
    desk = Desk.open(home, settings=Settings(mailbox={"help": box}), clock=lambda: NOW)
    tickets = fill(desk, TICKETS)
    macro = macros.parse(text)
    planned, plan = timed(lambda: plans.make_macro(desk, macro, tickets, {"amount": "12 EUR"}))
    applied, done = timed(lambda: plans.apply(desk, plan))
    undone, _ = timed(desk.undo)
    floor = bare(home / "floor.db", done.receipt.changes)
    rows = (("plan", planned, PLANNED), ("apply", applied, APPLIED), ("undo", undone, UNDONE))
    print(f" {name}: {done.receipt.changes:,} changes; as bare rows {floor:.3f} s")
    for step, took, budget in rows:
        said = "" if name != "fields" else ("met" if took <= budget else "MISSED")
        print(
            f"  {step:<8}{took:7.3f} s {took / TICKETS * 1e6:7.1f} us a ticket {took / floor:6.1f} x {said}"
        )
    desk.close()


def fill(desk: Desk, count: int) -> list[str]:
    """Open tickets with a customer and a letter each."""
    made: list[str] = []
    with desk.store.write() as tx:
        changes: list[Change] = []
        for n in range(count):
            ticket, customer = (ids.from_letter(desk.store.secret, kind, str(n)) for kind in "tc")
            message = ids.from_letter(desk.store.secret, "m", str(n))
            made.append(ticket)
            changes += [
                put(ticket, {"subject": f"Export {n} fails", "status": "open", "priority": 3,
                             "created": NOW - n, "customer": customer, "tag.new": 1}),
                put(customer, {"name": f"Dana Reyes {n}", "email": f"dana{n}@customer.example"}),
                put(message, {"ticket": ticket, "kind": "in", "date": NOW - n,
                              "msgid": f"{n}@customer.example",
                              "sender": f"Dana Reyes <dana{n}@customer.example>",
                              "rcpt": json.dumps({"to": ["help@acme.example"]})}),
            ]  # fmt: skip
        tx.commit(changes, actor="mail", kind="mail")
    return made


def bare(path: Path, count: int) -> float:
    """The floor: as many rows of the size of a change, inserted into one table and synced once."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute(
        "CREATE TABLE change(eid TEXT, field TEXT, id INTEGER, value, PRIMARY KEY(eid, field, id))"
        " WITHOUT ROWID"
    )
    rows = [(f"t{n // 4:015}", f"field{n % 4}", NOW + n, "solved") for n in range(count)]

    def insert() -> None:
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany("INSERT INTO change VALUES(?, ?, ?, ?)", rows)
        conn.execute("COMMIT")

    took, _ = timed(insert)
    conn.close()
    return took


def timed(work: Callable[[], T]) -> tuple[float, T]:
    gc.collect()
    began = perf_counter()
    result = work()
    return perf_counter() - began, result


if __name__ == "__main__":
    main()
