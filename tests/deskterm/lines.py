"""A queue in memory for the list: lines in keyset order behind the same protocol as the store's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from msgspec.structs import replace

from store.model import Line, Status

NOW = 1_750_000_000
HOUR = 3600


def line(number: int, **changes: object) -> Line:
    """A ticket's line; its position is its number unless told otherwise."""
    base = Line(
        id=f"t{number}",
        number=number,
        subject=f"Subject of {number}",
        who=f"Customer {number}",
        status=Status.OPEN,
        priority=3,
        due_at=NOW + number * 60,
        warn_at=NOW + number * 60 - HOUR,
        due_kind="first",
        unread=False,
        assignee="",
        updated=NOW,
        version=1,
        position=(number, 0),
    )
    return replace(base, **changes)


class MemoryQueue:
    """A page source over a sorted list, that also counts what was read of it."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = sorted(lines, key=lambda line: line.position)
        self.read = 0

    def put(self, *lines: Line) -> None:
        self.lines = sorted([*self.lines, *lines], key=lambda line: line.position)

    def drop(self, ticket: str) -> None:
        self.lines = [line for line in self.lines if line.id != ticket]

    def page(self, after: tuple[int | str, ...] | None, limit: int, backward: bool) -> list[Line]:
        if backward:
            end = len(self.lines) if after is None else bisect_left(self.lines, after, key=_position)
            found = self.lines[max(end - limit, 0) : end]
        else:
            start = 0 if after is None else bisect_right(self.lines, after, key=_position)
            found = self.lines[start : start + limit]
        self.read += len(found)
        return found

    def count(self) -> int:
        return len(self.lines)

    def where(self, ticket: str) -> tuple[int | str, ...] | None:
        return next((line.position for line in self.lines if line.id == ticket), None)


def _position(line: Line) -> tuple[int | str, ...]:
    return line.position
