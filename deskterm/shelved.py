"""Letters on the shelf, read again: by a newer program, or with limits that were widened.

What can be read now becomes a message as if it had just come in; what cannot stays where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.letter import Fetched
from deskterm.desk import Desk
from deskterm.receive import Batcher, Counts, Tell, read_all, silent
from store import blobs, shelf

if TYPE_CHECKING:
    from channels.mime.guard import Reader


def read_again(desk: Desk, *, tell: Tell = silent) -> Counts:
    """Try every letter on the shelf once. One that a mailbox handed over as news starts its clocks now."""
    from channels.mime.guard import Reader

    counts = Counts()
    lying = shelf.lying(desk.conn)
    with Reader() as reader:
        for done, one in enumerate(reversed(lying), 1):
            counts += _one(desk, one, reader=reader)
            tell("shelf", done, len(lying))
    return counts


def _one(desk: Desk, one: shelf.OnShelf, *, reader: Reader) -> Counts:
    raw = blobs.read_raw(desk.conn, one.blob, folder=desk.blob_folder)
    letters = [Fetched("shelf", 0, one.id, raw, None)]
    batcher = Batcher(desk, archived=None if one.news else one.at)
    batcher.take(list(read_all(letters, reader, folder=desk.blob_folder, source=one.source)))
    if not shelf.was_read(desk.conn, one.blob):
        return Counts(shelved=1)
    desk.keep(shelf.Unshelved(one.id, one.blob))
    return batcher.counts
