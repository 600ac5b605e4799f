"""The full-text index follows the log: what a message newly says, and what its ticket is called.

Quotes are left out: they are seven tenths of all mail and stand in other letters. Signatures stay, since
a phone number in one is worth finding.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from store import blobs
from store.errors import NotFound, StoreDamaged
from store.keep import Touched, fts
from store.keep.derive import Tickets

_NAMED = frozenset({"", "subject", "customer"})

_MESSAGE = """SELECT n, ifnull(subject, ''), ifnull(sender, ''), ifnull(body, ''), ifnull(folds, '')
  FROM message WHERE id = ?"""


def follow(conn: sqlite3.Connection, touched: Touched, *, tickets: Tickets, folder: Path | None) -> None:
    """Index the messages that were made or came back, rename tickets.

    A binned message stays in the index: every reader asks the row whether it stands, and a contentless
    index can only forget words by being told them exactly.
    """
    fresh: list[fts.Indexed] = []
    for eid, fields in touched.fields.items():
        if eid.startswith("m") and not fields.isdisjoint(("", "_deleted")):
            found = _indexed(conn, eid, folder)
            if found is not None and not _is_in(conn, found.n):
                fresh.append(found)
    fts.index_messages(conn, fresh)
    renamed = (e for e in tickets.touched if not _NAMED.isdisjoint(touched.fields.get(e, ())))
    fts.index_tickets(conn, {*tickets.mailed, *renamed})


def _is_in(conn: sqlite3.Connection, n: int) -> bool:
    return conn.execute("SELECT 1 FROM words_docsize WHERE id = ?", (n,)).fetchone() is not None


def rebuild(conn: sqlite3.Connection, *, folder: Path | None) -> None:
    """Make both indexes anew."""

    def text(eid: str) -> str:
        found = _indexed(conn, eid, folder)
        return found.text if found else ""

    fts.rebuild(conn, text)


def own_text(text: str, folds: str) -> str:
    """A text without its quotes; `folds` as the message row holds them (`q12-40 s44-46`)."""
    spans = [span for span in fold_spans(folds) if span[0] == "q"]
    if not spans:
        return text
    folded = {n for _, first, last in spans for n in range(first, last + 1)}
    return "\n".join(line for n, line in enumerate(text.split("\n")) if n not in folded)


def fold_spans(folds: str) -> Iterable[tuple[str, int, int]]:
    """(kind, first line, last line) of each fold; pieces that make no sense are passed over."""
    for piece in folds.split():
        first, _, last = piece[1:].partition("-")
        if first.isdecimal() and last.isdecimal() and len(first) < 9 and len(last) < 9:
            yield piece[0], int(first), int(last)


def _indexed(conn: sqlite3.Connection, eid: str, folder: Path | None) -> fts.Indexed | None:
    row = conn.execute(_MESSAGE, (eid,)).fetchone()
    if row is None:
        return None
    n, subject, sender, body, folds = row
    try:
        text = blobs.read_text(conn, body, folder=folder) if body else ""
    except (NotFound, StoreDamaged):
        # Bodies of a teammate's letters may not be here yet; the index is rebuilt when they are.
        text = ""
    return fts.Indexed(n, subject, sender, own_text(text, folds))
