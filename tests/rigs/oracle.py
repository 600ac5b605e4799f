"""The output oracle: what a terminal gets from the desk is drawing and nothing else, whoever wrote what.

Puts hostile text into every slot of a practice desk, knows which bytes an app of Textual sends of its own,
and finds everything besides. Its list of what is forbidden is its own, not the program's.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from deskterm.config import Box, load, save
from deskterm.desk import Desk
from deskterm.safe import clean_text
from store import blobs, outbox
from store.log.entry import Change, put
from store.log.tx import Tx
from store.model import File, Queue
from store.reads.conversation import write_files
from store.reads.queues import write as queue_text

# What a plain app of Textual sends: colours, cursor positions, these modes, the kitty keyboard, the shape
# of the mouse pointer.
_MODES = b"7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048"
_OWN = re.compile(
    rb"\x1b\[(?:[1-9]?[0-9](?:;[0-9]{1,3})*)?m"
    rb"|\x1b\[[1-9][0-9]{0,2};[1-9][0-9]{0,2}H"
    rb"|\x1b\[\?(?:" + _MODES + rb")(?:h|l|\$p)"
    rb"|\x1b\[>[0-9]+u|\x1b\[<u"
    rb"|\x1b\]22;[a-z-]+\x07"
)
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""C0 but newline and return, DEL, C1, bidi, zero width, selectors, tags."""
ODD = (b"\x1b[038;05;0199m", b"\x1b[07;077H", b"\x1b[0031m")
"""Colours and jumps that look like the app's own but for their zeros; nobody else writes them so."""

PAYLOADS = (
    "\x1b]52;c;aGVsbG8=\x1b\\clip", "\x1b]0;pwned\x07title",
    "\x1b]8;;http://evil.test\x1b\\link\x1b]8;;\x1b\\", "\x1b[2J\x1b[H\x1b[1AAPPROVED",
    "\x1b[?1049l\x1b[?1003h\x1bcmodes", "\u009b2J\u009d0;x\u009c\u0090q\u009cc1",
    "\u202egpj.exe\u202c \u2066x\u2069", "a\u200b\ufeff\U000e0041\u00ad\u2060b", "\x1b]0;never closed",
    "\ud83d half", "\x1b[038;05;0199mcolour\x1b[0031m", "\x1b[07;077Hjump", "[red]x[/]",
    "[@click=app.quit]x[/]", "Re: [/b]", "[/]", "[/usr/bin]", "[#123] invoice",
    '[link="file:///etc/passwd"]', "$var {name} %s {{ x }}",
    "\x00\x08\x7fcontrols", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301pile", "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪",
)  # fmt: skip

SLOTS = {
    "customer": ("name", "phone"), "account": ("name", "tier", "csm", "plan"), "agent": ("name",),
    "message": ("subject", "snippet"),
}  # fmt: skip
"""Columns that hold text and nothing else."""

Shown = Callable[[str], str]


def raw(text: str) -> str:
    """As it came."""
    return text


def remainder(data: bytes) -> str:
    """What is left of a capture when the app's own drawing is taken away and is forbidden; empty if clean."""
    left = _OWN.sub(b"", data)
    try:
        text = left.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"bytes that are no text: {left[max(error.start - 20, 0) : error.end + 20]!r}"
    found = _FORBIDDEN.search(text)
    return f"{found[0]!r} in {text[max(found.start() - 30, 0) : found.end() + 30]!r}" if found else ""


def smuggled(data: bytes) -> str:
    """A colour or a jump of a stranger's in a capture, or nothing."""
    return next((repr(odd) for odd in ODD if odd in data), "")


def coloured(data: bytes) -> str:
    """The first colour code of a capture, the default colours too, or nothing."""
    for found in re.finditer(rb"\x1b\[([0-9;:]*)m", data):
        codes = [int(code or 0) for code in re.split(rb"[;:]", found[1])]
        if any(30 <= code <= 49 or 90 <= code <= 107 for code in codes):
            return repr(found[0])
    return ""


