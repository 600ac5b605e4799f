"""Rules: 100 of them over the letters of a desk, and one of them over its past, beside bare reading of both.

`python -m tests.bench.bench_rules [LETTERS]` for another number of letters.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from deskterm import trials
from deskterm.automation import Automation, arm
from deskterm.config import Settings
from deskterm.desk import Desk
from store import blobs
from store.log import ids
from store.log.entry import Change, put
from store.model import Doc

LETTERS = 2_000
FEW = 400
RULES = 100
NOW = 1_790_000_000

WORDS = [
    "invoice", "refund", "export", "import", "password", "login", "crash", "slow", "update", "report",
    "order", "parcel", "address", "please", "thanks", "hello", "monday", "account", "question", "screen",
]  # fmt: skip


def main(letters: int = LETTERS) -> None:
    """Print what rules cost a letter, and what the past costs an act, each over its floor."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(Path(folder), settings=Settings(agent="ana"), clock=lambda: NOW)
        rules = Automation(desk)
        rules.begin()
        began = perf_counter()
        fill(desk, letters)
        filled = perf_counter() - began
        for n in range(RULES):
            desk.save_doc("rule", f"rule {n:03}", _rule(n))
        texts = read_bare(desk)
        began = perf_counter()
        acts = rules.run()
        took = perf_counter() - began
        print(f"{RULES} rules over {letters:,} letters: {acts:,} acts")
        print(f"  letters written     {filled:7.2f} s {filled / letters * 1e6:8.0f} us a letter")
        print(f"  texts read bare     {texts:7.2f} s {texts / letters * 1e6:8.0f} us a letter   1.0 x")
        each = took / letters * 1e6
        print(f"  rules asked, acting {took:7.2f} s {each:8.0f} us a letter {took / texts:5.1f} x")
        print(f"   {each / RULES:8.2f} us a letter and rule, {took / filled:.2f} x writing them")
        _past(desk)
        desk.close()
    _growing()


def _growing() -> None:
    """Rules that find nothing, in growing numbers: what a letter and rule costs has to stay (R09)."""
    print(f"rules that find nothing over {FEW:,} letters, a letter and rule:")
    first = 0.0
    for rules in (100, 200, 400):
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk.open(Path(folder), settings=Settings(agent="ana"), clock=lambda: NOW)
            work = Automation(desk)
            work.begin()
            for n in range(rules):
                asks = f'when = "received"\nmatch = "zebra{n} OR tag:z{n}"\n[do]\ntags = ["z"]\n'
                desk.save_doc("rule", f"rule {n:03}", asks)
            fill(desk, FEW)
            began = perf_counter()
            work.run()
            each = (perf_counter() - began) / FEW / rules * 1e6
            first = first or each
            print(f"  {rules} rules {each:8.2f} us {each / first:5.2f} x")
            desk.close()


def _past(desk: Desk) -> None:
    entries = int(desk.conn.execute("SELECT count(*) FROM entry").fetchone()[0])
    bare = read_log(desk.conn)
    for name, text in (
        ("a word", 'when = "received"\nmatch = "refund"\n[do]\ntags = ["x"]\n'),
        ("a field", 'when = "changed"\nmatch = "tag:t1 -tag:t2"\n[do]\ntags = ["x"]\n'),
    ):
        one = arm(Doc("dx", "rule", name, text))
        began = perf_counter()
        would = sum(1 for _ in trials.backtest(desk, one, since=0))
        took = perf_counter() - began
        print(f"a back-test of {name} over {entries:,} entries: {would:,} acts")
        print(f"  log read bare       {bare:7.2f} s")
        each = took / entries * 1e6
        print(f"  back-test           {took:7.2f} s {each:8.0f} us an entry  {took / bare:5.1f} x")


def _rule(n: int) -> str:
    """Every tenth rule acts on what is common, the others ask for words that are rare together."""
    first, second = WORDS[n % len(WORDS)], WORDS[(n * 7 + 3) % len(WORDS)]
    match = f"{first} {second}" if n % 10 else f'"{first} {second}" OR subject:{first}'
    return f'when = "received"\nmatch = \'{match}\'\n[do]\ntags = ["t{n % 5}"]\n'


def fill(desk: Desk, count: int) -> None:
    """Tickets with a letter of some sixty words each, an entry a letter as mail makes them."""
    chance = random.Random(7)
    for start in range(0, count, 500):
        with desk.store.write() as tx:
            for n in range(start, min(start + 500, count)):
                text = " ".join(chance.choices(WORDS, k=60)) + f" {n}\n"
                ticket, message = (ids.from_letter(desk.store.secret, kind, str(n)) for kind in "tm")
                blob = blobs.words(text)
                told = {"subject": f"Question {n}"}
                began = {"status": "new", "priority": 3, "created": NOW - 60}
                came = {"ticket": ticket, "kind": "in", "date": NOW - 60, "body": blob.hash}
                sender = {"sender": f"C {n} <c{n}@x.example>"}
                changes: list[Change] = [put(ticket, told | began), put(message, told | came | sender)]
                tx.commit(changes, actor="mail", kind="mail", key=f"letter:{n}", beside=[blob])


def read_bare(desk: Desk) -> float:
    """Seconds to read every letter's text, which no rule over words can do without."""
    began = perf_counter()
    for (body,) in desk.conn.execute("SELECT body FROM message ORDER BY n").fetchall():
        blobs.read_text(desk.conn, body, folder=desk.blob_folder)
    return perf_counter() - began


def read_log(conn: sqlite3.Connection) -> float:
    """Seconds to read every entry with its changes."""
    began = perf_counter()
    for entry, eids in conn.execute("SELECT id, eids FROM entry ORDER BY id").fetchall():
        for eid in eids.split():
            conn.execute("SELECT field, value FROM change WHERE eid = ? AND id = ?", (eid, entry)).fetchall()
    return perf_counter() - began


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
