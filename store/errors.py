"""What can go wrong with the desk's memory. Each error is a sentence for people: what happened,
what it means, what to do."""

from __future__ import annotations


class StoreError(Exception):
    """Base of all errors of this room; its text can be shown as it is."""


class StoreBusy(StoreError):
    """Another process held the write lock for longer than we are willing to wait."""


class StoreDamaged(StoreError):
    """The file is not a desk, or its log does not verify."""


class StoreNewer(StoreError):
    """The desk was written by a newer program; this one must not touch it."""


class StoreFull(StoreError):
    """The disk is full or the medium is read-only; nothing was half written."""


class Refused(StoreError):
    """The change was understood and is not allowed: a stale plan, a missing blank, a locked outbox."""


class NotFound(StoreError):
    """Nothing has that number, id or name."""


class QueryError(StoreError):
    """A query names a field or value that does not exist; `column` points at it (from 0)."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


class Overrun(StoreError):
    """The answer takes longer than it was given; nothing was changed."""


class GivenUp(StoreError):
    """Nobody waits for the answer any more."""


class DocError(StoreError):
    """A macro, policy, queue or hours text has a mistake; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
