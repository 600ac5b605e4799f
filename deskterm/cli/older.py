"""A desk of an older deskterm is brought up to date when it is opened: that is said, and how far it is.

Only of a large one, which takes longer than a moment; on standard error, in a pipe too.
"""

from __future__ import annotations

import time
from pathlib import Path

from deskterm.cli import say
from deskterm.config import Settings
from deskterm.desk import Desk

EVERY = 0.2
"""Seconds between two looks at how far it is."""


def opened(home: Path, *, settings: Settings | None = None) -> Desk:
    """The desk in a home. Raises StoreError or ConfigError, each with its sentence."""
    try:
        return Desk.open(home, settings=settings, tell=Telling(home))
    finally:
        say.over("")


class Telling:
    """Says what happens before it begins, once, and on a terminal how far it is, on a line written over."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._what, self._next = "", 0.0

    def __call__(self, what: str, so_far: int, of: int) -> None:
        now = time.monotonic()
        if not self._what:
            say.told(
                f"The desk in {self._home} was written by an older deskterm and is brought up to date first. "
                "That takes some minutes where there are millions of letters. A copy of it as it is stays "
                "beside it; ctrl+c leaves it as it is."
            )
        if what == self._what and now < self._next:
            return
        self._what, self._next = what, now + EVERY
        written = (
            f": {_size(so_far)} of {_size(of)}" if of else f": {_size(so_far)} written" if so_far else ""
        )
        say.over(f"{what}{written} ...")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count // 1_000_000:,} MB"
