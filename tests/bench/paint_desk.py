"""The desk that painting is measured on: many tickets, those on top with twelve messages each, built once.

Kept under `.bench/` beside the project; made by bulk commits through the real door.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from deskterm.config import Settings
from deskterm.desk import Desk
from store import blobs
from store.log import ids
from store.log.entry import Change, Value, put
from tests.paths import ROOT

NOW = 1_750_000_000
HEAD = 200
"""Tickets with a conversation."""
MESSAGES = 12
BATCH = 2000
WORDS = ("export", "invoice", "webhook", "login", "seats", "printer", "label", "import", "carrier", "refund")
TEXTS = tuple(
    "\n\n".join(" ".join(WORDS[(n + i * 3 + k) % len(WORDS)] for k in range(24 + n)) for i in range(2)) + "."
    for n in range(10)
)
"""Different ones, so that a screen that moves on has something to paint."""


def built(count: int) -> Path:
    """The home of a desk with so many tickets."""
    home = ROOT / ".bench" / f"paint-{count}-2"
    if not (home / "done").exists():
        _build(home, count)
        (home / "done").write_text("")
    return home


def _build(home: Path, count: int) -> None:
    desk = Desk.open(home, settings=Settings(agent="me"), clock=lambda: NOW)
    dice = random.Random(11)
    bodies = [blobs.words(text) for text in TEXTS]
    try:
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            with desk.store.write() as tx:
                rows = list(_rows(numbers, tx.stamp(), dice, [body.hash for body in bodies]))
                tx.commit(rows, actor="bench", kind="import", beside=bodies)
    finally:
        desk.close()


def _rows(numbers: Sequence[int], stamp: int, dice: random.Random, bodies: Sequence[str]) -> Iterator[Change]:
    for at, number in enumerate(numbers):
        customer = ids.from_stamp("c", stamp, at)
        ticket = ids.from_stamp("t", stamp, at)
        name = f"Customer {number}"
        yield put(customer, {"name": name, "email": f"c{number}@customers.example"})
        row: dict[str, Value] = {
            "subject": f"{dice.choice(WORDS)} {dice.choice(WORDS)} {number}",
            "status": "open",
            "priority": 1 if number < HEAD else dice.choice((2, 3, 4)),
            "created": NOW - (count_back(number)),
            "customer": customer,
            "assignee": "me",
            f"tag.{dice.choice(WORDS)}": 1,
        }
        yield put(ticket, row)
        many = number < HEAD
        for n in range(MESSAGES if many else 1):
            sent: dict[str, Value] = {
                "ticket": ticket, "kind": "in" if n % 2 == 0 else "note", "author": "me", "sender": name,
                "date": NOW - 90_000 + n * 60 + number % 50, "body": bodies[(number + n) % len(bodies)],
            }  # fmt: skip
            yield put(ids.from_stamp("m", stamp, at * MESSAGES + n if many else HEAD * MESSAGES + at), sent)


def count_back(number: int) -> int:
    """Seconds before now a ticket was made: those on top are the ones that are late."""
    return 200_000 - number if number < HEAD else 3_600 + number % 40_000
