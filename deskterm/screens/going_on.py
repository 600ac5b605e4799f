"""How far a long act is, in the status line, told by the thread that does it. Knows no desk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from deskterm.counting import many

EVERY = 0.2
"""Seconds between two looks at how far it is."""
WORTH = 500
"""Tickets below which nobody has time to read how far it is."""


class GoingOn:
    """Hears how far an act is, from any thread, and says it in the loop it was made in."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._say = say
        self._next = 0.0

    def __call__(self, what: str, so_far: int, of: int) -> None:
        now = time.monotonic()
        if of < WORTH or (so_far < of and now < self._next):
            return
        self._next = now + EVERY
        words = f"{what} {so_far:,} of {many(of, 'ticket')}"
        self._loop.call_soon_threadsafe(self._say, words if so_far < of else f"{words}; a moment more")
