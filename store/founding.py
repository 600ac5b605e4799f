"""A desk file that is there or not: refusing what is no desk of ours, and founding a new one whole.

Knows the head of the file and the names beside it; opens nothing that it does not found.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from store import migrations
from store.errors import StoreDamaged, StoreNewer
from store.files import private_folder, sync_folder
from store.place import refuse_shared


def prepare(path: Path) -> None:
    """Refuse what is no desk, or no place for one; found a new one beside its place and move it in whole."""
    refuse_shared(path)
    if not path.exists():
        _found(path)
        return
    with path.open("rb") as file:
        head = file.read(100)
    if not head:
        raise StoreDamaged(
            f"{path} is empty: the desk that was here is gone or was cut off. It was left as it is; "
            "restore a copy, or move the file away to begin a new desk."
        )
    if not head.startswith(b"SQLite format 3\0"):
        raise StoreDamaged(f"{path} is not a desk file. It was left as it is; choose another --home.")
    if int.from_bytes(head[68:72], "big") != migrations.APPLICATION_ID:
        raise StoreDamaged(
            f"{path} is a database of another program. It was left as it is; choose another --home."
        )
    version = int.from_bytes(head[60:64], "big")
    refuse_newer(str(path), version)
    if version == 0:
        raise StoreDamaged(f"{path} has lost its tables. It was left as it is; restore a copy.")


def refuse_newer(path: str, version: int) -> None:
    if version > migrations.LATEST:
        raise StoreNewer(
            f"{path} was written by a newer deskterm (schema {version}, this one knows "
            f"{migrations.LATEST}). Nothing was touched; update deskterm to open it."
        )


def keep_copy(
    conn: sqlite3.Connection, path: Path, *, version: int, into: Callable[[Path], object] = lambda _: None
) -> None:
    """Put a copy of an older desk beside it before it is brought up to date. Raises what SQLite says.

    `into` hears which file grows.

    It has its name when it is whole and on the disk: half a copy would be taken for the desk of before.
    """
    copy = path.with_name(f"{path.stem}.version-{version}{path.suffix}")
    if copy.exists():
        return
    half = copy.with_name(f".{copy.name}.{os.getpid()}.new")
    try:
        _sweep(half)
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        into(half)
        conn.execute("VACUUM INTO ?", (str(half),))
        with half.open("rb+") as file:  # SQLite leaves what it vacuums in the system's memory
            os.fsync(file.fileno())
        _move_in(half, copy)
    except FileNotFoundError:
        if not copy.exists():  # else another process was at it, and was first
            raise
    finally:
        _sweep(half)
    # Now that there is a whole one, nobody misses a half one, whoever may still be at it.
    for left in copy.parent.glob(f".{copy.name}.*.new"):
        with suppress(OSError):
            left.unlink()


def _found(path: Path) -> None:
    private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _sweep(fresh)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(fresh, isolation_level=None)) as conn:
            conn.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("BEGIN IMMEDIATE")
            migrations.migrate(conn)
            conn.execute("COMMIT")
        _move_in(fresh, path)
    finally:
        _sweep(fresh)


def _move_in(fresh: Path, path: Path) -> None:
    """Give a new file its name, unless another process was first."""
    with suppress(FileExistsError):
        # link refuses to replace: of two processes that start at once, one is first.
        try:
            os.link(fresh, path)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links; the race is as short as it can be there.
            if not path.exists():
                fresh.replace(path)
    sync_folder(path.parent)


def _sweep(fresh: Path) -> None:
    """Remove a half-made file. A dead process of our number may have left one, its WAL included."""
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
