"""The log against bare SQLite: the same rows of entry and change inserted into the same tables, nothing else.

Figures are read as multiples of that floor, taken in the same run on the same disk. ENTRIES in the
environment says how long the log is that is received, made into rows anew and proved (faults.md D15).
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep

from store import schema
from store.db import Store
from store.log import apply, rebuild, undo
from store.log.apply import Received
from store.log.entry import Change, put

COMMITS = 1_000
TICKETS = 10_000
ENTRIES = int(os.environ.get("ENTRIES") or 40_000)
"""Entries of the desk that is rebuilt and verified."""

Rows = list[tuple[str, str, int, int | str | None]]


def main(folder: str = "") -> None:
    """Print each figure with its floor; `folder` chooses the disk."""
    with tempfile.TemporaryDirectory(dir=folder or None) as home:
        root = Path(home)
        print(f"{'':<44}{'took':>9}{'each':>10}{'floor':>9}{'x':>6}")
        single(root)
        bulk(root)
        large(root)


def single(root: Path) -> None:
    """Commits of about two changes, each synced to disk."""
    store = Store(root / "single.db")

    def commits() -> None:
        for n in range(COMMITS):
            ticket = f"t{n - n % 3}"
            one = (
                put(ticket, {"subject": "S", "status": "new"})
                if n % 3 == 0
                else Change(ticket, "status", "open")
            )
            with store.write() as tx:
                tx.commit([one, Change(ticket, "priority", n % 4)], actor="a", kind="set")

    took = timed(commits)
    floor = bare(root / "single-bare.db", _log(store), a_commit=2)
    say("commits, synced", took, COMMITS, floor)
    store.close()


def bulk(root: Path) -> None:
    """An import, a bulk act on every ticket, and taking it back."""
    store = Store(root / "bulk.db")
    tickets = [f"t{n:015d}" for n in range(TICKETS)]
    rows = [put(eid, {"subject": f"Subject {eid}", "status": "open", "priority": 3}) for eid in tickets]
    say_alike(root, store, "tickets imported", TICKETS, lambda: commit(store, rows))
    act = [c for eid in tickets for c in (Change(eid, "status", "solved"), Change(eid, "priority", 1))]
    say_alike(root, store, "tickets, two fields each", TICKETS, lambda: commit(store, act))
    head = undo.last_act(store.read(), "a") or 0
    plans: list[undo.Plan] = []
    say("  undo planned", timed(lambda: plans.append(undo.plan(store.read(), head))), TICKETS, None)
    say_alike(root, store, "  undo written", TICKETS, lambda: commit(store, plans[0].changes, cause=head))
    took: list[float] = []
    waits = others(store.path, lambda: took.append(timed(lambda: commit(store, act))))
    say("  two fields while two others write", took[0], TICKETS, None)
    middle, longest = waits[len(waits) // 2] * 1e3, waits[-1] * 1e3
    print(f"{'':<10}  the others waited {middle:.1f} ms at the median, {longest:.0f} ms at most")
    store.close()


def commit(store: Store, changes: Iterable[Change], *, cause: int | None = None) -> None:
    with store.write() as tx:
        tx.commit(changes, actor="a", kind="bulk" if cause is None else "undo", cause=cause)


def others(path: str, work: Callable[[], None]) -> list[float]:
    """Do the work while two processes commit every 5 ms; returns how long their commits took, sorted."""
    with multiprocessing.Pool(2) as pool:
        stop = Path(f"{path}.stop")
        busy = [pool.apply_async(_busy, (path, name, stop)) for name in ("ben", "cleo")]
        sleep(0.5)
        work()
        stop.touch()
        return sorted(wait for one in busy for wait in one.get())


def _busy(path: str, name: str, stop: Path) -> list[float]:
    store, waits = Store(path), list[float]()
    while not stop.exists():
        sleep(0.005)
        waits.append(timed(lambda: commit(store, [Change(f"t{name}", "status", os.urandom(4).hex())])))
    store.close()
    return waits


def large(root: Path) -> None:
    """A desk of many entries: received by another replica, made anew, proved."""
    store = Store(root / "large.db")
    with store.write() as tx:
        for n in range(ENTRIES // 2):
            made = put(f"t{n:015d}", {"subject": f"Subject {n}", "status": "new", "tag.a": 1})
            letter = put(
                f"m{n:015d}", {"ticket": f"t{n:015d}", "kind": "in", "date": n, "snippet": "words " * 9}
            )
            tx.commit([made, letter], actor="sync", kind="letter", key=f"letter {n}")
            sets = [Change(f"t{n:015d}", field, "x") for field in ("status", "assignee", "tag.b")]
            tx.commit(sets, actor="a", kind="set")
    log = _log(store)
    count, floor = len(log), bare(root / "large-bare.db", log, a_commit=len(log))
    del log
    other = Store(root / "other.db")
    other.secret = store.secret

    def receive() -> None:
        entries = apply.entries(store.read())
        while some := list(islice(entries, 500)):
            with other.write() as tx:
                apply.receive(tx, map(Received, some))

    say("changes received", timed(receive), count, floor)
    say("  received again", timed(receive), count, floor)
    before = rebuild.rows_digest(store.read())
    say("changes made into rows anew", timed(lambda: anew(store)), count, floor)
    assert rebuild.rows_digest(store.read()) == before
    faults: list[str] = []
    took = timed(lambda: faults.extend(rebuild.verify(store.read(), store.secret).faults))
    say("changes verified", took, count, floor)
    assert not faults
    assert rebuild.rows_digest(other.read()) == before
    other.close()
    store.close()


def anew(store: Store) -> None:
    with store.write() as tx:
        rebuild.rebuild(tx)


def _log(store: Store, *, after: int = 0) -> Rows:
    changes = "SELECT eid, field, c.id, value FROM change c JOIN entry e ON e.id = c.id"
    return store.read().execute(f"{changes} WHERE lseq > ? ORDER BY lseq", (after,)).fetchall()


def bare(path: Path, rows: Rows, *, a_commit: int) -> float:
    """The floor in seconds: the same changes and their entries, so many changes to a transaction."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    for statement in schema.LOG.split(";\n"):
        conn.execute(statement)
    began = perf_counter()
    for at in range(0, len(rows), a_commit):
        part = rows[at : at + a_commit]
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany("INSERT INTO change VALUES(?, ?, ?, ?)", part)
        conn.executemany(
            "INSERT OR IGNORE INTO entry(id, actor, kind, seen, v, eids, seq, prev, hash)"
            " VALUES(?, 'a', 'set', 0, 1, '', 0, x'00', x'00')",
            ((row[2],) for row in part),
        )
        conn.execute("COMMIT")
    took = perf_counter() - began
    conn.close()
    return took


def say_alike(root: Path, store: Store, what: str, count: int, work: Callable[[], None]) -> None:
    """Time the work, then insert the log rows it wrote into bare tables."""
    before = store.last_lseq()
    took = timed(work)
    floor = bare(root / f"bare-{before}.db", _log(store, after=before), a_commit=10**9)
    say(what, took, count, floor)


def say(what: str, took: float, count: int, floor: float | None) -> None:
    ratio = f"{floor:8.3f}s{took / floor:6.1f}" if floor else ""
    print(f"{count:>9,} {what:<34}{took:8.3f}s{took / count * 1e6:8.0f}us{ratio}")


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    import sys

    main(*sys.argv[1:2])
