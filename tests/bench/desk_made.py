"""A desk of any size as imports and sync leave it: an entry a letter, through the real door, built once.

`python -m tests.bench.desk_made TICKETS` makes one in `.bench/` beside the project, or in the folder that
DESKTERM_BENCH names. A million tickets take a quarter of an hour and 5 GB.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from deskterm.config import Settings
from deskterm.desk import Desk
from store import blobs
from store.keep import fts
from store.log import ids
from store.log.entry import Change, Value, put
from store.log.tx import Tx
from tests.paths import ROOT

NOW = 1_750_000_000
FOLDER = Path(os.environ.get("DESKTERM_BENCH", ROOT / ".bench"))
HEAD = 200
"""Tickets on top of the queue, each with a conversation of MESSAGES letters; the second has LONG."""
MESSAGES = 12
LONG = 200
AT_ONCE = 1_000
"""Tickets in a transaction."""
DAY = 86_400
VOCABULARY = 30_000
_SYLLABLES = tuple(c + v for c in "bdfgklmnprstvz" for v in "aeiou")


def built(count: int) -> Path:
    """The home of a desk with so many tickets and twice as many letters."""
    home = FOLDER / f"desk-{count}-1"
    if not (home / "done").exists():
        _build(home, count)
        (home / "done").write_text("")
    return home


def word(rank: int) -> str:
    """The word of that rank among the most common; neighbours begin with other letters."""
    spoken = _SYLLABLES[rank * 31 % 70] + _SYLLABLES[rank // 70 % 70]
    return spoken + (_SYLLABLES[rank // 4_900] if rank >= 4_900 else "") + "n"


def _build(home: Path, count: int) -> None:
    desk = Desk.open(home, settings=Settings(agent="me"), clock=lambda: NOW)
    begun = time.monotonic()
    try:
        conn = desk.store._writer
        # What is half built is thrown away, so nothing has to survive a power cut; the index fits in memory.
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -3000000")
        conn.execute("PRAGMA wal_autocheckpoint = 100000")
        fts.begin_first_sync(conn)
        for first in range(0, count, AT_ONCE):
            with desk.store.write() as tx:
                for number in range(first, min(first + AT_ONCE, count)):
                    _ticket(tx, number, count)
            if first % 50_000 == 0 and first:
                print(f"  {first:,} tickets after {time.monotonic() - begun:.0f} s", file=sys.stderr)
        fts.end_first_sync(conn)
    finally:
        desk.close()


def _ticket(tx: Tx, number: int, count: int) -> None:
    """One ticket as its letters make it, an entry for each, and what an agent did to it since."""
    dice, secret = random.Random(number), tx.store.secret
    who = number % max(1, count // 5)
    name, email = f"{word(who % 4_000).title()} {who}", f"c{who}@customers{who % 997}.example"
    customer, ticket = ids.from_letter(secret, "c", email), ids.from_letter(secret, "t", str(number))
    made = _made(number, count)
    row = {
        "subject": " ".join(_words(dice, 4)).capitalize(), "customer": customer, "created": made,
        "channel": "mail", **_state(number, dice),
    }  # fmt: skip
    first: list[Change] = [put(ticket, row)]
    if number < max(1, count // 5):
        first.append(put(customer, {"name": name, "email": email}))
    last = ""
    for n in range(_length(number)):
        ours = n % 2 == 1
        text = _text(dice)
        body = blobs.words(text)
        message = ids.from_letter(secret, "m", f"{number}.{n}")
        letter: dict[str, Value] = {
            "ticket": ticket, "kind": "out" if ours else "in", "author": "me" if ours else customer,
            "date": made + n * 600, "msgid": f"{number}.{n}@mail.example", "refs": last or None,
            "subject": row["subject"], "sender": "Desk <help@desk.example>" if ours else f"{name} <{email}>",
            "rcpt": f'{{"to":["{email if ours else "help@desk.example"}"]}}', "snippet": text[:120],
            "body": body.hash, "why": "a reply to our letter" if n else "no letter it answers is here",
        }  # fmt: skip
        last = f"{number}.{n}@mail.example"
        tx.says(message, text)
        tx.commit(
            [*(first if n == 0 else ()), put(message, letter)],
            actor="sync", kind="archive", key=f"letter:{message}", beside=[body],
        )  # fmt: skip
    if row["status"] == "open" and number >= HEAD and number % 3 == 0:
        tx.commit([Change(ticket, "priority", 2), Change(ticket, "tag.seen", 1)], actor="me", kind="set")


def _made(number: int, count: int) -> int:
    """The head is late, the rest is spread over three years with the newest last."""
    if number < HEAD:
        return NOW - 3 * DAY + number * 60
    return NOW - 1_000 * DAY + int(number / count * 999 * DAY)


def _state(number: int, dice: random.Random) -> dict[str, Value]:
    """Six in a hundred are open work, a few sleep or wait, the rest is done."""
    tag = f"tag.{dice.choice(('refund', 'export', 'login', 'label', 'vip'))}"
    if number < HEAD:
        return {"status": "open", "priority": 1, "assignee": "me", "unread": 1, tag: 1}
    roll = dice.random()
    owner = dice.choice(("me", "me", "ann", "bob", None))
    shared: dict[str, Value] = {"priority": dice.choice((2, 3, 3, 4)), "assignee": owner, tag: 1}
    if roll < 0.06:
        return {"status": "open", "unread": dice.choice((1, None)), **shared}
    if roll < 0.07:
        return {"status": "waiting", **shared}
    if roll < 0.075:
        return {"status": "open", "snooze_until": NOW + dice.randrange(DAY, 90 * DAY), **shared}
    return {"status": "solved" if roll < 0.1 else "closed", **shared}


def _length(number: int) -> int:
    """How many letters; two on average."""
    if number < HEAD:
        return LONG if number == 1 else MESSAGES
    return (1, 1, 2, 4)[number % 4]


def _text(dice: random.Random) -> str:
    return "\n\n".join(" ".join(_words(dice, 14)).capitalize() + "." for _ in range(3))


def _words(dice: random.Random, count: int) -> Sequence[str]:
    names, weights = _vocabulary()
    return dice.choices(names, cum_weights=weights, k=count)


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Words by Zipf's law, as in real mail: some common, most rare."""
    weights: Iterator[float] = itertools.accumulate(1 / (n + 2.7) for n in range(VOCABULARY))
    return [word(n) for n in range(VOCABULARY)], list(weights)


if __name__ == "__main__":
    print(built(int(sys.argv[1])))
