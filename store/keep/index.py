"""The full-text index follows the log: what a message newly says, and what its ticket is called.

Quotes are left out: they are seven tenths of all mail and stand in other letters. Signatures stay, since
a phone number in one is worth finding.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from store import blobs
from store.errors import NotFound, StoreDamaged
from store.keep import Touched, fts
from store.keep.derive import Tickets

_NAMED = frozenset({"", "subject", "customer"})

_MESSAGE = "SELECT ifnull(body, ''), ifnull(folds, '') FROM message WHERE id = ?"

_NOT_YET = """SELECT m.n, m.id, ifnull(m.subject, ''), ifnull(m.sender, ''), ifnull(m.body, ''),
    ifnull(m.folds, '')
  FROM json_each(?) AS asked JOIN message AS m ON m.id = asked.value
  LEFT JOIN words_docsize AS held ON held.id = m.n WHERE held.id IS NULL"""


def follow(conn: sqlite3.Connection, touched: Touched, *, tickets: Tickets, folder: Path | None) -> None:
    """Index the messages that were made or came back, rename tickets.

    A binned message stays in the index: every reader asks the row whether it stands, and a contentless
    index can only forget words by being told them exactly.
    """
    asked = [
        e for e, at in touched.fields.items() if e.startswith("m") and not at.isdisjoint(("", "_deleted"))
    ]
    fresh: list[fts.Indexed] = []
    for n, eid, subject, sender, body, folds in conn.execute(_NOT_YET, (json.dumps(asked),)).fetchall():
        said = touched.texts.get(eid)
        text = own_text(_text(conn, body, folder), folds) if said is None else said
        fresh.append(fts.Indexed(n, subject, sender, text))
    fts.index_messages(conn, fresh)
    renamed = (e for e in tickets.touched if not _NAMED.isdisjoint(touched.fields.get(e, ())))
    fts.index_tickets(conn, {*tickets.mailed, *renamed})


def rebuild(conn: sqlite3.Connection, *, folder: Path | None) -> None:
    """Make both indexes anew."""

    def text(eid: str) -> str:
        row = conn.execute(_MESSAGE, (eid,)).fetchone()
        return own_text(_text(conn, row[0], folder), row[1]) if row else ""

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


def _text(conn: sqlite3.Connection, body: str, folder: Path | None) -> str:
    try:
        return blobs.read_text(conn, body, folder=folder) if body else ""
    except (NotFound, StoreDamaged):
        # Bodies of a teammate's letters may not be here yet; the index is rebuilt when they are.
        return ""
