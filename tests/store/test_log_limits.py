"""Where the machine refuses: disk full, a medium that cannot be written, other processes, other eyes."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store import blobs, drafts
from store.db import Store
from store.errors import StoreBusy, StoreFull
from store.log import rebuild
from store.log.entry import Change, put
from tests.paths import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and rights of POSIX")


def commit(store: Store, n: int) -> None:
    with store.write() as tx:
        changes = [put(f"t{n}", {"subject": f"{n} " * 300, "status": "new"}), Change("t0", "priority", n)]
        tx.commit(changes, actor="a", kind="new")


def in_child(work: Callable[[], None]) -> None:
    """Run in a process of its own, since limits and rights cannot be given back."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def whole(store: Store) -> None:
    assert rebuild.verify(store.read(), store.secret).faults == ()


def fill_until_full(path: Path, letter: bytes) -> None:
    """Commit until the disk is full, again and again with less to write, then show that all can be read."""
    store = Store(path)
    refusals = acknowledged = 0
    while refusals < 12:
        try:
            commit(store, acknowledged + 1)
            acknowledged += 1
        except StoreFull as error:
            refusals += 1
            assert "Nothing was" in str(error)
        assert store.last_lseq() == acknowledged
    assert acknowledged > 0
    with pytest.raises(StoreFull), store.write() as tx:
        blob = blobs.letter(letter, "text", folder=blobs.folder_of(str(path)))
        tx.commit([put("m1", {"body": blob.hash})], actor="a", kind="letter", beside=[blob])
    whole(store)
    assert store.read().execute("SELECT count(*) FROM ticket").fetchone()[0] == acknowledged
    store.close()
    again = Store(path)
    assert again.last_lseq() == acknowledged
    whole(again)


@pytest.mark.parametrize("kilobytes", [700, 1000])
def test_D04_a_full_disk_loses_nothing_and_says_so(tmp_path: Path, kilobytes: int) -> None:
    """A limit on the size of a file stands for the full disk, where no small disk can be mounted."""
    path = tmp_path / "desk.db"
    Store(path).close()

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1000, kilobytes * 1000))
        fill_until_full(path, os.urandom(2_000_000))

    in_child(limited)
    store = Store(path)
    whole(store)
    commit(store, 10_000)
    whole(store)
    store.close()


def test_D04_a_small_disk_that_fills_loses_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "none", small], capture_output=True
    ).returncode:
        pytest.skip("no small disk can be mounted here; the limit on file size stands for it")
    try:
        in_child(lambda: fill_until_full(small / "desk.db", os.urandom(2_000_000)))
        (small / "ballast").write_bytes(b"")
        subprocess.run(["mount", "-o", "remount,size=6m", small], check=True)
        store = Store(small / "desk.db")
        commit(store, 10_000)
        whole(store)
        store.close()
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_D04_no_room_to_found_a_desk_leaves_no_half_of_one(tmp_path: Path) -> None:
    path = tmp_path / "home" / "desk.db"

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        with pytest.raises(StoreFull):
            Store(path)

    in_child(limited)
    assert list(path.parent.iterdir()) == []
    Store(path).close()


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    store = Store(home / "desk.db")
    commit(store, 1)
    store.close()
    return home / "desk.db"


def without_rights() -> None:
    """Root may write anything, so be nobody where we are root."""
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


def reads_and_refuses(path: Path, tickets: int) -> None:
    store = Store(path)
    assert store.read_only
    assert store.read().execute("SELECT count(*) FROM ticket").fetchone()[0] == tickets
    whole(store)
    with pytest.raises(StoreFull, match="cannot be written"):
        commit(store, 99)
    assert store.last_lseq() == tickets


