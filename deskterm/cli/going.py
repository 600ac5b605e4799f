"""How far a long act is, on one line of a terminal that is written over; nothing in a pipe."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from deskterm.cli import say
from deskterm.counting import many
from deskterm.progress import Pace

EVERY = 0.2
"""Seconds between two looks at how far it is."""
WORTH = 500
"""Tickets below which nobody has time to read how far it is."""
CELLS = 20
"""Length of the bar."""


class Going:
    """Hears how far an act is and shows it: `Planning [####......] 4,000 of 10,000 tickets, 3 s left`."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._what, self._next = "", 0.0

    def __call__(self, what: str, so_far: int, of: int) -> None:
        now = time.monotonic()
        if not say.can_ask() or of < WORTH or (what == self._what and now < self._next):
            return
        self._what, self._next = what, now + EVERY
        self._pace.told(so_far, at=now)
        full = CELLS * so_far // of
        pace = self._pace.words(of - so_far, noun="tickets")
        bar = f"[{'#' * full}{'.' * (CELLS - full)}]"
        say.over(f"{what} {bar} {so_far:,} of {many(of, 'ticket')}{f'; {pace}' if pace else ''}")


@contextmanager
def going() -> Generator[Going]:
    """Shows how far what is done inside is; the line is gone afterwards, whatever happened."""
    shown = Going()
    try:
        yield shown
    finally:
        say.over("")
