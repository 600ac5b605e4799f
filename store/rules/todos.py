"""What is still to be done on a ticket, and the links it carries: words, keys and values in the log.

Pure. Knows one item at a time; does not know which ticket has it or who does it.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from store.errors import DocError

SPACE, LINKS = "todo", "link"
"""The name spaces of both in the log: `todo.1f0a...`, `link.77c2...`."""

LONGEST = 300
MOST = 50
"""Items one macro or checklist may have."""
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DUE = re.compile(r"(\d{1,4})([mhdw])\s*:\s*(.*)", re.DOTALL)
_URL = re.compile(r"https?://[^\s/]")


class Todo(Struct, frozen=True):
    """One item of a ticket."""

    key: str
    text: str
    due: int | None = None
    """Unix seconds; None where it is due at no time."""
    done: int | None = None
    """When it was done, Unix seconds; None while it is not."""


class Item(Struct, frozen=True):
    """An item as a doc writes it: `Call back`, or `2d: Call back` for one that is due."""

    text: str
    span: int = 0
    """Seconds until it is due, 0 for never."""


def item(text: str) -> Item:
    """An item from its text. Raises DocError."""
    words = " ".join(text.split())
    match = _DUE.fullmatch(words)
    found = Item(match[3], int(match[1]) * SECONDS[match[2]]) if match else Item(words)
    if not found.text:
        raise DocError('An item of a checklist needs words, as in "2d: Call back".')
    if len(found.text) > LONGEST:
        raise DocError(f"An item of a checklist has more than {LONGEST} characters; say it shorter.")
    return found


def begun(item: Item, *, now: int) -> Todo:
    """The item as a ticket gets it now."""
    return Todo(key(item.text), item.text, now + item.span if item.span else None)


def key(text: str) -> str:
    """One key for the same words, so that an item two people add is there once."""
    return blake2b(" ".join(text.split()).casefold().encode("utf-8", "replace"), digest_size=6).hexdigest()


def write(todo: Todo) -> str:
    """The item's value in the log."""
    row = {"text": todo.text, "due": todo.due, "done": todo.done}
    return json.dumps({name: value for name, value in row.items() if value is not None}, ensure_ascii=False)


def read(key: str, value: object) -> Todo | None:
    """An item from its value; None for one that another program wrote in a way this one cannot read."""
    try:
        row: object = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    table = cast(dict[str, object], row)
    text, due, done = table.get("text"), table.get("due"), table.get("done")
    if not isinstance(text, str) or not text.strip():
        return None
    return Todo(
        key, " ".join(text.split())[:LONGEST],
        due if type(due) is int else None, done if type(done) is int else None,
    )  # fmt: skip


def in_order(found: list[Todo]) -> list[Todo]:
    """As a ticket shows them: what is due first, then what is due never, then what is done."""
    return sorted(found, key=lambda one: (one.done is not None, one.due is None, one.due or 0, one.text))


def finished(todo: Todo, *, at: int | None) -> Todo:
    """The item done at a moment, or not done."""
    return replace(todo, done=at)


def is_link(text: str) -> bool:
    """Whether a line holds an address of the web."""
    return _URL.search(text) is not None and len(text) <= 2_000
