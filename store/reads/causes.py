"""What rules have to look at: the acts of the log since a place in it, each as what it meant to one ticket.

Reads the log; decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from msgspec import Struct

from store.log import project
from store.log.entry import Value
from store.model import Kind
from store.registry import PUT
from store.rules.firing import DEPTH, Cause
from store.rules.promises import VOTE
from store.rules.rule_text import When

KIND = "rule"
"""The kind of an entry that a rule made."""

QUIET = frozenset({"archive", "undo", "redo", "restore"})
"""Kinds of entries no rule looks at: what is past, and what takes back."""

TELLS = {When.RECEIVED: "m", When.REPLIED: "m", When.CREATED: "tm", When.CHANGED: "t"}
"""The kinds of rows whose changes tell of a cause: tickets, messages."""

_RULE = "rule:"


class Happening(Struct, frozen=True):
    """A cause, the ticket it is about, and the letter it is about if there is one."""

    ticket: str
    cause: Cause
    message: str = ""


class Entry(Struct, frozen=True):
    """As much of an entry as is needed to say what it caused."""

    id: int
    actor: str
    kind: str
    key: str
    cause: int | None


def since(conn: sqlite3.Connection, lseq: int, *, limit: int = 200) -> tuple[list[Happening], int]:
    """What the next entries after arrival number `lseq` meant, and the last arrival number looked at."""
    rows = conn.execute(
        "SELECT lseq, id, actor, kind, ifnull(key, ''), cause, eids, void FROM entry"
        " WHERE lseq > ? ORDER BY lseq LIMIT ?",
        (lseq, limit),
    ).fetchall()
    found: list[Happening] = []
    for arrived, eid, actor, kind, key, cause, eids, void in rows:
        lseq = int(arrived)
        if not void and kind not in QUIET:
            found += of_entry(conn, Entry(eid, actor, kind, key, cause), str(eids).split())
    return found, lseq


def of_entry(
    conn: sqlite3.Connection, entry: Entry, eids: Iterable[str], *, rows: str = "tm"
) -> Iterator[Happening]:
    """What one entry meant to each ticket it touched; of the kinds of rows in `rows` alone (see TELLS)."""
    fields: dict[str, set[str]] = {}
    begun: set[str] = set()
    letters: list[tuple[str, str, When, bool]] = []
    for eid in eids:
        if eid[0] not in rows:
            continue
        changes = conn.execute("SELECT field, value FROM change WHERE eid = ? AND id = ?", (eid, entry.id))
        for field, value in changes.fetchall():
            if eid.startswith("t"):
                (begun.add(eid) if field == PUT else fields.setdefault(eid, set()).add(field))
            elif field == PUT and (letter := _letter(value)):
                letters.append((letter[0], eid, letter[1], letter[2]))

    if not (begun or letters or fields):
        return
    by, root, depth = _ancestry(conn, entry)

    def cause(what: When, *, set_: Iterable[str] = (), verified: bool = True) -> Cause:
        return Cause(what, entry.id, root, depth, by, frozenset(set_), verified)

    for ticket in sorted(begun):
        mail = next((letter for letter in letters if letter[0] == ticket), None)
        vouched = mail[3] if mail else True
        yield Happening(ticket, cause(When.CREATED, verified=vouched), mail[1] if mail else "")
    for ticket, message, what, vouched in letters:
        yield Happening(ticket, cause(what, verified=vouched), message)
    for ticket, names in sorted(fields.items()):
        yield Happening(ticket, cause(When.CHANGED, set_=names))


def wait_over(moment: int) -> Cause:
    """What a waiting rule looks at: so much time has gone by since `moment`, Unix seconds."""
    return Cause(When.WAITED, since=moment)


def _letter(value: Value) -> tuple[str, When, bool] | None:
    """Ticket, kind of cause and whether the sender is vouched for; None for a message that is no letter,
    or one that only votes."""
    row = project.row_of(value)
    kind = row.get("kind")
    if kind not in (Kind.IN, Kind.OUT) or (kind == Kind.OUT and row.get("auto")):
        return None
    signals = str(row.get("signals") or "").split()
    if VOTE in signals:
        return None
    vouched = "unverified" not in signals
    return str(row.get("ticket") or ""), When.RECEIVED if kind == Kind.IN else When.REPLIED, vouched


def _ancestry(conn: sqlite3.Connection, entry: Entry) -> tuple[str, int, int]:
    """The rule an entry is the act of, the entry it all began with, and how many rules lie between."""
    if entry.kind != KIND:
        return "", entry.cause or entry.id, 0  # parts of a bulk act have one beginning
    by, depth, at = entry.actor.removeprefix(_RULE), 0, entry
    while at.kind == KIND and depth <= DEPTH:
        depth += 1
        row = conn.execute(
            "SELECT id, actor, kind, ifnull(key, ''), cause FROM entry WHERE id = ?", (at.cause,)
        ).fetchone()
        if row is None:
            break
        at = Entry(*row)
    return by, at.id, depth


def key(doc: str, version: str, *, root: int | str, ticket: str) -> str:
    """The key of a rule's act: one for each rule, ticket and beginning, whoever runs it and however often."""
    return f"{_RULE}{doc}:{version}:{root}:{ticket}"


def actor(name: str) -> str:
    """What the log calls a rule that acts."""
    return f"{_RULE}{name}"
