"""A desk that can be read and not changed: a full disk, a medium or rights that allow no write.

SQLite makes a WAL and its index even for reading, which then cannot be. Without a WAL left over the file
alone is the whole desk; with one, its index is kept in memory and nothing is locked, as nothing is written.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from store.errors import StoreDamaged

FULL = "The disk is full, so this desk can be read and not changed; free some space."

_NO_ROOM = (
    sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_WRITE,
)  # fmt: skip

_NO_LOCKS = "unix-none" if os.name == "posix" else "win32-none"


def reason(path: Path) -> str:
    """Why the file, or the folder its WAL stands in, cannot be written; empty when both can."""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return ""
    return f"{path} cannot be written, so this desk can be read and not changed; check the medium and rights."


def refusal(error: sqlite3.Error, path: Path) -> str:
    """Why no WAL could be made, when this error of opening says so; empty for any other error."""
    whole = getattr(error, "sqlite_errorcode", 0)
    if whole & 0xFF == sqlite3.SQLITE_FULL or whole in _NO_ROOM:
        return FULL
    if whole == sqlite3.SQLITE_CANTOPEN or whole & 0xFF == sqlite3.SQLITE_READONLY:
        return f"Nothing can be written beside {path} ({error}), so this desk can be read and not changed."
    return ""


def connect(path: str) -> sqlite3.Connection:
    """A connection that reads, whatever the disk allows. Raises what SQLite says of the last way tried."""
    place = Path(path).absolute().as_uri()
    if not _size(f"{path}-wal"):
        return _tried(f"{place}?immutable=1")
    try:
        # Another process may have made the index; then its commits are seen as they come.
        return _tried(f"{place}?mode=ro")
    except sqlite3.OperationalError:
        return _tried(f"{place}?mode=ro&vfs={_NO_LOCKS}", "PRAGMA locking_mode = EXCLUSIVE")


def _tried(uri: str, *pragmas: str) -> sqlite3.Connection:
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (*pragmas, "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -16000"):
            conn.execute(pragma)
        conn.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


class Look(Struct, frozen=True):
    """What stood at the desk's place when it was opened, to notice what others do to it meanwhile."""

    path: str
    number: int = 0
    """Counts the looks: a reader of an older one is made anew."""
    seen: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "seen", self.seen or self._now())

    def _now(self) -> tuple[object, ...]:
        found: list[object] = []
        for name in (self.path, f"{self.path}-wal"):
            try:
                at = Path(name).stat()
                found += [(at.st_dev, at.st_ino), at.st_size, at.st_mtime_ns]
            except OSError:
                found += [None, 0, 0]
        return tuple(found)

    def changed(self) -> bool:
        """Whether anybody wrote. A reader without locks has to look anew, or it would mix old and new."""
        return self._now() != self.seen

    def again(self) -> Look:
        return replace(self, number=self.number + 1, seen=())

    def refuse_another(self) -> None:
        """Writes would go into a file that nobody finds again. Raises StoreDamaged."""
        if self.seen[0] is not None and self._now()[0] != self.seen[0]:
            raise StoreDamaged(
                f"{self.path} was moved away or replaced while it was open. Nothing was changed; "
                "end every deskterm on this desk and start again."
            )