def poison(home: Path, shown: Shown = raw) -> None:
    """Write hostile text into every slot of the practice desk in `home`, each passed through `shown` first.

    With `shown` cleaning the text, the screen has to look the same.
    """
    next_ = (PAYLOADS[n % len(PAYLOADS)] for n in count())

    def text() -> str:
        return shown(_storable(next(next_)))

    box = Box("help@desk.example", name=_plain(PAYLOADS[0]), out=str(home / "out"))
    save(home, _with(load(home), mailbox={"support": box}))
    now = float((home / "clock").read_text())  # promises of the tickets changed begin at the same second
    desk = Desk.open(home, clock=lambda: now)
    try:
        desk.commit(lambda tx: ("poison", list(_changes(tx, text, shown)), _bodies(shown)), words="poisoned")
    finally:
        desk.close()


def _storable(text: str) -> str:
    """As SQLite can hold it: half a surrogate pair cannot be written at all."""
    return text.encode("utf-8", "replace").decode()


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _with(settings: object, **fields: object):
    import msgspec

    return msgspec.structs.replace(settings, **fields)


def _changes(tx: Tx, text: Callable[[], str], shown: Shown) -> Iterator[Change]:
    """Every text a stranger or a colleague can set."""
    conn: sqlite3.Connection = tx.conn
    for (eid,) in conn.execute("SELECT id FROM ticket").fetchall():
        yield Change(eid, "subject", text())
        yield Change(eid, f"tag.~{text()}", 1)  # last in their order, cleaned or not
        yield Change(eid, "channel", text())
    for eid, assignee in conn.execute("SELECT id, assignee FROM ticket WHERE assignee <> 'Marek'").fetchall():
        yield Change(eid, "assignee", text() if assignee else None)
    for table, fields in SLOTS.items():
        for (eid,) in conn.execute(f"SELECT id FROM {table}").fetchall():
            yield from (Change(eid, field, text()) for field in fields)
    for eid, kind, sender in conn.execute("SELECT id, kind, ifnull(sender, '') FROM message").fetchall():
        address = sender[sender.rfind("<") :] if "<" in sender else ""
        yield Change(eid, "sender", f"{text()} {address}".rstrip())  # whoever writes can be written to
        yield Change(eid, "body", blobs.words(_body(shown)).hash)
        yield Change(eid, "folds", None)
        yield Change(
            eid, "files", write_files((File(text(), "a/b", 12, "0" * 64), File(text(), "a/b", 1, "1" * 64)))
        )
        if kind != "in":
            yield Change(eid, "author", text())
    yield from _docs(conn, tx, text, shown)


def _docs(conn: sqlite3.Connection, tx: Tx, text: Callable[[], str], shown: Shown) -> Iterator[Change]:
    for n, (eid, body) in enumerate(conn.execute("SELECT id, body FROM doc WHERE kind = 'macro'").fetchall()):
        name = _toml(text())
        yield Change(eid, "name", f"macro {n}")
        yield Change(eid, "body", re.sub(r'name = "[^"]*"', lambda _, name=name: f"name = {name}", body))
    queues = conn.execute("SELECT id, name FROM doc WHERE kind = 'queue' ORDER BY pos").fetchall()
    for eid, _ in queues[1:]:
        yield Change(eid, "name", text())
    extra = {
        "kind": "queue",
        "name": text(),
        "body": queue_text(Queue("", f'tag:"{_plain(text())}"')),
        "pos": "zz",
    }
    yield put(tx.new_id("d"), extra)
    for (eid,) in conn.execute("SELECT id FROM outbox").fetchall():
        yield Change(eid, "error", text())


def _body(shown: Shown) -> str:
    """All of it, a line each; `clean_text` is to a body what `clean` is to a line."""
    lines = _storable("\n".join(PAYLOADS))
    return lines if shown is raw else clean_text(lines)


def _bodies(shown: Shown) -> list[blobs.Blob]:
    return [blobs.words(_body(shown))]


def _toml(text: str) -> str:
    import msgspec

    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def waits(home: Path) -> bool:
    """Whether a reply of this desk stands in its outbox."""
    desk = Desk.open(home)
    try:
        return bool(outbox.unsent(desk.conn))
    finally:
        desk.close()


def refuse_last(home: Path, error: str) -> None:
    """The server takes the newest reply of the desk for none, and says so in its own words."""
    desk = Desk.open(home)
    try:
        row = outbox.unsent(desk.conn)[-1]
        desk.commit(
            lambda _: ("sending", outbox.moved(row, outbox.REFUSED, error=error), ()), words="refused"
        )
    finally:
        desk.close()
