"""How often Python looks for values that only hold each other, and for how long everything then stands still.

A look halts all threads, about a microsecond for each value it goes through. Knows nothing of a desk.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

PORTION = 2_000
"""New values at one look, while somebody waits for keys."""
VERB = 50_000
"""New values at one look of a process that does one thing and ends: what it loads stays to the end."""
NEVER = 1_000_000_000

_usual = gc.get_threshold()


def for_a_verb() -> None:
    """From the start of a process of the shell."""
    _become((VERB, 10, 10))


def for_a_screen() -> None:
    """After the first paint: what is there stays, and of what comes a little is looked through at a time."""
    gc.freeze()
    _become((PORTION, 10, 10))
    gc.enable()


@contextmanager
def while_many_come() -> Generator[None]:
    """Many thousand values come and go with each batch, none in a circle: each is looked at once, when new.

    Mailboxes are read beside each other; whoever ends first leaves what is usual.
    """
    gc.set_threshold(PORTION, NEVER, NEVER)
    try:
        yield
    finally:
        gc.set_threshold(*_usual)


def _become(usual: tuple[int, int, int]) -> None:
    global _usual
    _usual = usual
    gc.set_threshold(*usual)
