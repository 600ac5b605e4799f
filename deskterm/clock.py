"""A clock of the desk's own, for practice: runs like any other, but from a moment that can be moved.

It stands still while the desk is closed, so that the day goes on where it was left. A desk without the
file goes by the system's clock.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from store.files import private_file

FILE = "clock"


class MovedClock:
    """Callable; gives Unix seconds of the moved day."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._since = time.monotonic()

    def __call__(self) -> float:
        return self._start + time.monotonic() - self._since

    def set(self, moment: float) -> None:
        """Move the clock; time goes on from there."""
        self._start, self._since = moment, time.monotonic()

    def keep(self, home: Path) -> None:
        """Remember the moment for the next opening. A desk on a read-only disk simply forgets it."""
        with contextlib.suppress(OSError), private_file(home / FILE) as out:
            out.write(f"{self():.0f}\n")


def kept(home: Path) -> MovedClock | None:
    """The clock as it was left, or None."""
    try:
        return MovedClock(float((home / FILE).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return None
