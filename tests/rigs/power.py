"""The power fails: from a trace of what a process asked the disk for, every kind of disk that may be left.

What was written and not synced may be there, be gone, be there in part, or torn in sectors; a name that was
made, moved or removed may be so or not until its folder is synced. Each disk is opened and judged.
`python -m tests.rigs.power HOME COUNT` is the process that is traced.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from store import blobs, db
from store.db import Store
from store.errors import StoreError
from store.log import rebuild
from store.log.entry import Change, put
from tests.paths import ROOT, absent

SECTOR = 512
CALLS = (
    "openat,open,creat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,link,linkat"
)
ACK = b"kept "
"""What the process says on standard output once a commit was acknowledged."""

_LINE = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"^\d+<((?:\\x[0-9a-f]{2}|[^>])*)>")


def needs_strace() -> None:
    """Skip where no process can be traced; fail where real tools are promised."""
    try:
        done = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True, text=True)
        reason = "" if done.returncode == 0 else f"strace may not trace here: {done.stderr.strip()}"
    except OSError:
        reason = "strace is not installed"
    if reason:
        absent(f"{reason}; power loss cannot be replayed without it")


def commits(home: Path, count: int) -> None:
    """Commits as a desk makes them, some with a file beside, checkpoints and a new start among them."""
    db.CHECKPOINT_PAGES, blobs.IN_FILE = 12, 4_000
    store = Store(home / "desk.db")
    for n in range(count):
        if n == count // 2:
            store.close()
            store = Store(home / "desk.db")
        big = random.Random(n).randbytes(9_000 if n % 4 == 3 else 300)
        blob = blobs.letter(big, f"letter {n}", folder=blobs.folder_of(store.path))
        changes = [put(f"m{n}", {"body": blob.hash, "kind": "in"}), Change("t1", "priority", n)]
        with store.write() as tx:
            tx.commit(changes, actor="a", kind="letter", key=f"k{n}", beside=[blob])
        os.write(1, ACK + b"%d\n" % n)
    store.close()


Asked = tuple[int, bytes | None]
"""Bytes at an offset, or a cut at one."""


@dataclass
class _File:
    """One file: what is on the disk for sure, and what was asked for since."""

    kept: bytes = b""
    asked: list[Asked] = field(default_factory=list)

    def sync(self) -> None:
        self.kept, self.asked = _applied(self.kept, self.asked), []


@dataclass
class Left:
    """A disk after the power came back."""

    at: str
    """After which call, and what was lost."""
    acknowledged: int
    files: dict[str, bytes]


@dataclass
class Disk:
    """The disk as the traced calls leave it, name by name."""

    folder: str
    files: list[_File] = field(default_factory=list)
    now: dict[str, int] = field(default_factory=dict)
    """Names as the process sees them."""
    kept: dict[str, int] = field(default_factory=dict)
    """Names that are on the disk for sure."""
    renamed: list[tuple[str, int | None]] = field(default_factory=list)
    """Names set or removed since their folder was synced."""
    offsets: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0

    def load(self) -> None:
        """What stood there before."""
        for path in sorted(Path(self.folder).rglob("*")):
            if path.is_file():
                self.now[str(path)] = self.kept[str(path)] = len(self.files)
                self.files.append(_File(path.read_bytes()))

    def call(self, line: str) -> str:
        """Follow one line of the trace; the name of the call when it changed anything."""
        found = _LINE.match(line)
        if not found or int(found[3]) < 0:
            return ""
        name, text = found[1], found[2]
        strings = [bytes.fromhex(one.replace("\\x", "")) for one in _STRING.findall(text)]
        if name == "write" and strings and strings[0].startswith(ACK):
            self.acknowledged += 1
            return "acknowledged"
        place = _PLACE.match(text)
        path = _plain(place[1]) if place else ""
        if name in ("openat", "open", "creat"):
            return self._open(os.fsdecode(strings[0]), text, line=line)
        if name.startswith(("rename", "link", "unlink")):
            return self._name(name, [os.fsdecode(one) for one in strings])
        if path == self.folder or (path.startswith(self.folder) and path not in self.now):
            # SQLite syncs a folder with fdatasync, which keeps its names as well.
            return self._sync_folder(path) if name in ("fsync", "fdatasync") else ""
        return self._data(name, path, text, strings, int(found[3])) if path in self.now else ""

    def _open(self, path: str, text: str, *, line: str) -> str:
        if not path.startswith(self.folder) or path.endswith("-shm"):
            return ""
        self.offsets[path] = 0
        if path not in self.now and "O_CREAT" in text:
            self._set(path, len(self.files))
            self.files.append(_File())
            return "create"
        if path in self.now and "O_TRUNC" in text:
            self.files[self.now[path]].asked.append((0, None))
            return "truncate"
        return ""

    def _name(self, call: str, paths: list[str]) -> str:
        if not paths[-1].startswith(self.folder) or paths[0] not in self.now:
            return ""
        if not call.startswith("unlink"):
            self._set(paths[1], self.now[paths[0]])
        if not call.startswith("link"):
            self._set(paths[0], None)
        return call

    def _set(self, path: str, file: int | None) -> None:
        self.renamed.append((path, file))
        _point(self.now, path, file)

    def _sync_folder(self, path: str) -> str:
        for name, file in self.renamed:
            if str(Path(name).parent) == path:
                _point(self.kept, name, file)
        self.renamed = [one for one in self.renamed if str(Path(one[0]).parent) != path]
        return "sync folder"

    def _data(self, call: str, path: str, text: str, strings: list[bytes], result: int) -> str:
        file = self.files[self.now[path]]
        if call in ("fsync", "fdatasync"):
            file.sync()
        elif call == "ftruncate":
            file.asked.append((int(text.rpartition(",")[2]), None))
        elif call == "pwrite64":
            file.asked.append((int(text.rpartition(",")[2]), strings[0][:result]))
        elif call == "write":
            file.asked.append((self.offsets.get(path, 0), strings[0][:result]))
            self.offsets[path] = self.offsets.get(path, 0) + result
        return f"{call} {Path(path).suffix}"

    def left(self, kind: str, chance: random.Random, *, at: str) -> Left:
        """A disk that may be left now. Kinds: `none` of what was not synced, `all`, `some`, `torn`."""
        names = dict(self.kept)
        for name, file in self.renamed:
            if kind == "all" or (kind != "none" and chance.random() < 0.5):
                _point(names, name, file)
        files = {name: self._content(self.files[file], kind, chance) for name, file in names.items()}
        return Left(f"{at}, {kind} of the rest", self.acknowledged, files)

    @staticmethod
    def _content(file: _File, kind: str, chance: random.Random) -> bytes:
        if kind in ("none", "all"):
            return _applied(file.kept, file.asked if kind == "all" else [])
        some = [one for one in file.asked if chance.random() < 0.5]
        return _applied(file.kept, [part for one in some for part in _torn(one, kind, chance)])


def _torn(
    asked: tuple[int, bytes | None], kind: str, chance: random.Random
) -> Iterator[tuple[int, bytes | None]]:
    at, data = asked
    if kind != "torn" or data is None:
        yield asked
        return
    for start in range(0, len(data), SECTOR):
        if chance.random() < 0.5:
            yield at + start, data[start : start + SECTOR]


def _applied(content: bytes, asked: list[Asked]) -> bytes:
    whole = bytearray(content)
    for at, data in asked:
        if data is None:
            del whole[at:]
        whole.extend(bytes(max(0, at - len(whole))))
        if data is not None:
            whole[at : at + len(data)] = data
    return bytes(whole)


def _point(names: dict[str, int], path: str, file: int | None) -> None:
    if file is None:
        names.pop(path, None)
    else:
        names[path] = file


def _plain(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), text).removesuffix(" (deleted)")


def traced(home: Path, *, count: int) -> tuple[Disk, list[str]]:
    """Run the commits under strace; the disk as it was before, and the lines of the trace."""
    disk = Disk(str(home))
    disk.load()
    trace = home.with_name("trace")
    command = ["strace", "-qq", "-xx", "-y", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(trace)]
    work = [sys.executable, "-m", "tests.rigs.power", str(home), str(count)]
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    environ = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([*command, *work], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(ACK.decode()) == count
    return disk, trace.read_text().splitlines()


def disks(disk: Disk, lines: list[str], *, seed: int) -> Iterator[Left]:
    """Every disk that may be left after each call that changed anything; no two are equal."""
    chance, seen = random.Random(seed), set[tuple[int, int]]()
    for number, line in enumerate(lines):
        what = disk.call(line)
        if not what:
            continue
        for kind in ("none", "all", "some", "torn"):
            left = disk.left(kind, chance, at=f"after line {number} ({what})")
            key = (left.acknowledged, hash(tuple(sorted(left.files.items()))))
            if key not in seen:
                seen.add(key)
                yield left


def sampled(disk: Disk, lines: list[str], *, seed: int, most: int) -> tuple[int, list[Left]]:
    """How many disks may be left, and so many of them at random; all would fill the memory."""
    chance, kept, count = random.Random(seed), list[Left](), 0
    for count, left in enumerate(disks(disk, lines, seed=seed), 1):
        if len(kept) < most:
            kept.append(left)
        elif (at := chance.randrange(count)) < most:
            kept[at] = left
    return count, kept


def faults(left: Left, folder: str, place: Path) -> list[str]:
    """Open such a disk at another place and judge it: acknowledged commits are there, everything verifies."""
    shutil.rmtree(place, ignore_errors=True)
    for name, data in left.files.items():
        path = place / Path(name).relative_to(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    try:
        store = Store(place / "desk.db")
    except StoreError as error:
        return [f"{left.at}: {error}"]
    try:
        conn = store.read()
        found = [*rebuild.verify(conn, store.secret).faults]
        found += blobs.faults(conn, folder=blobs.folder_of(store.path))
        here = int(conn.execute("SELECT count(*) FROM message").fetchone()[0])
        if here < left.acknowledged:
            found.append(f"{left.acknowledged} commits were acknowledged, {here} are here")
        if here > left.acknowledged + 1:
            found.append(f"{here} commits are here of {left.acknowledged} and one")
    finally:
        store.close()
    return [f"{left.at}: {fault}" for fault in found]


if __name__ == "__main__":
    commits(Path(sys.argv[1]), int(sys.argv[2]))
