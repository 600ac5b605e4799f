"""What was said of rows, and under which keys, as far as an open transaction has to know.

Sees what waits to be written as if it were; knows no policy.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from store.log import project
from store.log.entry import Change
from store.log.held import Held
from store.registry import BY_PREFIX, table_of

_SAID = "SELECT DISTINCT c.eid FROM json_each(?) CROSS JOIN change AS c ON c.eid = json_each.value"
_DONE = "SELECT e.key FROM json_each(?) CROSS JOIN entry AS e ON e.key = json_each.value"


class Heard:
    """Rows and keys of the log. Told of every act by the transaction it belongs to."""

    def __init__(self, conn: sqlite3.Connection, held: Held) -> None:
        self._conn = conn
        self._held = held
        self._unheard: set[str] = set()
        """Rows nothing was ever said of, and keys that no act has, as far as was asked ahead."""
        self._standing: set[str] = set()
        """Rows known to have a put."""

    def expect(self, rows: Iterable[str], keys: Iterable[str]) -> None:
        """Ask at once about rows that are likely to be made now, and about the keys of their acts."""
        for query, some in ((_SAID, set(rows)), (_DONE, set(keys))):
            known = {row[0] for row in self._conn.execute(query, (json.dumps(list(some)),))}
            self._unheard |= some - known

    def of(self, changes: Sequence[Change], key: str | None) -> None:
        """These changes were made, under this key."""
        self._unheard.difference_update((key, *(change.eid for change in changes)))

    def forget(self) -> None:
        """Others have been writing."""
        self._unheard.clear()
        self._standing.clear()

    def is_new(self, eid: str) -> bool:
        """Whether nothing was ever said of this row, here or by somebody who was ahead of it."""
        if eid in self._unheard:
            return table_of(eid) is not None
        if table_of(eid) is None or eid in self._held.rows or eid in self._standing:
            return False
        return self._conn.execute("SELECT 1 FROM change WHERE eid = ? LIMIT 1", (eid,)).fetchone() is None

    def has_put(self, eid: str) -> bool:
        """Whether the row was made."""
        if eid not in self._standing and eid not in self._held.rows:
            if not project.exists(self._conn, eid):
                return False
            self._standing.add(eid)
        return True

    def stands(self, eid: str) -> bool:
        """Whether there is a message, or a ticket, of this id."""
        if eid in self._unheard or eid in self._held.rows:
            return eid not in self._unheard
        query = f"SELECT 1 FROM {BY_PREFIX[eid[0]].name} WHERE id = ?"
        return self._conn.execute(query, (eid,)).fetchone() is not None

    def has_key(self, key: str) -> bool:
        """Whether an act has this key."""
        if key in self._unheard or key in self._held.keys:
            return key not in self._unheard
        return self._conn.execute("SELECT 1 FROM entry WHERE key = ? LIMIT 1", (key,)).fetchone() is not None
