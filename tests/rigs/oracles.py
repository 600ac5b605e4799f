"""What must hold after every fault, whatever it was: each oracle returns what is wrong, in words.

I1 letters, I2 replies, I3 the log, I6 canaries, I7 modes and foreign files; I5, what reaches a terminal, is
in oracle.py. They count by themselves, from SQL, bytes and files, and trust no sum of the program's.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from deskterm.desk import Desk
from store import blobs
from store.errors import StoreError
from store.log import rebuild
from store.registry import TABLES

NOT_SENT = ("queued", "held", "asks", "later", "refused", "called back")
"""States in which no server can have kept the letter."""
NOBODY_KNOWS = ("unsure", "sending")
NEEDS_WORDS = ("asks", "later", "refused", "unsure")
"""States that a person has to be told the reason of."""


class Arrived(Protocol):
    """A letter at a sink: to whom it was sent, and its bytes."""

    @property
    def to(self) -> tuple[str, ...]: ...

    @property
    def raw(self) -> bytes: ...


def letters(desk: Desk, raws: Iterable[bytes], *, others: bool = False) -> list[str]:
    """I1: each raw letter of a server is in the desk exactly once, or on the shelf with a reason.

    With `others` the desk may hold letters besides, from before or of another server.
    """
    faults: list[str] = []
    want = {hashlib.sha256(raw).hexdigest(): raw for raw in raws}
    rows = desk.conn.execute("SELECT body FROM message WHERE kind <> 'note'").fetchall()
    messages = Counter(row[0] for row in rows)
    shelf = dict(desk.conn.execute("SELECT blob, reason FROM shelf WHERE state = 'shelved'").fetchall())
    for key, raw in want.items():
        subject = _field(raw, "Subject") or key[:12]
        places = messages[key] + (key in shelf)
        if places != 1:
            faults.append(f"{subject!r} is {messages[key]} times a message, on the shelf: {key in shelf}")
        elif key in shelf and not shelf[key].strip():
            faults.append(f"{subject!r} lies on the shelf without a reason")
        else:
            faults += _same_bytes(desk, key, raw)
    strange = (messages.keys() | shelf.keys()) - want.keys() - _written_here(desk)
    if strange and not others:
        faults.append(f"{len(strange)} letters are here that nobody sent: {sorted(strange)[:3]}")
    return faults


def _same_bytes(desk: Desk, key: str, raw: bytes) -> list[str]:
    try:
        kept = blobs.read_raw(desk.conn, key, folder=desk.blob_folder)
    except StoreError as error:
        return [f"{key[:12]}: {error}"]
    return [] if kept == raw else [f"{key[:12]} is kept with other bytes"]


def _written_here(desk: Desk) -> set[str]:
    """Bodies of replies: they came from no server."""
    rows = desk.conn.execute("SELECT m.body FROM outbox o JOIN message m ON m.id = o.message")
    return {row[0] for row in rows}


def replies(desk: Desk, sink: Iterable[Arrived]) -> list[str]:
    """I2: each reply is at the sink exactly once for each person, or is shown as refused, put off or unsure.

    Nothing else is at the sink. The copy in a Sent folder is no sink.
    """
    arrived: dict[str, list[Arrived]] = {}
    for one in sink:
        arrived.setdefault(_field(one.raw, "Message-ID").strip("<> "), []).append(one)
    rows: dict[str, list[tuple[str, str]]] = {}
    known = desk.conn.execute("SELECT msgid, state, ifnull(error, '') FROM outbox WHERE _deleted IS NULL")
    for msgid, state, error in known:
        rows.setdefault(msgid, []).append((state, error))
    faults = [
        f"{msgid or 'a letter without an id'} left and is in no outbox" for msgid in arrived.keys() - rows
    ]
    for msgid, states in rows.items():
        faults += [f"{msgid}: {fault}" for fault in _reply(states, arrived.get(msgid, []))]
    return faults


def _reply(rows: list[tuple[str, str]], arrived: list[Arrived]) -> Iterator[str]:
    """What is wrong with one reply, which has a row for each part of its people."""
    states = {state for state, _ in rows}
    people = Counter(person.lower() for one in arrived for person in one.to)
    for person, count in people.items():
        if count > 1:
            yield f"{person} got it {count} times"
    if "sent" in states and not arrived:
        yield "it is shown as sent and never arrived"
    if arrived and states <= set(NOT_SENT):
        yield f"it arrived and is shown as {', '.join(sorted(states))}"
    if unknown := states - {"sent", *NOT_SENT, *NOBODY_KNOWS}:
        yield f"nobody knows the state {', '.join(sorted(unknown))}"
    for state, error in rows:
        if state in NEEDS_WORDS and not error.strip():
            yield f"it is {state} and nothing says why"


def log(desk: Desk) -> list[str]:
    """I3: the chain verifies, all bytes are there, and the log from zero gives the same tables.

    The tables are made anew in a transaction that is rolled back, counts, due times and indexes too.
    """
    faults = [*rebuild.verify(desk.conn, desk.store.secret).faults]
    faults += blobs.faults(desk.conn, folder=desk.blob_folder)
    faults += _named_and_missing(desk.conn)
    if desk.store.read_only or faults:
        return faults
    try:
        with desk.store.write() as tx:
            before = _tables(tx.conn)
            rebuild.rebuild(tx)
            after = _tables(tx.conn)
            raise _Seen
    except _Seen:
        pass
    return faults + [
        f"{name} differs from what the log makes" for name in before if before[name] != after[name]
    ]


class _Seen(Exception):
    """The tables were compared; nothing of it is to stay."""


_LOCAL = {"n", "version"}
"""Columns that count rows and acts on this machine, and follow from no log."""


def _tables(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Every row that follows from the log, in an order that does not depend on how it was written."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for name in (table.name for table in TABLES):
        columns = [row[1] for row in conn.execute(f"PRAGMA table_info({name})") if row[1] not in _LOCAL]
        found[name] = conn.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY id").fetchall()
    found["attr"] = conn.execute("SELECT eid, ns, k, v FROM attr ORDER BY 1, 2, 3").fetchall()
    found["tally"] = conn.execute("SELECT * FROM tally WHERE n <> 0 ORDER BY 1, 2, 3, 4").fetchall()
    return found


def _named_and_missing(conn: sqlite3.Connection) -> Iterator[str]:
    """What one table names and another has not; a cursor that ran ahead of its letters."""
    for what, query in (
        ("a message", "SELECT ref FROM ledger WHERE what = 'message' EXCEPT SELECT id FROM message"),
        ("a body", "SELECT body FROM message WHERE body > '' EXCEPT SELECT hash FROM blob"),
        ("a shelved letter", "SELECT blob FROM shelf EXCEPT SELECT hash FROM blob"),
        ("a shelf entry", "SELECT ref FROM ledger WHERE what = 'shelf' EXCEPT SELECT blob FROM shelf"),
    ):
        yield from (f"{what} is named and not there: {row[0]}" for row in conn.execute(query))


def canaries(
    needles: Iterable[str], *folders: Path, said: Mapping[str, bytes | str] | None = None
) -> list[str]:
    """I6: none of these strings is in a file below the folders, nor in what was said (logs, screens, argv).

    They are looked for as they are and in base64, hex, percent and UTF-16, inside packed letters too.
    """
    forms = {needle: list(_forms(needle)) for needle in needles}
    assert all(len(needle) >= 6 for needle in forms), "a short needle is found everywhere"
    places = {name: text.encode() if isinstance(text, str) else text for name, text in (said or {}).items()}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                places[str(path)] = path.read_bytes()
            if path.name == "desk.db":
                places |= {f"{path}, letter {n}": data for n, data in enumerate(_unpacked(path))}
    return [
        f"{needle!r} is in {name}"
        for name, data in places.items()
        for needle, ways in forms.items()
        if any(way in data or way in name.encode() for way in ways)
    ]


def _forms(needle: str) -> Iterator[bytes]:
    plain = needle.encode()
    yield plain
    yield needle.encode("utf-16-le")
    yield plain.hex().encode()
    yield quote(needle, safe="").encode()
    for shift in range(3):
        # Whatever stands before it, base64 of the needle is one of three texts, but for its ends.
        whole = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        yield whole[(shift * 8 + 5) // 6 : -1]


def _unpacked(path: Path) -> Iterator[bytes]:
    conn = sqlite3.connect(path)
    try:
        for (data,) in conn.execute("SELECT data FROM blob WHERE data IS NOT NULL"):
            yield blobs.unpack(data, 1 << 24)
    finally:
        conn.close()


def modes(home: Path) -> list[str]:
    """I7: every file below a home is 0600 and every folder 0700, itself included."""
    faults: list[str] = []
    for path in (home, *sorted(home.rglob("*"))):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode != (0o700 if path.is_dir() else 0o600):
            faults.append(f"{path.relative_to(home.parent)} is {mode:04o}")
    return faults


def foreign(*folders: Path) -> list[str]:
    """I7: folders the program had no business in (HOME, TMPDIR, where it was started) are empty."""
    return [str(path) for folder in folders for path in sorted(folder.rglob("*")) if not path.is_dir()]


def _field(raw: bytes, name: str) -> str:
    """A header of a letter on one line, as it is written there."""
    value = BytesHeaderParser().parsebytes(raw)[name]
    return re.sub(r"\s+", " ", str(value or "")).strip()
