"""A list that takes long to find: found once, whole, and held as row numbers in its order.

From then on every page of it, its length and the place of a ticket are looked up in memory and by row number,
however the list was found. Whether a ticket still belongs is asked only as far as its own row can tell.
"""

from __future__ import annotations

import json
import sqlite3
from array import array

from msgspec.structs import replace

from store.model import Line
from store.reads import tickets
from store.reads.sql import Where


def find(conn: sqlite3.Connection, where: Where, *, sort: str) -> array[int]:
    """The row numbers of all tickets of a query in the order of a list; eight bytes a ticket."""
    return array("q", tickets.numbers(conn, where, sort=sort))


class Held:
    """Such a list as the screen reads it. A position is a place in it."""

    def __init__(self, conn: sqlite3.Connection, numbers: array[int], *, still: Where) -> None:
        """`still`: what a ticket's own row has to be for it to belong here."""
        self.conn = conn
        self._numbers = numbers
        self._still = still
        self._gone: set[int] = set()
        """Those that were found and no longer belong, as far as they were looked at."""

    def page(self, after: tickets.Position | None, limit: int, backward: bool) -> list[Line]:
        """Up to `limit` lines after a place (before it, when `backward`), in the order of the list."""
        end = len(self._numbers)
        at = int(after[0]) if after is not None else end if backward else -1
        found: list[Line] = []
        while len(found) < limit and (at > 0 if backward else at + 1 < end):
            missing = limit - len(found)
            first = max(at - missing, 0) if backward else at + 1
            last = at if backward else min(first + missing, end)
            lines = self._lines(first, last)
            found = lines + found if backward else found + lines
            at = first if backward else last - 1
        return found

    def count(self) -> int:
        return len(self._numbers) - len(self._gone)

    def ids(self, conn: sqlite3.Connection) -> list[str]:
        """The ids of all that still belong, read on a connection of the caller's thread."""
        given = "json_each(?) AS given CROSS JOIN ticket t"
        asked = f"SELECT t.id FROM {given} WHERE t.n = given.value AND ({self._still.sql})"
        rows = conn.execute(asked, (json.dumps(self._numbers.tolist()), *self._still.params))
        return [row[0] for row in rows]

    def where(self, ticket: str) -> tickets.Position | None:
        """Where a ticket stands, None if it is not in the list or has left it."""
        asked = f"SELECT t.n FROM ticket t WHERE t.id = ? AND ({self._still.sql})"
        row = self.conn.execute(asked, (ticket, *self._still.params)).fetchone()
        try:
            return None if row is None else (self._numbers.index(row[0]),)
        except ValueError:
            return None

    def _lines(self, first: int, last: int) -> list[Line]:
        """The lines from one place up to another, without those that have left."""
        wanted = list(self._numbers[first:last])
        found = tickets.numbered(self.conn, wanted, self._still)
        self._gone.difference_update(wanted)
        self._gone.update(n for n in wanted if n not in found)
        return [replace(found[n], position=(at,)) for at, n in enumerate(wanted, first) if n in found]
