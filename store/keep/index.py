"""The full-text index follows the log: what a message newly says, and what its ticket is called.

Quotes and signatures are left out: they are seven tenths of all mail and stand in other letters.
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

_MESSAGE = """SELECT n, ifnull(subject, ''), ifnull(sender, ''), ifnull(body, ''), ifnull(folds, ''), _deleted
  FROM message WHERE id = ?"""


def follow(conn: sqlite3.Connection, touched: Touched, *, tickets: Tickets, folder: Path | None) -> None:
    """Index the messages that were made, take out those that were binned, rename tickets."""
    fresh: list[fts.Indexed] = []
    gone: list[fts.Indexed] = []
    for eid, fields in touched.fields.items():
        if eid.startswith("m") and not fields.isdisjoint(("", "_deleted")):
            found = _indexed(conn, eid, folder)
            if found is None:
                continue
            row, binned = found
            if "" in fields and not binned:
                fresh.append(row)
            elif "" not in fields:
                (gone if binned else fresh).append(row)
    fts.remove_messages(conn, gone)
    fts.index_messages(conn, fresh)
    renamed = (e for e in tickets.touched if not _NAMED.isdisjoint(touched.fields.get(e, ())))
    fts.index_tickets(conn, {*tickets.mailed, *renamed})


def rebuild(conn: sqlite3.Connection, *, folder: Path | None) -> None:
    """Make both indexes anew."""

    def text(eid: str) -> str:
        found = _indexed(conn, eid, folder)
        return found[0].text if found else ""

    fts.rebuild(conn, text)


def own_text(text: str, folds: str) -> str:
    """A text without its folded lines; `folds` as the message row holds them (`q12-40 s44-46`)."""
    spans = list(fold_spans(folds))
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


def _indexed(conn: sqlite3.Connection, eid: str, folder: Path | None) -> tuple[fts.Indexed, bool] | None:
    row = conn.execute(_MESSAGE, (eid,)).fetchone()
    if row is None:
        return None
    n, subject, sender, body, folds, deleted = row
    try:
        text = blobs.read_text(conn, body, folder=folder) if body else ""
    except (NotFound, StoreDamaged):
        # Bodies of a teammate's letters may not be here yet; the index is rebuilt when they are.
        text = ""
    return fts.Indexed(n, subject, sender, own_text(text, folds)), deleted is not None
