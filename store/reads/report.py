"""Questions in SQL about the desk: whatever is asked, nothing is changed, nothing else is opened.

SQLite itself asks here before each thing a statement does (https://sqlite.org/c3ref/set_authorizer.html),
so what may happen does not depend on how the statement is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from time import monotonic

from msgspec import Struct

from store import frozen
from store.errors import QueryError, Refused

SECONDS = 60.0
"""After so long a question is stopped; the time in which its answer is read does not count."""
LONGEST_VALUE = 64_000_000
"""Bytes of one value, and of a row."""
LONGEST_TEXT = 100_000

_STEPS = 20_000
"""Of SQLite's machine between two looks at the time, some milliseconds."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: LONGEST_TEXT,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

_MAY = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
_CLOSED = ("meta", "sqlite_db", "dbstat")
"""Tables by how their names begin: the secret of the desk, and the bare pages of the file."""
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "edit", "readfile", "writefile", "eval"})

Value = str | int | float | bytes | None


class _Guard(Struct):
    """What a statement asks for; the first thing it may not is remembered."""

    refused: str = ""

    def __call__(self, act: int, first: str | None, second: str | None, *_: str | None) -> int:
        if act in _MAY:
            return sqlite3.SQLITE_OK
        if act == sqlite3.SQLITE_READ and not (first or "").casefold().startswith(_CLOSED):
            return sqlite3.SQLITE_OK
        if act == sqlite3.SQLITE_PRAGMA and (first, second) == ("data_version", None):
            return sqlite3.SQLITE_OK  # which full-text search asks by itself
        if act == sqlite3.SQLITE_FUNCTION and (second or "").casefold() not in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        self.refused = self.refused or _named(act, first, second)
        return sqlite3.SQLITE_DENY


def _named(act: int, first: str | None, second: str | None) -> str:
    if act == sqlite3.SQLITE_READ:
        return f"reads {first}"
    if act == sqlite3.SQLITE_FUNCTION:
        return f"calls {second}"
    return _ACTS.get(act, "does more than read")


_ACTS = {
    sqlite3.SQLITE_ATTACH: "opens another file", sqlite3.SQLITE_DETACH: "closes a file",
    sqlite3.SQLITE_PRAGMA: "sets how the file is used (PRAGMA)", sqlite3.SQLITE_INSERT: "writes rows",
    sqlite3.SQLITE_UPDATE: "writes rows", sqlite3.SQLITE_DELETE: "takes rows away",
    sqlite3.SQLITE_TRANSACTION: "begins or ends a transaction",
    sqlite3.SQLITE_SAVEPOINT: "begins or ends a transaction",
}  # fmt: skip


class Answer(Struct, frozen=True):
    """Columns, each name once, and the rows as they come."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


def ask(path: str, question: str, given: Mapping[str, str | int], *, seconds: float = SECONDS) -> Answer:
    """The answer to one SELECT over the desk file at `path`, `:name` in it filled from `given`.

    Raises QueryError when it is not SQL, Refused when it would do more than read or takes too long; both
    may come with a later row.
    """
    conn = frozen.connect(path) if frozen.reason(Path(path)) else _connect(path)
    _begin(conn)
    rows = _rows(conn, question, given, seconds=seconds)
    try:
        columns = next(rows)
    except BaseException:
        conn.close()
        raise
    return Answer(tuple(_once(str(name) for name in columns)), rows)


def _connect(path: str) -> sqlite3.Connection:
    conn = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    conn.execute("PRAGMA query_only = ON")
    return conn


def _begin(conn: sqlite3.Connection) -> None:
    """Virtual tables tell their columns when first used, by statements that would be refused later."""
    found = conn.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'").fetchall()
    for name in (*(f'"{name}"' for (name,) in found), "json_each('0')", "json_tree('0')"):
        conn.execute(f"SELECT 1 FROM {name} LIMIT 0")


def _rows(
    conn: sqlite3.Connection, question: str, given: Mapping[str, str | int], *, seconds: float
) -> Iterator[tuple[Value, ...]]:
    """The names of the columns, then the rows; the connection is closed with the last.

    Seconds are those of SQLite: whoever reads may take any time between two rows, as a pager does.
    """
    guard, until = _Guard(), monotonic() + seconds
    for limit, most in _LIMITS.items():
        conn.setlimit(limit, most)
    conn.text_factory = _text
    conn.set_authorizer(guard)
    conn.set_progress_handler(lambda: monotonic() > until, _STEPS)
    with closing(conn):
        try:
            cursor = conn.execute(question, given)
            if cursor.description is None:
                raise QueryError("This asks for nothing; a report is one SELECT.")
            names = tuple(str(column[0]) for column in cursor.description)
            for row in chain((names,), cursor):
                handed = monotonic()
                yield row
                until += monotonic() - handed
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise _said(error, guard) from None


def _text(raw: bytes) -> str:
    """What a SELECT makes of bytes may be no text."""
    return raw.decode(errors="replace")


def _said(error: Exception, guard: _Guard) -> Exception:
    if guard.refused:
        return Refused(f"A report only reads, and this {guard.refused}. Nothing was changed.")
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_INTERRUPT:
        return Refused("The report took too long and was stopped; ask for less, or about fewer tickets.")
    if code == sqlite3.SQLITE_TOOBIG:
        return Refused(f"The report makes a value of over {LONGEST_VALUE:,} bytes and was stopped.")
    if "one statement" in str(error):
        return Refused("A report is one statement, and this is more than one. Nothing was changed.")
    return QueryError(f"This is no SELECT that SQLite can answer: {error}.")


def _once(names: Iterator[str]) -> Iterator[str]:
    """The names, a second of the same told apart by its number."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}_{seen[name]}"
