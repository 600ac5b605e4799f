"""Entries and changes: what the log is made of, and the hashes that chain it.

Pure values. A hash covers every change through a keyed leaf, so that a change erased later (its leaf
is kept) still verifies and tells nothing to who lacks the desk's secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

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


@dataclass(frozen=True, slots=True)
class Entry:
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


def put(eid: str, row: Mapping[str, Value]) -> Change:
    """The change that makes a row; fields without a value are left out."""
    filled = {field: value for field, value in row.items() if value is not None}
    return Change(eid, PUT, json.dumps(filled, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def cleaned(changes: Iterable[Change]) -> tuple[Change, ...]:
    """At most one change per field (the last wins), in (eid, field) order, with storable values."""
    latest = {(c.eid, c.field): c for c in changes}
    return tuple(_storable(latest[at]) for at in sorted(latest))


def _storable(change: Change) -> Change:
    value = change.value
    if isinstance(value, bool):
        return change._replace(value=int(value))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"{change.field} = {value} does not fit in 64 bits; nothing was changed.")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return change._replace(value=value.encode("utf-8", "replace").decode("utf-8"))
    return change


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
    mac.update(json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
    for digest in leaves:
        mac.update(digest)
    return mac.digest()


def _typed(value: Value) -> str:
    if value is None:
        return "n"
    return f"i{value}" if isinstance(value, int) else f"s{value}"
