"""How long a question may take: so many steps of SQLite's machine, or until nobody wants its answer.

Knows connections and nothing of what is asked. A step is no time, so that load changes no answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager

from store.errors import GivenUp, Overrun, StoreError

EVERY = 1_000
"""Steps between two looks; some tenth of a millisecond."""


@contextmanager
def at_most(conn: sqlite3.Connection, steps: int) -> Generator[None]:
    """What is asked inside takes so many steps of SQLite in all, or raises Overrun."""
    left = steps // EVERY

    def spent() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with _watched(conn, spent, Overrun("This takes longer than a moment.")):
        yield


@contextmanager
def while_wanted(conn: sqlite3.Connection, wanted: Callable[[], bool]) -> Generator[None]:
    """What is asked inside ends early and raises GivenUp once `wanted`, asked in this thread, says no."""
    error = GivenUp("Nobody waits for this answer any more.")
    if not wanted():
        raise error
    with _watched(conn, lambda: not wanted(), error):
        yield


@contextmanager
def _watched(conn: sqlite3.Connection, stop: Callable[[], bool], error: StoreError) -> Generator[None]:
    conn.set_progress_handler(stop, EVERY)
    try:
        yield
    except sqlite3.OperationalError as interrupted:
        if interrupted.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise error from None
    finally:
        conn.set_progress_handler(None, 0)
