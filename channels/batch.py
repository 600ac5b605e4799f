"""What a mailbox hands over at once: letters, and an account of every place that gave none."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from channels.letter import Fetched

TOO_BIG = 25 * 1024 * 1024
"""Bytes above which a letter is reported with its size and its head only."""
HEAD = 64 * 1024
"""Bytes of a too big letter that are kept, enough for its header."""


class TooBig(Struct, frozen=True):
    """A letter above the limit: its place, its true size, and its first bytes."""

    folder: str
    uidvalidity: int
    uid: int
    size: int
    head: bytes
    received: int | None
    flags: tuple[str, ...] = ()


class Withheld(Struct, frozen=True):
    """A letter that is listed but was not handed over, with what the server said."""

    folder: str
    uidvalidity: int
    uid: int
    words: str


class Batch(Struct, frozen=True):
    """A step of fetching. Every place asked for is in exactly one of the four fields.

    Iterating over a batch gives its letters.
    """

    letters: tuple[Fetched, ...] = ()
    too_big: tuple[TooBig, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    gone: tuple[int, ...] = ()
    """UIDs that no longer exist: deleted by somebody between listing and fetching."""

    def __iter__(self) -> Iterator[Fetched]:
        return iter(self.letters)

    def __len__(self) -> int:
        return len(self.letters)
