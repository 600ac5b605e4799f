"""The step killer: a real process is killed just before or just after its n-th act, for every n.

An act is a statement handed to SQLite or a call that changes a name or syncs a file. Product code knows
nothing of this: acts are found by a trace callback, a connection class and wrapped calls of `os`. Run as
a program it forks from one warm process and prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from store import blobs, mailbox, shelf
from store.db import Store
from store.errors import StoreError
from store.log import rebuild
from store.log.entry import Change, put
from tests.rigs.desks import START_MS

Ack = Callable[[], None]
Work = Callable[[Path, Ack], None]
"""What is done to the desk of a home; `Ack` is called after everything that was promised to be kept."""

IN_FILE = 4_000
"""A smaller limit than the product's, so that a letter of a few kilobytes goes through a file."""
BIG = random.Random(1).randbytes(IN_FILE * 2)
FILE_CALLS = ("fsync", "replace", "rename", "link", "unlink", "mkdir", "open")


@dataclass
class Found:
    """What the loop over all points found."""

    acts: int = 0
    points: int = 0
    killed: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    """How many entries were kept, and how often."""
    faults: list[str] = field(default_factory=list)


class Steps:
    """Counts acts, and ends the process at the chosen one as a power switch would."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at, self.after, self.count = at, after, 0

    def begin(self) -> int:
        """An act is about to happen; the one before it has happened."""
        self.end(self.count)
        self.count += 1
        if self.count == self.at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.count

    def end(self, number: int) -> None:
        if number == self.at and self.after:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Watch every act of this process from now on."""
        steps, connect = self, sqlite3.connect

        class Watched(sqlite3.Connection):
            def execute(self, *arguments: Any) -> sqlite3.Cursor:
                cursor = super().execute(*arguments)
                steps.end(steps.count)
                return cursor

            def executemany(self, *arguments: Any) -> sqlite3.Cursor:
                cursor = super().executemany(*arguments)
                steps.end(steps.count)
                return cursor

        def watched(*arguments: Any, **named: Any) -> sqlite3.Connection:
            conn = connect(*arguments, **named, factory=Watched)
            conn.set_trace_callback(lambda _: void(steps.begin()))
            return conn

        setattr(sqlite3, "connect", watched)  # noqa: B010
        for name in FILE_CALLS:
            setattr(os, name, self._around(getattr(os, name)))

    def _around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            number = self.begin()
            result = act(*arguments, **named)
            self.end(number)
            return result

        return stepped


def void(_: object) -> None:
    """A trace callback returns nothing."""


def clock() -> int:
    return START_MS


def acts(home: Path, ack: Ack) -> None:
    """A few commits as a person makes them, each with a key so that they can be repeated."""
    store = Store(home / "desk.db", clock=clock)
    stages = (
        [
            put("t1", {"subject": "One", "status": "new", "tag.a": 1}),
            put("m1", {"ticket": "t1", "kind": "in"}),
        ],
        [Change("t1", "status", "solved"), Change("t1", "tag.b", 2), Change("t1", "tag.a", None)],
        [put(f"t{n}", {"subject": f"{n}", "status": "open"}) for n in range(2, 7)],
        [Change(f"t{n}", "priority", n) for n in range(1, 7)],
    )
    for n, changes in enumerate(stages):
        with store.write() as tx:
            tx.commit(changes, actor="ana", kind="act", key=f"act {n}")
        ack()
    store.close()


def letters(home: Path, ack: Ack) -> None:
    """A round of receiving in two batches: what the ledger does not know becomes message, shelf or ignore."""
    store = Store(home / "desk.db", clock=clock)
    folder = blobs.folder_of(store.path)
    box = mailbox.find(store.read(), "support", "INBOX", 7)
    if box is None:
        with store.write() as tx:
            box = mailbox.found(tx.conn, "support", "INBOX", uidvalidity=7, highest=0)
    for batch in (range(1, 4), range(4, 7)):
        new = mailbox.unseen(store.read(), box, batch)
        if not new:
            continue
        ready = {uid: _frame(uid, folder) for uid in new}
        with store.write() as tx:
            for uid, blob in ready.items():
                _take_in(tx, box.id, uid, blob)
            tx.commit([], actor="sync", kind="letter", beside=[mailbox.Reached(box.id, last_uid=max(new))])
        ack()
    store.close()


