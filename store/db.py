"""The desk file: opening it, the one writer, a read connection for each thread.

Knows pragmas, locks and damage; knows nothing of tickets. WAL with synchronous=FULL, because an
outbox that forgets is worse than one that waits 0.3 ms.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from store import migrations
from store.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreNewer
from store.files import private_folder, sync_folder
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

MEMORY = ":memory:"


def wall_ms() -> int:
    """Unix milliseconds now."""
    return time.time_ns() // 1_000_000


class Store:
    """One open desk. Reads may come from any thread; writes are serialised here and across processes."""

    def __init__(self, path: str | Path, *, clock: Callable[[], int] = wall_ms) -> None:
        """Open or found the desk at `path` (`:memory:` for tests). `clock` gives Unix milliseconds.

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
                _prepare(Path(self.path))
            self.read_only = self.path != MEMORY and not _writable(Path(self.path))
            """The medium or our rights allow no write: everything can be read, `write` says why not."""
            self._writer = _connect(self.path, frozen=self.read_only)
            try:
                self._ready()
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
        # A missing table says the same as a missing row.
        with suppress(sqlite3.OperationalError):
            row = self.read().execute("SELECT v FROM meta WHERE k = ?", (key,)).fetchone()
        if row is None:
            raise StoreDamaged(f"{self.path} lacks its {key}; it is not a whole desk. Restore a copy.")
        return row[0]

    def read(self) -> sqlite3.Connection:
        """The read connection of this thread. Never write through it."""
        if self.path == MEMORY:
            return self._writer
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = _connect(self.path, frozen=self.read_only)
            conn.execute("PRAGMA query_only = ON")
            self._local.conn = conn
            with self._lock:
                self._readers.append(conn)
        return conn

    @contextmanager
    def write(self) -> Generator[Tx]:
        """One transaction, all or nothing, opened with BEGIN IMMEDIATE.

        Raises StoreBusy when another process keeps the lock, StoreFull on a full or read-only disk.
        """
        with self._lock, said(self.path):
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
        return int(self.read().execute("PRAGMA data_version").fetchone()[0])

    def last_lseq(self) -> int:
        """Arrival number of the newest entry; 0 for an empty log."""
        return int(self.read().execute("SELECT ifnull(max(lseq), 0) FROM entry").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            for conn in (*self._readers, self._writer):
                conn.close()
            self._readers.clear()

    def _ready(self) -> None:
        version = int(self._writer.execute("PRAGMA user_version").fetchone()[0])
        _refuse_newer(self.path, version)
        if version < migrations.LATEST:
            self._writer.execute("BEGIN IMMEDIATE")
            migrations.migrate(self._writer)
            self._writer.execute("COMMIT")


def _writable(path: Path) -> bool:
    """Whether we may write the file and, for its WAL, the folder."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _connect(path: str, *, frozen: bool = False) -> sqlite3.Connection:
    # On a medium that cannot be written SQLite can make no WAL. Where none is left over, the file alone
    # is the whole desk and may be read as it stands; where one is, only the ordinary way sees all of it.
    if frozen and not Path(f"{path}-wal").exists():
        path = f"{Path(path).absolute().as_uri()}?immutable=1"
    conn = sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, uri=frozen
    )
    for pragma in (
        "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY",
        "cache_size = -16000", "mmap_size = 268435456",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}", f"journal_size_limit = {WAL_BYTES}",
    ):  # fmt: skip
        conn.execute(f"PRAGMA {pragma}")
    return conn


def _prepare(path: Path) -> None:
    """Refuse what is no desk; found a new one beside its place and move it in whole."""
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
    _refuse_newer(str(path), version)
    if version == 0:
        raise StoreDamaged(f"{path} has lost its tables. It was left as it is; restore a copy.")


def _refuse_newer(path: str, version: int) -> None:
    if version > migrations.LATEST:
        raise StoreNewer(
            f"{path} was written by a newer deskterm (schema {version}, this one knows "
            f"{migrations.LATEST}). Nothing was touched; update deskterm to open it."
        )


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
    """Give the new desk its name, unless another process was first."""
    with suppress(FileExistsError):
        # link refuses to replace: of two processes that start at once, one founds the desk.
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
    """Remove a half-made desk. A dead process of our number may have left one, its WAL included."""
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)


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
            f"{path} cannot be written ({error}). Nothing was changed; check the medium and rights."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
        return StoreDamaged(
            f"{path} is damaged ({error}). Nothing was changed; run `deskterm verify`, or restore a copy."
        )
    return StoreError(f"The desk's memory refused: {error}. Nothing was changed.")
