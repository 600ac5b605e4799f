"""What a disk can do to a desk (class D): full, read-only, replaced, far away, copied about."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from store import place
from store.db import Store
from store.errors import Refused, StoreDamaged, StoreError, StoreFull
from store.log import rebuild
from store.log.entry import Change, put
from tests.rigs.disk import Disk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="disks and rights of POSIX")


def commit(store: Store, n: int) -> None:
    with store.write() as tx:
        tx.commit([put(f"t{n}", {"subject": f"{n} " * 300, "status": "new"})], actor="a", kind="new")


def tickets(store: Store) -> int:
    return int(store.read().execute("SELECT count(*) FROM ticket").fetchone()[0])


def whole(store: Store) -> None:
    assert rebuild.verify(store.read(), store.secret).faults == ()


def desk(folder: Path, *, count: int = 3) -> Path:
    path = folder / "home" / "desk.db"
    store = Store(path)
    for n in range(count):
        commit(store, n)
    store.close()
    return path


def leave_a_wal(path: Path, *, shm: bool) -> None:
    """A commit that stands in the WAL only, as after a kill; with or without the index that was there."""
    store = Store(path)
    commit(store, 100)
    beside = path.with_name("beside.db")
    for suffix in ("", "-wal", "-shm"):
        shutil.copy(f"{path}{suffix}", f"{beside}{suffix}")
    store.close()
    for suffix in ("", "-wal", "-shm"):
        if suffix != "-shm" or shm:
            shutil.copy(f"{beside}{suffix}", f"{path}{suffix}")
        Path(f"{beside}{suffix}").unlink()


@pytest.mark.parametrize("left", ["nothing", "a wal", "a wal and its index"])
def test_D04_on_a_full_disk_everything_can_be_read_and_going_on_needs_no_restart(
    disk: Disk, left: str
) -> None:
    path = desk(disk.path)
    count = 3
    if left != "nothing":
        leave_a_wal(path, shm="index" in left)
        count = 4
    disk.fill()
    store = Store(path)
    assert tickets(store) == count
    whole(store)
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(tickets(store)))
    thread.start()
    thread.join()
    assert seen == [count], "each thread has a connection of its own"
    if store.read_only:
        assert "free some space" in store.read_only
        with pytest.raises(StoreFull, match="can be read and not changed"):
            commit(store, 50)
    disk.free()
    commit(store, 51)
    assert tickets(store) == count + 1 and store.read_only == ""
    whole(store)
    store.close()


def test_D04_a_reader_on_a_full_disk_sees_what_another_writes_once_there_is_room(disk: Disk) -> None:
    path = desk(disk.path)
    disk.fill()
    reader = Store(path)
    assert reader.read_only and tickets(reader) == 3
    version = reader.data_version()
    disk.free()
    writer = Store(path)
    for n in range(60, 70):
        commit(writer, n)
        assert tickets(reader) == 3 + n - 59
    writer.close()
    assert tickets(reader) == 13 and reader.data_version() != version
    whole(reader)
    reader.close()


@pytest.mark.parametrize("left", ["nothing", "a wal"])
def test_D06_on_a_read_only_medium_everything_can_be_read(disk: Disk, left: str) -> None:
    path = desk(disk.path)
    if left == "a wal":
        leave_a_wal(path, shm=False)
    disk.read_only()
    store = Store(path)
    assert tickets(store) == (4 if left == "a wal" else 3) and "check the medium" in store.read_only
    whole(store)
    with pytest.raises(StoreFull, match="cannot be written"):
        commit(store, 50)
    disk.read_only(False)
    commit(store, 51)
    assert store.read_only == ""
    store.close()


def test_D06_an_older_desk_on_a_read_only_medium_is_not_brought_up_and_says_so(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk(disk.path)
    disk.read_only()
    monkeypatch.setattr("store.migrations.LATEST", 1_000)
    with pytest.raises(StoreFull, match="older deskterm"):
        Store(path)


def replace_by_another(path: Path) -> None:
    other = desk(path.parent / "other")
    other.replace(path)


def restore_a_copy(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


@pytest.mark.parametrize("harm", [replace_by_another, restore_a_copy, Path.unlink])
def test_D09_a_desk_replaced_while_open_takes_no_write_that_nobody_would_find(tmp_path: Path, harm) -> None:
    path = desk(tmp_path)
    store = Store(path)
    commit(store, 50)
    harm(path)
    with pytest.raises(StoreDamaged, match="moved away or replaced"):
        commit(store, 51)
    store.close()


def test_D09_a_desk_cut_to_nothing_while_open_or_closed_is_damage_and_never_an_empty_desk(
    tmp_path: Path,
) -> None:
    path = desk(tmp_path)
    store = Store(path)
    os.truncate(path, 0)
    with pytest.raises((StoreDamaged, sqlite3.DatabaseError)):
        tickets(store)
        commit(store, 50)
    store.close()
    with pytest.raises(StoreDamaged):
        Store(path)
    assert path.stat().st_size == 0, "nothing was made in its place"


def mounts(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch, *, at: str) -> None:
    listed = folder / "mounts"
    listed.write_text(f"none / ext4 rw 0 0\nserver:/x {at} {kind} rw 0 0\n")
    monkeypatch.setattr(place, "MOUNTS", listed)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_D16_a_desk_on_a_disk_of_another_machine_is_refused(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "a b"
    path = desk(far)
    mounts(tmp_path, kind, monkeypatch, at=str(far).replace(" ", "\\040"))
    for one in (path, far / "new" / "desk.db"):
        with pytest.raises(Refused, match=f"another machine .{kind}"):
            Store(one)
    Store(desk(tmp_path / "near")).close()
    mounts(tmp_path, "ext4", monkeypatch, at=str(far).replace(" ", "\\040"))
    Store(path).close()


@pytest.mark.parametrize(
    "name",
    [
        "desk (ana's conflicted copy 2026-11-22).db", "desk.sync-conflict-20261122-091500-ABC.db",
        "desk (conflicted copy).db", "desk_conflict-20261122-091500.db", "desk (Konflikt-Kopie von Ana).db",
    ],
)  # fmt: skip
def test_D16_a_conflicted_copy_beside_the_desk_is_refused_and_named(tmp_path: Path, name: str) -> None:
    path = desk(tmp_path)
    shutil.copy(path, path.with_name(name))
    with pytest.raises(Refused) as refused:
        Store(path)
    assert name in str(refused.value)
    path.with_name(name).unlink()
    Store(path).close()


@pytest.mark.parametrize("mark", ["Dropbox", "OneDrive - Acme", ".stfolder", ".dropbox.cache"])
def test_D16_a_desk_in_a_folder_that_is_copied_about_is_refused(tmp_path: Path, mark: str) -> None:
    folder = tmp_path / mark / "deep" if not mark.startswith(".") else tmp_path / "deep"
    folder.mkdir(parents=True)
    if mark.startswith("."):
        (tmp_path / mark).mkdir()
    with pytest.raises(Refused, match="copied to other machines"):
        Store(folder / "desk.db")
    assert list(folder.iterdir()) == []


def test_D16_backups_and_the_settings_of_copying_programs_are_no_conflict(tmp_path: Path) -> None:
    (tmp_path / ".dropbox").mkdir()
    path = desk(tmp_path)
    shutil.copy(path, path.with_name("desk-backup.db"))
    Store(path).close()


def test_D19_a_clock_that_goes_back_keeps_the_order_of_entries_and_ids(tmp_path: Path) -> None:
    now = 1_750_000_000_000
    store = Store(tmp_path / "desk.db", clock=lambda: now)
    for n, back in enumerate((0, 3_600_000, 86_400_000, -1, 0)):
        now -= back
        with store.write() as tx:
            tx.commit([put(f"t{n}", {"subject": "x"}), Change("t0", "priority", n)], actor="a", kind="new")
    ids = [row[0] for row in store.read().execute("SELECT id FROM entry ORDER BY lseq")]
    assert ids == sorted(set(ids)) and len(ids) == 5
    assert store.read().execute("SELECT priority FROM ticket WHERE id = 't0'").fetchone()[0] == 4
    whole(store)
    store.close()


@pytest.mark.parametrize("free", range(9))
def test_D18_with_few_free_descriptors_it_is_said_and_nothing_is_lost(tmp_path: Path, free: int) -> None:
    path = desk(tmp_path)
    with few_descriptors(free):
        try:
            store = Store(path)
        except StoreError as error:
            assert "Nothing was changed" in str(error) and "damaged" not in str(error), error
        else:
            assert free > 0 and tickets(store) == 3
            try:
                commit(store, 40)
            except StoreError as error:
                assert "changed" in str(error) and "full" not in str(error), error
            store.close()
    store = Store(path)
    whole(store)
    commit(store, 7)
    store.close()


@contextmanager
def few_descriptors(free: int) -> Generator[None]:
    """All descriptors of this process but so many are taken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    held: list[int] = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(free):
            os.close(held.pop())
        yield
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