def _frame(uid: int, folder: Path | None) -> blobs.Blob:
    raw = BIG if uid == 2 else b"Subject: letter %d\r\n\r\nhello" % uid
    return blobs.letter(raw, f"hello {uid}", folder=folder) if uid != 3 else blobs.file(raw, folder=folder)


def _take_in(tx: Any, box: int, uid: int, blob: blobs.Blob) -> None:
    if uid == 3:
        lying = shelf.Shelved(5, f"box/{uid}", "no parts", blob.hash)
        seen = mailbox.Seen(box, uid, "shelf", blob.hash)
        tx.commit([], actor="sync", kind="letter", beside=[blob, lying, seen])
    elif uid == 5:
        tx.commit(
            [], actor="sync", kind="letter", beside=[mailbox.Seen(box, uid, "ignored", "a copy of ours")]
        )
    else:
        message = {"ticket": f"t{uid}", "kind": "in", "body": blob.hash, "date": 5, "refs": "a@b c@d"}
        changes = [put(f"t{uid}", {"subject": f"{uid}", "status": "new"}), put(f"m{uid}", message)]
        seen = mailbox.Seen(box, uid, "message", f"m{uid}")
        tx.commit(changes, actor="sync", kind="letter", key=f"letter {uid}", beside=[blob, seen])


def first(home: Path, ack: Ack) -> None:
    """The first start: the home does not exist yet."""
    Store(home / "desk.db", clock=clock).close()
    acts(home, ack)


WORKS: dict[str, Work] = {"acts": acts, "letters": letters, "first": first}


