"""Local consumers of the log: derived columns, due times and the full-text index.

They follow every transaction from inside it, so a reader never sees a row without them, and can be
rebuilt at will. Nothing here feeds back into the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from store.blobs import folder_of
from store.log import stamp
from store.registry import PUT

if TYPE_CHECKING:
    from store.db import Store
    from store.log.entry import Entry


class Touched:
    """What one transaction touched, collected entry by entry."""

    def __init__(self) -> None:
        self.fields: dict[str, set[str]] = {}
        """Row id to the fields set; '' for a row that was made."""
        self.at: dict[str, int] = {}
        """Ticket id to the Unix second of the newest act on it; archive imports leave no trace here."""
        self.texts: dict[str, str] = {}
        """Message id to its text without quotes, where whoever made it has it at hand."""
        self.lseq = 0

    def add(self, entry: Entry, *, lseq: int) -> None:
        when, quiet = stamp.unix(entry.id), entry.kind == "archive"
        for eid, field, _ in entry.changes:
            self.fields.setdefault(eid, set()).add(field)
            if not quiet and field != PUT and eid.startswith("t"):
                self.at[eid] = when
        self.lseq = lseq

    def add_fields(self, touched: Iterable[tuple[str, str]]) -> None:
        """Rows changed by settling a key: their older values came back."""
        for eid, field in touched:
            self.fields.setdefault(eid, set()).add(field)


def follow(conn: sqlite3.Connection, store: Store, touched: Touched) -> None:
    """Bring every consumer up to date with one transaction."""
    from store.keep import derive, due, index

    if touched.fields:
        tickets = derive.follow(conn, touched)
        due.follow(conn, store, touched, tickets=tickets)
        index.follow(conn, touched, tickets=tickets, folder=folder_of(store.path))


def rebuild(conn: sqlite3.Connection, store: Store) -> None:
    """Make every consumer's work anew."""
    from store.keep import derive, due, index

    derive.rebuild(conn)
    due.rebuild(conn, store)
    index.rebuild(conn, folder=folder_of(store.path))