def as_nobody(path: Path, work: Callable[[], None]) -> None:
    for folder in (path.parent, *path.parent.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        in_child(lambda: (without_rights(), work())[1])
    finally:
        path.parent.chmod(0o700)


def test_D06_a_desk_we_may_not_write_can_be_read(closed: Path) -> None:
    as_nobody(closed, lambda: reads_and_refuses(closed, 1))


def test_D06_a_desk_in_use_by_another_process_is_read_whole_without_the_right_to_write(closed: Path) -> None:
    """What stands only in the WAL must be seen: `immutable` would miss it."""
    store = Store(closed)
    commit(store, 2)
    as_nobody(closed, lambda: reads_and_refuses(closed, 2))
    store.close()


def test_D06_a_medium_without_writing_can_be_read(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", disk], capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here; the test without rights stands for it")
    try:
        store = Store(disk / "desk.db")
        commit(store, 1)
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        in_child(lambda: reads_and_refuses(disk / "desk.db", 1))
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_X04_everything_a_desk_writes_is_ours_alone(tmp_path: Path) -> None:
    """X04: 0600 and 0700 though the umask hides nothing."""
    home = tmp_path / "home"

    def work() -> None:
        os.umask(0)
        path = home / "desk.db"
        store = Store(path)
        commit(store, 1)
        blob = blobs.file(os.urandom(blobs.IN_FILE * 2), folder=blobs.folder_of(str(path)))
        draft = drafts.Draft("t1", "a", "out", "text", "{}", 1, 1)
        with store.write() as tx:
            tx.commit([], actor="a", kind="draft", beside=[blob, draft])
        modes = {
            str(file.relative_to(tmp_path)): (file.is_dir(), stat.S_IMODE(file.stat().st_mode))
            for file in (home, *home.rglob("*"))
        }
        assert {"home/desk.db", "home/desk.db-wal", "home/desk.db-shm", f"home/blobs/{blob.hash[:2]}"} <= set(
            modes
        )
        assert all(mode == (0o700 if is_dir else 0o600) for is_dir, mode in modes.values()), modes

    in_child(work)


PLUS_ONE = """
import sys
from store.db import Store
from store.log.entry import Change
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    with store.write() as tx:
        before = tx.conn.execute("SELECT priority FROM ticket WHERE id = 't0'").fetchone()[0]
        tx.commit([Change("t0", "priority", before + 1)], actor=sys.argv[3], kind="set")
    assert store.read().execute("SELECT priority FROM ticket").fetchone()[0] > before
"""


PATHS = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)])


def processes(script: str, *arguments: tuple[str, ...]) -> list[subprocess.Popen[str]]:
    """Start one process for each list of arguments and wait until all are ready to begin at once."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, *each],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": PATHS},
        )
        for each in arguments
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return started


def test_D07_three_processes_that_read_then_write_never_meet_a_lock(tmp_path: Path) -> None:
    """Invariant 19 and D07: nobody fails and no update is lost."""
    path, each = tmp_path / "desk.db", 60
    store = Store(path)
    with store.write() as tx:
        tx.commit([put("t0", {"priority": 0, "status": "new"})], actor="a", kind="new")
    running = processes(PLUS_ONE, *((str(path), str(each), name) for name in ("ana", "ben", "cleo")))
    ends = [(process.communicate("go\n"), process.returncode) for process in _all_at_once(running)]
    assert [code for _, code in ends] == [0, 0, 0], ends
    assert store.read().execute("SELECT priority FROM ticket").fetchone() == (3 * each,)
    assert store.last_lseq() == 1 + 3 * each
    whole(store)
    store.close()


def _all_at_once(running: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return running


def test_D07_the_commit_of_another_process_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store(path)
    with store.write() as tx:
        tx.commit([put("t0", {"priority": 0, "status": "new"})], actor="a", kind="new")
    (other,) = processes(PLUS_ONE, (str(path), "1", "ben"))
    before, seen = store.data_version(), store.last_lseq()
    assert store.data_version() == before
    other.communicate("go\n")
    assert store.data_version() != before
    touched = store.read().execute("SELECT eids FROM entry WHERE lseq > ?", (seen,)).fetchall()
    assert touched == [("t0",)]
    store.close()


def test_D07_a_lock_kept_too_long_is_said_in_words(tmp_path: Path) -> None:
    first, second = Store(tmp_path / "desk.db"), Store(tmp_path / "desk.db")
    second._writer.execute("PRAGMA busy_timeout = 1")
    with first.write() as tx:
        tx.commit([put("t1", {})], actor="a", kind="new")
        with pytest.raises(StoreBusy, match="try again"):
            commit(second, 2)
    commit(second, 2)
    assert first.last_lseq() == 2
    first.close()
    second.close()
