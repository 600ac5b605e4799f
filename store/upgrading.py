"""An older desk is brought up to date: first a copy of it as it was, then each change, and how far that is.

Knows files and steps of SQLite; what is told is said by whoever opened the desk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from store import founding, migrations

Tell = Callable[[str, int, int], None]
"""What is being done, and the bytes written so far of how many; 0 where nobody knows how many."""

WORTH = 50_000_000
"""Bytes of a desk below which nobody has time to read how far it is."""

EVERY = 50_000
"""Steps of SQLite between two looks at how far it is; a hundredth of a second."""


def silent(what: str, so_far: int, of: int) -> None:
    """For who does not want to know."""


def bring_up(conn: sqlite3.Connection, path: Path, *, version: int, tell: Tell) -> None:
    """Keep a copy beside the desk and make the changes since `version` in one transaction.

    Raises what SQLite says, and whatever `tell` raises; the desk is as it was then.
    """
    wal = path.with_name(f"{path.name}-wal")
    size = _size(path) + _size(wal)
    heard = tell if size >= WORTH else silent
    with _told(conn, heard, "a copy of it as it is", of=size) as file:
        founding.keep_copy(conn, path, version=version, into=file.append)
    conn.execute("BEGIN IMMEDIATE")
    migrations.migrate(conn, around=lambda what: _told(conn, heard, what, file=wal))
    heard("the last of it", 0, 0)
    conn.execute("COMMIT")


@contextmanager
def _told(
    conn: sqlite3.Connection, tell: Tell, what: str, *, file: Path | None = None, of: int = 0
) -> Generator[list[Path]]:
    """Tell how large a file becomes while something is done; the file can be named when it is there."""
    files = [file] if file is not None else []
    wrong: list[BaseException] = []

    def look() -> bool:
        # SQLite would take an error for a wish to end and forget which one it was.
        try:
            tell(what, sum(map(_size, files)), of)
        except BaseException as error:
            wrong.append(error)
        return bool(wrong)

    tell(what, 0, of)
    conn.set_progress_handler(look, EVERY)
    try:
        yield files
    except sqlite3.OperationalError:
        if wrong:
            raise wrong[0] from None
        raise
    finally:
        conn.set_progress_handler(None, 0)


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0