def killed_at(work: Work, home: Path, steps: Steps) -> tuple[int, bool]:
    """Run the work in a forked process; returns how many acts were acknowledged and whether it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.close(reader)
            steps.install()
            work(home, lambda: void(os.write(writer, b".")))
            os.write(writer, b"!%d" % steps.count)
            os._exit(0)
        os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the worker failed by itself ({status}) at {steps.at}")
    acknowledged, _, count = told.partition(b"!")
    if count:
        steps.count = int(count)
    return len(acknowledged), status != 0


def state(home: Path) -> tuple[int, str, list[str]]:
    """Entries, the digest of all rows and local sums, and everything that is wrong."""
    store = Store(home / "desk.db", clock=clock)
    conn = store.read()
    faults = [*rebuild.verify(conn, store.secret).faults]
    faults += blobs.faults(conn, folder=blobs.folder_of(store.path))
    ledger = conn.execute("SELECT uid, what, ref FROM ledger ORDER BY uid").fetchall()
    box = conn.execute("SELECT ifnull(max(last_uid), 0) FROM box").fetchone()[0]
    if [row[0] for row in ledger] != list(range(1, box + 1)):
        faults.append(f"the folder was read up to {box}, the ledger knows {ledger}")
    for query in (
        "SELECT ref FROM ledger WHERE what = 'message' EXCEPT SELECT id FROM message",
        "SELECT body FROM message WHERE body > '' EXCEPT SELECT hash FROM blob",
        "SELECT blob FROM shelf EXCEPT SELECT hash FROM blob",
    ):
        faults += [f"{row} is named and not there" for row in conn.execute(query)]
    sums = conn.execute("SELECT (SELECT count(*) FROM shelf), (SELECT count(*) FROM blob)").fetchone()
    digest, entries = rebuild.digest(conn), store.last_lseq()
    store.close()
    if [file.name for file in home.iterdir() if file.suffix == ".db"] != ["desk.db"]:
        faults.append("there is more than one desk")
    return entries, f"{digest} {ledger} {sums}", faults


def loop(name: str, root: Path, *, most: int) -> Found:
    """Kill on both sides of every act (of evenly chosen ones above `most` points); check each time."""
    work, found = WORKS[name], Found()
    seed = root / "seed"
    if name != "first":
        Store(seed / "desk.db", clock=clock).close()
    home = root / "good"
    _copy(seed, home)
    good = Steps(0, after=False)
    killed_at(work, home, good)
    want = state(home)
    found.acts, found.faults = good.count, want[2]
    points = [(n, after) for n in range(1, good.count + 1) for after in (False, True)]
    for n, after in points[:: max(1, -(-len(points) // most))]:
        home = root / f"{n}{after}"
        _copy(seed, home)
        _check(found, work, home, Steps(n, after=after), want=want)
        shutil.rmtree(home)
    return found


def _check(found: Found, work: Work, home: Path, steps: Steps, *, want: tuple[int, str, list[str]]) -> None:
    acknowledged, killed = killed_at(work, home, steps)
    found.points += 1
    found.killed += killed
    where = f"{'after' if steps.after else 'before'} act {steps.at}"
    if (home / "desk.db").exists():
        entries, _, faults = state(home)
        found.kept[str(entries)] = found.kept.get(str(entries), 0) + 1
        found.faults += [f"{where}: {fault}" for fault in faults]
        if entries < acknowledged:
            found.faults.append(f"{where}: {acknowledged} were promised, {entries} are here")
    elif acknowledged:
        found.faults.append(f"{where}: {acknowledged} were promised, there is no desk")
    for run in ("second", "third"):
        try:
            work(home, lambda: None)
        except StoreError as error:
            found.faults.append(f"{where}: the {run} run failed: {error}")
        if state(home) != want:
            found.faults.append(f"{where}: after the {run} run the desk is not what it should be")


def _copy(seed: Path, home: Path) -> None:
    if seed.exists():
        shutil.copytree(seed, home)


def race(root: Path, *, rounds: int) -> Found:
    """Two processes found one desk at once, and one is killed on the way: there is exactly one desk."""
    found = Found()
    for n in range(1, rounds + 1):
        home = root / f"race{n}"
        other = os.fork()
        if other == 0:
            with suppress(BaseException):
                acts(home, lambda: None)
                os._exit(0)
            os._exit(1)
        _, killed = killed_at(first, home, Steps(n * 2, after=bool(n % 2)))
        if os.waitpid(other, 0)[1] != 0:
            found.faults.append(f"round {n}: the one that was not killed failed")
        found.points += 1
        found.killed += killed
        entries, _, faults = state(home)
        found.faults += [f"round {n}: {fault}" for fault in faults]
        if entries != 4:
            found.faults.append(f"round {n}: {entries} entries instead of 4")
    return found


def flat_out(root: Path, *, rounds: int) -> Found:
    """Killed at any moment of many commits, inside SQLite too; what was acknowledged is there."""
    found = Found()
    home = root / "flat"
    Store(home / "desk.db", clock=clock).close()
    chance = random.Random(rounds)
    for _ in range(rounds):
        before = state(home)[0]
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            store = Store(home / "desk.db", clock=clock)
            while True:
                with store.write() as tx:
                    tx.commit([Change("t1", "status", os.urandom(900).hex())], actor="a", kind="set")
                os.write(writer, b".")
        os.close(writer)
        os.read(reader, 1)
        time.sleep(chance.random() / 100)
        os.kill(child, signal.SIGKILL)
        with os.fdopen(reader, "rb") as pipe:
            acknowledged = 1 + len(pipe.read())
        os.waitpid(child, 0)
        entries, _, faults = state(home)
        found.points += 1
        found.killed += 1
        found.faults += faults
        if entries - before not in (acknowledged, acknowledged + 1):
            found.faults.append(f"{acknowledged} were promised, {entries - before} are here")
    return found


def main(name: str, folder: str, most: str) -> None:
    root, blobs.IN_FILE = Path(folder), IN_FILE
    # Everything is loaded before the first fork, so that a child does its work and nothing else.
    acts(root / "warm", lambda: None)
    letters(root / "warm", lambda: None)
    if name == "race":
        found = race(root, rounds=int(most))
    elif name == "flat":
        found = flat_out(root, rounds=int(most))
    else:
        found = loop(name, root, most=int(most))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
