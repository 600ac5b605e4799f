"""The conversation of a ticket: its messages in order, and their texts."""

from __future__ import annotations

import json
import sqlite3
from typing import cast

from store.compact import compact
from store.errors import NotFound
from store.model import File, Kind, Message

_SNIPPET = 160

COLUMNS = (
    "id, ticket, kind, author, date, subject, sender, rcpt, msgid, refs, snippet, body, folds, files,"
    " signals, why, auto IS NOT NULL"
)
"""What `of_row` takes, from `message`."""


def messages(conn: sqlite3.Connection, ticket: str, *, newest: int | None = None) -> list[Message]:
    """The messages of a ticket, oldest first; only the `newest` so many when given."""
    rows = conn.execute(
        f"SELECT {COLUMNS} FROM message WHERE ticket = ? AND _deleted IS NULL"
        " ORDER BY date DESC, n DESC LIMIT ?",
        (ticket, -1 if newest is None else newest),
    ).fetchall()
    return [of_row(row) for row in reversed(rows)]


def message(conn: sqlite3.Connection, eid: str) -> Message:
    """One message. Raises NotFound."""
    row = conn.execute(f"SELECT {COLUMNS} FROM message WHERE id = ?", (eid,)).fetchone()
    if row is None:
        raise NotFound(f"There is no message with the id {eid}.")
    return of_row(row)


def of_row(row: tuple[object, ...]) -> Message:
    """A message from the columns of `message`; broken JSON in a field shows as an empty one."""
    (eid, ticket, kind, author, date, subject, sender, rcpt, msgid, refs, snippet, body, folds, files,
     signals, why, auto) = row  # fmt: skip
    to, cc, reply_to = recipients(rcpt)
    return Message(
        id=str(eid), ticket=str(ticket or ""), kind=_kind(kind), author=str(author or ""),
        date=date if isinstance(date, int) else 0, subject=str(subject or ""), sender=str(sender or ""),
        to=to, cc=cc, reply_to=reply_to, bcc=blind(rcpt), msgid=str(msgid or ""),
        refs=tuple(str(refs or "").split()),
        snippet=str(snippet or ""), body=str(body or ""), folds=str(folds or ""), files=files_of(files),
        signals=tuple(str(signals or "").split()), why=str(why or ""), auto=bool(auto),
    )  # fmt: skip


def recipients(value: object) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """To, Cc and Reply-To from the `rcpt` column, `{"to": [...], "cc": [...], "reply": [...]}`."""
    found = head_of(value)
    return _texts(found.get("to")), _texts(found.get("cc")), _texts(found.get("reply"))


def blind(value: object) -> tuple[str, ...]:
    """Blind copies from the `rcpt` column; only replies of ours have them."""
    return _texts(head_of(value).get("bcc"))


def files_of(value: object) -> tuple[File, ...]:
    """Attachments from the `files` column: a list of [name, type, size, sha256, part, inline]."""
    loaded = _json(value)
    rows = cast("list[object]", loaded) if isinstance(loaded, list) else []
    return tuple(_file(cast("list[object]", row)) for row in rows if isinstance(row, list) and len(row) >= 6)  # pyright: ignore[reportUnknownArgumentType]


def snippet(text: str) -> str:
    """The first words of a text on one line, at most 160 characters, for the field of that name."""
    return " ".join(text[: _SNIPPET * 4].split())[:_SNIPPET]


def write_files(files: tuple[File, ...]) -> str | None:
    """The `files` column of a message with these attachments."""
    if not files:
        return None
    rows = [[f.name, f.type, f.size, f.sha256, f.part, int(f.inline)] for f in files]
    return compact(rows)


def write_recipients(
    to: tuple[str, ...], cc: tuple[str, ...], *, reply: tuple[str, ...] = (), bcc: tuple[str, ...] = ()
) -> str | None:
    """The `rcpt` column of a message to these people."""
    named = (("to", to), ("cc", cc), ("reply", reply), ("bcc", bcc))
    lists = {name: list(people) for name, people in named if people}
    return compact(lists) if lists else None


def _file(row: list[object]) -> File:
    name, kind, size, digest, part, inline = row[:6]
    return File(
        str(name), str(kind), size if isinstance(size, int) else 0, str(digest), str(part), bool(inline)
    )


def _kind(value: object) -> Kind:
    try:
        return Kind(str(value))
    except ValueError:
        return Kind.NOTE


def _json(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def head_of(value: object) -> dict[str, object]:
    """The fields beside the words of a message or a draft; none where they cannot be read."""
    loaded = _json(value)
    return cast("dict[str, object]", loaded) if isinstance(loaded, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in cast("list[object]", value)) if isinstance(value, list) else ()
