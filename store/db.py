"""The desk file: opening it, the one writer, a read connection for each thread.

Knows pragmas, locks and damage; knows nothing of tickets. WAL with synchronous=FULL, because an
outbox that forgets is worse than one that waits 0.3 ms.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from store import founding, frozen, migrations, upgrading
from store.errors import StoreBusy, StoreDamaged, StoreError, StoreFull
from store.log.tx import Tx

if TYPE_CHECKING:
    from store.reads.promised import Promised

BUSY_MS = 10_000
"""How long a writer waits for another process before saying so."""

CHECKPOINT_PAGES = 4_000
"""Pages of the WAL after which they are copied into the file. A first sync changes the same inner pages in
every transaction; copied seldom, they are copied once."""

WAL_BYTES = 4_194_304
"""What the WAL is cut to once its pages stand in the file."""

MAPPED_BYTES = 67_108_864
"""Of the file that are read without a copy. They count as memory of the process, so they are bounded."""

MEMORY = ":memory:"


def wall_ms() -> int:
    """Unix milliseconds now."""
    return time.time_ns() // 1_000_000


class Store:
    """One open desk. Reads may come from any thread; writes are serialised here and across processes."""

    def __init__(
        self, path: str | Path, *, clock: Callable[[], int] = wall_ms, tell: upgrading.Tell = upgrading.silent
    ) -> None:
        """Open or found the desk at `path` (`:memory:` for tests). `clock` gives Unix milliseconds; `tell`
        hears how far a large older desk is with being brought up to date.

        Raises StoreDamaged, StoreNewer, StoreBusy or StoreFull, each with its sentence.
        """
        self.path = str(path)
        self.clock = clock
        self._local = threading.local()
        self._lock = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        self.promised: tuple[int | None, Promised] | None = None
        """The promises in force, as store.keep.due last read them."""
        with said(self.path):
            if self.path != MEMORY:
                founding.prepare(Path(self.path))
            self._look = frozen.Look(self.path)
            self._writer, self.read_only = self._opened()
            """The second: why nothing can be written here, in words, or empty. Reading works all the same."""
            try:
                self._ready(tell)
                self.slot = self.meta("slot")
                secret = self._meta("secret")
                self.secret = secret if isinstance(secret, bytes) else str(secret).encode()
                self.desk_id = str(self._meta("desk_id"))
            except BaseException:
                self.close()
                raise

    def meta(self, key: str) -> int:
        """One number of this replica's settings. Raises StoreDamaged when it is missing."""
        return int(self._meta(key))

    def _meta(self, key: str) -> int | str | bytes:
        row: tuple[int | str | bytes] | None = None
        try:
            row = self.read().execute("SELECT v FROM meta WHERE k = ?", (key,)).fetchone()
        except sqlite3.OperationalError as error:
            # A missing table says the same as a missing row; what the system refused says nothing.
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
        if row is None:
            raise StoreDamaged(f"{self.path} lacks its {key}; it is not a whole desk. Restore a copy.")
        return row[0]

    def read(self) -> sqlite3.Connection:
        """The read connection of this thread. Never write through it."""
        if self.path == MEMORY:
            return self._writer
        if self.read_only and self._look.changed():
            self._thaw()
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None or self._local.look != self._look.number:
            conn = frozen.connect(self.path) if self.read_only else _connect(self.path)
            conn.execute("PRAGMA query_only = ON")
            with self._lock:
                # Not closed: whoever calls may still be reading from it.
                if (was := getattr(self._local, "conn", None)) in self._readers:
                    self._readers.remove(was)
                self._readers.append(conn)
            self._local.conn, self._local.look = conn, self._look.number
        return conn

    def _opened(self) -> tuple[sqlite3.Connection, str]:
        """The connection of the writer, and why it can only read, if so."""
        if self.path == MEMORY:
            return _connect(MEMORY), ""
        reason = frozen.reason(Path(self.path))
        if not reason:
            try:
                return _connect(self.path), ""
            except sqlite3.Error as error:
                reason = frozen.refusal(error, Path(self.path))
                if not reason:
                    raise
        return frozen.connect(self.path), reason

    def _thaw(self) -> None:
        """Look again whether the desk can be written by now; if not, at what it holds now."""
        with self._lock:
            look, was = self._look.again(), self._writer
            self._writer, self.read_only = self._opened()
            self._look = look
            was.close()

    @contextmanager
    def write(self) -> Generator[Tx]:
        """One transaction, all or nothing, opened with BEGIN IMMEDIATE.

        Raises StoreBusy when another process keeps the lock, StoreFull on a full or read-only disk.
        """
        with self._lock, said(self.path):
            if self.read_only:
                self._thaw()
            if self.read_only:
                raise StoreFull(f"{self.read_only} Nothing was changed.")
            self._look.refuse_another()
            if self._writer.in_transaction:
                raise StoreError(
                    "A write was started inside another write; this is a mistake in the program."
                )
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                tx = Tx(self._writer, self)
                yield tx
                tx.finish()
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                self.promised = None
                raise

    def data_version(self) -> int:
        """A number that changes when another connection commits (costs 4 us)."""
        version = int(self.read().execute("PRAGMA data_version").fetchone()[0])
        return self._look.number << 32 | version

    def last_lseq(self) -> int:
        """Arrival number of the newest entry; 0 for an empty log."""
        return int(self.read().execute("SELECT ifnull(max(lseq), 0) FROM entry").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            for conn in (*self._readers, self._writer):
                conn.close()
            self._readers.clear()

    def _ready(self, tell: upgrading.Tell) -> None:
        version = int(self._writer.execute("PRAGMA user_version").fetchone()[0])
        founding.refuse_newer(self.path, version)
        if version < migrations.LATEST:
            if self.read_only:
                raise StoreFull(
                    f"{self.path} was written by an older deskterm and has to be brought up to date first. "
                    f"{self.read_only} Nothing was changed."
                )
            if version:
                upgrading.bring_up(self._writer, Path(self.path), version=version, tell=tell)
                return
            self._writer.execute("BEGIN IMMEDIATE")
            migrations.migrate(self._writer)
            self._writer.execute("COMMIT")


def _connect(path: str) -> sqlite3.Connection:
    """A connection that may write. Raises what SQLite says when it cannot be one."""
    conn = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (
            "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY",
            "cache_size = -16000", f"mmap_size = {MAPPED_BYTES}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}", f"journal_size_limit = {WAL_BYTES}",
        ):  # fmt: skip
            conn.execute(f"PRAGMA {pragma}")
        # Only a look into the file makes the WAL and its index, for which there may be no room.
        conn.execute("PRAGMA user_version").fetchone()
    except BaseException:
        conn.close()
        raise
    return conn


_REFUSED_WRITES = frozenset(
    {
        sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP,
    }
)  # fmt: skip
"""A quota or a size limit shows as an error of writing; what was there before is whole."""


@contextmanager
def said(path: str) -> Generator[None]:
    """Turn SQLite's errors into ours, each a sentence for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error
    except OSError as error:
        raise StoreFull(f"{path} cannot be used ({error.strerror}). Nothing was changed.") from error


def _named(error: sqlite3.Error, path: str) -> StoreError:
    whole = getattr(error, "sqlite_errorcode", 0)
    code = whole & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            "Another deskterm is writing and did not finish in time. Nothing was changed; try again."
        )
    if code == sqlite3.SQLITE_FULL or whole in _REFUSED_WRITES:
        return StoreFull(
            "The disk is full. Nothing was half written and nothing is lost; free some space and try again."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreFull(
            f"{path} cannot be opened or written ({error}). Nothing was changed; check the medium and rights."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
        return StoreDamaged(
            f"{path} is damaged ({error}). Nothing was changed; run `deskterm verify`, or restore a copy."
        )
    return StoreError(f"The desk's memory refused: {error}. Nothing was changed.")
