"""The text form of an entry, there and back.

Used for bodies kept while unconfirmed, for export and later for the journal. Reading is strict about
shape and size and tolerant about names: an unknown kind or field is kept.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import cast

from store.errors import StoreDamaged
from store.log import stamp
from store.log.entry import HASH_BYTES, Change, Entry, Value, is_row_id, is_storable

MAX_BYTES = 20_000_000


def encode(entry: Entry) -> str:
    """The entry as one line of JSON: a list, since names would only repeat."""
    return json.dumps(
        [
            entry.id, entry.actor, entry.kind, entry.key, entry.cause, entry.seen, entry.v,
            [list(change) for change in entry.changes],
            entry.seq, entry.prev.hex(), entry.hash.hex(),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip


def decode(text: str) -> Entry:
    """The entry a line of JSON holds. Raises StoreDamaged with the reason."""
    if len(text) > MAX_BYTES:
        raise StoreDamaged(f"An entry of {len(text):,} characters is over the limit; it was not read.")
    try:
        items: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreDamaged(f"An entry is not readable JSON ({error}); it was not read.") from None
    if not isinstance(items, list) or len(cast("list[object]", items)) != 11:
        raise StoreDamaged("An entry does not have the eleven parts of an entry; it was not read.")
    parts = cast("list[object]", items)
    return Entry(
        id=_stamp(parts[0]),
        actor=_text(parts[1], "actor"),
        kind=_text(parts[2], "kind"),
        key=None if parts[3] is None else _text(parts[3], "key"),
        cause=None if parts[4] is None else _int(parts[4], "cause"),
        seen=_int(parts[5], "seen"),
        v=_int(parts[6], "v"),
        changes=_changes(parts[7]),
        seq=_int(parts[8], "seq"),
        prev=_hash(parts[9]),
        hash=_hash(parts[10]),
    )


def _stamp(value: object) -> int:
    made = _int(value, "id")
    if not 0 < made <= stamp.LAST:
        raise StoreDamaged("The id of an entry is not a stamp any clock makes; it was not read.")
    return made


def _changes(value: object) -> tuple[Change, ...]:
    changes = tuple(_change(item) for item in _list(value, "changes"))
    places = [change[:2] for change in changes]
    if any(one >= two for one, two in pairwise(places)):
        raise StoreDamaged("The changes of an entry are doubled or out of order; it was not read.")
    return changes


def _change(item: object) -> Change:
    parts = _list(item, "change")
    if len(parts) != 3 or not (parts[2] is None or isinstance(parts[2], (int, str))):
        raise StoreDamaged("A change is not (row, field, value); the entry was not read.")
    value: Value = parts[2]
    if isinstance(value, int):
        value = _int(value, "value")
    elif isinstance(value, str):
        value = _text(value, "value")
    eid = _text(parts[0], "row id")
    if not is_row_id(eid):
        raise StoreDamaged("A row id is empty or holds spaces; the entry was not read.")
    return Change(eid, _text(parts[1], "field"), value)


def _int(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise StoreDamaged(f"The {name} of an entry is not a 64-bit whole number; it was not read.")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise StoreDamaged(f"The {name} of an entry is not text; it was not read.")
    if not is_storable(value):
        raise StoreDamaged(f"The {name} of an entry holds half a character; it was not read.")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise StoreDamaged(f"The {name} of an entry is not a list; it was not read.")
    return cast("list[object]", value)


def _hash(value: object) -> bytes:
    try:
        digest = bytes.fromhex(_text(value, "hash"))
    except ValueError:
        digest = b""
    if len(digest) != HASH_BYTES:
        raise StoreDamaged("The hash of an entry is not a hash; it was not read.")
    return digest
