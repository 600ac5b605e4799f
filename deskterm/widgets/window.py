"""The part of a queue that is in memory: a few pages around the cursor, read as the cursor moves.

Knows page sources and lines; draws nothing. Never holds more than three pages, however long the queue.
"""

from __future__ import annotations

from typing import Protocol

from store.model import Line

Position = tuple[int | str, ...]
"""Keyset position of a line in the sort of its queue; only the source compares it."""

PAGE = 64
"""Lines read at a time."""
MOST = 3 * PAGE
"""Lines kept."""


NEXT = 8
"""Lines of a list, from the cursor on, of which one is looked for in another."""


class PageSource(Protocol):
    """A queue as the list reads it. All three answer in a moment, or raise Overrun with nothing read."""

    def page(self, after: Position | None, limit: int, backward: bool) -> list[Line]:
        """Up to `limit` lines strictly after `after` (None: from the start), in the queue's order.

        `backward`: the lines strictly before `after` (None: the last ones), also in the queue's order.
        """
        ...

    def count(self) -> int:
        """How many lines the queue has."""
        ...

    def where(self, ticket: str) -> Position | None:
        """Where a ticket stands in the queue now, None if it is not in it."""
        ...


class Window:
    """A run of neighbouring lines of one source."""

    def __init__(self, source: PageSource) -> None:
        self.source = source
        self.lines: list[Line] = []
        self.at_start = True
        """Nothing comes before the first line."""
        self.at_end = True
        """Nothing comes after the last line."""

    def open(self, ticket: str = "") -> int:
        """Read the start of the queue, or both sides of a ticket if it is there; the cursor's index."""
        place = self.source.where(ticket) if ticket else None
        if place is not None:
            return self.around(place)
        self.first()
        return 0

    def open_like(self, before: Window, cursor: int) -> int:
        """Read around the line that was under the cursor, or what took its place; the cursor's index."""
        same = self.source is before.source
        for line in before.lines[cursor : cursor + (1 if same else NEXT)]:
            place = self.source.where(line.id) or (line.position if same else None)
            if place is not None:
                return self.around(place)
        self.first()
        return 0

    def first(self) -> None:
        """Read the start of the queue."""
        self._take(self.source.page(None, PAGE, False), at_start=True)

    def last(self) -> None:
        """Read the end of the queue."""
        lines = self.source.page(None, PAGE, True)
        self.lines, self.at_start, self.at_end = lines, len(lines) < PAGE, True

    def around(self, position: Position) -> int:
        """Read both sides of a position; the index of the first line at or after it."""
        before = self.source.page(position, PAGE, True)
        after = self.source.page(before[-1].position if before else None, PAGE, False)
        self.lines = before + after
        self.at_start, self.at_end = len(before) < PAGE, len(after) < PAGE
        return len(before)

    def _take(self, lines: list[Line], *, at_start: bool) -> None:
        self.lines, self.at_start, self.at_end = lines, at_start, len(lines) < PAGE

    def more_after(self) -> int:
        """Read the next page; how many lines were dropped from the front to make room."""
        if self.at_end or not self.lines:
            return 0
        found = self.source.page(self.lines[-1].position, PAGE, False)
        self.at_end = len(found) < PAGE
        self.lines = self.lines + found
        dropped = max(len(self.lines) - MOST, 0)
        if dropped:
            self.lines, self.at_start = self.lines[dropped:], False
        return dropped

    def more_before(self) -> int:
        """Read the page before; how many lines came in at the front."""
        if self.at_start or not self.lines:
            return 0
        found = self.source.page(self.lines[0].position, PAGE, True)
        self.at_start = len(found) < PAGE
        self.lines = found + self.lines
        if len(self.lines) > MOST:
            self.lines, self.at_end = self.lines[:MOST], False
        return len(found)

    def index(self, ticket: str) -> int | None:
        """Where a ticket is in the window."""
        return next((index for index, line in enumerate(self.lines) if line.id == ticket), None)
