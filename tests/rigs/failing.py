"""The n-th call fails: a disk that is full or broken, or no descriptor left, at each call for each n.

A library loaded before the C library (failing.c) counts the calls on files of a desk. Run as a program it
forks from one warm process, commits until the call fails and after, and prints what it found as JSON.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from store import blobs, db
from store.db import Store
from store.errors import StoreError
from store.log import rebuild
from store.log.entry import Change, put
from tests.paths import ROOT, absent

SOURCE = Path(__file__).with_name("failing.c")
COMMITS = 5
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EMFILE": errno.EMFILE}


def library(folder: Path) -> Path:
    """The library, built; skips without a compiler where none is promised."""
    made = folder / "failing.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(made), str(SOURCE), "-ldl"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        reason = done.stderr if done.returncode else ""
    except OSError:
        reason = "there is no gcc"
    if reason:
        absent(f"calls cannot be made to fail: {reason}")
    return made


def found(built: Path, folder: Path, kind: str, *, lasting: bool, most: int) -> Found:
    """Run the loop in a process with the library."""
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    environ = {**os.environ, "PYTHONPATH": path, "LD_PRELOAD": str(built)}
    command = [sys.executable, "-m", "tests.rigs.failing", str(folder), kind, str(int(lasting)), str(most)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return Found(**json.loads(done.stdout.splitlines()[-1]))


@dataclass
class Found:
    """What the loop over all calls found."""

    calls: int = 0
    points: int = 0
    refused: int = 0
    """Commits that were refused, over all points."""
    kept: int = 0
    """Refused commits that are there all the same once the disk works again."""
    sentences: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def work(home: Path) -> Iterator[tuple[int, str]]:
    """Commits, some with a file beside: the number of each, and the sentence when it was refused."""
    store: Store | None = None
    for n in range(COMMITS):
        try:
            store = store or Store(home / "desk.db")
            blob = blobs.letter(b"%d" % n * 9_000, f"{n}", folder=blobs.folder_of(store.path))
            changes = [put(f"m{n}", {"body": blob.hash, "kind": "in"}), Change("t1", "priority", n)]
            with store.write() as tx:
                tx.commit(changes, actor="a", kind="letter", key=f"k{n}", beside=[blob])
        except StoreError as error:
            yield n, str(error)
            continue
        yield n, ""
    if store is not None:
        store.close()


def _child(
    home: Path, *, at: int, number: int, lasting: bool, opens: bool
) -> tuple[dict[int, str], int, str]:
    """The work in a forked process: what became of each commit, how many calls, what went wrong besides."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        library_ = ctypes.CDLL(None)
        os.close(reader)
        answer: dict[str, object] = {"done": {}, "wrong": ""}
        library_.fail_arm(str(home).encode(), at, number, int(lasting), int(opens))
        try:
            answer["done"] = dict(work(home))
        except BaseException as error:
            answer["wrong"] = f"{type(error).__name__}: {error}"
        answer["calls"] = library_.fail_count()
        library_.fail_arm(b"", 0, 0, 0, 0)
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = json.loads(pipe.read() or b'{"done": {}, "wrong": "it died", "calls": 0}')
    os.waitpid(child, 0)
    return {int(n): words for n, words in told["done"].items()}, told["calls"], told["wrong"]


def loop(root: Path, kind: str, *, lasting: bool, most: int) -> Found:
    """Fail each call (evenly chosen ones above `most`) and check each time."""
    result, seed, opens = Found(), root / "seed", kind == "EMFILE"
    Store(seed / "desk.db").close()
    for at in range(10**6):
        if at and result.calls > most and at % -(-result.calls // most):
            continue
        if at > result.calls:
            return result
        home = root / f"{kind}{at}"
        shutil.copytree(seed, home)
        done, calls, wrong = _child(home, at=at, number=ERRORS[kind], lasting=lasting, opens=opens)
        if at == 0:
            result.calls = calls
        result.points += 1
        result.faults += [f"{kind} at call {at}: {fault}" for fault in _judged(home, done, wrong, result)]
        shutil.rmtree(home)
    return result


def _judged(home: Path, done: dict[int, str], wrong: str, result: Found) -> Iterator[str]:
    if wrong:
        yield wrong
    for words in done.values():
        if words and words not in result.sentences:
            result.sentences.append(words.replace(str(home), "HOME"))
    try:
        store = Store(home / "desk.db")
    except StoreError as error:
        yield str(error)
        return
    conn = store.read()
    yield from rebuild.verify(conn, store.secret).faults
    yield from blobs.faults(conn, folder=blobs.folder_of(store.path))
    here = {int(row[0][1:]) for row in conn.execute("SELECT id FROM message")}
    result.refused += sum(map(bool, done.values()))
    result.kept += len([n for n in here if done.get(n)])
    yield from (
        f"commit {n} was acknowledged and is gone" for n, words in done.items() if not words and n not in here
    )
    with store.write() as tx:
        tx.commit([Change("t1", "status", "open")], actor="a", kind="set")
    store.close()


def main(folder: str, kind: str, lasting: str, most: str) -> None:
    root = Path(folder)
    db.CHECKPOINT_PAGES, blobs.IN_FILE = 12, 40
    # Everything is loaded before the first fork, so that a child does its work and nothing else.
    with suppress(StoreError):
        list(work(root / "warm"))
    print(json.dumps(asdict(loop(root, kind, lasting=lasting == "1", most=int(most)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
