"""Entries and changes: what the log is made of, and the hashes that chain it.

Pure values. A hash covers every change through a keyed leaf, so that a change erased later (its leaf
is kept) still verifies and tells nothing to who lacks the desk's secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct

from store.compact import compact, in_order
from store.errors import Refused
from store.registry import PUT

Value = int | str | None

OP_VERSION = 1
"""Version of the meaning of entries. Fields are only ever added."""

MAX_CHANGES = 2000
"""A larger bulk act becomes several entries with one cause, in one transaction."""

HASH_BYTES = 16
GENESIS = bytes(HASH_BYTES)
"""What the first entry of a replica chains to."""


class Change(NamedTuple):
    """One field of one row; a tuple, since a bulk act makes tens of thousands."""

    eid: str
    field: str
    """`''` makes the row, a column or `ns.key` sets one value; None takes it away."""
    value: Value


class Entry(Struct, frozen=True):
    """One act in the log, as it travels."""

    id: int
    actor: str
    kind: str
    changes: tuple[Change, ...]
    key: str | None = None
    """Idempotency key of machine-made entries."""
    cause: int | None = None
    """The entry that led to this one: what is undone, what fired a rule, the head of a bulk act."""
    seen: int = 0
    """The author's journal cursor when it was made."""
    v: int = OP_VERSION
    seq: int = 0
    """Count within the replica slot, from 1."""
    prev: bytes = GENESIS
    hash: bytes = GENESIS


class Made(str):
    """The text of a put that still has what columns can hold of its row, so that nobody reads it again."""

    __slots__ = ("row",)
    row: Mapping[str, Value]


def put(eid: str, row: Mapping[str, Value]) -> Change:
    """The change that makes a row; fields without a value are left out."""
    filled = {field: value for field, value in row.items() if value is not None}
    text = Made(in_order(filled))
    text.row = held(filled)
    return Change(eid, PUT, text)


def cleaned(changes: Iterable[Change]) -> tuple[Change, ...]:
    """At most one change per field (the last wins), in (eid, field) order, with storable values.

    Half characters become `?`. Raises Refused for what no column can hold and for an unusable row id.
    """
    latest = {(c.eid, c.field): c for c in map(_storable, changes)}
    return tuple(latest[at] for at in sorted(latest))


def is_row_id(eid: str) -> bool:
    """Whether this can name a row: printable, and no space, which stands between ids in lists."""
    return eid.isprintable() and " " not in eid and eid != ""


def is_storable(text: str) -> bool:
    """Whether the text is whole; a lone surrogate is half a character and fits in no file."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def whole(text: str) -> str:
    """The text with `?` for every half character."""
    return text if is_storable(text) else text.encode("utf-8", "replace").decode("utf-8")


def _storable(change: Change) -> Change:
    eid, field, value = change
    if not is_row_id(eid):
        raise Refused(f"{eid!r} cannot name a row; nothing was changed.")
    if isinstance(value, str):
        value = whole(value)
    elif isinstance(value, bool):
        value = int(value)
    elif not fits(value):
        raise Refused(f"{field} = {value!r:.40} is not text and no 64-bit number; nothing was changed.")
    return Change(eid, whole(field), value)


def held(row: Mapping[str, object]) -> dict[str, Value]:
    """What columns can hold of a row: texts and numbers."""
    found: dict[str, Value] = {}
    for field, value in row.items():
        if isinstance(value, str):
            found[field] = value
        elif isinstance(value, int) and fits(value):
            found[field] = int(value)
    return found


def fits(value: object) -> bool:
    """Whether a value that is no text can be kept: nothing, or a whole number of 64 bits."""
    return value is None or (isinstance(value, int) and -(2**63) <= value < 2**63)


def leaf(secret: bytes, change: Change) -> bytes:
    """What the chain remembers of one change: its keyed hash."""
    text = f"{change.eid}\0{change.field}\0{_typed(change.value)}"
    return blake2b(text.encode("utf-8", "surrogatepass"), key=secret, digest_size=HASH_BYTES).digest()


def chained(secret: bytes, entry: Entry, *, prev: bytes) -> bytes:
    """The hash of an entry after `prev`: its head and the leaves of its changes in order."""
    return chained_leaves(entry, (leaf(secret, change) for change in entry.changes), prev=prev)


def chained_leaves(entry: Entry, leaves: Iterable[bytes], *, prev: bytes) -> bytes:
    head = [entry.id, entry.actor, entry.kind, entry.key, entry.cause, entry.seen, entry.v, entry.seq]
    mac = blake2b(prev, digest_size=HASH_BYTES)
    mac.update(compact(head).encode("utf-8", "replace"))
    for digest in leaves:
        mac.update(digest)
    return mac.digest()


def _typed(value: Value) -> str:
    if value is None:
        return "n"
    return f"i{value}" if isinstance(value, int) else f"s{value}"
