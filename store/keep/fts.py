"""The two indexes of search: `words` holds what letters say, `names` parts of subjects, ids and addresses.

Texts are folded by store.rules.words before the engine sees them, so that the predicate on one ticket
agrees with it. `words` keeps no text of its own: taking a letter out needs the text that went in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from msgspec import Struct

from store.rules.words import plain, prepare

BATCH = 2_000
"""Rows handed to the engine at once when everything is indexed anew."""


class Indexed(Struct, frozen=True):
    """A message as the index holds it."""

    n: int
    """Its row number."""
    subject: str
    sender: str
    text: str
    """What its writer newly wrote: quotes are seven tenths of all mail and are in other letters already."""

    def row(self) -> tuple[int, str, str, str]:
        return self.n, prepare(self.subject), prepare(self.sender), prepare(self.text)


def index_messages(conn: sqlite3.Connection, rows: Iterable[Indexed]) -> None:
    """Put messages into the index of words. Their tickets want `index_tickets` afterwards."""
    # In rising order: the engine starts a new segment whenever a row number falls.
    ready = sorted((indexed.row() for indexed in rows), key=lambda row: row[0])
    conn.executemany("INSERT INTO words(rowid, subject, sender, text) VALUES(?, ?, ?, ?)", ready)


def index_tickets(conn: sqlite3.Connection, tickets: Iterable[str]) -> None:
    """Bring the index of parts up to date for these ticket ids: after a new letter, number or subject."""
    asked = json.dumps(list(dict.fromkeys(tickets)))
    rows = conn.execute(_TICKETS, (asked,)).fetchall()
    msgids: dict[int, list[str]] = {}
    people: dict[int, list[str]] = {}
    for n, msgid, sender, rcpt in conn.execute(_LETTERS, (asked,)):
        msgids.setdefault(n, []).append(msgid)
        people.setdefault(n, []).extend((sender, *recipients(rcpt)))
    conn.executemany("DELETE FROM names WHERE rowid = ?", ((row[0],) for row in rows if row[4]))
    conn.executemany(
        "INSERT INTO names(rowid, subject, ids) VALUES(?, ?, ?)",
        [
            (n, plain(subject), "\n".join(ids_of(number=number, email=email, msgids=msgids.get(n, ()),
                                                 people=people.get(n, ()))))
            for n, subject, number, email, _ in rows
        ],
    )  # fmt: skip


_TICKETS = """SELECT t.n, ifnull(t.subject, ''), t.number, ifnull(c.email, ''), held.id IS NOT NULL
  FROM json_each(?) AS asked JOIN ticket AS t ON t.id = asked.value
  LEFT JOIN customer AS c ON c.id = t.customer LEFT JOIN names_docsize AS held ON held.id = t.n
  ORDER BY t.n"""
_LETTERS = """SELECT t.n, ifnull(m.msgid, ''), ifnull(m.sender, ''), m.rcpt
  FROM json_each(?) AS asked JOIN ticket AS t ON t.id = asked.value JOIN message AS m ON m.ticket = t.id
  WHERE m._deleted IS NULL ORDER BY t.n, m.n"""


def ids_of(
    *, number: int | None, email: str, msgids: Sequence[str], people: Sequence[str]
) -> tuple[str, ...]:
    """What the index of parts holds of a ticket beside its subject, in plain form and each once.

    `people` are the senders and recipients of its letters as written.
    """
    held = (f"#{number}" if number is not None else "", email, *msgids, *people)
    return tuple(dict.fromkeys(" ".join(plain(text).split()) for text in held if text))


def recipients(column: str | None) -> list[str]:
    """Everybody a letter went to, from the `rcpt` column; nobody when it cannot be read."""
    try:
        lists: object = json.loads(column or "{}")
    except (ValueError, RecursionError):
        return []
    named = cast("dict[str, object]", lists) if isinstance(lists, dict) else {}
    found: list[str] = []
    for kind in ("to", "cc"):
        people = named.get(kind)
        for who in cast("list[object]", people) if isinstance(people, list) else []:
            found += [who] if isinstance(who, str) else []
    return found


def begin_first_sync(conn: sqlite3.Connection) -> None:
    """Let segments pile up while very much comes in at once; `end_first_sync` merges them."""
    _set(conn, "automerge", 0)
    _set(conn, "crisismerge", 1_000)


def end_first_sync(conn: sqlite3.Connection) -> None:
    """Merge the index to its smallest and fastest form, and go on merging as letters come."""
    _set(conn, "automerge", 4)
    _set(conn, "crisismerge", 16)
    conn.execute("INSERT INTO words(words) VALUES('optimize')")
    conn.execute("INSERT INTO names(names) VALUES('optimize')")


def rebuild(conn: sqlite3.Connection, texts: Callable[[str], str]) -> None:
    """Make both indexes anew from the rows. `texts` gives the own text of a message id."""
    conn.execute("INSERT INTO words(words) VALUES('delete-all')")
    conn.execute("DELETE FROM names")
    begin_first_sync(conn)
    last = None
    while batch := conn.execute(_MESSAGES, (last, last, BATCH)).fetchall():
        index_messages(conn, (Indexed(n, subject, sender, texts(eid)) for n, eid, subject, sender in batch))
        last = batch[-1][0]
    index_tickets(conn, (row[0] for row in conn.execute("SELECT id FROM ticket ORDER BY n").fetchall()))
    end_first_sync(conn)


_MESSAGES = """SELECT n, id, ifnull(subject, ''), ifnull(sender, '') FROM message
  WHERE (? IS NULL OR n > ?) AND _deleted IS NULL ORDER BY n LIMIT ?"""


def _set(conn: sqlite3.Connection, name: str, value: int) -> None:
    conn.execute("INSERT INTO words(words, rank) VALUES(?, ?)", (name, value))
    conn.execute("INSERT INTO names(names, rank) VALUES(?, ?)", (name, value))
