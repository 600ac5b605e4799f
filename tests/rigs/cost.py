"""What a question costs SQLite, in steps of its machine, which no load of this one changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


def steps(conn: sqlite3.Connection, ask: Callable[[sqlite3.Connection], object]) -> int:
    """What an answer costs, in tens of steps."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    conn.set_progress_handler(step, 10)
    try:
        ask(conn)
    finally:
        conn.set_progress_handler(None, 0)
    return taken
