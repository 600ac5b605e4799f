"""Search over 50,000 generated messages against looking up 50 rows by number, in the same run.

The ratio is the figure; milliseconds are printed to see where time goes. Words follow Zipf's law, as in
real mail, so that common, middling and rare words are all there.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

from store import schema
from store.keep import fts
from store.reads import sql
from store.reads.search import Order, search
from store.rules.query import parse, visible

MESSAGES = 50_000
IN_A_TICKET = 3
WORDS_IN_ONE = 90
NOW = 1_780_000_000
ROUNDS = 15


def asked() -> tuple[tuple[str, str], ...]:
    """What is searched for, by its name in the table."""
    return (
        ("the most common word", word(0)),
        ("a common word", word(12)),
        ("a middling word", word(400)),
        ("a rare word", word(29_000)),
        ("no word at all", "nowhere"),
        ("two common words", f"{word(3)} {word(12)}"),
        ("two middling words", f"{word(300)} {word(400)}"),
        ("a phrase", f'"{word(3)} {word(4)}"'),
        ("a beginning", f"{word(40)[:-1]}*"),
        ("a sender and a word", f"from:user77@ {word(12)}"),
        ("a word among the open", f"{word(12)} is:open"),
        ("a common word, few tickets", f"{word(0)} tag:rare"),
        ("part of a message id", "9f-4711@desk"),
        ("part of an order number", "ORD-0012"),
    )


def main() -> None:
    """Print the table; rounds are interleaved, because the machine drifts."""
    with tempfile.TemporaryDirectory() as folder:
        conn = fill(Path(folder) / "desk.db")
        jobs = {"floor": lambda: floor(conn)}
        for name, typed in asked():
            jobs[f"{name}, newest"] = ask(conn, typed, Order.NEWEST)
            jobs[f"{name}, relevance"] = ask(conn, typed, Order.RELEVANCE)
            jobs[f"{name}, as a filter"] = narrow(conn, typed)
        took = timed(jobs)
        report(took)
        conn.close()


def ask(conn: sqlite3.Connection, typed: str, order: Order) -> Callable[[], object]:
    return lambda: search(conn, typed, now=NOW, me="ann", order=order)


def narrow(conn: sqlite3.Connection, typed: str) -> Callable[[], object]:
    where = sql.where(visible(parse(typed)), now=NOW, me="ann")
    page = f"SELECT t.id FROM ticket AS t WHERE {where.sql} ORDER BY t.updated DESC LIMIT 50"
    return lambda: conn.execute(page, where.params).fetchall()


def floor(conn: sqlite3.Connection) -> object:
    """Fifty messages by row number: what any page of fifty costs at least."""
    rows = (random.randrange(1, MESSAGES) for _ in range(50))
    return [
        conn.execute("SELECT id, ticket, date, snippet FROM message WHERE n = ?", (n,)).fetchone()
        for n in rows
    ]


def timed(jobs: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds of each round of each job, the first round thrown away."""
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(ROUNDS + 1):
        for name, job in jobs.items():
            start = perf_counter()
            job()
            if number:
                took[name].append((perf_counter() - start) * 1000)
    return took


def report(took: dict[str, list[float]]) -> None:
    base = statistics.median(took["floor"])
    print(f"50 rows by number: {base:.3f} ms. Times as much, with milliseconds (median, worst of {ROUNDS}):")
    for name, typed in asked():
        cells: list[str] = []
        for kind in ("newest", "relevance", "as a filter"):
            ms = took[f"{name}, {kind}"]
            cells.append(
                f"{kind} {statistics.median(ms) / base:6.1f} ({statistics.median(ms):6.2f}, {max(ms):6.2f})"
            )
        print(f"{name:<27} {typed:<20} {'   '.join(cells)}")


def fill(path: Path) -> sqlite3.Connection:
    """A desk of generated messages, and how long the index took against the rows alone."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
    conn.executescript(schema.LOG + schema.ROWS + schema.LOCAL + schema.COUNTERS)
    dice = random.Random(11)
    texts = bodies(dice)
    spent = process_time()
    conn.execute("BEGIN")
    rows(conn, dice, texts)
    plain, spent = process_time() - spent, process_time()
    fts.begin_first_sync(conn)
    for first in range(0, MESSAGES, 1_000):
        fts.index_messages(conn, [indexed(n, texts[n - 1]) for n in range(first + 1, first + 1_001)])
    letters, spent = process_time() - spent, process_time()
    fts.index_tickets(conn, [f"t{n}" for n in range(1, MESSAGES // IN_A_TICKET + 1)])
    names, spent = process_time() - spent, process_time()
    fts.end_first_sync(conn)
    conn.execute("COMMIT")
    merging, size = process_time() - spent, path.stat().st_size / 1e6
    print(
        f"{MESSAGES:,} messages of {WORDS_IN_ONE} words: rows {plain:.2f} CPU s, index of words"
        f" {letters:.2f}, of parts {names:.2f}, merging {merging:.2f}; {size:.0f} MB"
    )
    return conn


def indexed(n: int, text: str) -> fts.Indexed:
    return fts.Indexed(n, f"Order ORD-{n % 700:05}", f"user{n % 900} <user{n % 900}@mail.example>", text)


def rows(conn: sqlite3.Connection, dice: random.Random, texts: list[str]) -> None:
    tickets = MESSAGES // IN_A_TICKET
    conn.executemany(
        "INSERT INTO customer(id, name, email) VALUES(?, ?, ?)",
        ((f"c{n}", f"user{n}", f"user{n}@mail.example") for n in range(900)),
    )
    conn.executemany(
        """INSERT INTO ticket(id, number, subject, status, priority, customer, assignee, created, updated)
           VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            (f"t{n}", n, f"Order ORD-{n % 700:05}", "open" if n > tickets * 0.9 else "closed",
             dice.randint(1, 4), f"c{n % 900}", dice.choice((None, "ann", "bob")), NOW - 9_000_000 + n * 500,
             NOW - 9_000_000 + n * 500)
            for n in range(1, tickets + 1)
        ),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO attr VALUES(?, 'tag', 'rare', 1)", ((f"t{n}",) for n in range(1, tickets, 500))
    )
    conn.executemany(
        """INSERT INTO message(n, id, ticket, kind, date, msgid, subject, sender, rcpt, snippet)
           VALUES(?, ?, ?, 'in', ?, ?, ?, ?, '{"to":["Desk <support@desk.example>"]}', ?)""",
        (
            (n, f"m{n}", f"t{(n - 1) // IN_A_TICKET + 1}", NOW - 9_000_000 + n * 170,
             f"ab{n:x}9f-{n}@desk.example", one.subject, one.sender, text[:120])
            for n, text in enumerate(texts, 1)
            for one in (indexed(n, ""),)
        ),
    )  # fmt: skip


def bodies(dice: random.Random) -> list[str]:
    vocabulary = [word(n) for n in range(30_000)]
    weights = list(itertools.accumulate(1 / (n + 2.7) for n in range(len(vocabulary))))
    return [" ".join(dice.choices(vocabulary, cum_weights=weights, k=WORDS_IN_ONE)) for _ in range(MESSAGES)]


def word(rank: int) -> str:
    """The word of that rank among the most common: letters only, and no two with one stem."""
    return "q" + "".join("bcdfghjklm"[int(digit)] for digit in f"{rank}") + "o"


if __name__ == "__main__":
    main()
