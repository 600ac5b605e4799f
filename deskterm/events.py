"""What other desks tell while they run and nobody logs: who is at a ticket, and who writes there.

The team's journal hands it in from a thread of its own; screens ask between two paintings. Knows neither.
"""

from __future__ import annotations

import threading

from msgspec import Struct

LASTS = 120
"""Seconds after which somebody who told nothing more is no longer there."""


class Presence(Struct, frozen=True):
    """A colleague at a ticket."""

    agent: str
    ticket: str
    """Its id; empty when they left."""
    writing: bool = False


class Beside(Struct, frozen=True):
    """Somebody who is at a ticket now."""

    agent: str
    writing: bool
    seconds: int
    """How long they have been at it."""


class Events:
    """The newest that each colleague told. Safe to be told and asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, tuple[Presence, int, int]] = {}
        """By agent: what was told, since when it is true, and when it was told last; Unix seconds."""

    def heard(self, presence: Presence, *, now: int) -> None:
        """A colleague told where they are. Nothing told for `LASTS` seconds ends it too."""
        with self._lock:
            before = self._told.get(presence.agent)
            same = before is not None and before[0].ticket == presence.ticket and now - before[2] <= LASTS
            self._told[presence.agent] = (presence, before[1] if before and same else now, now)

    def beside(self, ticket: str, *, me: str, now: int) -> tuple[Beside, ...]:
        """Who else is at a ticket, those who write first."""
        with self._lock:
            told = list(self._told.values())
        found = [
            Beside(one.agent, one.writing, max(now - since, 0))
            for one, since, last in told
            if ticket and one.ticket == ticket and one.agent != me and now - last <= LASTS
        ]
        return tuple(sorted(found, key=lambda one: (not one.writing, one.agent)))
